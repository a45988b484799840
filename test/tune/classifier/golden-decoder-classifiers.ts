/** @file The golden file of `golden/make_decoder_classifiers.py`; its folders are those of `classifierFolder`. */
import { readFileSync } from "node:fs";
import type { GoldenGradient } from "../golden-gradient.js";

/** What training in PyTorch does. */
export interface GoldenTraining {
  /** At the beginning, by the names of transformers or PEFT. */
  readonly gradients: Readonly<Record<string, GoldenGradient>>;
  /** Before each step. */
  readonly losses: readonly number[];
  /** After all steps. */
  readonly logits: readonly (readonly number[])[];
  readonly steps: number;
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly maxGradNorm: number;
}

/** A classifier on a decoder. Everything but the states is of the classifier, one row a text. */
export interface GoldenDecoderClassifier {
  readonly architecture: string;
  readonly padId: number;
  readonly ids: readonly (readonly number[])[];
  /** Of the first three texts, the mean over the tokens. */
  readonly meanStates: readonly (readonly number[])[];
  readonly logits: readonly (readonly number[])[];
  readonly full: GoldenTraining;
  /** Rank 2, alpha 4, on all linear layers. */
  readonly lora: GoldenTraining;
}

/** Classifiers of every family, on some texts, the last of which ends on a token of padding. */
export const goldenDecoderClassifiers = JSON.parse(
  readFileSync(new URL("../../../golden/decoder-classifiers.json", import.meta.url), "utf8"),
) as {
  readonly texts: readonly string[];
  readonly targets: readonly number[];
  readonly labels: readonly string[];
  readonly classifiers: Readonly<Record<string, GoldenDecoderClassifier>>;
};
