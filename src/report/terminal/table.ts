import { displayWidth, padColumns, wrap } from "../../lib/text/display-width.js";

/** One cell: paragraphs of plain text, each with the style it is printed in. */
export type Cell = string | readonly CellPart[];

export interface CellPart {
  readonly text: string;
  readonly style?: (text: string) => string;
}

export interface Column {
  readonly title: Cell;
  readonly align?: "left" | "right";
  /** Columns below which it is not narrowed. Columns without it are not narrowed at all. */
  readonly minimum?: number;
}

const gap = 2;

export interface TableOptions {
  readonly headStyle: (text: string) => string;
  readonly rule: string;
}

/** A table that is laid out. */
export interface TableBlocks {
  readonly head: readonly string[];
  /** The lines of each row. */
  readonly rows: readonly (readonly string[])[];
  /** Titles of the columns that there was no room for: whoever prints the table says where they are, or that they are not. */
  readonly leftOut: readonly string[];
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
): TableBlocks {
  const shown = columnsThatFit(columns, rows, width);
  const widths = columnWidths(shown, rows, width);
  const titles = shown.map(({ title }) => partsOf(title).map(({ text }) => ({ text, style: headStyle })));
  const total = widths.reduce((sum, columnWidth) => sum + columnWidth, 0) + gap * (widths.length - 1);
  return {
    head: [...rowLines(titles, shown, widths), headStyle(rule.repeat(total))],
    rows: rows.map((row) => rowLines(row.slice(0, shown.length), shown, widths)),
    leftOut: columns.slice(shown.length).map(({ title }) => plainText(title)),
  };
}

/** The same with every column: what there is no room for beside the others stands under each row, `p95: 1.2 s; fitting: 3.0 s`. */
export function wholeTableBlocks(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  width: number,
  options: TableOptions,
): Pick<TableBlocks, "head" | "rows"> {
  const { head, rows: blocks, leftOut } = tableBlocks(columns, rows, width, options);
  const first = columns.length - leftOut.length;
  const rest = (row: readonly Cell[]): string =>
    leftOut.map((title, i) => `${title}: ${plainText(row[first + i] ?? "")}`).join("; ");
  return {
    head,
    rows: blocks.map((lines, i) => {
      if (leftOut.length === 0) return lines;
      return [...lines, ...wrap(rest(rows[i]!), width - gap).map((line) => `${" ".repeat(gap)}${options.headStyle(line)}`)];
    }),
  };
}

/** The same as lines. What there is no room for stands in further tables, each with the first column again. */
export function tableLines(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  width: number,
  {
    isSpaced = false,
    isContinued = false,
    ...options
  }: TableOptions & { readonly isSpaced?: boolean; readonly isContinued?: boolean },
): string[] {
  const left = tableBlocks(columns, rows, width, options).leftOut.length;
  // Where not even a second column fits, further tables would not help.
  const isSplit = left > 0 && left < columns.length - 1;
  const { head, rows: blocks } = (isSplit ? tableBlocks : wholeTableBlocks)(columns, rows, width, options);
  const lines = [...head, ...blocks.flatMap((each, i) => (isSpaced && i > 0 ? ["", ...each] : each))];
  if (!isSplit) return lines;
  const from = columns.length - left;
  const rest = [columns[0]!, ...columns.slice(from)];
  const others = rows.map((row) => [row[0] ?? "", ...row.slice(from)]);
  return [...lines, "", ...tableLines(rest, others, width, { isSpaced, ...options })];
}

const plainText = (cell: Cell): string =>
  partsOf(cell)
    .map(({ text }) => text)
    .join(" ");

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
    return partsOf(cell).flatMap(({ text, style }) => wrap(text, widths[i]!).map((line) => ({ line, style })));
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

function partsOf(cell: Cell): readonly CellPart[] {
  return typeof cell === "string" ? [{ text: cell }] : cell;
}
