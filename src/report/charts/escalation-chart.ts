import type { Arm } from "../../types/identity.js";
import type { Estimate } from "../../types/scores.js";
import { type Content, type Markup, markup } from "../markup.js";
import { linearScale, logScaleAround, type Scale } from "./scale.js";
import { type Frame, mark, pixel, svg, textWidth, xAxis, yAxis } from "./svg.js";
import { percentTick, usdTick } from "./ticks.js";

/** What comes of every threshold, by the share of rows or by the price. */
export interface EscalationPicture {
  /** `share`: 0 to 1. `usd`: per 1,000 requests, above 0, drawn logarithmically. */
  readonly axis: "share" | "usd";
  /** In whose color the curve is drawn. */
  readonly arm: Arm;
  /** By ascending `x`. `random`: what chance makes of as many rows. */
  readonly points: readonly { readonly x: number; readonly score: Estimate; readonly random?: number }[];
  /** Ways that stand on the picture with a sign of their own; the last one above the others. */
  readonly marks: readonly { readonly arm: Arm; readonly x: number; readonly score: Estimate }[];
  /** The threshold for use, with what is written at it. */
  readonly chosen?: { readonly x: number; readonly text: string };
}

export interface EscalationChartOptions extends Omit<Frame, "height"> {
  /** What is below the axis. */
  readonly axisTitle: string;
  /** Above the scores. */
  readonly scoreTitle: string;
  /** Of the scores on the axis. */
  readonly formatTick: (score: number) => string;
}

/** The score of every threshold with its 95 % interval, that of chance as a dashed line, and marks for the ways that are compared. */
export function escalationChart(picture: EscalationPicture, options: EscalationChartOptions): Markup {
  const { axis, arm, points, marks, chosen } = picture;
  const { axisTitle, scoreTitle, formatTick, ...frame } = options;
  const { width } = frame;
  const height = Math.round(Math.min(340, width * 0.74));
  const [left, right, top, bottom] = [52, width - 16, 38, height - 42];
  const places = [...points, ...marks].map(({ x }) => x);
  const x =
    axis === "share"
      ? linearScale([0, 1], [left, right], 5)
      : logScaleAround([Math.min(...places), Math.max(...places)], [left, right], Math.floor((right - left) / 60));
  const y = linearScale(scoresOf(picture), [bottom, top], 5);
  const line = (className: string, of: readonly (readonly [number, number])[]): Markup | null =>
    of.length < 2
      ? null
      : markup`<path class="${className}" d="M${of.map(([px, score]) => `${pixel(x(px))} ${pixel(y(score))}`).join("L")}"/>`;
  const byChance = points.flatMap((point) => (point.random === undefined ? [] : [[point.x, point.random] as const]));
  return svg({ ...frame, height }, [
    yAxis(y, left, right, formatTick),
    xAxis(x, top, bottom, axis === "share" ? percentTick : usdTick, width),
    band(points, x, y, arm),
    chosen !== undefined && chosenLine(chosen, x(chosen.x), { left, right, top, bottom }),
    line("front", byChance),
    line(
      `line ${arm}`,
      points.map(({ x: px, score }) => [px, score.value] as const),
    ),
    marks.map((each) => markedWay(each, x(each.x), y)),
    markup`<text class="tick" x="${pixel((left + right) / 2)}" y="${height - 6}" text-anchor="middle">${axisTitle}</text>`,
    markup`<text class="tick" x="0" y="12">${scoreTitle}</text>`,
  ]);
}

/** From the least to the greatest of all that is drawn. */
function scoresOf({ points, marks }: EscalationPicture): [number, number] {
  const ends = [
    ...[...points, ...marks].flatMap(({ score: { value, low, high } }) => [value, low, high]),
    ...points.flatMap(({ random }) => random ?? []),
  ].filter(Number.isFinite);
  return [Math.min(...ends), Math.max(...ends)];
}

function band(points: EscalationPicture["points"], x: Scale, y: Scale, arm: Arm): Markup | null {
  const known = points.filter(({ score }) => Number.isFinite(score.low) && Number.isFinite(score.high));
  if (known.length < 2) return null;
  const upper = known.map((point) => `${pixel(x(point.x))} ${pixel(y(point.score.high))}`);
  const lower = known.toReversed().map((point) => `${pixel(x(point.x))} ${pixel(y(point.score.low))}`);
  return markup`<path class="band ${arm}" d="M${[...upper, ...lower].join("L")}Z"/>`;
}

/** A mark with its interval. */
function markedWay({ arm, score }: EscalationPicture["marks"][number], px: number, y: Scale): Content {
  const { value, low, high } = score;
  const whisker =
    Number.isFinite(low) &&
    Number.isFinite(high) &&
    markup`<line class="whisker muted ${arm}" x1="${pixel(px)}" x2="${pixel(px)}" y1="${pixel(y(high))}" y2="${pixel(y(low))}"/>`;
  return markup`${whisker}${mark(arm, px, y(value), 6)}`;
}

function chosenLine(
  { text }: NonNullable<EscalationPicture["chosen"]>,
  px: number,
  { left, right, top, bottom }: Readonly<Record<"left" | "right" | "top" | "bottom", number>>,
): Markup {
  const half = textWidth(text) / 2;
  const center = Math.max(left + half, Math.min(px, right - half));
  return markup`<line class="crossing" x1="${pixel(px)}" x2="${pixel(px)}" y1="${top}" y2="${bottom}"/><text class="name chosen" x="${pixel(center)}" y="${top - 7}" text-anchor="middle">${text}</text>`;
}
