/**
 * @file Text from data is untrusted. Before it is escaped for whatever it goes into, it is made harmless for people: nothing that moves
 * a cursor, hides, or reverses what follows.
 */

/** Controls of C0 and C1, line and paragraph separators, marks that change the direction of writing, and the byte order mark. */
const hidden =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff]/g;

/**
 * The text on one line, with every hidden character shown: white space becomes a single space, ESC becomes `␛`, a reversal of direction
 * `[U+202E]`, half a surrogate pair `�`. Joiners inside emoji and letters stay.
 */
export function visibleText(text: string): string {
  return text
    .replace(/[\t\n\v\f\r\u0085\u2028\u2029]+/g, " ")
    .replace(hidden, (character) => {
      const code = character.charCodeAt(0);
      if (code < 0x20) return String.fromCharCode(0x2400 + code);
      return code === 0x7f ? "␡" : `[U+${code.toString(16).toUpperCase().padStart(4, "0")}]`;
    })
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "�");
}

/** The first `length` characters as a reader counts them, with an ellipsis where something was cut. */
export function cutText(text: string, length: number): string {
  if (text.length <= length) return text;
  // Where each sign is a character of its own, and so is the next one, nobody needs to look for longer ones, which takes a thousand times as long.
  if (/^[ -~]*$/.test(text.slice(0, length + 1))) return `${text.slice(0, length).trimEnd()}…`;
  const kept: string[] = [];
  for (const { segment } of new Intl.Segmenter("en", { granularity: "grapheme" }).segment(text)) {
    if (kept.length === length) return `${kept.join("").trimEnd()}…`;
    kept.push(segment);
  }
  return text;
}
