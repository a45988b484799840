/** @file What the points of learning curves say: how each approach's quality grows, and where tuning overtakes prompting. */
import { quantile } from "../../lib/quantile.js";
import type { Comparison } from "../../types/comparison.js";
import type { Crossover, LearningCurve } from "../../types/curves.js";
import type { Estimate } from "../../types/scores.js";
import { type BootstrapsByRows, bootstrapsByRows } from "./bootstraps-by-rows.js";
import type { ArmReplicates } from "./crossed-bootstrap.js";
import { crossoverOf } from "./crossover-of.js";
import { labelGains } from "./label-gains.js";
import { type CurvePoint, fitLearningCurve } from "./learning-curve.js";
import { learningCurveBand } from "./learning-curve-band.js";
import { armsOf, type CurvesInput, chanceOf, type ScoredArm } from "./scored-arm.js";

/** Sizes at which a fitted curve is told, beyond those measured: in steps of √2 up to 8 times all rows. */
const farthest = 8;
const expectedStep = Math.SQRT2;

/** What the points of learning curves say. */
export interface CurveStatistics {
  readonly curves: readonly LearningCurve[];
  readonly crossovers: readonly Crossover[];
}

/** The curves, and the crossovers of every tuned curve with every prompt. `null` where no curve was measured. */
export function learningCurves(input: CurvesInput): CurveStatistics | null {
  const arms = armsOf(input);
  const bootstraps = bootstrapsByRows(arms, input);
  const drawn = new Map(arms.filter(({ sizes }) => sizes > 1).map((arm) => [arm, learningCurve(arm, bootstraps, input)]));
  if (drawn.size === 0) return null;
  const prompts = arms.filter(({ arm }) => arm === "prompt");
  const tuned = [...drawn.keys()].filter(({ arm }) => arm === "tune");
  // Prompt by prompt, since pairs with one prompt mostly have their rows, and so their draws, in common.
  const byPrompt = prompts.map((prompted) => tuned.map((arm) => crossoverOf(arm, prompted, bootstraps, input)));
  return { curves: [...drawn.values()], crossovers: tuned.flatMap((_, at) => byPrompt.map((pairs) => pairs[at]!)) };
}

/** With the pair of the arms' best first, and those of one of the two before the rest. */
export function bestPairFirst(crossovers: readonly Crossover[], best: Comparison["best"]): Crossover[] {
  const rank = ({ tuned, prompted }: Crossover): number =>
    2 * Number(tuned === best.tune?.approach) + Number(prompted === best.prompt?.approach);
  return crossovers.toSorted((a, b) => rank(b) - rank(a));
}

function learningCurve(arm: ScoredArm, bootstraps: BootstrapsByRows, input: CurvesInput): LearningCurve {
  const { metric, seed } = input;
  const names = { approach: arm.approach, arm: arm.arm, metric };
  const drawn = bootstraps(arm.present)([arm.measured]);
  if (drawn.kind === "refused") return { ...names, points: [], fit: { kind: "refused", reason: "no-scores" } };
  const replicates = drawn.arms[0]!;
  const points = replicates.sizes.map((labels, index) => {
    return { labels, seeds: replicates.runCounts[index]!, score: estimateOf(replicates, index) };
  });
  const measured = points.map(
    ({ labels, seeds, score }): CurvePoint => ({ size: labels, score: score.value, runs: seeds, low: score.low }),
  );
  const fit = fitLearningCurve(measured, chanceOf(input));
  if (fit.kind === "refused") return { ...names, points, fit: { kind: "refused", reason: fit.reason } };
  const sizes = expectedSizes(points[0]!.labels, points.at(-1)!.labels);
  const band = learningCurveBand(fit, measured, replicates.means, sizes, { seed });
  const expected = band.flatMap((each) => {
    if (each.kind === "refused") return [];
    const { size, score, low, high, predictionLow, predictionHigh, reach } = each;
    return [{ labels: size, score: { value: score, low, high }, predicted: { low: predictionLow, high: predictionHigh }, reach }];
  });
  return {
    ...names,
    points,
    fit: { kind: "fitted", shape: fit.family, expected, gains: labelGains(fit, measured, replicates.means, { seed }) },
  };
}

function estimateOf({ scores, means }: ArmReplicates, index: number): Estimate {
  const drawn = means.map((each) => each[index]!).sort((a, b) => a - b);
  const within = (value: number): number => Math.min(1, Math.max(0, value));
  return { value: scores[index]!, low: within(quantile(drawn, 0.025)), high: within(quantile(drawn, 0.975)) };
}

function expectedSizes(smallest: number, largest: number): number[] {
  const steps = Math.floor(Math.log((farthest * largest) / smallest) / Math.log(expectedStep) + 1e-9);
  const sizes = Array.from({ length: steps + 1 }, (_, step) => Math.round(smallest * expectedStep ** step));
  return [...new Set([...sizes, largest])].sort((a, b) => a - b);
}
