/** @file Estimates over rows that need no resampling: means, and the F1 of counts. */
import type { Estimate } from "../../types/scores.js";
import { f1 } from "../metrics/metrics.js";
import { clusteredMean } from "../statistics/clustered-mean.js";
import { effectiveUnits, widthUnseen } from "../statistics/jackknife.js";
import { tQuantile } from "../statistics/student.js";
import type { RowScore } from "./ladder.js";
import type { PairRows } from "./pair-rows.js";

type Rows = Pick<PairRows, "units" | "groups">;

/** A mean over rows with its 95 % interval: Student's, where rows of a group may depend on each other. Of equal values, and of one unit, without width. */
export function meanEstimate(values: ArrayLike<number>, { units, groups }: Rows): Estimate {
  const { mean, standardError } = clusteredMean(units.map((unit, row) => ({ value: values[row]!, unit })));
  const half = standardError === null || standardError === 0 ? 0 : standardError * quantileFor(groups);
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
