/** @file Whether one of two approaches loses more than the other by texts changed in a way, or by rows unlike those learned from. */
import type { TaskFacts } from "../../types/data.js";
import type { LossDifference } from "../../types/experiments.js";
import type { Measurement } from "../../types/measurement.js";
import type { Estimate } from "../../types/scores.js";
import { codeOutcomes, isRight } from "../metrics/label-indices.js";
import { holm } from "../statistics/holm.js";
import { effectiveUnits, jackknifeInterval } from "../statistics/jackknife.js";
import { signFlipMidP } from "../statistics/mcnemar.js";
import { unitCount, unitsOf } from "../statistics/resampling-units.js";
import type { ApproachRuns } from "../summary.js";
import { isPerturbation } from "./experiment-kinds.js";
import { perturbationKinds } from "./perturbation.js";
import { onSharedRows } from "./shared-rows.js";
import { shiftFits } from "./shift-results.js";

/** The same rows before and after, once a seed; nothing where the approach loses nothing by construction. */
interface Loss {
  readonly before: readonly Measurement[];
  readonly after: readonly Measurement[];
}

/**
 * `a` against `b` in what both were asked about: in each way of changing texts, then on the rows of the shift, where one that learned from no rows loses
 * nothing. Rows count by whether they are right.
 */
export function lossDifferences(
  a: ApproachRuns,
  b: ApproachRuns,
  measurements: readonly Measurement[],
  task: TaskFacts,
): LossDifference[] {
  const [nameA, nameB] = [a, b].map((runs) => runs.measurements[0]!.approach) as [string, string];
  const pair = { a: nameA, b: nameB } as const;
  const perturbed = perturbationKinds.flatMap((how) => {
    const losses = [a, b].map(({ measurements: own }): Loss => {
      const { approach } = own[0]!;
      const after = measurements.filter((each) => each.approach === approach && isPerturbation(each.experiment, how)).slice(0, 1);
      return { after, before: own.filter(({ seed }) => seed === after[0]?.seed) };
    });
    if (losses.some(({ before, after }) => before.length === 0 || after.length === 0)) return [];
    const measured = lossDifference(losses[0]!, losses[1]!, task);
    return measured === null ? [] : [{ ...pair, of: { kind: "perturbed", how } as const, ...measured }];
  });
  const adjusted = holm(perturbed.map(({ pValue }) => pValue));
  return [
    ...perturbed.map((each, index) => ({ ...each, adjustedPValue: adjusted[index]! })),
    ...shiftDifference(a, b, measurements, task).map((each) => ({ ...pair, ...each, adjustedPValue: each.pValue })),
  ];
}

function shiftDifference(
  a: ApproachRuns,
  b: ApproachRuns,
  measurements: readonly Measurement[],
  task: TaskFacts,
): (Pick<LossDifference, "of"> & MeasuredLosses)[] {
  const losses = [a, b].map(({ measurements: own }): Loss | null => {
    const { approach, traits } = own[0]!;
    const fits = shiftFits(measurements, [approach]).get(approach);
    if (fits !== undefined) return { before: fits.alike, after: fits.unlike };
    return traits.learnsFrom === "nothing" ? { before: [], after: [] } : null;
  });
  const [lossA, lossB] = losses;
  if (!lossA || !lossB || lossA.before.length + lossB.before.length === 0) return [];
  const measured = lossDifference(lossA, lossB, task);
  return measured === null ? [] : [{ of: { kind: "shift" }, ...measured }];
}

type MeasuredLosses = Pick<LossDifference, "rows" | "metric" | "lossA" | "lossB" | "difference" | "pValue">;

/** `null` where no row was answered by all. */
function lossDifference(a: Loss, b: Loss, task: TaskFacts): MeasuredLosses | null {
  const shared = onSharedRows([a.before, a.after, b.before, b.after].flat());
  const rows = shared.ids.length;
  if (rows === 0) return null;
  // Right before minus right after, summed over the seeds.
  const lossesOf = ({ before, after }: Loss): number[] => {
    const rights = [before, after].map((each) => each.map((measured) => codeOutcomes(shared.outcomesOf(measured), task)));
    const count = (side: number, row: number): number =>
      rights[side]!.reduce((sum, coded) => sum + (isRight(coded, row) ? 1 : 0), 0);
    return shared.ids.map((_, row) => count(0, row) - count(1, row));
  };
  const [seedsA, seedsB] = [Math.max(1, a.before.length), Math.max(1, b.before.length)];
  const [lossesA, lossesB] = [lossesOf(a), lossesOf(b)];
  // In whole numbers, with unequal numbers of seeds weighted alike.
  const differences = lossesA.map((loss, row) => loss * seedsB - lossesB[row]! * seedsA);
  const mean = (losses: readonly number[]): number => losses.reduce((sum, loss) => sum + loss, 0) / rows;
  return {
    rows,
    metric: task.isMultiLabel ? "exactMatch" : "accuracy",
    ...{ lossA: mean(lossesA) / seedsA, lossB: mean(lossesB) / seedsB },
    difference: meanInterval(differences, shared.groups, seedsA * seedsB),
    pValue: signFlipMidP(sumsByGroup(differences, shared.groups)),
  };
}

/** The mean of whole numbers of rows over `scale`, with its 95 % interval by the jackknife over rows, or groups of them. */
function meanInterval(values: readonly number[], groups: readonly (string | undefined)[], scale: number): Estimate {
  // Slot 0 counts rows, slot 1 adds up what is above 0, slot 2 what is below.
  const rows = values.map((value) => [0, ...Array.from({ length: Math.abs(value) }, () => (value > 0 ? 1 : 2))]);
  const units = unitsOf(3, rows, groups);
  return jackknifeInterval(units, (counts) => (counts[1]! - counts[2]!) / counts[0]! / scale, {
    effectiveUnits: effectiveUnits(groups),
    // One may lose every row that the other one gains.
    range: [-2, 2],
    effectiveRows: unitCount(units),
  });
}

/** The sum of each group; a row without a group is one of its own. */
function sumsByGroup(values: readonly number[], groups: readonly (string | undefined)[]): number[] {
  const sums = new Map<string | number, number>();
  for (const [row, value] of values.entries()) {
    const group = groups[row] ?? row;
    sums.set(group, (sums.get(group) ?? 0) + value);
  }
  return [...sums.values()];
}
