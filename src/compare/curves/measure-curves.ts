/**
 * @file The learning curves of a comparison: its approaches fitted again on parts of the training rows, and on all of them with further seeds, and scored on the
 * same test rows.
 */
import { BudgetError, UserError } from "../../lib/errors.js";
import { measurementKey } from "../../lib/text/measurement-key.js";
import type { Approach } from "../../types/approach.js";
import type { Task } from "../../types/data.js";
import type { Measurement } from "../../types/measurement.js";
import type { Outcome } from "../../types/prediction.js";
import { isCostly } from "../billed.js";
import { attempt } from "../fits/attempt.js";
import { beginFits } from "../fits/begin-fits.js";
import type { FurtherMeasuring } from "../further-measuring.js";
import { isOfVerdict } from "../identity.js";
import { mainMeasurements } from "../main-measurements.js";
import { isMissing } from "../missing.js";
import type { PlannedMeasurement } from "../plan.js";
import { secondsTaken } from "../seconds-taken.js";
import { taskFacts } from "../task-facts.js";
import { answerOnly } from "./answer-only.js";
import { type CurveOptions, curveSchedule, expectedSeconds } from "./curve-schedule.js";
import { type NestedSubsets, nestedSubsets } from "./nested-subset.js";
import { type CurveCandidate, type PlannedPoint, pointPlanner } from "./point-planner.js";

/** Everything that the curves are measured with. */
export interface CurveInput extends FurtherMeasuring {
  readonly approaches: readonly Approach[];
  readonly curve: Pick<CurveOptions, "level">;
  /** The best of each arm. */
  readonly best: readonly string[];
}

/**
 * Measures points one after the other until the time is spent or `signal` is aborted, and returns them with those of earlier sessions. What a point of an approach can't be
 * measured for is noted; the comparison stands without it.
 */
export async function measureCurves(input: CurveInput): Promise<Measurement[]> {
  const { task, curve, finished, signal, log } = input;
  const main = mainMeasurements(input.measurements, taskFacts(task)).filter(({ split }) => split === "test");
  const { sizes, seedsOf, isBilled: withBilled } = curveSchedule(task, curve.level, input.seeds[0]!);
  const allRows = task.train.examples.length;
  const learning = candidatesOf(input, main, withBilled);
  if (learning.length === 0) return [];

  const budget = input.seconds;
  const began = performance.now();
  const elapsed = (): number => (performance.now() - began) / 1000;
  const candidates = await Promise.all(learning.map(({ approach, own }) => candidateOf(approach, own, input, sizes)));
  const prompts = main.filter(({ arm, traits }) => arm === "prompt" && traits.asksLlm);
  const planner = pointPlanner({
    sizes,
    allRows,
    seedsOf,
    candidates,
    levels: prompts.map(({ outcomes }) => accuracyOf(outcomes)),
  });

  const points: Measurement[] = [];
  let [spent, isStarted] = [0, false];
  for (const own of main) planner.add(pointOf(own), accuracyOf(own.outcomes));
  const isOwn = new Set(main.map(measurementKey));
  for (const point of finished) {
    const isPoint = point.split === "test" && point.experiment === undefined && point.trainSize <= allRows;
    if (!isPoint || !isOfTask(point, task) || isOwn.has(measurementKey(point))) continue;
    points.push(point);
    spent += point.elapsedSeconds ?? 0;
    planner.add(pointOf(point), accuracyOf(point.outcomes), point.elapsedSeconds);
  }

  const subsets = new Map<number, NestedSubsets>();
  const byName = new Map(learning.map(({ approach }) => [approach.name, approach]));
  const isDone = new Set(points.map(measurementKey));
  await beginPoints(planner.open(budget - spent), byName, input, subsets);
  while (!signal.aborted) {
    const left = budget - spent - elapsed();
    const planned = planner.next(left);
    if (planned === undefined) break;
    if (!isStarted) input.onStart();
    isStarted = true;
    const approach = byName.get(planned.approach)!;
    const ahead = planner.left(left);
    log({
      kind: "progress",
      phase: "curve",
      done: points.length,
      total: points.length + Math.max(1, ahead.points),
      detail: `${approach.name} from ${planned.size} labels`,
      ...(Number.isFinite(ahead.seconds) && { secondsLeft: ahead.seconds }),
    });
    const point = await measurePoint(planned, approach, input, subsets);
    if (point === null) break;
    if (point instanceof BudgetError) planner.dropAll(approach.name);
    else if (point instanceof UserError) planner.drop(approach.name, planned.size);
    if (point instanceof UserError) {
      log({ kind: "note", text: refusalOf(planned, allRows, point) });
      continue;
    }
    if (isDone.has(measurementKey(point))) throw new Error(`${measurementKey(point)} was measured twice`);
    isDone.add(measurementKey(point));
    points.push(point);
    planner.add(planned, accuracyOf(point.outcomes), point.elapsedSeconds);
    await input.onMeasurement?.(point);
  }
  if (isStarted) log({ kind: "progress", phase: "curve", done: points.length, total: points.length });
  return points;
}

/** Approaches whose quality may grow with labels, with their measurement on all of them. */
function candidatesOf(
  { approaches }: CurveInput,
  main: readonly Measurement[],
  withBilled: boolean,
): { readonly approach: Approach; readonly own: Measurement }[] {
  return approaches.flatMap((approach) => {
    const own = main.find((measurement) => measurement.approach === approach.name);
    if (own === undefined || !isOfVerdict(own.arm) || own.traits.learnsFrom !== "labels" || own.traits.isRecording) return [];
    return isCostly(own) && !withBilled ? [] : [{ approach, own }];
  });
}

/** What a point is expected to take: what the approach itself expects of the smallest and of all training rows, with a straight line between. */
async function candidateOf(
  approach: Approach,
  own: Measurement,
  { task, seeds, best }: CurveInput,
  sizes: readonly number[],
): Promise<CurveCandidate> {
  const { train, test } = task;
  const queries = test.examples.map(({ id, text }) => ({ id, text }));
  const smallest = sizes[0]!;
  const expected = await expectedSeconds(approach, nestedSubsets(train, seeds[0]!)(smallest), train, queries);
  const whole = await approach.estimate(train, queries);
  const slowness = whole.seconds > 0 ? secondsTaken(own) / whole.seconds : 1;
  return {
    approach: approach.name,
    isBest: best.includes(approach.name),
    fullScore: accuracyOf(own.outcomes),
    expectedSeconds: (size) => Math.max(leastExpected, slowness * expected(size)),
  };
}

/** No point is quicker: it answers all test rows. */
const leastExpected = 0.01;

/** What measuring a point takes. The rows of a seed are cut once. */
function plannedOf(
  { size, seed }: PlannedPoint,
  approach: Approach,
  { task, seeds }: CurveInput,
  subsets: Map<number, NestedSubsets>,
): PlannedMeasurement {
  const subset = subsets.get(seed) ?? nestedSubsets(task.train, seed);
  subsets.set(seed, subset);
  const train = size === task.train.examples.length ? task.train : subset(size);
  return { approach, split: "test", train, test: task.test, seed, repeat: seed - seeds[0]! };
}

/** Begins the points of approaches that other machines fit: these are measured side by side, and then waited for in the planner's order. */
async function beginPoints(
  points: readonly PlannedPoint[],
  byName: ReadonlyMap<string, Approach>,
  input: CurveInput,
  subsets: Map<number, NestedSubsets>,
): Promise<void> {
  const elsewhere = points.filter(({ approach }) => byName.get(approach)!.begin !== undefined);
  try {
    await beginFits(
      elsewhere.map((point) => plannedOf(point, byName.get(point.approach)!, input, subsets)),
      input,
    );
  } catch (error) {
    if (!input.signal.aborted) throw error;
  }
}

/** `null` where it was stopped. */
async function measurePoint(
  point: PlannedPoint,
  approach: Approach,
  input: CurveInput,
  subsets: Map<number, NestedSubsets>,
): Promise<Measurement | UserError | null> {
  const { task, signal, log, checkpointFolder, sharedFolder } = input;
  const isWhole = point.size === task.train.examples.length;
  const planned = plannedOf(point, approach, input, subsets);
  try {
    const measured = await attempt(planned, { signal, log, checkpointFolder, sharedFolder, isTimed: false });
    if (measured instanceof UserError || isWhole) return measured;
    return { ...measured, outcomes: measured.outcomes.map(answerOnly) };
  } catch (error) {
    if (signal.aborted) return null;
    // The comparison stands: only its curves end here.
    if (error instanceof BudgetError) return error;
    throw error;
  }
}

function refusalOf({ approach, size, seed }: PlannedPoint, allRows: number, { message }: UserError): string {
  return size === allRows
    ? `${approach} was not measured again with seed ${seed}: ${message}`
    : `The learning curve of ${approach} has no point at ${size} labels: ${message}`;
}

function isOfTask({ outcomes }: Measurement, { test }: Task): boolean {
  return outcomes.length === test.examples.length && outcomes.every(({ id }, row) => id === test.examples[row]!.id);
}

const pointOf = ({ approach, trainSize, seed }: Measurement): PlannedPoint => ({ approach, size: trainSize, seed });

/** The share of rows whose labels are all right, of those that there is an outcome of. For choosing points only. */
function accuracyOf(outcomes: readonly Outcome[]): number {
  const present = outcomes.filter((outcome) => !isMissing(outcome));
  const right = present.filter(({ answer, truth }) => {
    return answer !== null && answer.length === truth.length && answer.every((label) => truth.includes(label));
  });
  return present.length === 0 ? 0 : right.length / present.length;
}
