/** @file How an encoder and a classifier on it are trained, unless told, and what may be told. */
import { UserError } from "../lib/errors.js";
import type { ClassWeight } from "./regression/class-weights.js";
import type { ScheduleKind } from "./training/schedule.js";

export interface FullOptions {
  /** `minilm-l6`, or a local Hugging Face folder. */
  readonly model: string;
  /** Times that each training row is seen: 3 unless told; 5 at most above 3,000 rows, where held-out rows say when to stop. */
  readonly epochs?: number;
  /** At least so many updates, however few the rows; 200 unless told. */
  readonly minSteps?: number;
  /** Rows of one update; 16 unless told. */
  readonly batchSize?: number;
  /** 5e-5 for models of fewer than 80 million weights, 2e-5 for larger ones, unless told. */
  readonly learningRate?: number;
  /** `linear` unless told. */
  readonly schedule?: ScheduleKind;
  /** Share of the updates in which the learning rate rises; 0.1 unless told. */
  readonly warmupRatio?: number;
  /** 0.01 unless told. */
  readonly weightDecay?: number;
  /** 1 unless told. */
  readonly maxGradNorm?: number;
  /** 0.1 unless told. */
  readonly dropout?: number;
  /** 0 unless told. */
  readonly labelSmoothing?: number;
  /** `none` unless told. No part in multi-label tasks. */
  readonly classWeight?: ClassWeight;
  /** So many layers from below, and the embeddings with them, stay as they are; 0 unless told. */
  readonly frozenLayers?: number;
  /** So many layers from above start as before pre-training; 0 unless told. */
  readonly reinitializedLayers?: number;
  /** Each layer has so many times the learning rate of the one above it; 1 unless told. */
  readonly layerwiseDecay?: number;
  /** Threads; as many as there are cores, at most eight, unless told. */
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

/** Options with what was not told. */
export type FullSettings = Required<Pick<FullOptions, keyof typeof fullDefaults>> & Pick<FullOptions, "learningRate" | "threads">;

/** Where held-out rows say when to stop. */
export const stoppedDefaults = { epochs: 5 } as const satisfies Partial<FullOptions>;

/** The options that are numbers in a range. */
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

/** Throws a `UserError` where a number is out of its range. */
export function checkFullNumbers(options: Readonly<Partial<Record<FullNumbers, number>>>): void {
  for (const [name, { holds, text }] of Object.entries(ranges)) {
    const value = options[name as FullNumbers];
    if (value !== undefined && !(Number.isFinite(value) && holds(value)))
      throw new UserError(`${name} is ${value}. Give ${text}.`);
  }
}
