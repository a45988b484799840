import { realpath } from "node:fs/promises";
import { isAbsolute, relative, resolve, sep } from "node:path";
import { UserError } from "./errors.js";

/** Whether a file lies in a folder or below it, links followed. Of a file that does not exist its name counts. */
export async function isInside(path: string, folder: string): Promise<boolean> {
  const given = [resolve(path), resolve(folder)] as const;
  const [real, realFolder] = await Promise.all([realpath(path), realpath(folder)]).catch(() => given);
  const way = relative(realFolder, real);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/**
 * `UserError`, which begins with `place`, unless the file lies in the folder. What another file names is read, and may be sent to a model: it
 * can't be any file of this machine.
 */
export async function requireInside(path: string, folder: string, place: string): Promise<void> {
  if (await isInside(path, folder)) return;
  throw new UserError(
    `${place}, which lies outside ${resolve(folder)}. Files that are not named on the command line are read from that folder only, since ` +
      "their words may be sent to a model. Copy the file there, if it is meant to be read.",
  );
}
