/** @file What the training loop is given and gives back: plain data, which can go to another thread. */
import type { TensorValue } from "../../autodiff/values.js";
import type { BatchOptions } from "./batches.js";
import type { Objective } from "./objectives/objective.js";
import type { Scores, TrainingRow } from "./objectives/objective-rules.js";
import type { ScheduleKind } from "./schedule.js";
import type { EvaluationModel, StepModel } from "./step-model.js";

/** Float32 weights by name. */
export type Weights = Readonly<Record<string, TensorValue<"float32">>>;

/** How to train. Names as in Hugging Face's `TrainingArguments`, in our spelling. */
export interface LoopSettings extends BatchOptions {
  readonly epochs: number;
  /** At least so many updates, however few the rows: further epochs are added. */
  readonly minSteps: number;
  /** Of the schedule, its highest. */
  readonly learningRate: number;
  readonly schedule: ScheduleKind;
  /** Share of the steps in which the learning rate rises. */
  readonly warmupRatio: number;
  /** Of matrices; biases and normalization have none. */
  readonly weightDecay: number;
  /** Gradients longer than this, all together, are shortened to it. */
  readonly maxGradNorm: number;
  /** Share of units dropped, from 0 to 1. */
  readonly dropout: number;
}

/** Rows that are held out, and what they are for. */
export interface EvaluationSettings {
  /** Not among the rows that are learned. */
  readonly rows: readonly TrainingRow[];
  /** After each epoch, or after so many steps; after the last step in any case. */
  readonly every: "epoch" | number;
  /** So many evaluations in a row without a lower loss end the training; without it all steps are taken. */
  readonly patience?: number;
  /** Which weights are the result: those with the lowest loss on these rows, or the `last` ones. @default those with the lowest loss */
  readonly keep?: "best" | "last";
}

/** Copies of the weights on the way, for whoever wants to keep them. */
export interface SnapshotSettings {
  /** After each epoch, or after so many steps. */
  readonly every: "epoch" | number;
}

/** What one update did. */
export interface StepReport {
  /** From 1. */
  readonly step: number;
  readonly steps: number;
  /** Of the update's rows, before it. */
  readonly loss: number;
  readonly learningRate: number;
  /** Before it was bounded. */
  readonly gradNorm: number;
  /** Learned from since the beginning, each row as often as it came. */
  readonly rows: number;
  /** In those rows, without padding. */
  readonly tokens: number;
}

/** How the held-out rows were answered. */
export interface EvaluationReport extends Scores {
  /** Updates before it. */
  readonly step: number;
  /** The loss that is trained on, without dropout. */
  readonly loss: number;
}

/** What training gives. */
export interface TrainingResult {
  /** All weights: with held-out rows those of the lowest loss on them, otherwise the last ones. */
  readonly weights: Weights;
  /** Every update, also those before an interruption. */
  readonly steps: readonly StepReport[];
  readonly evaluations: readonly EvaluationReport[];
  /** Updates that `weights` are the result of. */
  readonly bestStep: number;
  /** Logits of the held-out rows under `weights`, [rows, labels], where there are such rows and logits. */
  readonly heldOutLogits?: Float32Array;
  /** Of work, also that before an interruption. */
  readonly seconds: number;
  /** The part of `seconds` that a checkpoint saved. */
  readonly resumedSeconds: number;
}

/** Where and when what was reached is kept. */
export interface CheckpointSettings {
  /** A folder of this training alone. */
  readonly folder: string;
  /** The least seconds between checkpoints. Unless it is 0, checkpoints take at most a twentieth of the time. @default 120 */
  readonly everySeconds?: number;
}

/** All that the loop needs but the weights. */
export interface TrainingJob {
  readonly model: StepModel;
  readonly evaluation?: EvaluationSettings & { readonly model: EvaluationModel };
  readonly snapshots?: SnapshotSettings;
  readonly objective: Objective;
  readonly rows: readonly TrainingRow[];
  readonly settings: LoopSettings;
  /** The token that fills up a batch. */
  readonly padId: number;
  readonly threads?: number;
  /** `fingerprint` tells this training from any other. */
  readonly checkpoint?: CheckpointSettings & { readonly fingerprint: string };
}

/** What happens on the way. */
export type TrainingEvent =
  | { readonly kind: "step"; readonly report: StepReport }
  /** `logits` of the held-out rows, [rows, labels], where there are such. */
  | { readonly kind: "evaluation"; readonly report: EvaluationReport; readonly logits?: Float32Array }
  | { readonly kind: "snapshot"; readonly step: number; readonly weights: Weights }
  | { readonly kind: "note"; readonly text: string };
