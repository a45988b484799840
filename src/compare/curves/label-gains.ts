/** @file What further labels are expected to bring, by a fitted learning curve. */
import { quantile } from "../../lib/quantile.js";
import { random } from "../../lib/random.js";
import type { LabelGain } from "../../types/curves.js";
import { curveScore } from "./curve-families.js";
import { type CurvePoint, type FittedCurve, fittedScore, reachOf } from "./learning-curve.js";
import { extrapolationError, refits } from "./learning-curve-band.js";

/** Errors drawn for an interval, at least. */
const leastErrors = 2000;
/** The backtest foresees the largest sizes from a quarter of them: its error is that of so many times the rows. */
const backtestReach = 4;
/** Numbers of further labels are told from this part of all labels on: fewer bring less than can be seen. */
const smallestShare = 0.15;

/**
 * The expected gain of further labels over the largest size that was measured, with its 95 % interval: each replicate of the scores is fitted anew and
 * gains by its own curve, and an error is added of the size of the backtest's, in proportion to the logarithm of how many times as many rows it
 * foresaw. At round numbers of further labels, up to four times all.
 *
 * @param points the same points that were fitted
 * @param replicates resampled scores, each with one for each point in the order of `points`
 */
export function labelGains(
  curve: FittedCurve,
  points: readonly CurvePoint[],
  replicates: readonly ArrayLike<number>[],
  { seed = 42 }: { readonly seed?: number } = {},
): LabelGain[] {
  const largest = Math.max(...points.map(({ size }) => size));
  const fits = refits(curve, points, replicates);
  const noise = random(seed, "gains");
  const now = fittedScore(curve, largest);
  return furtherLabels(largest).map((more) => {
    const size = largest + more;
    const value = fittedScore(curve, size) - now;
    const gains =
      fits.length === 0
        ? [value]
        : fits.map((own) => curveScore(curve.family, own, size) - curveScore(curve.family, own, largest));
    const error = (extrapolationError(curve) * Math.log(size / largest)) / Math.log(backtestReach);
    const drawn = Float64Array.from({ length: Math.max(leastErrors, gains.length) }, (_, index) => {
      return gains[index % gains.length]! + error * noise.normal();
    });
    const high = Math.min(1 - now, quantile(drawn, 0.975));
    return { more, gain: { value, low: Math.min(value, quantile(drawn, 0.025)), high: Math.max(value, high) } };
  });
}

/** 1, 2 and 5 times the powers of ten: from a sixth of all labels to four times as many in all. */
function furtherLabels(largest: number): number[] {
  const found: number[] = [];
  for (let power = 1; power <= largest * backtestReach; power *= 10) {
    for (const step of [1, 2, 5]) {
      const more = step * power;
      if (more >= smallestShare * largest && reachOf(largest + more, largest) === "near") found.push(more);
    }
  }
  return found;
}
