/**
 * @file The last line of defense of the terminal. What is printed is made harmless where it is put together; what slips through (a file's name, a field
 * of a foreign run's folder) must still not move a cursor, set a title or turn the direction of writing.
 */
import { colorCode } from "../report/terminal/style.js";
import type { Terminal } from "./terminal.js";

/** Back to the start of a line, up some lines, and erasing to the end: what a `ScreenBlock` is redrawn with. */
const cursorCode = /\r|\u001b\[(?:\d+A|[JK])/;

/** Controls other than line feed and tab, and marks that turn the direction of writing. */
const control = "[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069]";

/**
 * A terminal that obeys the program's own codes and no others: colors where they are wanted, the cursor on a screen that is redrawn. Any other
 * control is printed as `\u001b`, which in JSON means the same.
 */
export function cleanTerminal(terminal: Terminal): Terminal {
  const out = cleaner(terminal.hasColor ? [colorCode] : []);
  const err = cleaner([...(terminal.hasErrColor ? [colorCode] : []), ...(terminal.isInteractive ? [cursorCode] : [])]);
  return {
    ...terminal,
    out: (text) => terminal.out(out(text)),
    err: (text) => terminal.err(err(text)),
    confirm: (question) => terminal.confirm(cleaner([])(question)),
  };
}

function cleaner(allowed: readonly RegExp[]): (text: string) => string {
  const codes = new RegExp([...allowed.map(({ source }) => source), control].join("|"), "g");
  // A code that is allowed is longer than one character, but for the return to the start of a line.
  return (text) => text.replace(codes, (code) => (code.length > 1 || isAllowed(allowed, code) ? code : escaped(code)));
}

const isAllowed = (allowed: readonly RegExp[], code: string): boolean => allowed.some((pattern) => pattern.test(code));

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
