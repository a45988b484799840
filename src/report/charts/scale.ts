/** @file Numbers to places on paper: the only arithmetic of the report. */

import type { Arm } from "../../types/identity.js";
import type { Estimate } from "../../types/scores.js";

/** A function from data to places, with the data values worth a tick. */
export interface Scale {
  (value: number): number;
  readonly ticks: readonly number[];
}

/**
 * Round numbers that enclose [low, high]: steps of 1, 2 or 5 times a power of ten, about `count` of them. The first is at or below
 * `low`, the last at or above `high`. Shares never leave [0, 1] unless the data do.
 */
export function ticksBetween(low: number, high: number, count: number): number[] {
  const span = high - low || Math.abs(high) || 1;
  const rough = span / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) ?? 10);
  const first = Math.floor(low / step + 1e-9);
  const last = Math.max(first + 1, Math.ceil(high / step - 1e-9));
  // Multiplied, not added up, and cut to the step's digits, so that 0.3 is 0.3.
  const digits = Math.max(0, Math.ceil(-Math.log10(step)) + 1);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toFixed(Math.min(digits, 100))));
}

/**
 * The shares that a chart of estimates should span: those of the contenders. One that lies so far below the others that they would be squeezed is
 * then drawn off the axis, be it a baseline or a candidate.
 */
export function shareDomain(rows: readonly { readonly arm: Arm; readonly estimate: Estimate }[]): [number, number] {
  const all = extent(rows);
  const candidates = contenders(rows.filter(({ arm }) => arm !== "baseline"));
  if (candidates.length === 0) return all;
  const [low, high] = extent(candidates);
  const near = extent(rows.filter(({ estimate }) => estimate.value >= high - 2 * (high - low)));
  return all[1] - all[0] > 2 * (high - low) ? [Math.min(low, near[0]), all[1]] : all;
}

/** Those from the best on, up to the first that would make the axis more than three times as long. */
function contenders<Row extends { readonly estimate: Estimate }>(rows: readonly Row[]): Row[] {
  const sorted = rows
    .filter(({ estimate }) => Number.isFinite(estimate.value))
    .toSorted((a, b) => b.estimate.value - a.estimate.value);
  const kept = sorted.slice(0, 2);
  for (const row of sorted.slice(2)) {
    const [low, high] = extent(kept);
    if (high - row.estimate.low > 3 * (high - low)) break;
    kept.push(row);
  }
  return kept;
}

function extent(rows: readonly { readonly estimate: Estimate }[]): [number, number] {
  const ends = rows.flatMap(({ estimate }) => [estimate.value, estimate.low, estimate.high]).filter(Number.isFinite);
  return [Math.min(...ends), Math.max(...ends)];
}

/** A linear scale of `domain` onto `range`; the domain is widened to round ticks. */
export function linearScale(domain: readonly [number, number], range: readonly [number, number], count: number): Scale {
  const ticks = ticksBetween(domain[0], domain[1], count);
  const [low, high] = [ticks[0]!, ticks.at(-1)!];
  const place = (value: number): number => range[0] + ((value - low) / (high - low)) * (range[1] - range[0]);
  return Object.assign(place, { ticks });
}

/** A logarithmic scale of a positive `domain` onto `range`; the domain is widened to powers of ten, which are the ticks. */
export function logScale(domain: readonly [number, number], range: readonly [number, number]): Scale {
  const low = Math.floor(Math.log10(domain[0]) + 1e-9);
  const high = Math.max(low + 1, Math.ceil(Math.log10(domain[1]) - 1e-9));
  const place = (value: number): number => range[0] + ((Math.log10(value) - low) / (high - low)) * (range[1] - range[0]);
  return Object.assign(place, { ticks: Array.from({ length: high - low + 1 }, (_, i) => Number(`1e${low + i}`)) });
}

/** A logarithmic scale of a positive `domain` onto `range`, whose ends are those of the domain, with ticks at what matters to the data. */
export function logScaleAt(ticks: readonly number[], domain: readonly [number, number], range: readonly [number, number]): Scale {
  const [low, span] = [Math.log(domain[0]), Math.log(domain[1] / domain[0])];
  const place = (value: number): number => range[0] + (Math.log(value) - low) * ((range[1] - range[0]) / span);
  return Object.assign(place, { ticks });
}

/** A logarithmic scale onto `range` that reaches a little beyond a positive `domain`, with about `count` ticks at 1, 2 or 5 times powers of ten, or at powers alone. */
export function logScaleAround(domain: readonly [number, number], range: readonly [number, number], count: number): Scale {
  // At least a factor of four, or three prices that are about the same would lie apart as if that mattered.
  const pad = Math.max(1.4, Math.sqrt((4 * domain[0]) / domain[1]), (domain[1] / domain[0]) ** 0.06);
  const wide = [domain[0] / pad, domain[1] * pad] as const;
  const powers = logScale(wide, range).ticks;
  const within = (ticks: readonly number[]): number[] => ticks.filter((tick) => tick >= wide[0] && tick <= wide[1]);
  const fine = within(powers.flatMap((power) => [power, 2 * power, 5 * power].map((tick) => Number(tick.toPrecision(6)))));
  const coarse = within(powers);
  return logScaleAt(fine.length <= count || coarse.length < 2 ? fine : coarse, wide, range);
}

/** A linear scale of `domain` onto `range`, whose ends are those of the domain, with round ticks within it. */
export function linearScaleWithin(domain: readonly [number, number], range: readonly [number, number], count: number): Scale {
  const [low, high] = domain;
  const place = (value: number): number => range[0] + ((value - low) / (high - low || 1)) * (range[1] - range[0]);
  return Object.assign(place, { ticks: ticksBetween(low, high, count).filter((tick) => tick >= low && tick <= high) });
}

/** A scale of counts: logarithmic, and where the domain begins with 0 logarithmic in one more than the count. */
export function countScaleAt(
  ticks: readonly number[],
  domain: readonly [number, number],
  range: readonly [number, number],
): Scale {
  if (domain[0] > 0) return logScaleAt(ticks, domain, range);
  const place = logScaleAt([], [1, domain[1] + 1], range);
  return Object.assign((count: number) => place(count + 1), { ticks });
}

/** Of some values those that lie at least `gap` apart once they are placed; the earlier ones are kept first. Ascending. */
export function spaced(values: readonly number[], place: (value: number) => number, gap: number): number[] {
  const kept: number[] = [];
  for (const value of values) if (kept.every((other) => Math.abs(place(other) - place(value)) >= gap)) kept.push(value);
  return kept.sort((a, b) => a - b);
}
