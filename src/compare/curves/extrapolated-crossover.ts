/** @file Where fitted curves say that a tuned model will overtake a prompted one, beyond what was measured. Never mixed with what was. */
import { quantile } from "../../lib/quantile.js";
import { random } from "../../lib/random.js";
import { checkNumber } from "../plain/rows.js";
import { type ArmReplicates, checkDrawnTogether } from "./crossed-bootstrap.js";
import { type CurveFamily, curveScore } from "./curve-families.js";
import { type LabelCount, reachedForGood } from "./label-count.js";
import {
  type CurvePoint,
  type CurveRefusal,
  type FittedCurve,
  farthestReach,
  fitLearningCurve,
  reachOf,
} from "./learning-curve.js";
import { extrapolationError, refits } from "./learning-curve-band.js";

/** A crossover that was not measured. */
export interface ExtrapolatedCrossover {
  readonly kind: "extrapolated";
  /** As in `Crossover`. `before`: at the largest size measured it is overtaken already; `after`: not within 8 times that size. */
  readonly labels: LabelCount;
  readonly low: LabelCount;
  readonly high: LabelCount;
  /** How far beyond the largest size `labels` lies; `far`, beyond 4 times, is to be flagged. `null` where `labels` is out of sight. */
  readonly reach: "measured" | "near" | "far" | null;
  /** The largest size at which both were measured. */
  readonly largest: number;
  /** The shape of the tuned curve. */
  readonly family: CurveFamily;
}

/** Why nothing is said of more labels: of which approach there is no curve, and why. */
export interface NoExtrapolation {
  readonly kind: "refused";
  readonly side: "tuned" | "prompted";
  readonly reason: CurveRefusal | "no-curve";
}

export interface ExtrapolationOptions {
  /** What is scored without learning: sizes that are not clearly above it are left out of the fits. */
  readonly chance?: number;
  /** Probability that the interval is meant to cover. @default 0.95 */
  readonly confidence?: number;
  /** @default 42 */
  readonly seed?: number;
}

/** Sizes at which the curves are compared. */
const steps = 48;

/**
 * Where the fitted curves of two approaches of one `crossedBootstrap` cross, up to 8 times the largest size that was measured of both. Each
 * replicate is fitted anew, and is off by as much as the backtest was. A prompted line stays where it is, and so does a prompted curve that
 * does not rise.
 */
export function extrapolatedCrossover(
  tuned: ArmReplicates,
  prompted: ArmReplicates,
  { chance, confidence = 0.95, seed = 42 }: ExtrapolationOptions = {},
): ExtrapolatedCrossover | NoExtrapolation {
  checkDrawnTogether(tuned, prompted);
  checkNumber("confidence", confidence, confidence > 0 && confidence < 1, "a number between 0 and 1");
  if (tuned.kind === "line") return { kind: "refused", side: "tuned", reason: "no-curve" };
  const options = chance === undefined ? {} : { chance };
  const curve = fitLearningCurve(curvePoints(tuned), options);
  if (curve.kind === "refused") return { ...curve, side: "tuned" };
  const other = prompted.kind === "line" ? null : fitLearningCurve(curvePoints(prompted), options);
  if (other?.kind === "refused" && other.reason !== "not-rising") return { ...other, side: "prompted" };
  const largest = prompted.kind === "line" ? tuned.sizes.at(-1)! : Math.min(tuned.sizes.at(-1)!, prompted.sizes.at(-1)!);
  const sizes = Array.from({ length: steps + 1 }, (_, step) => largest * farthestReach ** (step / steps));
  const noise = random(seed, "extrapolation");
  const ours = replicateScores(tuned, curve, sizes);
  const theirs = replicateScores(prompted, other?.kind === "fitted" ? other : null, sizes);
  const shares = new Float64Array(sizes.length);
  for (const [replicate, scores] of ours.entries()) {
    const error =
      extrapolationError(curve) * noise.normal() - (other?.kind === "fitted" ? extrapolationError(other) * noise.normal() : 0);
    for (let at = 0; at < sizes.length; at++) {
      const difference = scores[at]! + error - theirs[replicate]![at]!;
      shares[at]! += difference > 0 ? 1 / ours.length : difference === 0 ? 0.5 / ours.length : 0;
    }
  }
  const tail = (1 - confidence) / 2;
  const labels = reachedForGood(sizes, shares, 0.5);
  const reach = labels.labels === null ? null : reachOf(labels.labels, largest);
  return {
    kind: "extrapolated",
    labels,
    low: reachedForGood(sizes, shares, tail),
    high: reachedForGood(sizes, shares, 1 - tail),
    // The last step may be rounded up past the reach by a label.
    reach: reach === "too-far" ? "far" : reach,
    largest,
    family: curve.family,
  };
}

/** The points of an approach's curve, with the lower ends of their 95 % intervals: what `fitLearningCurve` takes. */
export function curvePoints({ sizes, scores, runCounts, means }: ArmReplicates): CurvePoint[] {
  return sizes.map((size, at) => ({
    size,
    score: Math.min(1, Math.max(0, scores[at]!)),
    runs: runCounts[at]!,
    low: quantile(
      Float64Array.from(means, (replicate) => replicate[at]!),
      0.025,
    ),
  }));
}

/** Each replicate's scores at the sizes, by its own fit; where there is no curve, that of the largest size. */
function replicateScores(arm: ArmReplicates, curve: FittedCurve | null, sizes: readonly number[]): ArrayLike<number>[] {
  if (curve === null) return arm.means.map((scores) => sizes.map(() => scores[scores.length - 1]!));
  return refits(curve, curvePoints(arm), arm.means).map((parameters) =>
    sizes.map((size) => curveScore(curve.family, parameters, size)),
  );
}
