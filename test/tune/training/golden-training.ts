/** @file The golden file of `golden/make_training.py`: a tiny random BERT with a classifier on it. */
import { readFileSync } from "node:fs";
import { float32 } from "../../../src/autodiff/values.js";
import { bertConfig } from "../../../src/tune/encoders/bert.js";

/** What PyTorch computes of one setting. */
export interface GoldenCase {
  readonly logits: readonly (readonly number[])[];
  readonly loss: number;
  readonly gradients: Readonly<Record<string, readonly number[]>>;
}

/** Twenty steps of a plain loop on the one batch, without dropout. */
export interface GoldenLoop {
  readonly steps: number;
  readonly warmup: number;
  readonly learningRate: number;
  readonly layerDecay: number;
  readonly weightDecay: number;
  readonly maxGradNorm: number;
  readonly heldIds: readonly (readonly number[])[];
  readonly heldLabels: readonly number[];
  /** Before each step. */
  readonly losses: readonly number[];
  readonly gradNorms: readonly number[];
  /** After each step. */
  readonly heldLosses: readonly number[];
  readonly bestStep: number;
  readonly weights: Readonly<Record<string, readonly number[]>>;
  readonly bestWeights: Readonly<Record<string, readonly number[]>>;
}

export const goldenTraining = JSON.parse(readFileSync(new URL("../../../golden/training.json", import.meta.url), "utf8")) as {
  readonly config: object;
  readonly weights: Readonly<Record<string, { readonly shape: readonly number[]; readonly data: readonly number[] }>>;
  readonly ids: readonly (readonly number[])[];
  readonly mask: readonly (readonly number[])[];
  readonly labels: readonly number[];
  readonly several: readonly (readonly number[])[];
  readonly classWeights: readonly number[];
  readonly keep: number;
  readonly dropped: readonly { readonly shape: readonly number[]; readonly kept: string }[];
  readonly cases: Readonly<Record<string, GoldenCase>>;
  readonly loop: GoldenLoop;
};

/** Hugging Face's name of a weight without the model's own prefix, as our graphs have it. */
export const bareName = (name: string): string => name.replace(/^bert\./, "");

export const goldenConfig = bertConfig.parse(goldenTraining.config);

/** The weights by our names. */
export const goldenWeights = Object.fromEntries(
  Object.entries(goldenTraining.weights).map(([name, { shape, data }]) => [bareName(name), float32(data, shape)]),
);
