/**
 * @file The same engine under the names of Hugging Face's `transformers` and `datasets`, for programs that were written against those:
 * `import { Trainer } from "crossover/transformers"`. What is different is the spelling (`numTrainEpochs`), and that what takes time is
 * awaited. Data keeps its names from Python (`input_ids`, `eval_loss`).
 */

export { UserError } from "../lib/errors.js";
export {
  AutoTokenizer,
  type BatchEncoding,
  type Encoding,
  type PreTrainedTokenizer,
  type TokenizeOptions,
} from "./auto-tokenizer.js";
export { type Batch, Dataset, type Feature, type Features, type MapOptions, type TextRow } from "./dataset.js";
export { DatasetDict } from "./dataset-dict.js";
export type { ComputeMetrics, EvalPrediction, Metrics } from "./evaluation.js";
export type { HubOptions } from "./hub-folder.js";
export { type LoadDatasetOptions, loadDataset } from "./load-dataset.js";
export { type ChatCompletion, type ChatCompletionRequest, openai } from "./openai.js";
export { type Classification, type ClassifyOptions, pipeline, type TextClassificationPipeline } from "./pipeline.js";
export { range } from "./range.js";
export {
  AutoModelForSequenceClassification,
  type FromPretrainedOptions,
  type ModelConfig,
  type SequenceClassificationModel,
} from "./sequence-classifier.js";
export { Trainer } from "./trainer.js";
export { earlyStopping, type TrainerCallback } from "./trainer-callback.js";
export type { PredictionOutput, TrainerOptions, TrainOptions, TrainOutput } from "./trainer-options.js";
export type { TokenizedDataset, TokenizedRow } from "./trainer-rows.js";
export { TrainingArguments, type TrainingOptions } from "./training-arguments.js";
export type { LogEntry, TrainerState } from "./training-log.js";
