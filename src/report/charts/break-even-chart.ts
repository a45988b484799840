import { formatLargeCount } from "../../lib/text/format.js";
import type { Arm } from "../../types/identity.js";
import { type Markup, markup } from "../markup.js";
import { logScale } from "./scale.js";
import { type Frame, mark, pixel, svg, textWidth, xAxis, yAxis } from "./svg.js";
import { usdTick } from "./ticks.js";

/** One approach's total cost as a function of the number of requests. */
export interface CostLine {
  readonly name: string;
  readonly arm: Arm;
  /** USD in all for so many requests. */
  readonly costOf: (requests: number) => number;
}

export interface BreakEvenChartOptions extends Omit<Frame, "height"> {
  /** From how many requests on the tuned one is cheaper; `null` where they never cross. */
  readonly breakEven: number | null;
}

/** Points in which a line is drawn: enough that a bend looks round. */
const samples = 60;
/** Powers of ten that the axis of costs spans at most. */
const decades = 5;

/** Total cost over the number of requests, both logarithmic, with the crossing marked. */
export function breakEvenChart(lines: readonly CostLine[], { breakEven, ...frame }: BreakEvenChartOptions): Markup {
  const { width } = frame;
  const height = Math.round(Math.min(320, width * 0.68));
  const center = breakEven !== null && breakEven > 1 ? breakEven : 100_000;
  const domain: [number, number] = [
    10 ** Math.max(0, Math.floor(Math.log10(center)) - 2),
    10 ** (Math.ceil(Math.log10(center)) + 1),
  ];
  const requests = Array.from({ length: samples + 1 }, (_, i) => domain[0] * (domain[1] / domain[0]) ** (i / samples));
  const costs = lines.flatMap(({ costOf }) => requests.map(costOf)).filter((cost) => cost > 0);
  const [lowest, highest] = [Math.min(...costs), Math.max(...costs)];
  const left = 58;
  const [right, top, bottom] = [width - 14, 26, height - 42];
  const x = logScale(domain, [left, right]);
  // Without setup a cost starts near zero, where a logarithmic axis never ends.
  const y = logScale([Math.max(lowest, highest / 10 ** decades), highest], [bottom, top]);
  const floor = y.ticks[0]!;

  const paths = lines.map(({ arm, costOf }) => {
    const points = requests.map((count) => `${pixel(x(count))} ${pixel(y(Math.max(costOf(count), floor)))}`);
    return markup`<path class="line ${arm}" d="M${points.join("L")}"/>`;
  });
  const names = lines.map(({ name, arm }, i) => {
    const row = top + 10 + i * 18;
    return markup`${mark(arm, left + 14, row, 4)}<text class="name" x="${left + 24}" y="${row + 4}">${name}</text>`;
  });
  const legendWidth = Math.max(...lines.map(({ name }) => textWidth(name))) + 34;
  const legend = markup`<rect class="plate" x="${left + 4}" y="${top - 4}" width="${pixel(Math.min(legendWidth, right - left - 8))}" height="${lines.length * 18 + 4}" rx="3"/>${names}`;
  const crossing =
    breakEven !== null && breakEven > 1
      ? markup`<line class="crossing" x1="${pixel(x(breakEven))}" x2="${pixel(x(breakEven))}" y1="${top}" y2="${bottom}"/><text class="name chosen" x="${pixel(x(breakEven) + 5)}" y="${bottom - 6}">${formatLargeCount(Number(breakEven.toPrecision(2)))}</text>`
      : null;
  const title = markup`<text class="tick" x="${pixel((left + right) / 2)}" y="${height - 6}" text-anchor="middle">requests in all (logarithmic)</text>`;
  return svg({ ...frame, height }, [
    yAxis(y, left, right, usdTick),
    xAxis(x, top, bottom, formatLargeCount, width),
    crossing,
    paths,
    legend,
    title,
    markup`<text class="tick" x="0" y="12">USD in all (logarithmic)</text>`,
  ]);
}
