/** @file Texts that are too long for the lines they may have, ended where no half of a number or of a remark is left. */
import { displayWidth, truncate, wrap } from "../../lib/text/display-width.js";

/** A clause is worth ending at if no more than half of what would fit is given up. */
const leastClause = 0.5;

/** The text in at most `maxLines` lines of `width` columns; where it was cut it ends with an ellipsis. */
export function wrapShort(text: string, width: number, maxLines: number): string[] {
  return [...shorten(wrap(text, width), maxLines, width)];
}

/** The first lines of a text that is too long, ended at a clause or else at a word: "in 50…" would be taken for a number, and "90.3 …" for one without its unit. */
export function shorten(lines: readonly string[], maxLines: number, width: number): readonly string[] {
  if (lines.length <= maxLines) return lines;
  const kept = lines.slice(0, maxLines).join(" ");
  const clause = withoutOpenRemark(kept.slice(0, Math.max(kept.lastIndexOf("; "), kept.lastIndexOf(", "), 0)));
  if (clause.length > kept.length * leastClause) return wrap(`${clause} …`, width);
  const closed = withoutOpenRemark(kept);
  const wrapped = wrap(closed.length > kept.length * leastClause ? closed : kept, width);
  let last = withoutLooseEnd(wrapped.at(-1)!);
  while (displayWidth(last) > width - 2 && last.includes(" ")) last = withoutLooseEnd(last.slice(0, last.lastIndexOf(" ")));
  return [...wrapped.slice(0, -1), truncate(`${last.replace(/[,;:]$/, "")} …`, width)];
}

/** Without a parenthesis that is not closed. */
function withoutOpenRemark(text: string): string {
  const open = text.lastIndexOf("(");
  return open > text.lastIndexOf(")") ? text.slice(0, open).trimEnd() : text;
}

/** Words that say nothing without the next one. */
const leading = /^(a|about|an|and|at|by|for|from|in|is|least|of|on|or|than|the|to|with|within)$/;

/** Without the number, or the little words, that it ends with: what the number counts, and what it is an end of, was cut. */
function withoutLooseEnd(text: string): string {
  const words = text.split(" ");
  while (words.length > 1 && (/\d/.test(words.at(-1)!) || leading.test(words.at(-1)!))) words.pop();
  return words.join(" ");
}
