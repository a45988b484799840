import { paretoFront } from "../../compare/details/pareto-front.js";
import type { Arm } from "../../types/identity.js";
import { type Markup, markup } from "../markup.js";
import { linearScale, logScale } from "./scale.js";
import { type Frame, mark, pixel, svg, textWidth, truncateToPixels, xAxis, yAxis } from "./svg.js";
import { shareTick, usdTick } from "./ticks.js";

/** One approach by what it costs and how good it is. */
export interface CostQualityPoint {
  readonly name: string;
  readonly arm: Arm;
  /** USD per 1,000 requests, above 0. */
  readonly cost: number;
  /** The score that ranks. */
  readonly quality: number;
  readonly isChosen: boolean;
}

export interface CostQualityOptions extends Omit<Frame, "height"> {
  /** What the quality is, on its axis. */
  readonly quality: string;
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Cost (logarithmic) against quality, with the front of those that no other beats in both. Better is up and left. */
export function costQualityChart(
  points: readonly CostQualityPoint[],
  { quality: qualityName, ...frame }: CostQualityOptions,
): Markup {
  const { width } = frame;
  const height = Math.round(Math.min(340, width * 0.72));
  const [left, right, top, bottom] = [46, width - 14, 30, height - 42];
  const costs = points.map(({ cost }) => cost);
  const qualities = points.map(({ quality }) => quality);
  const x = logScale([Math.min(...costs), Math.max(...costs)], [left, right]);
  const y = linearScale([Math.min(...qualities), Math.max(...qualities)], [bottom, top], 5);

  const front = paretoFront(points);
  const steps = front.map(({ cost, quality }, i) => {
    const [px, py] = [pixel(x(cost)), pixel(y(quality))];
    return i === 0 ? `M${px} ${py}` : `H${px}V${py}`;
  });
  const marks = points.map(({ arm, cost, quality }) => mark(arm, x(cost), y(quality), 6));
  const taken: Box[] = points.map(({ cost, quality }) => ({ x: x(cost) - 8, y: y(quality) - 8, width: 16, height: 16 }));
  const labels = points
    .toSorted((a, b) => Number(b.isChosen) - Number(a.isChosen) || b.quality - a.quality)
    .map(({ name, cost, quality, isChosen }) => {
      const text = truncateToPixels(name, Math.min(width * 0.6, 240));
      const box = freePlace(x(cost), y(quality), textWidth(text), taken, { left, right, top, bottom });
      if (box === undefined) return null;
      taken.push(box);
      return markup`${leader(x(cost), y(quality), box)}<text class="${isChosen ? "name chosen" : "name"}" x="${pixel(box.x)}" y="${pixel(box.y + 11)}">${text}</text>`;
    });
  const title = markup`<text class="tick" x="${pixel((left + right) / 2)}" y="${height - 6}" text-anchor="middle">USD per 1,000 requests (logarithmic)</text>`;
  return svg({ ...frame, height }, [
    yAxis(y, left, right, shareTick),
    xAxis(x, top, bottom, usdTick, width),
    markup`<path class="front" d="${steps.join("")}"/>`,
    labels,
    marks,
    title,
    markup`<text class="tick" x="0" y="12">${qualityName}</text>`,
  ]);
}

/** The first place around a point where a label touches nothing; `undefined` where there is none: the table below has the name. */
function freePlace(
  px: number,
  py: number,
  width: number,
  taken: readonly Box[],
  area: { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number },
): Box | undefined {
  const height = 14;
  const offsets = [-7, -20, 7, -33, 20, 33, -46, 46, -60, 60, -75, 75];
  const sides = [px + 11, px - 11 - width, px - width / 2];
  const places = offsets.flatMap((dy) => sides.map((x) => ({ x, y: py + dy, width, height })));
  return places.find((box) => {
    const isInside =
      box.x >= area.left + 2 && box.x + box.width <= area.right + 12 && box.y >= area.top - 6 && box.y + height <= area.bottom;
    return isInside && taken.every((other) => !overlaps(box, other));
  });
}

/** A thin line from a point to its label, where the label does not stand right beside it. */
function leader(px: number, py: number, { x, y, width, height }: Box): Markup | null {
  const isBeside = y < py && py < y + height && (Math.abs(x - px) < 12 || Math.abs(x + width - px) < 12);
  if (isBeside) return null;
  const [toX, toY] = [Math.min(Math.max(px, x), x + width), Math.min(Math.max(py, y), y + height)];
  return markup`<line class="leader" x1="${pixel(px)}" y1="${pixel(py)}" x2="${pixel(toX)}" y2="${pixel(toY)}"/>`;
}

function overlaps(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}
