/** @file How far the scores of an approach lie apart by what nobody chose: the seed of a training, the wording of a prompt, the order of its examples. */
import type { TaskFacts } from "../../types/data.js";
import type { Spread } from "../../types/experiments.js";
import type { Measurement } from "../../types/measurement.js";
import type { Metric } from "../../types/scores.js";
import { codeOutcomes } from "../metrics/label-indices.js";
import { scoreIn } from "../metrics/metrics.js";
import type { ApproachRuns } from "../summary.js";
import { isOrder, isWording } from "./experiment-kinds.js";
import { onSharedRows } from "./shared-rows.js";

/** Of each approach what was measured of it: over seeds at the most training rows that two runs or more learned from; over wordings; over orders of examples. */
export function spreadsOf(
  measurements: readonly Measurement[],
  runs: ReadonlyMap<string, ApproachRuns>,
  task: TaskFacts,
  metric: Metric,
): Spread[] {
  return [...runs].flatMap(([approach, { measurements: own }]) => {
    const ofApproach = measurements.filter((each) => each.approach === approach && each.split === "test");
    const besideOwn = (isOther: (experiment: Measurement["experiment"]) => boolean): readonly Measurement[] => {
      const others = ofApproach.filter(({ experiment }) => isOther(experiment));
      return others.length === 0 ? [] : [own[0]!, ...others];
    };
    const runsOver = {
      seeds: mostRowsTwice(ofApproach.filter(({ experiment }) => experiment === undefined)),
      wordings: besideOwn(isWording),
      orders: besideOwn(isOrder),
    } as const satisfies Record<Spread["over"], readonly Measurement[]>;
    return (["seeds", "wordings", "orders"] as const).flatMap((over): Spread[] => {
      const compared = runsOver[over];
      if (compared.length < 2) return [];
      const shared = onSharedRows(compared);
      if (shared.ids.length === 0) return [];
      const scores = compared.map((each) => scoreIn(codeOutcomes(shared.outcomesOf(each), task), metric));
      const { trainSize: labels } = compared[0]!;
      return [{ approach, over, runs: compared.length, labels, metric, deviation: standardDeviation(scores) }];
    });
  });
}

/** The runs on the most training rows that two runs have in common. */
function mostRowsTwice(measured: readonly Measurement[]): readonly Measurement[] {
  const sizes = [...new Set(measured.map(({ trainSize }) => trainSize))].sort((a, b) => b - a);
  const runsAt = (size: number): Measurement[] => measured.filter(({ trainSize }) => trainSize === size);
  return sizes.map(runsAt).find((runs) => runs.length > 1) ?? [];
}

/** Of one run, estimated from a few: with n − 1. */
function standardDeviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}
