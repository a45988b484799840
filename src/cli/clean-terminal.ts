/**
 * @file The last line of defense of the terminal. What is printed is made harmless where it is put together; what slips through (a file's name, a field
 * of a foreign run's folder) must still not move a cursor, set a title or turn the direction of writing.
 */
import { terminalCleaner } from "../lib/text/terminal-text.js";
import { colorCode } from "../report/terminal/style.js";
import type { Terminal } from "./terminal.js";

/** Back to the start of a line, up some lines, and erasing to the end: what a `ScreenBlock` is redrawn with. */
const cursorCode = /\r|\u001b\[(?:\d+A|[JK])/;

/**
 * A terminal that obeys the program's own codes and no others: colors where they are wanted, the cursor on a screen that is redrawn. Any other
 * control is printed as `\u001b`, which in JSON means the same.
 */
export function cleanTerminal(terminal: Terminal): Terminal {
  const out = terminalCleaner(terminal.hasColor ? [colorCode] : []);
  const err = terminalCleaner([...(terminal.hasErrColor ? [colorCode] : []), ...(terminal.isInteractive ? [cursorCode] : [])]);
  return {
    ...terminal,
    out: (text) => terminal.out(out(text)),
    err: (text) => terminal.err(err(text)),
    // A file or another program takes them as data: a changed character would be a changed row.
    rows: (text) => terminal.rows(terminal.isOutScreen ? out(text.replace(/\r(?=\n|$)/g, "")) : text),
    confirm: (question) => terminal.confirm(terminalCleaner([])(question)),
  };
}
