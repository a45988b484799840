/** @file The front door: approaches in, a comparison out. Nothing here knows a model from a prompt. */
import { UserError } from "../lib/errors.js";
import { measurementKey } from "../lib/text/measurement-key.js";
import type { Approach, Predictor } from "../types/approach.js";
import type { Comparison } from "../types/comparison.js";
import type { Task, TaskFacts } from "../types/data.js";
import type { PhaseEvent, ProgressEvent } from "../types/events.js";
import type { Arm } from "../types/identity.js";
import type { FailedApproach, Measurement, MeasurementKey } from "../types/measurement.js";
import type { Assumptions } from "../types/prices.js";
import { defaultAssumptions } from "./assumptions.js";
import { type CurveOptions, curveSeconds, experimentShare } from "./curves/curve-schedule.js";
import { measureCurves } from "./curves/measure-curves.js";
import { measureExperiments, takesPart } from "./experiments/measure-experiments.js";
import { shiftedRows } from "./experiments/shifted-rows.js";
import { attempt } from "./fits/attempt.js";
import { beginFits } from "./fits/begin-fits.js";
import { keptFits } from "./fits/kept-fits.js";
import { identityOf, traitsOf } from "./identity.js";
import { mainMeasurements } from "./main-measurements.js";
import { keyOfFit } from "./measure.js";
import { type PlannedMeasurement, planMeasurements } from "./plan.js";
import { secondsTaken } from "./seconds-taken.js";
import { summarize } from "./summarize.js";
import { taskFacts } from "./task-facts.js";
import { timeLeft } from "./time-left.js";

/** Options of `compare`. */
export interface CompareOptions {
  /** Every approach is fitted once with each seed. The first also serves the selection on validation rows. @default [42] */
  readonly seeds?: readonly number[];
  /** Prices and margin. @default `defaultAssumptions`, for each field that is left out */
  readonly assumptions?: Partial<Assumptions>;
  /** Learning curves to measure after everything else. @default none */
  readonly curve?: CurveOptions;
  /** Whether experiments are made within the time of the curves: a new label, texts typed otherwise, rows unlike the others, prompts in other words. @default false */
  readonly experiments?: boolean;
  readonly signal?: AbortSignal;
  readonly log?: (event: ProgressEvent) => void;
  /** Measurements of an earlier, interrupted run of the same task, which are not repeated. */
  readonly finished?: readonly Measurement[];
  /** A folder per fit, for checkpoints to resume from after the process was killed. Delete it in `onMeasurement`. */
  readonly checkpointFolder?: (fit: MeasurementKey) => string;
  /** A folder for what several fits need. Delete it in `onMeasurement` when no checkpoints are left. */
  readonly sharedFolder?: string;
  /** Called with each measured predictor, before it is disposed of and before `onMeasurement`: the place to save its files. */
  readonly onPredictor?: (measurement: Measurement, predictor: Predictor) => Promise<void>;
  /** Called with each new measurement before the next one starts: the place to store it. */
  readonly onMeasurement?: (measurement: Measurement) => Promise<void>;
  /** Called once before a long wait, for slow approaches or learning curves, with the comparison so far. Approaches are measured fastest first. */
  readonly onFirstAnswer?: (comparison: Comparison) => void;
  /** Called for an approach that fails with a `UserError`; the others go on. */
  readonly onFailure?: (approach: string, error: UserError) => void;
}

/**
 * Measures every approach on the task and summarizes the measurements.
 *
 * If an arm has several candidates, each first answers validation rows cut from the training rows, and the arm's best is chosen by them. An
 * approach that throws a `UserError` is left out and listed in `failed`. An abort, a reached budget or a bug ends the comparison and is
 * thrown; everything measured before was passed to `onMeasurement`.
 *
 * @throws UserError if two approaches share a name, or none could be measured, or the column named for a shift holds dates that can be read in two ways
 */
export async function compare(task: Task, approaches: readonly Approach[], options: CompareOptions = {}): Promise<Comparison> {
  const {
    seeds = [42],
    signal = new AbortController().signal,
    log = () => {},
    finished = [],
    checkpointFolder,
    sharedFolder,
    onPredictor,
    onMeasurement,
    onFailure,
    onFirstAnswer,
    curve,
    experiments = false,
  } = options;
  const isExperimental = curve !== undefined && experiments;
  // Dates that can be read in two ways are refused now, not once everything is measured.
  if (isExperimental) shiftedRows(task);
  const assumptions = { ...defaultAssumptions, ...options.assumptions };
  const seconds = onFirstAnswer === undefined ? new Map() : await expectedSeconds(task, approaches);
  // With validation rows of the user's own both splits rest on the same training rows; experiments ask a trained model again.
  await using fits = keptFits(approaches, ({ arm }, train, seed) => {
    const isWhole = train === task.train && seed === seeds[0];
    return isWhole && (task.validation !== undefined || (isExperimental && arm === "tune"));
  });
  const plan = planMeasurements(task, fits.approaches, seeds, seconds);
  const facts = taskFacts(task);
  const measurements: Measurement[] = [];
  const time = timeLeft(task, seconds);
  /** With learning curves, where these have a limit. */
  const expectation = (left: readonly PlannedMeasurement[]): Pick<PhaseEvent, "secondsLeft" | "secondsOfNext"> => {
    const own = time.of(left.filter(({ approach }) => !failed.has(approach.name)));
    if (own === undefined) return {};
    const limit = curve === undefined ? 0 : curveSeconds(curve, sum(measurements.map(secondsTaken)) + own);
    return { secondsLeft: own + (Number.isFinite(limit) ? limit : 0), secondsOfNext: time.of(left.slice(0, 1)) ?? 0 };
  };
  const failed = new Map<string, FailedApproach>();
  const summarized = (points: readonly Measurement[] = []): Comparison =>
    summarize({ task: facts, assumptions, measurements: [...measurements, ...points], failed: [...failed.values()] });
  let isAnswered = false;
  const answer = (): void => {
    if (!isAnswered) onFirstAnswer?.(summarized());
    isAnswered = true;
  };
  const isFinished = (planned: PlannedMeasurement): boolean => finished.some((measurement) => isSame(measurement, planned));
  await beginFits(
    plan.filter((planned) => !isFinished(planned)),
    { signal, log, checkpointFolder, sharedFolder },
  );
  for (const [index, planned] of plan.entries()) {
    const { approach, split } = planned;
    signal.throwIfAborted();
    if (!isAnswered && hasArms(measurements, facts, approaches) && timeOf(plan.slice(index), seconds) > longWait) answer();
    const detail = `${approach.name} on ${split} rows`;
    const expected = expectation(plan.slice(index));
    log({ kind: "progress", phase: "comparing", done: index, total: plan.length, detail, ...expected });
    const known = finished.find((measurement) => isSame(measurement, planned));
    const began = performance.now();
    if (known === undefined && failed.has(approach.name)) continue;
    const measurement = known ?? (await attempt(planned, { signal, log, checkpointFolder, sharedFolder, onPredictor }));
    if (measurement instanceof UserError) {
      const reason = measurement.message;
      failed.set(approach.name, { approach: approach.name, ...identityOf(approach), traits: traitsOf(approach), reason });
      onFailure?.(approach.name, measurement);
      continue;
    }
    measurements.push(measurement);
    time.add(planned, known === undefined ? (performance.now() - began) / 1000 : secondsTaken(known));
    if (known === undefined) await onMeasurement?.(measurement);
    const isAskedAgain = split === "validation" || (isExperimental && takesPart(measurement, curve.level));
    if (!isAskedAgain) await fits.release(approach.name);
  }
  log({ kind: "progress", phase: "comparing", done: plan.length, total: plan.length });
  if (!hasTest(measurements, facts)) {
    const reasons = [...failed.values()].map((each) => `${each.approach}: ${each.reason}`);
    throw new UserError(`No approach could be measured. ${reasons.join(" ")}`);
  }
  const first = summarized();
  if (curve === undefined) return first;
  const best = [first.best.tune, first.best.prompt].flatMap((choice) => choice?.approach ?? []);
  const shared = {
    task,
    seeds,
    measurements,
    finished,
    signal,
    log,
    checkpointFolder,
    sharedFolder,
    onMeasurement,
    onStart: answer,
  };
  const limit = curveSeconds(curve, sum(measurements.map(secondsTaken)));
  const ofCurves = isExperimental ? limit * (1 - experimentShare) : limit;
  const points = await measureCurves({ ...shared, approaches, best, curve, seconds: ofCurves });
  const left = limit - sum(points.map(({ elapsedSeconds = 0 }) => elapsedSeconds));
  const made = isExperimental ? await measureExperiments({ ...shared, fits, points, level: curve.level, seconds: left }) : [];
  return points.length + made.length === 0 ? first : summarized([...points, ...made]);
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Seconds of waiting that are worth a first answer before them. */
const longWait = 10;

/** What each approach expects to take. One that can't tell is expected to take no time: measuring it will say why. */
async function expectedSeconds({ train, test }: Task, approaches: readonly Approach[]): Promise<Map<string, number>> {
  const queries = test.examples.map(({ id, text }) => ({ id, text }));
  const seconds = new Map<string, number>();
  for (const approach of approaches) {
    try {
      seconds.set(approach.name, (await approach.estimate(train, queries)).seconds);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
    }
  }
  return seconds;
}

function timeOf(planned: readonly PlannedMeasurement[], seconds: ReadonlyMap<string, number>): number {
  return planned.reduce((sum, { approach }) => sum + (seconds.get(approach.name) ?? 0), 0);
}

function hasTest(measurements: readonly Measurement[], facts: TaskFacts, arm?: Arm): boolean {
  const main = mainMeasurements(measurements, facts).filter(({ split }) => split === "test");
  return main.some((measurement) => arm === undefined || measurement.arm === arm);
}

/** Whether each arm that a verdict is about has been measured, of those that there are. */
function hasArms(measurements: readonly Measurement[], facts: TaskFacts, approaches: readonly Approach[]): boolean {
  const arms = (["tune", "prompt"] as const).filter((arm) => approaches.some((approach) => approach.arm === arm));
  return arms.length > 0 && arms.every((arm) => hasTest(measurements, facts, arm));
}

function isSame(measurement: Measurement, planned: PlannedMeasurement): boolean {
  const { approach, train, test } = planned;
  return (
    measurementKey(measurement) === measurementKey(keyOfFit(approach, train, planned)) &&
    measurement.outcomes.length === test.examples.length &&
    measurement.outcomes.every((outcome, row) => outcome.id === test.examples[row]!.id)
  );
}
