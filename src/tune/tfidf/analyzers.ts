/**
 * @file Texts to the parts that are counted, as scikit-learn's `CountVectorizer` has them: lower-cased, with `analyzer="word"` and its usual
 * `token_pattern`, and with `analyzer="char_wb"`. Letters, digits and white space are Python's.
 */

/** How many words, or characters, a part has. */
export interface PartLengths {
  readonly shortest: number;
  readonly longest: number;
}

/** Two characters at least that are letters, digits or underscores. A text without spaces, as in Chinese, is one. */
const word = /[\p{L}\p{N}_]{2,}/gu;
/** What `str.split` splits at. */
const whiteSpace = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/u;

/** One part after another: each word, then each two neighbors with a space between, and so on. */
export function wordParts(text: string, { shortest, longest }: PartLengths): string[] {
  const words = text.toLowerCase().match(word) ?? [];
  const parts: string[] = [];
  for (let length = shortest; length <= longest; length++)
    for (let at = 0; at + length <= words.length; at++) parts.push(words.slice(at, at + length).join(" "));
  return parts;
}

/** The characters in a row within each word, which has a space on either side; a word that is shorter than a part is one, once. */
export function characterParts(text: string, { shortest, longest }: PartLengths): string[] {
  const parts: string[] = [];
  for (const bare of text.toLowerCase().split(whiteSpace)) {
    if (bare === "") continue;
    const padded = [" ", ...bare, " "];
    for (let length = shortest; length <= longest; length++) {
      parts.push(padded.slice(0, length).join(""));
      for (let at = 1; at + length <= padded.length; at++) parts.push(padded.slice(at, at + length).join(""));
      if (padded.length <= length) break;
    }
  }
  return parts;
}
