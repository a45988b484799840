/** @file How many of the rows that both approaches get wrong alike are wrong labels, and how many merely hard texts. */
import type { Estimate } from "../../types/scores.js";
import { tQuantile } from "../statistics/student.js";

/** Fewer rows than this say nothing of a mean. */
const fewestRows = 5;

/** How sure one approach is of its answers to three kinds of rows. */
export interface SurenessByKind {
  /** Both right. */
  readonly right: readonly number[];
  /** It is wrong and the other one right: the label is supported, so the mistake is its own. */
  readonly alone: readonly number[];
  /** Both give the same answer, which is not the given label. */
  readonly alike: readonly number[];
}

/**
 * The share of the rows answered alike whose label is wrong. On a wrong label a right reader is as sure as where the label is right; a mistake is made
 * as surely as mistakes are made alone. The mean sureness of the mixture lies between these two, and tells its shares. Interval by the
 * delta method, with a t quantile.
 *
 * That both agree is no evidence in itself: hard texts mislead both in the same way. With 2, 5 and 10 % of the labels of TREC, SST-2, SNIPS, Banking77
 * and CLINC150 replaced and two unlike classifiers, agreement beyond what independent mistakes would give said .38 to .97 where .09 to .91 of the rows
 * were wrong labels; the smaller of both classifiers' shares was .16 to .97, at most .18 beside it. It errs upward where the two read alike.
 *
 * @returns `null` with fewer than five rows of a kind, or where it is no surer when right
 */
export function wrongShare({ right, alone, alike }: SurenessByKind): Estimate | null {
  if (Math.min(right.length, alone.length, alike.length) < fewestRows) return null;
  const [whenRight, whenAlone, whenAlike] = [momentsOf(right), momentsOf(alone), momentsOf(alike)];
  const gap = whenRight.mean - whenAlone.mean;
  // Were the gap itself in doubt, the quotient would be anything.
  if (gap <= 2 * Math.sqrt(whenRight.variance + whenAlone.variance)) return null;
  const share = (whenAlike.mean - whenAlone.mean) / gap;
  const within = (value: number): number => Math.min(1, Math.max(0, value));
  const variance = whenAlike.variance + (1 - share) ** 2 * whenAlone.variance + share ** 2 * whenRight.variance;
  const half = (tQuantile(0.975, Math.min(alone.length, alike.length) - 1) * Math.sqrt(variance)) / gap;
  return { value: within(share), low: within(share - half), high: within(share + half) };
}

/** The mean, and the variance of the mean. */
function momentsOf(values: readonly number[]): { readonly mean: number; readonly variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, variance: squares / (values.length - 1) / values.length };
}
