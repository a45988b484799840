/** @file How many columns of a terminal a text takes, and texts cut and padded to columns. */
import { eastAsianWidth } from "get-east-asian-width";

/**
 * No column of their own: combining marks, joiners and other format characters, and the vowels and finals of a Korean syllable that is written
 * in its parts, which stand in the column of its first consonant.
 */
const weightless = /[\p{Mn}\p{Me}\p{Cf}\u1160-\u11ff\ud7b0-\ud7ff]/u;

const emoji = /\p{Emoji_Presentation}|\p{Regional_Indicator}|\ufe0f/u;

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

/** The characters of a text as a reader counts them: an emoji family or a letter with its accents is one. */
export function graphemes(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** Columns that a text takes in a terminal. The text must hold no control characters (see `visibleText`). */
export function displayWidth(text: string): number {
  if (/^[\u0020-\u007e]*$/.test(text)) return text.length;
  return graphemes(text).reduce((sum, grapheme) => sum + graphemeWidth(grapheme), 0);
}

function graphemeWidth(grapheme: string): number {
  if (emoji.test(grapheme)) return 2;
  return Array.from(grapheme).reduce((sum, character) => sum + (weightless.test(character) ? 0 : columnsOf(character)), 0);
}

/** One column, or two where Unicode's EastAsianWidth.txt has the character as wide or full-width. */
function columnsOf(character: string): 1 | 2 {
  return eastAsianWidth(character.codePointAt(0)!);
}

/** Whether the text has characters of a script that is written without spaces, and may be broken between any two. */
function isUnspaced(text: string): boolean {
  return Array.from(text).some((character) => !emoji.test(character) && columnsOf(character) === 2);
}

/** The text in exactly `width` columns: cut with an ellipsis, or padded on the side away from its alignment. */
export function padColumns(text: string, width: number, align: "left" | "right" = "left"): string {
  const cut = truncate(text, width);
  const padding = " ".repeat(Math.max(0, width - displayWidth(cut)));
  return align === "left" ? cut + padding : padding + cut;
}

/** The text in at most `width` columns, with an ellipsis where it was cut. */
export function truncate(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let [kept, columns] = ["", 0];
  for (const grapheme of graphemes(text)) {
    columns += graphemeWidth(grapheme);
    if (columns > width - 1) break;
    kept += grapheme;
  }
  return width > 0 ? `${kept}…` : "";
}

/** The text in at most `width` columns, with an ellipsis in the middle where it was cut. */
export function truncateMiddle(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  const all = graphemes(text);
  let [head, tail] = ["", ""];
  let columns = 1;
  for (let from = 0, to = all.length - 1; from <= to; ) {
    const isHeadTurn = displayWidth(head) <= displayWidth(tail);
    const next = all[isHeadTurn ? from++ : to--]!;
    columns += displayWidth(next);
    if (columns > width) break;
    if (isHeadTurn) head += next;
    else tail = next + tail;
  }
  return `${head}…${tail}`;
}

/**
 * The text in lines of at most `width` columns. Broken at spaces; a word that is too long for a line gets a line of its own and is broken
 * where names have joints (`prompt:few-shot@` / `openai:…`), otherwise anywhere. Between wide characters, which have no spaces, anywhere too.
 */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  // An indentation is kept on the first line.
  const indent = /^ */.exec(text)![0].slice(0, Math.max(0, width - 1));
  let [line, columns] = ["", indent.length];
  const flush = (): void => {
    if (line === "") return;
    lines.push(lines.length === 0 ? indent + line : line);
    [line, columns] = ["", 0];
  };
  for (const word of text.split(/ +/).filter((part) => part !== "")) {
    const isTooLong = displayWidth(word) > width;
    const isBreakable = isUnspaced(word);
    if (isTooLong && !isBreakable) flush();
    for (const [i, piece] of (isTooLong || isBreakable ? pieces(word, width) : [word]).entries()) {
      const pieceColumns = displayWidth(piece);
      if (columns + (i === 0 && line !== "" ? 1 : 0) + pieceColumns > width) flush();
      const gap = i === 0 && line !== "" ? " " : "";
      line += gap + piece;
      columns += gap.length + pieceColumns;
    }
  }
  flush();
  return lines.length === 0 ? [""] : lines;
}

/** A word in parts none of which is wider than a line, broken at the strongest joints that will do. */
function pieces(word: string, width: number): string[] {
  if (isUnspaced(word)) return graphemes(word);
  let parts = [word];
  for (const joint of [/(?<=[@:/|,;])/, /(?<=[-_.])/, undefined]) {
    parts = parts.flatMap((part) => {
      if (displayWidth(part) <= width) return [part];
      return joint === undefined ? graphemes(part) : part.split(joint);
    });
  }
  return parts;
}
