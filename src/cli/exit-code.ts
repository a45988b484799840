/** @file How errors end the program. */
import { Interrupted, isAbort, UserError } from "../lib/errors.js";
import { isTooDeep, tooDeep } from "../lib/nesting.js";
import { visibleText } from "../lib/text/visible-text.js";

/** 0: done. 1: a bug of ours. 2: something the user can fix. 100: a `--require` gate failed. 130: interrupted. */
export const exitCode = { ok: 0, bug: 1, user: 2, gate: 100, interrupted: 130 } as const;

/** What the disk can refuse, and what to do about it. */
const diskFaults: Readonly<Record<string, string>> = {
  EACCES: "it may not be written or read. Change its permissions, or choose another place",
  EPERM: "it may not be written or read. Change its permissions, or choose another place",
  EROFS: "the disk is read-only. Choose another place",
  ENOSPC: "the disk is full. Make room",
  EDQUOT: "the disk quota is used up. Make room",
  EFBIG: "a file may not become so large here (ulimit -f, or the disk's own limit). Raise it, or choose another disk",
  ENOENT: "it is not there any more. Was its folder deleted meanwhile? Put it back",
  EIO: "the disk fails. Look at it, or choose another one",
  ENOTDIR: "a file stands where a folder is needed. Choose another place",
  EISDIR: "a folder stands where a file is needed. Choose another name",
  EMFILE: "too many files are open (ulimit -n). Raise that",
  ENAMETOOLONG: "the name is too long for this disk. Choose a shorter one",
};

/** The same of SQLite, by the beginning of its code. */
const databaseFaults: Readonly<Record<string, string>> = {
  SQLITE_FULL: diskFaults["ENOSPC"]!,
  SQLITE_READONLY: diskFaults["EROFS"]!,
  SQLITE_CANTOPEN: diskFaults["EACCES"]!,
  SQLITE_BUSY: "another process holds it. Wait for that",
  SQLITE_CORRUPT: "it is damaged. Put it back from a copy, or move it away",
  SQLITE_NOTADB: "it is damaged. Put it back from a copy, or move it away",
  SQLITE_IOERR: "the disk does not take it: it is full, it fails, or files may not become so large (ulimit -f). Make room",
};

/** A refusal of the disk in words, or `null`. */
function diskFault(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const { code, path, syscall } = error as NodeJS.ErrnoException;
  if (code === undefined) return null;
  const inDatabase = Object.entries(databaseFaults).find(([prefix]) => code.startsWith(prefix))?.[1];
  const fault = inDatabase ?? (syscall === undefined && path === undefined ? undefined : diskFaults[code]);
  if (fault === undefined) return null;
  const what = path ?? (inDatabase === undefined ? "A file" : "A database beside the runs");
  return `${what}: ${fault}, and run again; --runs DIR says where runs are kept. (${error.message})`;
}

/** What is too much for this program, by what JavaScript says where it meets it, or `null`. */
function excess(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const { code } = error as NodeJS.ErrnoException;
  const isTooLong = code === "ERR_STRING_TOO_LONG" || code === "ERR_BUFFER_TOO_LARGE" || code === "ERR_FS_FILE_TOO_LARGE";
  if (!isTooLong && !(error instanceof RangeError)) return null;
  if (isTooDeep(error)) return tooDeep("A file");
  if (isTooLong || /string length|allocation failed|array length|typed array/i.test(error.message))
    return `A file holds more than can be in memory at once (${error.message}). Split it, or take a smaller model.`;
  return null;
}

/** Of errors that were thrown together the one that came first: what was thrown while things were released is a consequence, or matters less. */
function firstOf(error: unknown): unknown {
  if (error instanceof AggregateError && error.errors.length > 0) return firstOf(error.errors[0]);
  // What `await using` makes of an error in its block and another one on the way out.
  if (error instanceof Error && error.name === "SuppressedError" && "suppressed" in error) return firstOf(error.suppressed);
  return error;
}

/** What to print for an error, and the exit code. Only bugs of ours show their stack. */
export function explain(thrown: unknown): { text: string; code: number } {
  const error = firstOf(thrown);
  if (error instanceof Interrupted) return { text: error.message, code: exitCode.interrupted };
  if (isAbort(error)) return { text: "Stopped.", code: exitCode.interrupted };
  if (error instanceof UserError) return { text: error.message, code: exitCode.user };
  const words = diskFault(error) ?? excess(error);
  if (words !== null) return { text: words, code: exitCode.user };
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const lines = what.split("\n").map(visibleText).join("\n");
  return { text: `This is a bug in crossover. Please report it with these lines:\n${lines}`, code: exitCode.bug };
}
