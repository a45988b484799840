import { paretoFront } from "../../compare/details/pareto-front.js";
import type { Arm } from "../../types/identity.js";
import type { Estimate } from "../../types/scores.js";
import { type Markup, markup } from "../markup.js";
import { linearScale, logScaleAround, type Scale, shareDomain } from "./scale.js";
import { type Frame, mark, pixel, svg, textWidth, truncateToPixels, xAxis, yAxis } from "./svg.js";
import { usdTick } from "./ticks.js";

/** One approach by what it costs and how good it is. */
export interface CostQualityPoint {
  readonly name: string;
  readonly arm: Arm;
  /** USD per 1,000 requests, above 0. */
  readonly cost: number;
  /** The score that ranks, with its 95 % interval. */
  readonly quality: Estimate;
  readonly isChosen: boolean;
}

export interface CostQualityOptions extends Omit<Frame, "height"> {
  /** What the quality is, on its axis. */
  readonly quality: string;
  /** Of a score beside a name. */
  readonly format: (quality: number) => string;
  /** Of the scores on the axis. */
  readonly formatTick: (quality: number) => string;
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The points that no other one beats in cost and quality at once, the cheapest first; none where that is a single one: there is nothing to trade. */
export function tradeOffs(points: readonly CostQualityPoint[]): readonly CostQualityPoint[] {
  const front = paretoFront(points.map((point) => ({ point, cost: point.cost, quality: point.quality.value })));
  return front.length < 2 ? [] : front.map(({ point }) => point);
}

/** The scores that the axis spans: those of the contenders. */
const qualityDomain = (points: readonly CostQualityPoint[]): [number, number] =>
  shareDomain(points.map(({ arm, quality }) => ({ arm, estimate: quality })));

/** Whether a point lies so far below the others that it stands at the edge of the chart. */
export function isFarBelow({ quality }: CostQualityPoint, points: readonly CostQualityPoint[]): boolean {
  return quality.value < qualityScale(points, [1, 0]).ticks[0]!;
}

const qualityScale = (points: readonly CostQualityPoint[], range: readonly [number, number]): Scale =>
  linearScale(qualityDomain(points), range, 5);

/**
 * Cost (logarithmic) against quality with its interval, and the front of those that no other beats in both. Better is up and left. What lies so far
 * below the others that it would squeeze them stands at the lower edge, with its score.
 */
export function costQualityChart(
  points: readonly CostQualityPoint[],
  { quality: qualityName, format, formatTick, ...frame }: CostQualityOptions,
): Markup {
  const { width } = frame;
  const height = Math.round(Math.min(340, width * 0.72));
  const [left, right, top, bottom] = [46, width - 14, 30, height - 42];
  const costs = points.map(({ cost }) => cost);
  const x = logScaleAround([Math.min(...costs), Math.max(...costs)], [left, right], Math.floor((right - left) / 60));
  const y = qualityScale(points, [bottom, top]);
  const [lowest, highest] = [y.ticks[0]!, y.ticks.at(-1)!];
  const isOff = ({ quality }: CostQualityPoint): boolean => quality.value < lowest;
  const placeOf = (point: CostQualityPoint): readonly [number, number] => [
    x(point.cost),
    isOff(point) ? bottom - 6 : y(point.quality.value),
  ];

  const whiskers = points.map((point) => {
    const { low, high } = point.quality;
    if (isOff(point) || !Number.isFinite(low) || !Number.isFinite(high)) return null;
    const at = pixel(x(point.cost));
    return markup`<line class="whisker muted ${point.arm}" x1="${at}" x2="${at}" y1="${pixel(y(Math.min(high, highest)))}" y2="${pixel(y(Math.max(low, lowest)))}"/>`;
  });
  const marks = points.map((point) => {
    const [px, py] = placeOf(point);
    return isOff(point)
      ? markup`<path class="off ${point.arm}" d="M${pixel(px - 5)} ${pixel(bottom - 11)}L${pixel(px)} ${pixel(bottom - 2)}L${pixel(px + 5)} ${pixel(bottom - 11)}Z"/>`
      : mark(point.arm, px, py, 6);
  });
  const taken: Box[] = points.map((point) => {
    const [px, py] = placeOf(point);
    return { x: px - 8, y: py - 8, width: 16, height: 16 };
  });
  const labels = points
    .toSorted((a, b) => Number(b.isChosen) - Number(a.isChosen) || b.quality.value - a.quality.value)
    .map((point) => {
      const { name, quality, isChosen } = point;
      const [px, py] = placeOf(point);
      const score = isOff(point) ? ` ${format(quality.value)}` : "";
      const text = `${truncateToPixels(name, Math.min(width * 0.6, 240) - textWidth(score))}${score}`;
      const box = freePlace(px, py, textWidth(text), taken, { left, right, top, bottom });
      if (box === undefined) return null;
      taken.push(box);
      return markup`${leader(px, py, box)}<text class="${isChosen ? "name chosen" : "name"}" x="${pixel(box.x)}" y="${pixel(box.y + 11)}">${text}</text>`;
    });
  const title = markup`<text class="tick" x="${pixel((left + right) / 2)}" y="${height - 6}" text-anchor="middle">← cheaper · USD per 1,000 requests (logarithmic)</text>`;
  return svg({ ...frame, height }, [
    yAxis(y, left, right, formatTick),
    xAxis(x, top, bottom, usdTick, width),
    front(tradeOffs(points), x, y),
    whiskers,
    labels,
    marks,
    title,
    markup`<text class="tick" x="0" y="12">${qualityName} (better ↑)</text>`,
  ]);
}

/** Steps from one trade-off to the next: what may be had for so much. */
function front(points: readonly CostQualityPoint[], x: Scale, y: Scale): Markup | null {
  const seen = points.filter(({ quality }) => quality.value >= y.ticks[0]!);
  if (seen.length < 2) return null;
  const steps = seen.map(({ cost, quality }, i) => {
    const [px, py] = [pixel(x(cost)), pixel(y(quality.value))];
    return i === 0 ? `M${px} ${py}` : `H${px}V${py}`;
  });
  return markup`<path class="front" d="${steps.join("")}"/>`;
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
