/** @file What a `Trainer` takes and gives. */
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

/** What `train` gives: `TrainOutput` in Python. */
export interface TrainOutput {
  readonly globalStep: number;
  /** The mean over all updates. */
  readonly trainingLoss: number;
  readonly metrics: Metrics;
}

/** What `predict` gives: `PredictionOutput` in Python. */
export interface PredictionOutput {
  /** Logits, one list a row. */
  readonly predictions: readonly (readonly number[])[];
  /** `null` where the dataset has none. */
  readonly labelIds: readonly number[] | null;
  readonly metrics: Metrics;
}

export interface TrainOptions {
  /** Stops between two updates. */
  readonly signal?: AbortSignal;
  /** Goes on where a training of the same model, rows and arguments was interrupted, to the same result; its log begins there. Not unless told. */
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
