/** @file What approaches make of texts that are typed otherwise, beside the same texts as they are. */
import { random } from "../../lib/random.js";
import type { TaskFacts } from "../../types/data.js";
import type { Perturbed } from "../../types/experiments.js";
import type { Measurement } from "../../types/measurement.js";
import type { Outcome } from "../../types/prediction.js";
import type { Metric } from "../../types/scores.js";
import { shareOfAnswersChanged } from "../answers-changed.js";
import { codeOutcomes } from "../metrics/label-indices.js";
import { differenceInterval, differenceTest, type Series } from "../metrics/scores.js";
import type { ApproachRuns } from "../summary.js";
import { isPerturbation } from "./experiment-kinds.js";
import { perturbationKinds } from "./perturbation.js";
import { onSharedRows } from "./shared-rows.js";

/** One an approach and kind of change that was measured with the first seed's fit. `seed` fixes the resampling. */
export function perturbationResults(
  measurements: readonly Measurement[],
  runs: ReadonlyMap<string, ApproachRuns>,
  task: TaskFacts,
  { metric, seed }: { readonly metric: Metric; readonly seed: number },
): Perturbed[] {
  return [...runs].flatMap(([approach, { measurements: own }]) =>
    perturbationKinds.flatMap((how): Perturbed[] => {
      const changed = measurements.find((each) => each.approach === approach && isPerturbation(each.experiment, how));
      const plain = own.find((each) => each.seed === changed?.seed);
      if (changed === undefined || plain === undefined) return [];
      const shared = onSharedRows([plain, changed]);
      if (shared.ids.length === 0) return [];
      const [before, after] = [shared.outcomesOf(plain), shared.outcomesOf(changed)];
      const series = (outcomes: readonly Outcome[]): Series => ({ seeds: [codeOutcomes(outcomes, task)], groups: shared.groups });
      return [
        {
          ...{ approach, how, metric, rows: shared.ids.length, answersChanged: shareOfAnswersChanged(before, after) },
          difference: differenceInterval(series(after), series(before), metric),
          pValue: differenceTest(series(after), series(before), metric, random(seed, `${how} for ${approach}`)),
        },
      ];
    }),
  );
}
