import { readdir, stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { messageOf, UserError } from "./errors.js";
import { nearestNames } from "./text/nearest-name.js";

/** Why a file that somebody named can't be read, and what to do: the error of reading it in words, with the nearest names beside it. */
export async function whyUnreadable(path: string, error: unknown): Promise<UserError> {
  const file = basename(path);
  switch (codeOf(error)) {
    case "ENOENT":
    case "ENOTDIR": {
      if (/^(hf|https?|s3|gs):/.test(path)) {
        return new UserError(`${path} is not a file. Only local files and folders are read: download it and give its path.`);
      }
      const folder = dirname(path);
      const isFolder = await stat(folder).then(
        (found) => found.isDirectory(),
        () => false,
      );
      if (!isFolder) return new UserError(`There is no file ${path}: the folder ${folder} does not exist.`);
      const near = nearestNames(
        file,
        (await readdir(folder)).filter((name) => !name.startsWith(".")),
      ).slice(0, 3);
      const hint = near.length > 0 ? `Nearest names there: ${near.join(", ")}.` : "That folder is empty.";
      return new UserError(`There is no file ${file} in ${folder === "." ? "this folder" : folder}. ${hint}`);
    }
    case "EACCES":
    case "EPERM":
      return new UserError(`${path} may not be read by this user. Change its permissions.`);
    case "EISDIR":
      return new UserError(`${path} is a folder. Expected a file.`);
    case "ERR_FS_FILE_TOO_LARGE":
      return new UserError(`${file} is larger than 2 GiB. Split it into smaller files.`);
    default:
      return new UserError(`${path} cannot be read: ${messageOf(error)}.`);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
