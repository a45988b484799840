/** @file How errors end the program. */
import { UserError } from "../lib/errors.js";
import { visibleText } from "../report/visible-text.js";

/** 0: done. 1: a bug of ours. 2: something the user can mend. 100: a `--require` gate failed. 130: interrupted. */
export const exitCode = { ok: 0, bug: 1, user: 2, gate: 100, interrupted: 130 } as const;

/** A run was stopped by the user. The message says how to go on. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

/** Whether an error only says that a signal was aborted. */
export function isAbort(error: unknown): boolean {
  return error instanceof Interrupted || (error instanceof Error && error.name === "AbortError");
}

/** What the disk can refuse, and what to do about it. */
const diskFaults: Readonly<Record<string, string>> = {
  EACCES: "it may not be written or read. Mend its permissions, or choose another place",
  EPERM: "it may not be written or read. Mend its permissions, or choose another place",
  EROFS: "the disk is read-only. Choose another place",
  ENOSPC: "the disk is full. Make room",
  EDQUOT: "the disk quota is used up. Make room",
  ENOTDIR: "a file stands where a folder is needed. Choose another place",
  EISDIR: "a folder stands where a file is needed. Choose another name",
};

/** A refusal of the disk in words, or `null`. */
function diskFault(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const { code, path } = error as NodeJS.ErrnoException;
  const fault = code === undefined ? undefined : diskFaults[code];
  if (fault === undefined) return null;
  return `${path ?? "A file"}: ${fault}, and run again; --runs DIR says where runs are kept. (${error.message})`;
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
  const disk = diskFault(error);
  if (disk !== null) return { text: disk, code: exitCode.user };
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const lines = what.split("\n").map(visibleText).join("\n");
  return { text: `This is a bug in crossover. Please report it with these lines:\n${lines}`, code: exitCode.bug };
}
