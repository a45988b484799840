/** @file What approaches lose on rows unlike those that they learned from. */
import { random } from "../../lib/random.js";
import type { TaskFacts } from "../../types/data.js";
import type { Shifted } from "../../types/experiments.js";
import type { Measurement } from "../../types/measurement.js";
import type { Metric } from "../../types/scores.js";
import { codeOutcomes } from "../metrics/label-indices.js";
import { scoreIn } from "../metrics/metrics.js";
import { differenceInterval, differenceTest, type Series } from "../metrics/scores.js";
import type { ApproachRuns } from "../summary.js";
import { isShift, partOf, type ShiftExperiment } from "./experiment-kinds.js";
import { onSharedRows, type SharedRows } from "./shared-rows.js";

type ShiftMeasurement = Measurement & { readonly experiment: ShiftExperiment };

/** The fits of an approach with and without the part, by seeds that have both. */
export interface ShiftFits {
  readonly alike: readonly ShiftMeasurement[];
  readonly unlike: readonly ShiftMeasurement[];
  readonly shared: SharedRows;
}

/**
 * One an approach that was fitted with and without the part. One that learns from no labels loses nothing where others were tried: it is not measured.
 *
 * @param seed fixes the resampling
 */
export function shiftResults(
  measurements: readonly Measurement[],
  runs: ReadonlyMap<string, ApproachRuns>,
  task: TaskFacts,
  { metric, seed }: { readonly metric: Metric; readonly seed: number },
): Shifted[] {
  const all = shiftFits(measurements, [...runs.keys()]);
  const [first] = all.values();
  if (first === undefined) return [];
  const part = partOf(first.alike[0]!.experiment);
  return [...runs].flatMap(([approach, own]): Shifted[] => {
    const { arm, traits } = own.measurements[0]!;
    const fits = all.get(approach);
    const rows = (fits ?? first).shared.ids.length;
    if (fits === undefined) {
      return arm !== "baseline" && traits.learnsFrom === "nothing" ? [{ approach, part, rows, loss: null }] : [];
    }
    const { shared } = fits;
    const series = (measured: readonly Measurement[]): Series => ({
      seeds: measured.map((each) => codeOutcomes(shared.outcomesOf(each), task)),
      groups: shared.groups,
    });
    const [alike, unlike] = [series(fits.alike), series(fits.unlike)];
    const mean = ({ seeds }: Series): number => seeds.reduce((sum, each) => sum + scoreIn(each, metric), 0) / seeds.length;
    const loss = {
      ...{ trainRows: fits.alike[0]!.trainSize, seeds: alike.seeds.length, metric },
      ...{ alike: mean(alike), unlike: mean(unlike), difference: differenceInterval(alike, unlike, metric) },
      pValue: differenceTest(alike, unlike, metric, random(seed, `shift for ${approach}`)),
    };
    return [{ approach, part, rows, loss }];
  });
}

/** Of each of the approaches that has both fits. A run that was resumed with other options may have held out another part: the first counts. */
export function shiftFits(measurements: readonly Measurement[], approaches: readonly string[]): ReadonlyMap<string, ShiftFits> {
  const shifts = measurements.filter((each): each is ShiftMeasurement => isShift(each.experiment));
  const [first] = shifts;
  if (first === undefined) return new Map();
  const trial = JSON.stringify([partOf(first.experiment), first.trainSize]);
  const same = shifts.filter(({ experiment, trainSize }) => JSON.stringify([partOf(experiment), trainSize]) === trial);
  return new Map(
    approaches.flatMap((approach): (readonly [string, ShiftFits])[] => {
      const own = same.filter((each) => each.approach === approach);
      const unlike = own.filter(({ experiment }) => experiment.isUnlike);
      const alike = own.filter(({ experiment, seed }) => !experiment.isUnlike && unlike.some((other) => other.seed === seed));
      const paired = unlike.filter(({ seed }) => alike.some((other) => other.seed === seed));
      if (alike.length === 0) return [];
      const shared = onSharedRows([...alike, ...paired]);
      return shared.ids.length === 0 ? [] : [[approach, { alike, unlike: paired, shared }]];
    }),
  );
}
