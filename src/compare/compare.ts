/** @file The front door: approaches in, a comparison out. Nothing here knows a model from a prompt. */
import { BudgetError, UserError } from "../lib/errors.js";
import { measurementKey } from "../lib/text/measurement-key.js";
import type {
  Approach,
  Assumptions,
  Comparison,
  FailedApproach,
  Measurement,
  MeasurementKey,
  Predictor,
  ProgressEvent,
  Task,
} from "../types.js";
import { defaultAssumptions } from "./assumptions.js";
import { type CurveOptions, measureCurves } from "./curves/measure-curves.js";
import { identityOf, traitsOf } from "./identity.js";
import { mainMeasurements } from "./main-measurements.js";
import { keyOfFit, measure } from "./measure.js";
import { type PlannedMeasurement, planMeasurements } from "./plan.js";
import { summarize } from "./summarize.js";
import { taskFacts } from "./task-facts.js";

export interface CompareOptions {
  /** Every approach is fitted once with each. The first one also serves the choice on validation rows. 42 alone unless given. */
  readonly seeds?: readonly number[];
  /** Prices and margin; those that are left out are `defaultAssumptions`. */
  readonly assumptions?: Partial<Assumptions>;
  /** Measures learning curves too, after all else. None unless given. */
  readonly curve?: CurveOptions;
  readonly signal?: AbortSignal;
  readonly log?: (event: ProgressEvent) => void;
  /** Measurements of an earlier, interrupted run of the same task: they are not made again. */
  readonly finished?: readonly Measurement[];
  /** A folder for each fit alone, where it may keep what lets it go on after the process was killed. To be deleted with `onMeasurement`. */
  readonly checkpointFolder?: (fit: MeasurementKey) => string;
  /** Called with each predictor that was measured, before it is disposed of and before `onMeasurement`: the place to save its files. */
  readonly onPredictor?: (measurement: Measurement, predictor: Predictor) => Promise<void>;
  /** Called with each new measurement before the next one starts: the place to store it. */
  readonly onMeasurement?: (measurement: Measurement) => Promise<void>;
  /** Called before the learning curves are measured, with what is known without them. */
  readonly onFirstAnswer?: (comparison: Comparison) => void;
  /** Called for an approach that the user would have to mend; the others go on. */
  readonly onFailure?: (approach: string, error: UserError) => void;
}

/**
 * Measures every approach on the task and says what follows.
 *
 * Where an arm has several candidates, each first answers validation rows cut from the training rows, by which the arm's best is chosen.
 * An approach that throws a `UserError` is left out and listed in `failed`. An abort, a reached budget or a bug ends the comparison and
 * is thrown; what was measured until then has been handed to `onMeasurement`.
 *
 * @throws UserError where two approaches share a name, or none could be measured
 */
export async function compare(task: Task, approaches: readonly Approach[], options: CompareOptions = {}): Promise<Comparison> {
  const {
    seeds = [42],
    signal = new AbortController().signal,
    log = () => {},
    finished = [],
    checkpointFolder,
    onPredictor,
    onMeasurement,
    onFailure,
    onFirstAnswer,
    curve,
  } = options;
  const assumptions = { ...defaultAssumptions, ...options.assumptions };
  const plan = planMeasurements(task, approaches, seeds);
  const measurements: Measurement[] = [];
  const failed = new Map<string, FailedApproach>();
  const attempt = async (planned: PlannedMeasurement): Promise<Measurement | null> => {
    const { approach, split, train, test, seed, repeat, experiment } = planned;
    let isStoring = false;
    const store = async (measurement: Measurement, predictor: Predictor): Promise<void> => {
      isStoring = true;
      await onPredictor?.(measurement, predictor);
      isStoring = false;
    };
    try {
      const kept = checkpointFolder && { checkpointFolder: checkpointFolder(keyOfFit(approach, train, planned)) };
      return await measure(approach, train, test, { split, seed, repeat, experiment, signal, log, onPredictor: store, ...kept });
    } catch (error) {
      // An abort is often reported as something else by whoever was interrupted.
      signal.throwIfAborted();
      // A full disk is not the approach's failure.
      if (isStoring || !(error instanceof UserError) || error instanceof BudgetError) throw error;
      const { name } = approach;
      failed.set(name, { approach: name, ...identityOf(approach), traits: traitsOf(approach), reason: error.message });
      onFailure?.(approach.name, error);
      return null;
    }
  };
  for (const [index, planned] of plan.entries()) {
    const { approach, split } = planned;
    signal.throwIfAborted();
    const detail = `${approach.name} on ${split} rows`;
    log({ kind: "progress", phase: "comparing", done: index, total: plan.length, detail });
    const known = finished.find((measurement) => isSame(measurement, planned));
    const measurement = known ?? (failed.has(approach.name) ? null : await attempt(planned));
    if (measurement === null) continue;
    measurements.push(measurement);
    if (known === undefined) await onMeasurement?.(measurement);
  }
  log({ kind: "progress", phase: "comparing", done: plan.length, total: plan.length });
  const reasons = [...failed.values()];
  const facts = taskFacts(task);
  if (!mainMeasurements(measurements, facts).some(({ split }) => split === "test")) {
    throw new UserError(`No approach could be measured. ${reasons.map((each) => `${each.approach}: ${each.reason}`).join(" ")}`);
  }
  const first = summarize({ task: facts, assumptions, measurements, failed: reasons });
  if (curve === undefined) return first;
  const best = [first.best.tune, first.best.prompt].flatMap((choice) => choice?.approach ?? []);
  const input = { task, approaches, seeds, measurements, best, curve, finished, signal, log, onStart: () => onFirstAnswer?.(first) };
  const points = await measureCurves({
    ...input,
    ...(checkpointFolder !== undefined && { checkpointFolder }),
    ...(onMeasurement !== undefined && { onMeasurement }),
  });
  return points.length === 0
    ? first
    : summarize({ task: facts, assumptions, measurements: [...measurements, ...points], failed: reasons });
}

function isSame(measurement: Measurement, planned: PlannedMeasurement): boolean {
  const { approach, train, test } = planned;
  return (
    measurementKey(measurement) === measurementKey(keyOfFit(approach, train, planned)) &&
    measurement.outcomes.length === test.examples.length &&
    measurement.outcomes.every((outcome, row) => outcome.id === test.examples[row]!.id)
  );
}
