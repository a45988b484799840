/** @file The learning curves of a comparison: its approaches fitted again on parts of the training rows, and scored on the same test rows. */
import { BudgetError, UserError } from "../../lib/errors.js";
import { measurementKey } from "../../lib/text/measurement-key.js";
import type { Approach, RunEstimate } from "../../types/approach.js";
import type { Task } from "../../types/data.js";
import type { ProgressEvent } from "../../types/events.js";
import type { Measurement, MeasurementKey } from "../../types/measurement.js";
import type { Outcome } from "../../types/prediction.js";
import { attempt } from "../attempt.js";
import { mainMeasurements } from "../main-measurements.js";
import { isMissing } from "../missing.js";
import { taskFacts } from "../task-facts.js";
import { curveSizes } from "./curve-sizes.js";
import { type NestedSubsets, nestedSubsets } from "./nested-subset.js";
import { type CurveCandidate, type PlannedPoint, pointPlanner } from "./point-planner.js";

/** How much of the learning curves is measured. */
export interface CurveOptions {
  /**
   * `quick`: sizes in steps of 2, three seeds, nothing that a service bills. `full`: sizes in steps of √2, five seeds, and prompts that learn from labels too,
   * within the budget.
   */
  readonly level: CurveLevel;
  /** Seconds that the curves may take. @default for `quick` a quarter of what the comparison took, at least 20; for `full` no limit */
  readonly seconds?: number;
}

export type CurveLevel = "quick" | "full";

/** Steps between sizes, and seeds of a size: more where training sets are small, since those differ most. */
const levels = {
  quick: { factor: 2, seeds: 3, seedsOfSmall: 5, isBilled: false },
  full: { factor: Math.SQRT2, seeds: 5, seedsOfSmall: 10, isBilled: true },
} as const;
const smallSize = 64;

/** The part of the comparison's own time that quick curves may take, and the seconds that they may take in any case. */
const quickShare = 1 / 4;
const quickSeconds = 20;

/** Everything that the curves are measured with. */
export interface CurveInput {
  readonly task: Task;
  readonly approaches: readonly Approach[];
  readonly curve: CurveOptions;
  /** Of the comparison. */
  readonly seeds: readonly number[];
  /** The comparison's own: of these the curves' ends are. */
  readonly measurements: readonly Measurement[];
  /** The best of each arm. */
  readonly best: readonly string[];
  /** Those of an earlier session, points of curves among them. */
  readonly finished: readonly Measurement[];
  readonly signal: AbortSignal;
  readonly log: (event: ProgressEvent) => void;
  readonly checkpointFolder?: ((fit: MeasurementKey) => string) | undefined;
  readonly onMeasurement?: ((measurement: Measurement) => Promise<void>) | undefined;
  /** Called before the first point is measured; never where there is none to measure. */
  readonly onStart: () => void;
}

/**
 * Measures points one after the other until the time is spent, and returns them with those of earlier sessions. What a point of an approach can't be
 * measured for is noted; the comparison stands without it.
 */
export async function measureCurves(input: CurveInput): Promise<Measurement[]> {
  const { task, curve, finished, signal, log } = input;
  const { factor, seeds: usual, seedsOfSmall } = levels[curve.level];
  const main = mainMeasurements(input.measurements, taskFacts(task)).filter(({ split }) => split === "test");
  const learning = candidatesOf(input, main);
  const known = new Set(task.train.examples.flatMap(({ labels }) => labels));
  const allRows = task.train.examples.length;
  const sizes = curveSizes(allRows, known.size, factor);
  if (learning.length === 0 || sizes.length === 0) return [];

  const firstSeed = input.seeds[0]!;
  const seedsOf = (size: number): number[] =>
    Array.from({ length: size <= smallSize ? seedsOfSmall : usual }, (_, index) => firstSeed + index);
  const budget = curve.seconds ?? (curve.level === "quick" ? quickTime(input.measurements) : Number.POSITIVE_INFINITY);
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
  for (const point of finished) {
    const isPoint = point.split === "test" && point.experiment === undefined && point.trainSize < allRows;
    if (!isPoint || !isOfTask(point, task)) continue;
    points.push(point);
    spent += point.elapsedSeconds ?? 0;
    planner.add(pointOf(point), accuracyOf(point.outcomes), point.elapsedSeconds);
  }

  const subsets = new Map<number, NestedSubsets>();
  const byName = new Map(learning.map(({ approach }) => [approach.name, approach]));
  const isDone = new Set(points.map(measurementKey));
  for (;;) {
    signal.throwIfAborted();
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
    });
    const point = await measurePoint(planned, approach, input, subsets);
    if (point instanceof BudgetError) planner.dropAll(approach.name);
    else if (point instanceof UserError) planner.drop(approach.name, planned.size);
    if (point instanceof UserError) {
      log({
        kind: "note",
        text: `The learning curve of ${approach.name} has no point at ${planned.size} labels: ${point.message}`,
      });
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
  { approaches, curve }: CurveInput,
  main: readonly Measurement[],
): { readonly approach: Approach; readonly own: Measurement }[] {
  return approaches.flatMap((approach) => {
    const own = main.find((measurement) => measurement.approach === approach.name);
    if (own === undefined || own.arm === "baseline" || own.traits.learnsFrom !== "labels" || own.traits.isRecording) return [];
    const isBilled = own.predictCost.usd > 0 || own.fitCost.usd > 0 || own.outcomes.some(({ costUsd }) => costUsd !== undefined);
    return isBilled && !levels[curve.level].isBilled ? [] : [{ approach, own }];
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
  const few = freshSeconds(await approach.estimate(nestedSubsets(train, seeds[0]!)(smallest), queries));
  const whole = await approach.estimate(train, queries);
  const slope = Math.max(0, freshSeconds(whole) - few) / (train.examples.length - smallest);
  const measured = own.elapsedSeconds ?? own.fitCost.seconds + own.predictCost.seconds;
  const slowness = whole.seconds > 0 ? measured / whole.seconds : 1;
  return {
    approach: approach.name,
    isBest: best.includes(approach.name),
    fullScore: accuracyOf(own.outcomes),
    expectedSeconds: (size) => Math.max(leastExpected, slowness * (few + slope * (size - smallest))),
  };
}

/** Without embedding: the comparison itself has embedded these texts. */
const freshSeconds = ({ seconds, embeddingSeconds = 0 }: RunEstimate): number => seconds - embeddingSeconds;

/** No point is quicker: it answers all test rows. */
const leastExpected = 0.01;

async function measurePoint(
  { size, seed }: PlannedPoint,
  approach: Approach,
  { task, seeds, signal, log, checkpointFolder }: CurveInput,
  subsets: Map<number, NestedSubsets>,
): Promise<Measurement | UserError> {
  const subset = subsets.get(seed) ?? nestedSubsets(task.train, seed);
  subsets.set(seed, subset);
  const planned = { approach, split: "test", train: subset(size), test: task.test, seed, repeat: seed - seeds[0]! } as const;
  try {
    const point = await attempt(planned, { signal, log, checkpointFolder, isTimed: false });
    return point instanceof UserError ? point : { ...point, outcomes: point.outcomes.map(answerOnly) };
  } catch (error) {
    // The comparison stands: only its curves end here.
    if (error instanceof BudgetError) return error;
    throw error;
  }
}

/** What a score needs of an outcome. Probabilities of many labels at many sizes would be most of a run's size. */
function answerOnly({ id, truth, group, answer, failure, refusedBy }: Outcome): Outcome {
  return {
    id,
    truth,
    ...(group !== undefined && { group }),
    answer,
    ...(failure !== undefined && { failure }),
    ...(refusedBy !== undefined && { refusedBy }),
  };
}

/** What quick curves may take. */
function quickTime(measurements: readonly Measurement[]): number {
  const seconds = measurements.map(
    ({ elapsedSeconds, fitCost, predictCost }) => elapsedSeconds ?? fitCost.seconds + predictCost.seconds,
  );
  return Math.max(quickSeconds, quickShare * seconds.reduce((sum, each) => sum + each, 0));
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
