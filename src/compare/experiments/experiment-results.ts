/** @file What the experiments of a comparison showed. */
import type { TaskFacts } from "../../types/data.js";
import type { ExperimentResults } from "../../types/experiments.js";
import type { Measurement } from "../../types/measurement.js";
import type { Metric } from "../../types/scores.js";
import type { ApproachRuns } from "../summary.js";
import { newLabelResults } from "./new-label-results.js";
import { perturbationResults } from "./perturbation-results.js";
import { shiftResults } from "./shift-results.js";
import { spreadsOf } from "./spreads.js";

/** `null` where nothing was tried and nothing was measured twice. `seed` fixes the resampling. */
export function experimentResults(
  measurements: readonly Measurement[],
  runs: ReadonlyMap<string, ApproachRuns>,
  task: TaskFacts,
  options: { readonly metric: Metric; readonly seed: number },
): ExperimentResults | null {
  const newLabels = newLabelResults(measurements, runs, task, options);
  const perturbed = perturbationResults(measurements, runs, task, options);
  const shifts = shiftResults(measurements, runs, task, options);
  const spreads = spreadsOf(measurements, runs, task, options.metric);
  return newLabels.length + perturbed.length + shifts.length + spreads.length === 0
    ? null
    : { newLabels, perturbed, shifts, spreads };
}
