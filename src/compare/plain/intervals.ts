/** @file Intervals of scores and of differences between scores, on plain arrays. All throw a `UserError` if lengths differ or there are no rows. */
import { random } from "../../lib/random.js";
import type { Estimate, Metric } from "../../types/scores.js";
import * as scores from "../metrics/scores.js";
import * as resampled from "../statistics/bootstrap.js";
import { unitsOf } from "../statistics/resampling-units.js";
import { checkNumber, codeRows, type Groups, groupNames, type RowAnswer, type RowLabels, rowCount } from "./rows.js";

export interface BootstrapOptions {
  /** Rows of one group are resampled together. */
  readonly groups?: Groups;
  /** Resamples. @default 9999 */
  readonly replicates?: number;
  /** Nominal coverage of the interval. @default 0.95 */
  readonly confidence?: number;
  /**
   * The least and the greatest value of the statistic. If all resamples are equal, as for an accuracy of 1, the interval then has the width of the
   * exact interval of a proportion instead of none.
   */
  readonly range?: readonly [number, number];
  /** Equal seeds give equal intervals. @default 42 */
  readonly seed?: number;
}

/**
 * Computes a statistic of rows and its bias-corrected and accelerated bootstrap interval (BCa; Efron 1987), resampling rows or groups with
 * replacement. In SciPy: `scipy.stats.bootstrap(method="BCa")`. The ends are NaN if the statistic of some resample is not a number.
 *
 * ```ts
 * bootstrapInterval(latencies, (sample) => sample.reduce((a, b) => a + b, 0) / sample.length);
 * ```
 *
 * @param rows one value per row that `statistic` understands: numbers, or pairs of truth and answer
 * @param statistic called once per resample, and once without each row
 */
export function bootstrapInterval<Row>(
  rows: readonly Row[],
  statistic: (rows: readonly Row[]) => number,
  { groups, replicates = 9999, confidence = 0.95, range, seed = 42 }: BootstrapOptions = {},
): Estimate {
  const count = rowCount({ rows, groups });
  checkReplicates(replicates);
  checkNumber("confidence", confidence, confidence > 0 && confidence < 1, "a number between 0 and 1");
  const value = statistic(rows);
  // Slot i counts how often row i was drawn.
  const units = unitsOf(
    count,
    Array.from({ length: count }, (_, row) => [row]),
    groupNames(groups, count),
  );
  const ofDrawn = (times: Float64Array): number => {
    const drawn: Row[] = [];
    for (const [row, drawnTimes] of times.entries()) for (let time = 0; time < drawnTimes; time++) drawn.push(rows[row]!);
    return statistic(drawn);
  };
  const bounds = range ?? [value, value];
  return resampled.bootstrapInterval(units, ofDrawn, {
    random: random(seed, "bootstrap"),
    replicates,
    confidence,
    range: bounds,
  });
}

export interface ScoreOptions {
  /** `accuracy` and `exactMatch` are the share of correct rows. @default "accuracy" */
  readonly metric?: Metric;
  /** Rows of one group are dependent, and resampled together. */
  readonly groups?: Groups;
  /** Resamples, or permutations. @default 9999 */
  readonly replicates?: number;
  /** @default 42 */
  readonly seed?: number;
}

/**
 * Computes a score and its 95 % interval over test rows, as reports show it: by the bootstrap (BCa), or by the jackknife if groups are few or
 * labels have few rows, where only the jackknife keeps its coverage. Faster than `bootstrapInterval` with the same metric.
 */
export function scoreInterval(
  truth: readonly RowLabels[],
  answers: readonly RowAnswer[],
  { metric = "accuracy", groups, replicates = 9999, seed = 42 }: ScoreOptions = {},
): Estimate {
  checkReplicates(replicates);
  const [series] = seriesOf(truth, { answers }, groups);
  return scores.scoreInterval(series!, metric, random(seed, "bootstrap"), replicates);
}

/** Computes the score of answers `a` minus that of `b`, on the same rows, and its 95 % interval by the jackknife over rows or groups. */
export function differenceInterval(
  truth: readonly RowLabels[],
  a: readonly RowAnswer[],
  b: readonly RowAnswer[],
  { metric = "accuracy", groups }: Pick<ScoreOptions, "metric" | "groups"> = {},
): Estimate {
  const [first, second] = seriesOf(truth, { a, b }, groups);
  return scores.differenceInterval(first!, second!, metric);
}

/**
 * Computes the p-value of the same difference, as reports show it: for accuracy by McNemar's mid-p test, or with groups by the sign-flip test;
 * for macro-F1 and micro-F1 by the paired permutation test.
 */
export function differenceTest(
  truth: readonly RowLabels[],
  a: readonly RowAnswer[],
  b: readonly RowAnswer[],
  { metric = "accuracy", groups, replicates = 9999, seed = 42 }: ScoreOptions = {},
): number {
  checkReplicates(replicates);
  const [first, second] = seriesOf(truth, { a, b }, groups);
  return scores.differenceTest(first!, second!, metric, random(seed, "permutation"), replicates);
}

function seriesOf(
  truth: readonly RowLabels[],
  sides: Readonly<Record<string, readonly RowAnswer[]>>,
  groups: Groups | undefined,
): scores.Series[] {
  const rows = rowCount({ truth, ...sides, groups });
  return codeRows(truth, sides).sides.map((coded) => ({ seeds: [coded], groups: groupNames(groups, rows) }));
}

function checkReplicates(replicates: number): void {
  checkNumber("replicates", replicates, Number.isInteger(replicates) && replicates >= 1, "a whole number of at least 1");
}
