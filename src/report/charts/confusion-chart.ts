import { formatCount, formatPlural } from "../../lib/text/format.js";
import { type Markup, markup } from "../markup.js";
import { type Frame, pixel, svg, textWidth, truncateToPixels } from "./svg.js";

export interface ConfusionChartOptions extends Omit<Frame, "height"> {
  /** Where the rows of a cell are shown; `null`: those without an answer. Absent: nowhere. */
  readonly linkOf?: (truth: string, answer: string | null) => string;
}

/**
 * A confusion matrix as a heat map: rows are true labels, columns answers, numbered as the rows are; the last column counts rows without an
 * answer. The shade is the share of the row, so that rare labels show as well as frequent ones.
 */
export function confusionChart(
  confusion: readonly (readonly number[])[],
  labels: readonly string[],
  { linkOf, ...frame }: ConfusionChartOptions,
): Markup {
  const { width } = frame;
  const hasUnanswered = confusion.some((row) => row[labels.length]! > 0);
  const columns = labels.length + Number(hasUnanswered);
  const names = labels.map((label, i) => `${i + 1}  ${label}`);
  const wanted = Math.max(...names.map(textWidth)) + 8;
  const nameWidth = Math.min(wanted, width - columns * Math.min(22, (width * 0.6) / columns));
  const size = Math.min(44, (width - nameWidth - 2) / columns);
  const head = 20;
  const height = Math.ceil(head + labels.length * size + 2);

  const heads = Array.from({ length: columns }, (_, column) => {
    const text = column < labels.length ? String(column + 1) : "–";
    return markup`<text class="tick" x="${pixel(nameWidth + (column + 0.5) * size)}" y="13" text-anchor="middle">${text}</text>`;
  });
  const rows = confusion.map((counts, row) => {
    const total = counts.reduce((sum, count) => sum + count, 0);
    const y = head + row * size;
    const name = markup`<text class="name" x="0" y="${pixel(y + size / 2 + 4)}">${truncateToPixels(names[row]!, nameWidth - 6)}</text>`;
    const cells = counts.slice(0, columns).map((count, column) => {
      const share = total === 0 ? 0 : count / total;
      const x = nameWidth + column * size;
      const hue = row === column ? "right" : "wrong";
      // A single mistake among many must still be seen, hence the floor under the shade.
      const shade = count === 0 ? 0 : 0.12 + 0.78 * share;
      const depth = shade >= 0.75 ? "cell deep" : shade >= 0.58 ? "cell mid" : "cell";
      const number =
        count > 0 &&
        markup`<text class="${depth}" x="${pixel(x + size / 2)}" y="${pixel(y + size / 2 + 4)}" text-anchor="middle">${formatCount(count)}</text>`;
      const rect = (name: string, opacity: number): Markup =>
        markup`<rect class="${name}" x="${pixel(x + 0.5)}" y="${pixel(y + 0.5)}" width="${pixel(size - 1)}" height="${pixel(size - 1)}" fill-opacity="${opacity}"/>`;
      const cell = markup`${rect("back", 1)}${shade > 0 && rect(hue, Math.round(shade * 100) / 100)}${number}`;
      if (count === 0 || linkOf === undefined) return cell;
      const [truth, answer] = [labels[row]!, labels[column] ?? null];
      const name = `${truth} answered as ${answer ?? "no answer"}: ${formatPlural(count, "row")}`;
      return markup`<a href="${linkOf(truth, answer)}" aria-label="${name}"><title>${name}</title>${cell}</a>`;
    });
    return markup`<g>${name}${cells}</g>`;
  });
  return svg({ ...frame, height, ...(linkOf !== undefined && { role: "group" as const }) }, [heads, rows]);
}
