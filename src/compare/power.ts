/** @file Is the test set large enough? Power of the paired comparison, the least difference it can see, and rows still needed. */

import { binomialCdf, binomialLogPmf } from "../lib/binomial.js";
import type { Estimate } from "../types.js";
import { mcnemarExact, mcnemarMidP } from "./mcnemar.js";
import { normalCdf, normalQuantile } from "./normal.js";

/** The truth that a test set is drawn from: shares of all texts where only one of two approaches is right. */
export interface PairedTruth {
  readonly onlyA: number;
  readonly onlyB: number;
}

export interface PowerOptions {
  /** Level of the test; .05 unless given. */
  readonly alpha?: number;
  /** Which of McNemar's tests; the mid-p one, which this project uses, unless given. */
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

/** From fewer rows no need is computed. */
const fewestRows = 20;

/**
 * About how many more test rows a verdict needs with probability `power`, were the true difference the one seen.
 *
 * The interval narrows with the square root of the rows. Beyond the margin the verdict is "better" once the nearer end passes the
 * margin, within it "equivalent" once both ends lie inside. Normal approximation from the interval's width, so it holds for any
 * score and for grouped rows. `null` where it cannot be said: the difference is about as large as the margin, or so little is
 * known that more than 100 times the rows would be asked for. `null` also below 20 rows, and where the interval already lies beyond
 * the margin but the test does not agree: the width of an interval that rests on a handful of rows says nothing of further ones.
 */
export function rowsNeeded(difference: Estimate, rows: number, margin: number, power = 0.8): number | null {
  const quantile = normalQuantile(0.975);
  const standardError = (difference.high - difference.low) / (2 * quantile);
  if (!(standardError > 0) || rows < fewestRows) return null;
  if (difference.low > margin || difference.high < -margin) return null;
  const size = Math.abs(difference.value);
  const decides = (total: number): boolean => {
    const error = standardError * Math.sqrt(rows / total);
    const better = normalCdf((size - margin) / error - quantile);
    const equivalent = normalCdf((margin - size) / error - quantile) - normalCdf((-margin - size) / error + quantile);
    return Math.max(better, equivalent) >= power;
  };
  if (!decides(rows * maxGrowth)) return null;
  let [low, high] = [rows, rows * maxGrowth];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (decides(middle)) high = middle;
    else low = middle;
  }
  return high - rows;
}
