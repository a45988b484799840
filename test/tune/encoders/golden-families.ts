/** @file The golden file of `golden/make_families.py`. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { GoldenGradient } from "../golden-gradient.js";

type Matrix = readonly (readonly number[])[];

/** What transformers makes of one random model, in float64. */
export interface GoldenFamily {
  readonly modelType: string;
  /** Before the names of the weights where the model has a head. */
  readonly prefix: string;
  readonly padId: number;
  /** Of the tokens that are there, one after the other. */
  readonly states: readonly number[];
  /** Of the sum of states times `cotangent` where there are tokens, by the names of the weights. */
  readonly gradients: Readonly<Record<string, GoldenGradient>>;
}

/** What a model with its tokenizer makes of `texts`: ids with the special ones, cut at `maxTokens`, and the normalized mean of the states. */
interface GoldenVectors {
  readonly padId: number;
  readonly maxTokens: number;
  readonly ids: Matrix;
  readonly vectors: Matrix;
}

/** Random models of every family but BERT (that is `golden-encoder.ts`), on one batch. */
export const goldenFamilies = JSON.parse(readFileSync(new URL("../../../golden/families.json", import.meta.url), "utf8")) as {
  readonly ids: Matrix;
  readonly mask: Matrix;
  readonly cotangent: readonly Matrix[];
  readonly families: Readonly<Record<string, GoldenFamily>>;
  readonly texts: readonly string[];
  readonly byText: Readonly<Record<string, GoldenVectors>>;
  /** By the distance that each program counts: MPNet's is key minus query, DeBERTa's query minus key. */
  readonly buckets: {
    readonly distances: readonly number[];
    readonly mpnet: readonly number[];
    readonly deberta: readonly number[];
  };
};

/** The folder of a model. */
export function goldenFolder(name: string): string {
  return fileURLToPath(new URL(`../../../golden/tiny-${name}`, import.meta.url));
}
