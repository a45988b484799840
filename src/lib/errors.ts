/** @file The errors for people. Any other error is a bug of ours and prints its stack. */

/**
 * An error that the user can fix. The message names the place, what was found, what was expected and what to do; it contains no key and no
 * whole text.
 */
export class UserError extends Error {
  override readonly name: string = "UserError";
}

/** The next step would exceed the budget. Everything paid for so far is on disk. */
export class BudgetError extends UserError {
  override readonly name = "BudgetError";
}

/** The user stopped the run. The message says how to resume it. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

/** Whether an error only says that a signal was aborted. */
export function isAbort(error: unknown): boolean {
  return error instanceof Interrupted || (error instanceof Error && error.name === "AbortError");
}

/** What an unknown thrown value says, for a message. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Throws the signal's reason if it was aborted. To be called between units of work. */
export function throwIfAborted(signal: AbortSignal): void {
  signal.throwIfAborted();
}

/** Whether it is an error of the system with this code, such as `ENOENT`. */
export function isErrorCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
