/** @file How sure a fitted learning curve is: of itself, and of what will be measured. */
import { quantile } from "../../lib/quantile.js";
import { random } from "../../lib/random.js";
import { checkNumber } from "../plain/rows.js";
import { type CurveParameters, curveScore } from "./curve-families.js";
import { type CurvePoint, type FittedCurve, fittedScore, fitterOf, type Reach, reachOf } from "./learning-curve.js";

/** What a curve says of one size. */
export interface CurveEstimate {
  readonly kind: "estimate";
  readonly size: number;
  readonly reach: Exclude<Reach, "too-far">;
  readonly score: number;
  /** Ends of the interval of the curve itself: of the mean over many runs and all texts. */
  readonly low: number;
  readonly high: number;
  /**
   * Ends of the interval of what will be measured there: with the scatter around the curve and, beyond what was measured, the error of the
   * backtest.
   */
  readonly predictionLow: number;
  readonly predictionHigh: number;
}

export interface CurveBandOptions {
  /** Probability that the intervals are meant to cover. @default 0.95 */
  readonly confidence?: number;
  /** @default 42 */
  readonly seed?: number;
}

/** Errors drawn for a prediction interval, at least. */
const leastErrors = 2000;

/** Standard deviation with which a curve is off beyond what was measured: the error of the backtest, or the scatter where that is more. */
export function extrapolationError(curve: FittedCurve): number {
  return Math.max(curve.scatter, curve.backtest[curve.family] ?? 0);
}

/**
 * The shape of a curve fitted anew to resampled scores. Not to the last digit, by which replicates do not differ.
 *
 * @param points the same points that were fitted
 * @param replicates each has a score for each point, in the order of `points`
 */
export function refits(
  curve: FittedCurve,
  points: readonly CurvePoint[],
  replicates: readonly ArrayLike<number>[],
): CurveParameters[] {
  const used = new Set(curve.sizes);
  const kept = points
    .map((point, index) => ({ point, index }))
    .filter(({ point }) => used.has(point.size))
    .sort((a, b) => a.point.size - b.point.size);
  const fitter = fitterOf(
    kept.map(({ point }) => point),
    curve.family,
    { finest: 0.02 },
  );
  return replicates.map((scores) => fitter(kept.map(({ index }) => scores[index]!)));
}

/**
 * A fitted curve with its intervals at any sizes. Each replicate of the measured scores is fitted anew, with the same shape; the interval
 * is between the replicates' quantiles, and always holds the curve itself. Sizes beyond 8 times the largest are refused.
 *
 * @param points the same points that were fitted
 * @param replicates resampled scores, such as `crossedBootstrap` makes: each has one for each point, in the order of `points`
 */
export function learningCurveBand(
  curve: FittedCurve,
  points: readonly CurvePoint[],
  replicates: readonly ArrayLike<number>[],
  sizes: readonly number[],
  { confidence = 0.95, seed = 42 }: CurveBandOptions = {},
): (CurveEstimate | { readonly kind: "refused"; readonly size: number; readonly reason: "too-far" })[] {
  checkNumber("confidence", confidence, confidence > 0 && confidence < 1, "a number between 0 and 1");
  const fits = refits(curve, points, replicates);
  const noise = random(seed, "scatter");
  const tail = (1 - confidence) / 2;
  const largest = curve.sizes.at(-1)!;
  return sizes.map((size) => {
    const reach = reachOf(size, largest);
    if (reach === "too-far") return { kind: "refused", size, reason: "too-far" };
    const score = fittedScore(curve, size);
    const refitted = fits.length === 0 ? [score] : fits.map((parameters) => curveScore(curve.family, parameters, size));
    const error = reach === "measured" ? curve.scatter : extrapolationError(curve);
    // Few replicates are used several times, each with an error of its own.
    const predicted = Float64Array.from({ length: Math.max(leastErrors, refitted.length) }, (_, index) => {
      return refitted[index % refitted.length]! + error * noise.normal();
    });
    return {
      kind: "estimate",
      size,
      reach,
      score,
      low: Math.max(0, Math.min(score, quantile(refitted, tail))),
      high: Math.min(1, Math.max(score, quantile(refitted, 1 - tail))),
      predictionLow: Math.max(0, Math.min(score, quantile(predicted, tail))),
      predictionHigh: Math.min(1, Math.max(score, quantile(predicted, 1 - tail))),
    };
  });
}
