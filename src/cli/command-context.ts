import type { Terminal } from "./terminal.js";

/** What every command is given, and where it leaves its exit code. */
export interface CommandContext {
  readonly terminal: Terminal;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  setExitCode(code: number): void;
}
