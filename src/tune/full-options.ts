/** @file How an encoder and the classifier on it are trained: the options, their defaults and their ranges. */
import { UserError } from "../lib/errors.js";
import type { ClassWeight } from "./regression/class-weights.js";
import type { ScheduleKind } from "./training/schedule.js";

/** Options of `tune:full`, and of the methods that train like it. */
export interface FullOptions {
  /** `minilm-l6`, or a local Hugging Face folder. */
  readonly model: string;
  /** Passes over the training rows. @default 3; above 3,000 rows at most 5, with early stopping on held-out rows */
  readonly epochs?: number;
  /** The least number of updates, however few the rows. @default 200 */
  readonly minSteps?: number;
  /** Rows per update. @default 16 */
  readonly batchSize?: number;
  /** The peak learning rate. @default 5e-5 for models of fewer than 80 million weights, 2e-5 for larger ones */
  readonly learningRate?: number;
  /** How the learning rate changes after the warm-up. @default "linear" */
  readonly schedule?: ScheduleKind;
  /** Share of the updates during which the learning rate rises. @default 0.1 */
  readonly warmupRatio?: number;
  /** Weight decay of AdamW. @default 0.01 */
  readonly weightDecay?: number;
  /** The global gradient norm above which gradients are clipped. @default 1 */
  readonly maxGradNorm?: number;
  /** Dropout rate. @default 0.1 */
  readonly dropout?: number;
  /** Share of the target that label smoothing spreads over all labels. @default 0 */
  readonly labelSmoothing?: number;
  /** How labels are weighted; ignored in multi-label tasks. @default "none" */
  readonly classWeight?: ClassWeight;
  /** How many of the lowest layers, and with them the embeddings, are frozen. @default 0 */
  readonly frozenLayers?: number;
  /** How many of the top layers are reinitialized at random. @default 0 */
  readonly reinitializedLayers?: number;
  /** The learning rate of each layer as a multiple of the one above it. @default 1 */
  readonly layerwiseDecay?: number;
  /** Number of threads. @default the number of cores, at most eight */
  readonly threads?: number;
}

/**
 * Of Mosbach et al. 2021 (arXiv 2006.04884) and Zhang et al. 2021 (arXiv 2006.05987): with few rows what matters is the number of updates,
 * a warm-up, and AdamW's bias correction.
 */
export const fullDefaults = {
  epochs: 3,
  minSteps: 200,
  batchSize: 16,
  schedule: "linear",
  warmupRatio: 0.1,
  weightDecay: 0.01,
  maxGradNorm: 1,
  dropout: 0.1,
  labelSmoothing: 0,
  layerwiseDecay: 1,
  frozenLayers: 0,
  reinitializedLayers: 0,
} as const satisfies Partial<FullOptions>;

/** The options with their defaults filled in. */
export type FullSettings = Required<Pick<FullOptions, keyof typeof fullDefaults>> & Pick<FullOptions, "learningRate" | "threads">;

/** The defaults with early stopping on held-out rows. */
export const stoppedDefaults = { epochs: 5 } as const satisfies Partial<FullOptions>;

/** The options whose values are numbers in a range. */
export type FullNumbers = Exclude<keyof typeof fullDefaults, "schedule"> | "learningRate";

interface Range {
  holds(value: number): boolean;
  readonly text: string;
}

const layerCount: Range = { holds: (value) => Number.isInteger(value) && value >= 0, text: "a number of layers, from 0" };

/** What each number may be. */
const ranges: Readonly<Record<FullNumbers, Range>> = {
  epochs: { holds: (value) => value > 0, text: "a number above 0" },
  minSteps: { holds: (value) => Number.isInteger(value) && value >= 0, text: "a whole number from 0" },
  batchSize: { holds: (value) => Number.isInteger(value) && value > 0, text: "a whole number above 0" },
  learningRate: { holds: (value) => value > 0, text: "a number above 0, such as 5e-5" },
  warmupRatio: { holds: (value) => value >= 0 && value <= 1, text: "a share from 0 to 1" },
  weightDecay: { holds: (value) => value >= 0, text: "a number from 0" },
  maxGradNorm: { holds: (value) => value > 0, text: "a number above 0" },
  dropout: { holds: (value) => value >= 0 && value < 1, text: "a share from 0, below 1" },
  labelSmoothing: { holds: (value) => value >= 0 && value < 1, text: "a share from 0, below 1" },
  layerwiseDecay: { holds: (value) => value > 0 && value <= 1, text: "a share above 0, at most 1" },
  frozenLayers: layerCount,
  reinitializedLayers: layerCount,
};

/** Throws a `UserError` if a number is out of its range. */
export function checkFullNumbers(options: Readonly<Partial<Record<FullNumbers, number>>>): void {
  for (const [name, { holds, text }] of Object.entries(ranges)) {
    const value = options[name as FullNumbers];
    if (value !== undefined && !(Number.isFinite(value) && holds(value)))
      throw new UserError(`${name} is ${value}. Give ${text}.`);
  }
}
