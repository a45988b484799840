/**
 * @file Files and folders that only their owner may read or list: those that hold texts of the user's rows, or answers about them. On POSIX; other
 * systems have no such modes. What exists already keeps the mode it has.
 */
import { writeFileAtomic } from "./atomic-write.js";

/** Mode of such a file. */
export const privateFileMode = 0o600;

/** Options of `mkdir` for such a folder, and for those above it that do not exist. */
export const privateFolder = { recursive: true, mode: 0o700 } as const;

/** `writeFileAtomic` for such a file, in such a folder where there is none. */
export const writePrivateFile: typeof writeFileAtomic = (path, content) =>
  writeFileAtomic(path, content, { fileMode: privateFileMode, folderMode: privateFolder.mode });
