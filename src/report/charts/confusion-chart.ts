import { formatCount, formatPlural } from "../../lib/text/format.js";
import type { Arm } from "../../types/identity.js";
import { type Markup, markup } from "../markup.js";
import { type Frame, pixel, svg, textWidth, truncateToPixels } from "./svg.js";

export interface ConfusionChartOptions extends Omit<Frame, "height"> {
  /** Where the rows of a cell are shown; `null`: those without an answer. Absent: nowhere. */
  readonly linkOf?: (truth: string, answer: string | null) => string;
}

type Counts = readonly (readonly number[])[];

/** What one cell shows. */
interface Shown {
  readonly text: string;
  /** Class of its color. */
  readonly hue: string;
  /** From 0 to 1. */
  readonly shade: number;
}

/** Where the parts of a matrix stand. */
interface Layout {
  /** Pixels of the names of rows. */
  readonly nameWidth: number;
  /** Pixels above the cells. */
  readonly head: number;
  /** Pixels of a cell, which is a square. */
  readonly size: number;
  /** Whether names of columns stand askew, since they would touch each other. */
  readonly isAskew: boolean;
}

/**
 * Opacity of a cell by its share of the row, from 0 to 1. A single mistake among many must still be seen, hence the floor. Steps leave out the shades on
 * which neither dark nor light digits have a contrast of 4.5, in the colors of a light page or of a dark one.
 */
function shadeOf(share: number): number {
  if (share < 0.5) return 0.12 + 0.7 * share;
  return share < 0.75 ? 0.64 + 0.2 * (share - 0.5) : 0.87 + 0.12 * (Math.min(1, share) - 0.75);
}

/** Pixels of each of the two columns at the right, over which the names of the last columns may lean. */
const totalWidth = 36;
/** Pixels of a name above a column, along its line. */
const longestHead = 136;
const largestCell = 44;
/** Pixels that a number of two digits needs. */
const smallestCell = 15;

/** Whether the cells of a matrix with so many labels are large enough to be read. */
export function matrixFits(labels: readonly string[], width: number): boolean {
  return layoutOf(labels, labels.length + 1, width).size >= smallestCell;
}

/**
 * A confusion matrix as a heat map: rows are true labels, columns answers; the last column counts rows without an answer. The shade is the share of
 * the row, so that rare labels show as well as frequent ones. At the right the rows of each label and its recall, below all answers with a label.
 */
export function confusionChart(confusion: Counts, labels: readonly string[], options: ConfusionChartOptions): Markup {
  const totalOf = (row: number): number => confusion[row]!.reduce((sum, each) => sum + each, 0);
  const shown = (row: number, column: number): Shown | null => {
    const count = confusion[row]![column]!;
    if (count === 0) return null;
    return { text: formatCount(count), hue: row === column ? "right" : "wrong", shade: shadeOf(count / totalOf(row)) };
  };
  return matrix([confusion], labels, options, shown, {
    rows: labels.map((_, row) => [formatCount(totalOf(row)), recallText(confusion[row]![row]!, totalOf(row))]),
    columns: (column) => formatCount(confusion.reduce((sum, counts) => sum + counts[column]!, 0)),
  });
}

/** In which cells two confusion matrices differ, in the color of the one that has more rows there, and how many more. */
export function confusionDifferenceChart(
  [first, second]: readonly [
    { readonly arm: Arm; readonly confusion: Counts },
    { readonly arm: Arm; readonly confusion: Counts },
  ],
  labels: readonly string[],
  options: Omit<Frame, "height">,
): Markup {
  return matrix([first.confusion, second.confusion], labels, options, (row, column) => {
    const more = first.confusion[row]![column]! - second.confusion[row]![column]!;
    if (more === 0) return null;
    const total = first.confusion[row]!.reduce((sum, each) => sum + each, 0);
    const { arm } = more > 0 ? first : second;
    return { text: formatCount(Math.abs(more)), hue: `cell-${arm}`, shade: shadeOf(Math.abs(more) / total) };
  });
}

/** Whole percents, of which only all are 100 and only none are 0. */
function recallText(right: number, rows: number): string {
  if (rows === 0) return "–";
  const percent = (100 * right) / rows;
  if (percent > 99 && percent < 100) return ">99%";
  return percent > 0 && percent < 1 ? "<1%" : `${Math.round(percent)}%`;
}

function layoutOf(labels: readonly string[], columns: number, width: number): Layout {
  const widest = Math.max(...labels.map(textWidth));
  // At least as wide as what stands over the names.
  const nameWidth = Math.min(Math.max(widest + 10, textWidth("true label ↓")), Math.max(96, width * 0.3));
  const size = Math.min(largestCell, (width - nameWidth - 2 * totalWidth - 2) / columns);
  const isAskew = Math.max(widest, textWidth("none")) > size - 2;
  const head = isAskew ? Math.ceil(Math.min(widest, longestHead) * Math.SQRT1_2) + 20 : 38;
  return { nameWidth, head, size, isAskew };
}

/** What stands at the right of each row, and below each column. */
interface Totals {
  readonly rows: readonly (readonly [rows: string, recall: string])[];
  readonly columns: (column: number) => string;
}

function matrix(
  matrices: readonly Counts[],
  labels: readonly string[],
  { linkOf, ...frame }: ConfusionChartOptions,
  shown: (row: number, column: number) => Shown | null,
  totals?: Totals,
): Markup {
  const hasUnanswered = matrices.some((confusion) => confusion.some((row) => row[labels.length]! > 0));
  const columns = labels.length + Number(hasUnanswered);
  const layout = layoutOf(labels, columns, frame.width);
  const { nameWidth, head, size } = layout;
  const bottom = head + labels.length * size;
  const height = Math.ceil(bottom + (totals === undefined ? 2 : 20));

  const rows = labels.map((label, row) => {
    const y = head + row * size;
    const name = markup`<text class="name" x="0" y="${pixel(y + size / 2 + 4)}">${cutName(label, nameWidth - 6)}</text>`;
    const cells = Array.from({ length: columns }, (_, column) => {
      const drawn = cell(shown(row, column), { x: nameWidth + column * size, y, size });
      const count = matrices[0]![row]![column]!;
      if (count === 0 || linkOf === undefined) return drawn;
      const answer = labels[column] ?? null;
      const title = `${label} answered as ${answer ?? "no answer"}: ${formatPlural(count, "row")}`;
      return markup`<a href="${linkOf(label, answer)}"><title>${title}</title>${drawn}</a>`;
    });
    return markup`<g>${name}${cells}</g>`;
  });
  const content = [
    axisNames(layout),
    Array.from({ length: columns }, (_, column) => columnName(labels[column] ?? "none", column, frame.width, layout)),
    rows,
    totals !== undefined && marginals(totals, columns, bottom, layout),
  ];
  return svg({ ...frame, height, ...(linkOf !== undefined && { role: "group" as const }) }, content);
}

/** A name in so many pixels, in full where the pointer rests. */
function cutName(name: string, pixels: number): Markup {
  const cut = truncateToPixels(name, pixels);
  return markup`${cut}${cut !== name && markup`<title>${name}</title>`}`;
}

function axisNames({ nameWidth, head }: Layout): Markup {
  return markup`<text class="tick" x="${pixel(nameWidth - 6)}" y="${head - 22}" text-anchor="end">answer →</text><text class="tick" x="0" y="${head - 7}">true label ↓</text>`;
}

function columnName(label: string, column: number, width: number, { nameWidth, head, size, isAskew }: Layout): Markup {
  const x = pixel(nameWidth + (column + 0.5) * size);
  const room = (width - x) * Math.SQRT2 - 8;
  return isAskew
    ? markup`<text class="tick" x="${x}" y="${head - 5}" transform="rotate(-45 ${x} ${head - 5})">${cutName(label, Math.min(longestHead, room))}</text>`
    : markup`<text class="tick" x="${x}" y="${head - 7}" text-anchor="middle">${label}</text>`;
}

function marginals({ rows, columns: below }: Totals, columns: number, bottom: number, layout: Layout): Markup {
  const { nameWidth, head, size } = layout;
  const right = nameWidth + columns * size;
  const places = [right + totalWidth - 4, right + 2 * totalWidth];
  const text = (x: number, y: number, content: string, anchor: "end" | "middle"): Markup =>
    markup`<text class="tick" x="${pixel(x)}" y="${pixel(y)}" text-anchor="${anchor}">${content}</text>`;
  return markup`${["rows", "recall"].map((name, i) => text(places[i]!, head - 7, name, "end"))}${rows.map((totals, row) =>
    totals.map((total, i) => text(places[i]!, head + (row + 0.5) * size + 4, total, "end")),
  )}${text(nameWidth - 6, bottom + 14, "answers", "end")}${Array.from({ length: columns }, (_, column) =>
    text(nameWidth + (column + 0.5) * size, bottom + 14, below(column), "middle"),
  )}`;
}

function cell(shown: Shown | null, { x, y, size }: { readonly x: number; readonly y: number; readonly size: number }): Markup {
  const rect = (name: string, opacity: number): Markup =>
    markup`<rect class="${name}" x="${pixel(x + 0.5)}" y="${pixel(y + 0.5)}" width="${pixel(size - 1)}" height="${pixel(size - 1)}" fill-opacity="${opacity}"/>`;
  if (shown === null) return rect("back", 1);
  const { text, hue, shade } = shown;
  const depth = shade >= 0.8 ? "cell deep" : shade >= 0.6 ? "cell mid" : "cell";
  return markup`${rect("back", 1)}${rect(hue, Math.round(shade * 100) / 100)}<text class="${depth}" x="${pixel(x + size / 2)}" y="${pixel(y + size / 2 + 4)}" text-anchor="middle">${text}</text>`;
}
