import type { TrainingRecord } from "../training/training-record.js";
import type { SampleRow } from "./onnx-export.js";

/** What the folder tells besides the model. Everything is left out of it that is not given here. */
export interface SavedDetails {
  /** `tune:full` */
  readonly approach?: string;
  readonly seed?: number;
  /** What it was trained on; `hash` is that of `contentHash`. */
  readonly data?: { readonly name: string; readonly rows: number; readonly hash: string };
  /** Settings of the training, by the names of `trainingArguments`. */
  readonly settings?: Readonly<Record<string, string | number | boolean>>;
  readonly training?: TrainingRecord;
  /** Rows that the 8-bit model is measured on. */
  readonly sample?: { readonly of: "held-out" | "training"; readonly rows: readonly SampleRow[] };
  /** By how much logits are divided before they become probabilities. */
  readonly calibration?: { readonly temperature: number };
  /** Threads of the sessions that measure. */
  readonly threads?: number;
}
