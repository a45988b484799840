/** @file Estimates over rows that need no resampling: means, and the F1 of counts. */
import type { Estimate } from "../../types/scores.js";
import { f1 } from "../metrics/metrics.js";
import { effectiveUnits, widthUnseen } from "../statistics/jackknife.js";
import { tQuantile } from "../statistics/student.js";
import type { RowScore } from "./ladder.js";
import type { PairRows } from "./pair-rows.js";

type Rows = Pick<PairRows, "units" | "groups">;

/** The number of each row's unit, and how many there are: counted once for a list of names. */
const numbered = new WeakMap<readonly string[], { readonly unitOf: Int32Array; readonly count: number }>();

function numberedUnits(units: readonly string[]): { readonly unitOf: Int32Array; readonly count: number } {
  const known = numbered.get(units);
  if (known !== undefined) return known;
  const numbers = new Map<string, number>();
  const unitOf = Int32Array.from(units, (unit) => {
    const own = numbers.get(unit) ?? numbers.size;
    numbers.set(unit, own);
    return own;
  });
  const made = { unitOf, count: numbers.size };
  numbered.set(units, made);
  return made;
}

/** As `clusteredMean`, over rows that are asked for again and again. */
function meanOfRows(values: ArrayLike<number>, units: readonly string[]): { readonly mean: number; readonly error: number } {
  const { unitOf, count } = numberedUnits(units);
  let sum = 0;
  for (let row = 0; row < unitOf.length; row++) sum += values[row]!;
  const mean = sum / unitOf.length;
  if (count < 2) return { mean, error: 0 };
  const residuals = new Float64Array(count);
  for (let row = 0; row < unitOf.length; row++) residuals[unitOf[row]!]! += values[row]! - mean;
  const squares = residuals.reduce((total, residual) => total + residual ** 2, 0);
  return { mean, error: Math.sqrt((squares * count) / (count - 1)) / unitOf.length };
}

/** A mean over rows with its 95 % interval: Student's, where rows of a group may depend on each other. Of equal values, and of one unit, without width. */
export function meanEstimate(values: ArrayLike<number>, { units, groups }: Rows): Estimate {
  const { mean, error } = meanOfRows(values, units);
  const half = error === 0 ? 0 : error * quantileFor(groups);
  return { value: mean, low: mean - half, high: mean + half };
}

/** Share of rows with its interval, within 0 and 1; where all or none are of it, as far as so many rows can tell. */
export function shareEstimate(values: ArrayLike<number>, rows: Rows): Estimate {
  return within(meanEstimate(values, rows), rows);
}

/**
 * The F1 of summed counts with its 95 % interval, by what each row moves it (its influence): of whether rows are right, the accuracy with Student's
 * interval.
 */
export function scoreEstimate(scores: readonly RowScore[], rows: Rows): Estimate {
  const sum = (name: keyof RowScore): number => scores.reduce((total, score) => total + score[name], 0);
  const [hits, given, due] = [sum("hits"), sum("given"), sum("due")];
  const score = f1(hits, given, due);
  if (given + due === 0) return { value: 0, low: 0, high: 1 };
  const moved = scores.map((own) => score + (scores.length * (2 * own.hits - score * (own.given + own.due))) / (given + due));
  return within({ ...meanEstimate(moved, rows), value: score }, rows);
}

function within({ value, low, high }: Estimate, { groups }: Rows): Estimate {
  const half = high > low ? 0 : widthUnseen(0.025, Math.max(1, effectiveUnits(groups)));
  return { value, low: Math.max(0, low - half), high: Math.min(1, high + half) };
}

function quantileFor(groups: PairRows["groups"]): number {
  return tQuantile(0.975, Math.max(1, effectiveUnits(groups) - 1));
}
