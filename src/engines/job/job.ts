/**
 * @file What a job is told, as `job.json` has it: plain data that `python/train.py` reads. No key or token has a place in it, and neither have labels of
 * test rows.
 */
import type { ClassWeight } from "../../tune/regression/class-weights.js";
import type { ScheduleKind } from "../../tune/training/schedule.js";

/** Of `job.json`. A script refuses any other. */
export const jobFormat = "crossover-job-1";

/** Of `out/manifest.json`. */
export const outFormat = "crossover-out-1";

/** The ways of training that `train.py` has. */
export const jobMethods = ["full", "lora", "setfit"] as const;
export type JobMethod = (typeof jobMethods)[number];

/** Where the job finds the model: a folder in its own, or a repository of the Hub at one commit. */
export type JobModel = { readonly folder: "model" } | { readonly repo: string; readonly revision: string };

/** How to train, by the names of `train.py`, which are those of `FullSettings` with underscores. */
export interface JobSettings {
  readonly batch_size: number;
  readonly epochs: number;
  readonly min_steps: number;
  readonly schedule: ScheduleKind;
  readonly warmup_ratio: number;
  readonly weight_decay: number;
  readonly max_grad_norm: number;
  readonly dropout: number;
  readonly label_smoothing: number;
  readonly class_weight: ClassWeight;
  /** @default by the size of the model */
  readonly learning_rate?: number;
  /** The longest text in tokens. @default what the model and its tokenizer take */
  readonly max_tokens?: number;
  /** Evaluations in a row without a lower loss that end the training. @default all steps are taken */
  readonly patience?: number;
  /** Of LoRA. */
  readonly rank?: number;
  readonly alpha?: number;
  /** Of SetFit: the most tokens of texts that meet, with their padding. @default 4096 */
  readonly pair_tokens?: number;
  /** The least seconds between checkpoints. @default 120 */
  readonly checkpoint_seconds?: number;
}

/** A file of the job folder as it was staged. */
export interface StagedFile {
  readonly sha256: string;
  readonly bytes: number;
}

/** All of `job.json` but its inputs. */
export interface TrainingJobSpec {
  readonly method: JobMethod;
  readonly task: { readonly name: string; readonly labels: readonly string[]; readonly is_multi_label: boolean };
  readonly model: JobModel;
  /** How states are pooled below the new layer, instead of the head of the model's class. @default that head */
  readonly pooling?: "mean" | "cls" | "last";
  readonly settings: JobSettings;
  readonly seed: number;
  /** So many updates are timed and thrown away, instead of the training. @default the job is done */
  readonly trial?: number;
}

/** How to label, by the names of `label.py`. */
export interface LabelSettings {
  /** The longest text in tokens. @default what the tokenizer takes */
  readonly max_tokens?: number;
  /** Rows between two checkpoints. @default 10,000 */
  readonly rows_per_chunk?: number;
  /** `bf16` is several times as fast on a GPU, and its probabilities differ in the third digit. @default "float32" */
  readonly precision?: "float32" | "bf16";
}

/** All of `job.json` but its inputs, of a job that labels. */
export interface LabelJobSpec {
  readonly method: "label";
  readonly rows: number;
  readonly settings: LabelSettings;
}

/** How vLLM is run, by the names of `batch.py`. */
export interface BatchSettings {
  /** GPUs that the model is split over. @default vLLM's own, which is one */
  readonly tensor_parallel?: number;
  /** What `vllm run-batch` is given besides, word by word. @default nothing */
  readonly arguments?: readonly string[];
}

/** All of `job.json` but its inputs, of a job that asks a language model. */
export interface BatchJobSpec {
  readonly method: "batch";
  /** `name`: what requests call it. A repository of the Hub, at a revision where one is named, or a folder of the engine's machine. */
  readonly model:
    | { readonly name: string; readonly repo: string; readonly revision?: string }
    | { readonly name: string; readonly path: string };
  readonly requests: number;
  readonly settings: BatchSettings;
}

/** What a job is to do. */
export type JobSpec = TrainingJobSpec | LabelJobSpec | BatchJobSpec;

/** `job.json`. */
export type JobFile = JobSpec & {
  readonly format: typeof jobFormat;
  readonly id: string;
  readonly versions: { readonly crossover: string };
  /** By their paths in the job folder. */
  readonly inputs: Readonly<Record<string, StagedFile>>;
};
