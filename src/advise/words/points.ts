/** @file Differences, gains and estimated counts in words. */

import { formatCount, formatNumber, formatPoints } from "../../lib/text/format.js";
import { metricInWords } from "../../lib/text/metric-names.js";
import type { Estimate } from "../../types/scores.js";
import type { Gain } from "../findings/parts.js";

/** A distance in points, without a sign: `3.1 points`, `1 point`. `margin`: see `formatPoints`. */
export function points(share: number, margin?: number): string {
  const text = formatPoints(Math.abs(share), margin).replace(/^\+/, "").replace(".0 ", " ");
  return text === "1 points" ? "1 point" : text;
}

/** A difference in points with its sign, without the word: `+3.1`. `margin`: see `formatPoints`. */
export function signed(difference: number, margin?: number): string {
  return formatPoints(difference, margin).replace(/ points$/, "");
}

/** The ends of an interval in points: `−0.6 to +3.1`. `margin`: see `formatPoints`. */
export function range({ low, high }: Pick<Estimate, "low" | "high">, margin?: number): string {
  return `${signed(low, margin)} to ${signed(high, margin)}`;
}

/** Whether a difference is written as 0 points, so that nobody is ahead. */
export function isLevel({ value }: Pick<Estimate, "value">): boolean {
  return Math.abs(value) < 0.0005;
}

/** A gain over a baseline with its interval: `+3.1 points of accuracy (95% interval +1.0 to +5.2)`. */
export function gainText({ metric, value, interval }: Gain, margin?: number): string {
  const ends = interval === undefined ? "" : ` (95% interval ${range(interval, margin)})`;
  return `${signed(value, margin)} points of ${metricInWords(metric)}${ends}`;
}

/** A large number that is an estimate itself, to two significant digits: `12,000`. */
export function about(count: number): string {
  return count < 100 ? formatNumber(count) : formatCount(Number(count.toPrecision(2)));
}

/** `: 40 times less`, where the ratio is worth saying. */
export function times(more: number, less: number, word: string): string {
  return less > 0 && more / less >= 2 ? `: ${formatNumber(more / less)} times ${word}` : "";
}
