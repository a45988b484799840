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

/** A single mistake among many must still be seen, hence the floor under the shade. */
const shadeOf = (share: number): number => 0.12 + 0.78 * Math.min(1, share);

/**
 * A confusion matrix as a heat map: rows are true labels, columns answers, numbered as the rows are; the last column counts rows without an
 * answer. The shade is the share of the row, so that rare labels show as well as frequent ones.
 */
export function confusionChart(confusion: Counts, labels: readonly string[], options: ConfusionChartOptions): Markup {
  return matrix([confusion], labels, options, (row, column) => {
    const count = confusion[row]![column]!;
    if (count === 0) return null;
    const total = confusion[row]!.reduce((sum, each) => sum + each, 0);
    return { text: formatCount(count), hue: row === column ? "right" : "wrong", shade: shadeOf(count / total) };
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

function matrix(
  matrices: readonly Counts[],
  labels: readonly string[],
  { linkOf, ...frame }: ConfusionChartOptions,
  shown: (row: number, column: number) => Shown | null,
): Markup {
  const { width } = frame;
  const hasUnanswered = matrices.some((confusion) => confusion.some((row) => row[labels.length]! > 0));
  const columns = labels.length + Number(hasUnanswered);
  const names = labels.map((label, i) => `${i + 1}  ${label}`);
  const wanted = Math.max(...names.map(textWidth)) + 8;
  const nameWidth = Math.min(wanted, width - columns * Math.min(22, (width * 0.6) / columns));
  const size = Math.min(44, (width - nameWidth - 2) / columns);
  const head = 36;
  const height = Math.ceil(head + labels.length * size + 2);

  const axes = markup`<text class="tick" x="0" y="29">true label</text><text class="tick" x="${pixel(nameWidth + (columns * size) / 2)}" y="11" text-anchor="middle">answer</text>`;
  const heads = Array.from({ length: columns }, (_, column) => {
    const text = column < labels.length ? String(column + 1) : "–";
    return markup`<text class="tick" x="${pixel(nameWidth + (column + 0.5) * size)}" y="29" text-anchor="middle">${text}</text>`;
  });
  const rows = labels.map((_, row) => {
    const y = head + row * size;
    const name = markup`<text class="name" x="0" y="${pixel(y + size / 2 + 4)}">${truncateToPixels(names[row]!, nameWidth - 6)}</text>`;
    const cells = Array.from({ length: columns }, (_, column) => {
      const x = nameWidth + column * size;
      const drawn = cell(shown(row, column), { x, y, size });
      const count = matrices[0]![row]![column]!;
      if (count === 0 || linkOf === undefined) return drawn;
      const [truth, answer] = [labels[row]!, labels[column] ?? null];
      const title = `${truth} answered as ${answer ?? "no answer"}: ${formatPlural(count, "row")}`;
      return markup`<a href="${linkOf(truth, answer)}"><title>${title}</title>${drawn}</a>`;
    });
    return markup`<g>${name}${cells}</g>`;
  });
  return svg({ ...frame, height, ...(linkOf !== undefined && { role: "group" as const }) }, [axes, heads, rows]);
}

function cell(shown: Shown | null, { x, y, size }: { readonly x: number; readonly y: number; readonly size: number }): Markup {
  const rect = (name: string, opacity: number): Markup =>
    markup`<rect class="${name}" x="${pixel(x + 0.5)}" y="${pixel(y + 0.5)}" width="${pixel(size - 1)}" height="${pixel(size - 1)}" fill-opacity="${opacity}"/>`;
  if (shown === null) return rect("back", 1);
  const { text, hue, shade } = shown;
  const depth = shade >= 0.75 ? "cell deep" : shade >= 0.58 ? "cell mid" : "cell";
  return markup`${rect("back", 1)}${rect(hue, Math.round(shade * 100) / 100)}<text class="${depth}" x="${pixel(x + size / 2)}" y="${pixel(y + size / 2 + 4)}" text-anchor="middle">${text}</text>`;
}
