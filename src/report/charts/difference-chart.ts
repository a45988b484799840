import type { Arm } from "../../types/identity.js";
import type { Estimate } from "../../types/scores.js";
import { type Markup, markup } from "../markup.js";
import { linearScale } from "./scale.js";
import { type Frame, mark, pixel, svg, textWidth, truncateToPixels, xAxis } from "./svg.js";
import { pointsTick } from "./ticks.js";

/** One difference, the first approach less the second. */
export interface DifferenceRow {
  readonly a: string;
  readonly b: string;
  /** Of the first. */
  readonly arm: Arm;
  /** As a share: 0.01 is a point. */
  readonly difference: Estimate;
}

export interface DifferenceChartOptions extends Omit<Frame, "height"> {
  /** Half the width of the band within which a difference does not matter, as a share. */
  readonly margin: number;
}

const rowHeight = 30;
const axisHeight = 44;
/** Pixels that the intervals need beside the names; with fewer the names stand above them. */
const leastPlot = 200;
/** A difference so many times as far from 0 as the first one reaches, or as the margin, stands at the edge: it would squeeze the others. */
const farOff = 3;

/** Differences with their intervals on one axis, with the margin as a band around 0. The first row is the one that matters most. */
export function differenceChart(rows: readonly DifferenceRow[], { margin, ...frame }: DifferenceChartOptions): Markup {
  const { width } = frame;
  const names = rows.map(({ a, b }) => `${a} − ${b}`);
  const nameWidth = Math.max(...names.map(textWidth)) + 14;
  const valueWidth = 54;
  const isStacked = width - nameWidth - valueWidth < leastPlot;
  const [left, right] = [isStacked ? 8 : nameWidth, width - valueWidth];
  const step = rowHeight + (isStacked ? 14 : 0);
  const bottom = rows.length * step + 2;
  const reach = ({ difference: { value, low, high } }: DifferenceRow): number =>
    Math.max(...[value, low, high].filter(Number.isFinite).map(Math.abs), 0);
  const most = farOff * Math.max(reach(rows[0]!), margin, 0.005);
  const near = rows.filter(({ difference }) => Math.abs(difference.value) <= most);
  const ends = near.flatMap(({ difference: { value, low, high } }) => [value, low, high]).filter(Number.isFinite);
  const clipped = ends.map((end) => Math.min(most, Math.max(-most, end)));
  const scale = linearScale(
    [Math.min(-margin, ...clipped), Math.max(margin, ...clipped)],
    [left, right],
    Math.max(2, Math.floor((right - left) / 70)),
  );
  const [first, last] = [scale.ticks[0]!, scale.ticks.at(-1)!];
  const within = (value: number): number => scale(Math.min(last, Math.max(first, value)));

  const drawn = rows.map(({ arm, difference: { value, low, high } }, i) => {
    const center = i * step + (isStacked ? 14 : 0) + rowHeight / 2;
    const name = truncateToPixels(names[i]!, isStacked ? width - 4 : nameWidth - 6);
    const label = markup`<text class="${i === 0 ? "name chosen" : "name"}" x="0" y="${pixel(isStacked ? i * step + 13 : center + 4)}">${name}</text>`;
    const number = markup`<text class="${i === 0 ? "name chosen" : "name"}" x="${width}" y="${pixel(center + 4)}" text-anchor="end">${pointsTick(value)}</text>`;
    const whisker =
      Number.isFinite(low) &&
      Number.isFinite(high) &&
      markup`<line class="whisker ${arm}" x1="${pixel(within(low))}" x2="${pixel(within(high))}" y1="${pixel(center)}" y2="${pixel(center)}"/>`;
    return markup`<g>${label}${whisker}${value < first || value > last ? edge(arm, value < first ? left : right, center, value < first ? 1 : -1) : mark(arm, scale(value), center)}${number}</g>`;
  });
  const band = markup`<rect class="margin" x="${pixel(scale(-margin))}" y="2" width="${pixel(scale(margin) - scale(-margin))}" height="${bottom - 2}"/>`;
  const zero = markup`<line class="zero" x1="${pixel(scale(0))}" x2="${pixel(scale(0))}" y1="2" y2="${bottom}"/>`;
  const title = markup`<text class="tick" x="${pixel((left + right) / 2)}" y="${bottom + 36}" text-anchor="middle">points; the band is the margin</text>`;
  return svg({ ...frame, height: bottom + axisHeight }, [
    band,
    xAxis(scale, 2, bottom, pointsTick, right + valueWidth / 2),
    zero,
    drawn,
    title,
  ]);
}

/** An arrow at the edge, for what lies beyond the axis. */
function edge(arm: Arm, x: number, y: number, towards: 1 | -1): Markup {
  return markup`<path class="off ${arm}" d="M${pixel(x + 9 * towards)} ${pixel(y - 5)}L${pixel(x)} ${pixel(y)}L${pixel(x + 9 * towards)} ${pixel(y + 5)}Z"/>`;
}
