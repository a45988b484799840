import { type Stats, statSync } from "node:fs";
import { UserError } from "./errors.js";

/** What stands at a path; `undefined` where there is nothing, or it may not be looked at: reading it says why. */
export function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

/**
 * Refuses what is there and is no file, with a `UserError`: a folder, or a device or pipe, whose end may never come. Of what is not there, reading
 * says so.
 *
 * @param mostBytes a file that is larger is refused too. @default no limit
 */
export function checkRegularFile(path: string, mostBytes: number = Number.POSITIVE_INFINITY): void {
  const found = statOf(path);
  if (found === undefined) return;
  if (!found.isFile()) {
    const what = found.isDirectory() ? "a folder" : found.isFIFO() ? "a pipe" : found.isSocket() ? "a socket" : "a device";
    throw new UserError(`${path} is ${what}. Expected a file.`);
  }
  if (found.size > mostBytes)
    throw new UserError(`${path} has ${found.size} bytes; expected a file of at most ${mostBytes}. Is it the right one?`);
}
