import { displayWidth, padColumns, truncate, wrap } from "../../lib/text/display-width.js";

/** One cell: paragraphs of plain text, each with the style it is printed in. */
export type Cell = string | readonly CellPart[];

export interface CellPart {
  readonly text: string;
  readonly style?: (text: string) => string;
  /** Lines to show at most; what is cut ends with an ellipsis. */
  readonly maxLines?: number;
}

export interface Column {
  readonly title: Cell;
  readonly align?: "left" | "right";
  /** Columns below which it is not narrowed. Columns without it are not narrowed at all. */
  readonly minimum?: number;
}

const gap = 2;

/** A clause is worth ending at if no more than half of what would fit is given up. */
const leastClause = 0.5;

export interface TableOptions {
  readonly headStyle: (text: string) => string;
  readonly rule: string;
}

/**
 * A table as blocks of lines of at most `width` columns, one block a row: natural widths where they fit, otherwise the widest columns are
 * narrowed step by step and their cells wrapped. Where even the minima don't fit, the last columns are left out, the fewest possible.
 */
export function tableBlocks(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  width: number,
  { headStyle, rule }: TableOptions,
): { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] } {
  const shown = columnsThatFit(columns, rows, width);
  const widths = columnWidths(shown, rows, width);
  const titles = shown.map(({ title }) => partsOf(title).map(({ text }) => ({ text, style: headStyle })));
  const total = widths.reduce((sum, columnWidth) => sum + columnWidth, 0) + gap * (widths.length - 1);
  return {
    head: [...rowLines(titles, shown, widths), headStyle(rule.repeat(total))],
    rows: rows.map((row) => rowLines(row.slice(0, shown.length), shown, widths)),
  };
}

/** The same, as lines. */
export function tableLines(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  width: number,
  { isSpaced = false, ...options }: TableOptions & { readonly isSpaced?: boolean },
): string[] {
  const blocks = tableBlocks(columns, rows, width, options);
  return [...blocks.head, ...blocks.rows.flatMap((lines, i) => (isSpaced && i > 0 ? ["", ...lines] : lines))];
}

function naturalWidth(column: Column, index: number, rows: readonly (readonly Cell[])[]): number {
  const cells = [column.title, ...rows.map((row) => row[index] ?? "")];
  return Math.max(...cells.flatMap((cell) => partsOf(cell).map(({ text }) => displayWidth(text))));
}

function columnsThatFit(columns: readonly Column[], rows: readonly (readonly Cell[])[], width: number): readonly Column[] {
  const least = columns.map((column, i) => Math.min(column.minimum ?? Number.POSITIVE_INFINITY, naturalWidth(column, i, rows)));
  let [count, used] = [0, -gap];
  while (count < columns.length && used + gap + least[count]! <= width) used += gap + least[count++]!;
  return columns.slice(0, Math.max(1, count));
}

function columnWidths(columns: readonly Column[], rows: readonly (readonly Cell[])[], width: number): number[] {
  const widths = columns.map((column, i) => naturalWidth(column, i, rows));
  const least = columns.map((column, i) => Math.min(column.minimum ?? widths[i]!, widths[i]!));
  let excess = widths.reduce((sum, w) => sum + w, 0) + gap * (widths.length - 1) - width;
  while (excess > 0) {
    const narrowable = widths.map((w, i) => (w > least[i]! ? w : -1));
    const widest = narrowable.indexOf(Math.max(...narrowable));
    if (narrowable[widest] === -1) break;
    widths[widest]! -= 1;
    excess -= 1;
  }
  // A single column that is wider than the screen has nobody to give way to.
  return widths.map((w) => Math.min(w, width));
}

function rowLines(cells: readonly Cell[], columns: readonly Column[], widths: readonly number[]): string[] {
  const wrapped = cells.map((cell, i) => {
    return partsOf(cell).flatMap(({ text, style, maxLines }) => {
      return shorten(wrap(text, widths[i]!), maxLines, widths[i]!).map((line) => ({ line, style }));
    });
  });
  const height = Math.max(1, ...wrapped.map((lines) => lines.length));
  return Array.from({ length: height }, (_, row) => {
    const parts = columns.map(({ align }, i) => {
      const { line = "", style } = wrapped[i]?.[row] ?? {};
      const isLast = i === columns.length - 1 && align !== "right";
      const padded = isLast ? line : padColumns(line, widths[i]!, align);
      return style ? padded.replace(line, () => style(line)) : padded;
    });
    return parts.join(" ".repeat(gap)).trimEnd();
  });
}

/**
 * The first lines of a text that is too long, ended at a clause or else at a word: "in 50…" would be taken for a number, and "90.3 …" for
 * one without its unit.
 */
function shorten(lines: readonly string[], maxLines: number | undefined, width: number): readonly string[] {
  if (maxLines === undefined || lines.length <= maxLines) return lines;
  const kept = lines.slice(0, maxLines).join(" ");
  const clause = Math.max(kept.lastIndexOf("; "), kept.lastIndexOf(", "));
  if (clause > kept.length * leastClause) return wrap(`${kept.slice(0, clause)} …`, width);
  let last = lines[maxLines - 1]!;
  while (displayWidth(last) > width - 2 && last.includes(" ")) last = last.slice(0, last.lastIndexOf(" "));
  return [...lines.slice(0, maxLines - 1), truncate(`${last.replace(/[,;:]$/, "")} …`, width)];
}

function partsOf(cell: Cell): readonly CellPart[] {
  return typeof cell === "string" ? [{ text: cell }] : cell;
}
