/** @file Is the test set large enough? Power of the paired comparison, the least difference it can see, and rows still needed. */

import { binomialCdf, binomialLogPmf } from "../../lib/binomial.js";
import type { MoreRows } from "../../types/contrast.js";
import type { Estimate } from "../../types/scores.js";
import { mcnemarExact, mcnemarMidP } from "./mcnemar.js";
import { normalCdf, normalQuantile } from "./normal.js";

/** The truth that a test set is drawn from: shares of all texts where only one of two approaches is right. */
export interface PairedTruth {
  readonly onlyA: number;
  readonly onlyB: number;
}

export interface PowerOptions {
  /** Significance level of the test. @default 0.05 */
  readonly alpha?: number;
  /** The variant of McNemar's test. @default the mid-p test, which this project uses */
  readonly test?: "mid-p" | "exact";
}

const tests = { "mid-p": mcnemarMidP, exact: mcnemarExact } as const;

/**
 * Probability that McNemar's test finds the difference on `rows` test rows.
 *
 * Sums over all 2×2 tables instead of simulating them: the discordant rows are binomial, and so is their split. Checked against
 * sums over scipy.stats.binom, by simulation, and, for the exact test, against the figures of Card et al., "With little power comes
 * great responsibility" (EMNLP 2020).
 */
export function mcnemarPower(truth: PairedTruth, rows: number, options: PowerOptions = {}): number {
  const discordant = truth.onlyA + truth.onlyB;
  if (discordant === 0) return 0;
  const shareA = truth.onlyA / discordant;
  const mean = rows * discordant;
  // Nine standard deviations to either side, and a little for small counts, leave out less than 1e-15.
  const reach = 9 * Math.sqrt(mean * (1 - discordant)) + 20;
  let power = 0;
  let critical = -1;
  for (let m = Math.max(1, Math.floor(mean - reach)); m <= Math.min(rows, Math.ceil(mean + reach)); m++) {
    critical = criticalCount(m, critical, options);
    if (critical < 0) continue;
    const rejected = binomialCdf(critical, m, shareA) + binomialCdf(critical, m, 1 - shareA);
    power += Math.exp(binomialLogPmf(m, rows, discordant)) * rejected;
  }
  return power;
}

/** The largest smaller count of `m` discordant rows that still rejects; −1 where none does. `near` is the answer for m − 1, or −1. */
function criticalCount(m: number, near: number, { alpha = 0.05, test = "mid-p" }: PowerOptions): number {
  const rejects = (count: number): boolean => tests[test](count, m - count) <= alpha;
  // Half of m minus z·√m/2 is where the normal approximation puts it; the exact place is a step or two beside.
  let count = near >= 0 ? near : Math.max(-1, Math.floor(m / 2 - (normalQuantile(1 - alpha / 2) * Math.sqrt(m)) / 2));
  while (count >= 0 && !rejects(count)) count--;
  while (count + 1 < m / 2 && rejects(count + 1)) count++;
  return count;
}

/**
 * The least true difference in accuracy that McNemar's test would find with probability `power` on `rows` test rows, where the two
 * approaches disagree in being right on the share `disagreement` of them. `null` where not even the greatest possible one is found.
 */
export function minimumDetectableEffect(
  disagreement: number,
  rows: number,
  options: PowerOptions & { readonly power?: number } = {},
): number | null {
  const { power = 0.8 } = options;
  const powerAt = (difference: number): number =>
    mcnemarPower({ onlyA: (disagreement + difference) / 2, onlyB: (disagreement - difference) / 2 }, rows, options);
  if (powerAt(disagreement) < power) return null;
  let [low, high] = [0, disagreement];
  while (high - low > 1e-5) {
    const middle = (low + high) / 2;
    if (powerAt(middle) < power) low = middle;
    else high = middle;
  }
  return high;
}

/** A need beyond this many times the rows at hand is not worth a number: the estimate it would rest on is too rough. */
const maxGrowth = 100;

/** From fewer rows or groups no need is computed. */
const fewestUnits = 20;

/** A difference whose test set is to grow. */
export interface Unsettled {
  readonly difference: Estimate;
  /** Test rows, or groups of them where rows come in groups. */
  readonly units: number;
  /** Half of the interval's width in standard errors. @default 1.96, the normal quantile */
  readonly quantile?: number;
  /** Differences within this do not matter. */
  readonly margin: number;
}

/**
 * About how many more units a verdict needs with probability `power`, were `truth` the true difference; 0 where there are enough.
 *
 * The interval narrows with the square root of the units. Beyond the margin the verdict is "better" once the nearer end passes the margin,
 * within it "equivalent" once both ends lie inside. Normal approximation from the interval's width, so it holds for any score and for
 * groups. `null` where the truth is about as large as the margin, or more than 100 times the units would be asked for.
 */
export function unitsNeeded(truth: number, unsettled: Unsettled, power = 0.8): number | null {
  const { units, margin } = unsettled;
  const error = standardError(unsettled);
  const quantile = normalQuantile(0.975);
  const size = Math.abs(truth);
  const decides = (total: number): boolean => {
    const then = error * Math.sqrt(units / total);
    const better = normalCdf((size - margin) / then - quantile);
    const equivalent = normalCdf((margin - size) / then - quantile) - normalCdf((-margin - size) / then + quantile);
    return Math.max(better, equivalent) >= power;
  };
  if (!(error > 0) || !decides(units * maxGrowth)) return null;
  if (decides(units)) return 0;
  let [low, high] = [units, units * maxGrowth];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (decides(middle)) high = middle;
    else low = middle;
  }
  return high - units;
}

/** Quantile of the interval over whose differences the range of needs reaches: 80 %. */
const rangeQuantile = normalQuantile(0.9);

/**
 * Between how many and how many more units a verdict needs: over all true differences within the 80 % interval. A pilot's own difference
 * alone gives a number that is within a factor of 1.5 of the need in only a third of pilots; the ends of the 95 % interval would never bound
 * it, since an undecided one holds the margin.
 *
 * `null` where it cannot be said: below 20 units, where nothing is ruled out, and where the interval already lies beyond the margin but the
 * test does not agree: the width of an interval that rests on a handful of rows says nothing of further ones.
 */
export function moreNeeded(unsettled: Unsettled): Pick<MoreRows, "low" | "high" | "aim"> | null {
  const { difference, units, margin } = unsettled;
  if (units < fewestUnits || !(standardError(unsettled) > 0)) return null;
  if (difference.low > margin || difference.high < -margin) return null;
  const reach = rangeQuantile * standardError(unsettled);
  const [from, to] = [difference.value - reach, difference.value + reach];
  // The need grows toward the margin on either side: within the interval it is least at an end, or at 0.
  const places = from < 0 && to > 0 ? [from, to, 0] : [from, to];
  const needs = places.map((truth) => unitsNeeded(truth, unsettled)).filter((need) => need !== null);
  if (needs.length === 0) return null;
  const isOpen = [margin, -margin].some((edge) => from <= edge && edge <= to) || needs.length < places.length;
  const [low, high] = [Math.min(...needs), isOpen ? null : Math.max(...needs)];
  if (low === 0 && high === null) return null;
  return { low, high, aim: Math.abs(difference.value) > margin ? "difference" : "equivalence" };
}

function standardError({ difference, quantile = normalQuantile(0.975) }: Unsettled): number {
  return (difference.high - difference.low) / (2 * quantile);
}
