import type { Arm } from "../../types/identity.js";
import type { Estimate } from "../../types/scores.js";
import { type Markup, markup } from "../markup.js";
import { linearScale, logScale, type Scale, shareDomain } from "./scale.js";
import { type Frame, mark, pixel, svg, textWidth, truncateToPixels, xAxis } from "./svg.js";

/** One line of the chart. */
export interface IntervalRow {
  readonly name: string;
  readonly arm: Arm;
  readonly estimate: Estimate;
  readonly isChosen: boolean;
}

export interface IntervalChartOptions extends Omit<Frame, "height"> {
  readonly format: (value: number) => string;
  /** Of the round numbers on the axis. */
  readonly formatTick: (value: number) => string;
  /** `share`: a linear axis, baselines far below are drawn at its edge. `log`: a logarithmic axis of positive numbers. */
  readonly axis: "share" | "log";
  /** Values that a linear axis reaches at least. @default none */
  readonly through?: readonly number[];
}

const rowHeight = 30;
const axisHeight = 26;
/** Pixels that the intervals need beside the names; with fewer the names stand above them. */
const leastPlot = 160;

/** Numbers with their intervals, one row each, on one axis (a forest plot). Names stand on the left, or above where that leaves no room. */
export function intervalChart(
  rows: readonly IntervalRow[],
  { format, formatTick, axis, through = [], ...frame }: IntervalChartOptions,
): Markup {
  const { width } = frame;
  const nameWidth = Math.max(...rows.map(({ name }) => textWidth(name))) + 12;
  const valueWidth = Math.max(...rows.map(({ estimate }) => textWidth(format(estimate.value)))) + 10;
  const isStacked = width - nameWidth - valueWidth < leastPlot;
  const [left, right] = [isStacked ? 8 : nameWidth, width - valueWidth - 4];
  const step = rowHeight + (isStacked ? 14 : 0);
  const height = rows.length * step + axisHeight;
  const scale = scaleFor(rows, { axis, through }, [left, right], Math.max(2, Math.floor((right - left) / 60)));

  const drawn = rows.map((row, i) => {
    const center = i * step + (isStacked ? 14 : 0) + rowHeight / 2;
    const [nameX, nameY] = isStacked ? [0, i * step + 13] : [0, center + 4];
    const name = truncateToPixels(row.name, isStacked ? width - 4 : nameWidth);
    const nameClass = row.isChosen ? "name chosen" : "name";
    const value = markup`<text class="${nameClass}" x="${width}" y="${pixel(center + 4)}" text-anchor="end">${format(row.estimate.value)}</text>`;
    return markup`<g><text class="${nameClass}" x="${nameX}" y="${pixel(nameY)}">${name}</text>${interval(row, scale, center, left)}${value}</g>`;
  });
  return svg({ ...frame, height }, [xAxis(scale, 2, rows.length * step, formatTick, right + valueWidth / 2), drawn]);
}

function scaleFor(
  rows: readonly IntervalRow[],
  { axis, through }: { readonly axis: "share" | "log"; readonly through: readonly number[] },
  range: readonly [number, number],
  count: number,
): Scale {
  if (axis === "share") {
    const [low, high] = shareDomain(rows);
    return linearScale([Math.min(low, ...through), Math.max(high, ...through)], range, count);
  }
  const ends = rows
    .flatMap(({ estimate: { value, low, high } }) => [value, low, high])
    .filter((end) => Number.isFinite(end) && end > 0);
  return logScale([Math.min(...ends), Math.max(...ends)], range);
}

function interval({ arm, estimate: { value, low, high } }: IntervalRow, scale: Scale, y: number, left: number): Markup {
  const first = scale.ticks[0]!;
  if (value < first) {
    return markup`<path class="off ${arm}" d="M${pixel(left + 9)} ${pixel(y - 5)}L${pixel(left)} ${pixel(y)}L${pixel(left + 9)} ${pixel(y + 5)}Z"/>`;
  }
  if (!Number.isFinite(low) || !Number.isFinite(high)) return mark(arm, scale(value), y);
  const [from, to] = [pixel(scale(Math.max(low, first))), pixel(scale(high))];
  const caps = [from, to].map(
    (x) => markup`<line class="whisker ${arm}" x1="${x}" x2="${x}" y1="${pixel(y - 4)}" y2="${pixel(y + 4)}"/>`,
  );
  return markup`<line class="whisker ${arm}" x1="${from}" x2="${to}" y1="${pixel(y)}" y2="${pixel(y)}"/>${caps}${mark(arm, scale(value), y)}`;
}
