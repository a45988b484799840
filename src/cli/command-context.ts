import type { Opener } from "./open-file.js";
import type { Terminal } from "./terminal.js";

/** What every command is given, and where it leaves its exit code. */
export interface CommandContext {
  readonly terminal: Terminal;
  /** Aborted by Ctrl-C, once work is held. */
  readonly signal: AbortSignal;
  /**
   * From here on the command has something to close in order: Ctrl-C and SIGTERM abort `signal`. Until then they end the process as any other,
   * also in the middle of a long computation.
   */
  holdWork(): void;
  setExitCode(code: number): void;
  /** Opens a file in the program that the system has for it. */
  readonly open: Opener;
}
