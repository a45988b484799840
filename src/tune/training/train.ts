/** @file The front door of training: compiles a model's graphs, and has the loop run beside the program. */

import { UserError } from "../../lib/errors.js";
import { type LossGraph, maskedDropout } from "../classifier/classifier.js";
import type { Dropout } from "../encoders/encoder-graph.js";
import { noDropout } from "../encoders/encoder-graph.js";
import { updatesPerEpoch } from "./batches.js";
import { fingerprintOf } from "./checkpoints/checkpoints.js";
import { type Objective, targetInputs } from "./objectives/objective.js";
import type { TrainingRow } from "./objectives/objective-rules.js";
import { evaluationModel, stepModel } from "./step-model.js";
import type {
  CheckpointSettings,
  EvaluationReport,
  EvaluationSettings,
  LoopSettings,
  SnapshotSettings,
  StepReport,
  TrainingEvent,
  TrainingJob,
  TrainingResult,
  Weights,
} from "./training-job.js";
import { filledOptimizer, runTraining, totalSteps } from "./training-loop.js";
import { hasTrainingThread, trainInThread } from "./training-thread.js";

export type { TrainingRow } from "./objectives/objective-rules.js";
export type { EvaluationReport, StepReport, TrainingResult, Weights } from "./training-job.js";

/** What is trained, as it is before. */
export interface Trainable {
  /** The graph, with dropout where the family has it. */
  build(dropout: Dropout): LossGraph;
  /** Where training starts. Left as they are. */
  readonly weights: Weights;
  /** The token that fills up a batch. */
  readonly padId: number;
  /** What is learned from the rows. */
  readonly objective: Objective;
}

/** How to train. */
export interface TrainingSettings extends LoopSettings {
  /** Whether a weight is trained, by name. Nothing below the lowest trained weight is differentiated. @default all */
  readonly isTrained?: (name: string) => boolean;
  /** A factor of the learning rate of a weight, by name. @default 1 */
  readonly learningRateScale?: (name: string) => number;
  /** Held-out rows. With them the weights of the lowest loss on them are returned. */
  readonly evaluation?: EvaluationSettings;
  readonly snapshots?: SnapshotSettings;
  /** Threads of the session. Results are equal to the bit only for equal numbers. */
  readonly threads?: number;
}

/** What may happen during training. */
export interface TrainingHooks {
  /** Looked at between steps. What was reached is kept first, where there are checkpoints. */
  readonly signal: AbortSignal;
  onStep?(report: StepReport): void;
  /** `logits` of the held-out rows, [rows, labels], where there are such. */
  onEvaluation?(report: EvaluationReport, logits?: Float32Array): void;
  /** The weights on the way, as often as `TrainingSettings.snapshots` says. */
  onSnapshot?(step: number, weights: Weights): void;
  /** Something people should know: a checkpoint that was found, or could not be written. */
  onNote?(text: string): void;
  /** Without it nothing is kept. */
  readonly checkpoint?: CheckpointSettings;
  /** `own` trains in a separate thread, which keeps the program responsive; `calling` blocks between steps. The result is the same. @default "own" */
  readonly thread?: "own" | "calling";
}

/** Updates that training on the labels of `rows` rows takes. */
export function stepsOf(rows: number, settings: Pick<LoopSettings, "epochs" | "minSteps" | "batchSize">): number {
  return totalSteps(updatesPerEpoch(rows, settings), settings);
}

/**
 * Trains, and returns the weights, all of them. The same seed, rows, settings and number of threads give the same bytes, also where it
 * was interrupted and went on from a checkpoint.
 *
 * @throws UserError where there is nothing to learn from, or the loss or the gradients are no longer finite
 */
export async function train(
  model: Trainable,
  rows: readonly TrainingRow[],
  { isTrained = () => true, learningRateScale = () => 1, evaluation, snapshots, threads, ...settings }: TrainingSettings,
  hooks: TrainingHooks,
): Promise<TrainingResult> {
  const { signal, onStep, onEvaluation, onSnapshot, onNote, checkpoint, thread = "own" } = hooks;
  checkRows(rows, "training");
  if (evaluation) checkEvaluation(evaluation);
  signal.throwIfAborted();
  const { padId, objective, weights } = model;
  const targets = targetInputs[objective.kind];
  const graph = model.build(settings.dropout > 0 ? maskedDropout(settings.dropout) : noDropout);
  const compiled: Omit<TrainingJob, "checkpoint"> = {
    model: stepModel(graph, { targets, padId, isTrained, learningRateScale }),
    ...(evaluation && { evaluation: { ...evaluation, model: evaluationModel(model.build(noDropout)) } }),
    ...(snapshots && { snapshots }),
    objective,
    rows,
    settings,
    padId,
    ...(threads !== undefined && { threads }),
  };
  const job: TrainingJob = {
    ...compiled,
    ...(checkpoint && { checkpoint: { ...checkpoint, fingerprint: fingerprintOf(compiled, weights) } }),
  };
  const report = (event: TrainingEvent): void => {
    if (event.kind === "step") onStep?.(event.report);
    else if (event.kind === "evaluation") onEvaluation?.(event.report, event.logits);
    else if (event.kind === "snapshot") onSnapshot?.(event.step, event.weights);
    else onNote?.(event.text);
  };
  const result =
    thread === "own" && hasTrainingThread()
      ? await trainInThread(job, weights, { signal, report })
      : await runTraining(job, filledOptimizer(job.model, weights, settings.weightDecay), { signal, report });
  // Frozen ones are where they were: of a language model with adapters they are nearly all.
  const all = job.model.weights.map(({ name }) => [name, result.weights[name] ?? weights[name]!] as const);
  return { ...result, weights: Object.fromEntries(all) };
}

function checkEvaluation({ rows, every, patience = 1 }: EvaluationSettings): void {
  checkRows(rows, "validation");
  const isCount = (value: number): boolean => Number.isInteger(value) && value > 0;
  if (every !== "epoch" && !isCount(every))
    throw new UserError(`Held-out rows are to be evaluated every ${every} steps. Give "epoch", or a whole number above 0.`);
  if (!isCount(patience)) throw new UserError(`The patience is ${patience} evaluations. Give a whole number above 0.`);
}

function checkRows(rows: readonly TrainingRow[], kind: string): void {
  if (rows.length === 0) throw new UserError(`There are no ${kind} rows. Give at least one.`);
  const empty = rows.findIndex(({ ids }) => ids.length === 0);
  if (empty >= 0) throw new UserError(`The text of ${kind} row ${empty + 1} has no tokens. Leave the row out.`);
}
