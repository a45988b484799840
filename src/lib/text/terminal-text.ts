/** @file What a terminal must not be sent: controls that move a cursor, set a title or turn the direction of writing. */

/** Controls other than line feed and tab, and marks that turn the direction of writing. */
const control = "[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069]";

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

/**
 * Makes texts harmless: a control that is not allowed becomes `\u001b`, which in JSON means the same.
 *
 * @param allowed patterns of codes that pass
 */
export function terminalCleaner(allowed: readonly RegExp[]): (text: string) => string {
  const codes = new RegExp([...allowed.map(({ source }) => source), control].join("|"), "g");
  const isAllowed = (code: string): boolean => allowed.some((pattern) => pattern.test(code));
  // A code that is allowed is longer than one character, but for the return to the start of a line.
  return (text) => text.replace(codes, (code) => (code.length > 1 || isAllowed(code) ? code : escaped(code)));
}
