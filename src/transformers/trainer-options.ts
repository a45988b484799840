/** @file The options and results of a `Trainer`. */
import type { ComputeMetrics, Metrics } from "./evaluation.js";
import type { SequenceClassificationModel } from "./sequence-classifier.js";
import type { TrainerCallback } from "./trainer-callback.js";
import type { TokenizedDataset } from "./trainer-rows.js";
import type { TrainingArguments } from "./training-arguments.js";

export interface TrainerOptions {
  readonly model: SequenceClassificationModel;
  readonly args: TrainingArguments;
  readonly trainDataset?: TokenizedDataset;
  readonly evalDataset?: TokenizedDataset;
  /** Metrics besides the loss. */
  readonly computeMetrics?: ComputeMetrics;
  readonly callbacks?: readonly TrainerCallback[];
}

/** The result of `train`: `TrainOutput` in Python. */
export interface TrainOutput {
  readonly globalStep: number;
  /** The mean training loss over all updates. */
  readonly trainingLoss: number;
  readonly metrics: Metrics;
}

/** The result of `predict`: `PredictionOutput` in Python. */
export interface PredictionOutput {
  /** Logits, one list per row. */
  readonly predictions: readonly (readonly number[])[];
  /** The true classes; `null` if the dataset has none. */
  readonly labelIds: readonly number[] | null;
  readonly metrics: Metrics;
}

export interface TrainOptions {
  /** Stops the training between two updates. */
  readonly signal?: AbortSignal;
  /** Resumes an interrupted training of the same model, rows and arguments, with the same result; the log starts there. @default false */
  readonly resumeFromCheckpoint?: boolean;
}

/** The names of the options. */
export const optionNames = [
  "model",
  "args",
  "trainDataset",
  "evalDataset",
  "computeMetrics",
  "callbacks",
] satisfies (keyof TrainerOptions)[];
