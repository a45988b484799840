/** @file What a learning curve foretells of a larger training set, beside what was then measured there. */
import { crossedBootstrap } from "../../src/compare/curves/crossed-bootstrap.js";
import type { CurveFamily } from "../../src/compare/curves/curve-families.js";
import { curvePoints } from "../../src/compare/curves/extrapolated-crossover.js";
import { fitLearningCurve } from "../../src/compare/curves/learning-curve.js";
import { learningCurveBand } from "../../src/compare/curves/learning-curve-band.js";
import type { SizedRun } from "../../src/compare/curves/measured-arm.js";
import { mean } from "../lib/statistics.js";

/** One prediction, held against its measurement. Scores from 0 to 1. */
export interface Foretold {
  /** Sizes that the curve was fitted to. */
  readonly fitted: readonly number[];
  readonly size: number;
  readonly shape: CurveFamily;
  readonly predicted: number;
  /** Ends of the 95 % interval of what will be measured. */
  readonly low: number;
  readonly high: number;
  readonly measured: number;
  /** The score at the largest size fitted, which is what one has without a curve. */
  readonly last: number;
}

/** The mean score of the runs of one size. */
export const scoreAt = (runs: readonly SizedRun[], size: number): number =>
  mean(runs.filter((run) => run.size === size).map(({ rows }) => mean([...(rows as Uint8Array)])));

/**
 * Fits the runs of sizes up to `largest`, as a comparison fits them, and foretells each of `sizes`; what is refused is left out.
 *
 * @param chance the accuracy of the most frequent label
 * @param families the shapes to choose among
 */
export function foretell(
  runs: readonly SizedRun[],
  largest: number,
  sizes: readonly number[],
  chance: number,
  families?: readonly CurveFamily[],
): Foretold[] {
  const drawn = crossedBootstrap([{ kind: "curve", runs: runs.filter(({ size }) => size <= largest) }]);
  if (drawn.kind === "refused") throw new Error(drawn.reason);
  const arm = drawn.arms[0]!;
  const points = curvePoints(arm);
  const curve = fitLearningCurve(points, { chance, ...(families && { families }) });
  if (curve.kind === "refused") return [];
  return learningCurveBand(curve, points, arm.means, sizes).flatMap((estimate) => {
    if (estimate.kind === "refused") return [];
    const { size, score, predictionLow, predictionHigh } = estimate;
    return {
      fitted: curve.sizes,
      size,
      shape: curve.family,
      predicted: score,
      low: predictionLow,
      high: predictionHigh,
      measured: scoreAt(runs, size),
      last: arm.scores.at(-1)!,
    };
  });
}

/** Whether the interval holds what was measured. */
export const isCovered = ({ low, high, measured }: Foretold): boolean => measured >= low && measured <= high;
