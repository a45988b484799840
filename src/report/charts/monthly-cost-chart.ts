import { formatLargeCount } from "../../lib/text/format.js";
import type { Arm } from "../../types/identity.js";
import { type Markup, markup } from "../markup.js";
import { logScale } from "./scale.js";
import { type Frame, mark, pixel, svg, textWidth, xAxis, yAxis } from "./svg.js";
import { usdTick } from "./ticks.js";

/** What an approach costs a month, paid for in one way, by the number of requests. */
export interface CostLine {
  readonly name: string;
  readonly arm: Arm;
  /** The second way of the same approach. */
  readonly isDashed: boolean;
  /** USD a month for so many requests a month. */
  readonly costOf: (requests: number) => number;
}

export interface MonthlyCostChartOptions extends Omit<Frame, "height"> {
  /** Requests a month at which lines cross. */
  readonly crossings: readonly number[];
}

/** Points in which a line is drawn: enough that a bend looks round and a step looks steep. */
const samples = 240;
/** Requests a month that a plan may have. */
const domain: readonly [number, number] = [1000, 10_000_000];
/** Of less than a cent a month nobody asks. */
const leastUsd = 0.01;

/** Cost of a month over the number of requests, both logarithmic, with the crossings marked. */
export function monthlyCostChart(lines: readonly CostLine[], { crossings, ...frame }: MonthlyCostChartOptions): Markup {
  const { width } = frame;
  const rowHeight = 18;
  // Names stand above the picture: lines cross everywhere in it.
  const head = lines.length * rowHeight + 8;
  const height = Math.round(Math.min(300, width * 0.62)) + head;
  const [from, to] = domain;
  const requests = Array.from({ length: samples + 1 }, (_, i) => from * (to / from) ** (i / samples));
  const costs = lines.flatMap(({ costOf }) => requests.map(costOf));
  const left = 58;
  const [right, top, bottom] = [width - 14, head + 14, height - 42];
  const x = logScale([from, to], [left, right]);
  const y = logScale([Math.max(leastUsd, Math.min(...costs)), Math.max(10 * leastUsd, ...costs)], [bottom, top]);
  const floor = y.ticks[0]!;

  const paths = lines.map(({ arm, isDashed, costOf }) => {
    const points = requests.map((count) => `${pixel(x(count))} ${pixel(y(Math.max(costOf(count), floor)))}`);
    return markup`<path class="line ${arm}${isDashed ? " dashed" : ""}" d="M${points.join("L")}"/>`;
  });
  const names = lines.map(({ name, arm, isDashed }, i) => {
    const row = 12 + i * rowHeight;
    const sample = markup`<line class="line ${arm}${isDashed ? " dashed" : ""}" x1="4" x2="30" y1="${row}" y2="${row}"/>`;
    const fits = textWidth(name) < width - 60;
    return markup`${sample}${mark(arm, 17, row, 4)}<text class="name" x="38" y="${row + 4}">${fits ? name : `${name.slice(0, Math.floor(name.length * ((width - 70) / textWidth(name))))}…`}</text>`;
  });
  const marks = crossings
    .filter((count) => count > from && count < to)
    .map((count) => {
      const at = pixel(x(count));
      const text = formatLargeCount(Number(count.toPrecision(2)));
      const isNearEnd = x(count) > right - 60;
      return markup`<line class="crossing" x1="${at}" x2="${at}" y1="${top}" y2="${bottom}"/><text class="name chosen" x="${pixel(x(count) + (isNearEnd ? -5 : 5))}" y="${bottom - 6}" text-anchor="${isNearEnd ? "end" : "start"}">${text}</text>`;
    });
  const title = markup`<text class="tick" x="${pixel((left + right) / 2)}" y="${height - 6}" text-anchor="middle">requests a month (logarithmic)</text>`;
  return svg({ ...frame, height }, [
    yAxis(y, left, right, usdTick),
    xAxis(x, top, bottom, formatLargeCount, width),
    marks,
    paths,
    names,
    title,
  ]);
}
