/** @file The golden files of `golden/make_encoder.py`, and what the tests of the encoder share. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { PredictContext } from "../../../src/types/approach.js";

const place = (name: string): URL => new URL(`../../../golden/${name}`, import.meta.url);

function readGolden<Content>(name: string): Content {
  return JSON.parse(readFileSync(place(name), "utf8")) as Content;
}

type Matrix = readonly (readonly number[])[];

/** Texts of every kind with what sentence-transformers makes of them, in float32. `length` is before any cut. */
export const golden = readGolden<{
  readonly maxTokens: number;
  readonly rows: readonly {
    readonly text: string;
    readonly ids: readonly number[];
    readonly length: number;
    readonly embedding: readonly number[];
  }[];
}>("encoder.json");

/** A random BERT with 32 hidden units, as a Hugging Face folder. */
export const tinyFolder = fileURLToPath(place("tiny-bert"));

/** One padded batch through it. */
export const tiny = readGolden<{
  readonly texts: readonly string[];
  readonly ids: Matrix;
  readonly mask: Matrix;
  readonly hidden: Readonly<Record<"gelu" | "gelu_new" | "relu", readonly Matrix[]>>;
  readonly mean: Matrix;
  readonly cls: Matrix;
}>("tiny-bert.json");

/** Cosine of the angle between two vectors. */
export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [dot, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!;
    aa += a[i]! ** 2;
    bb += b[i]! ** 2;
  }
  return dot / Math.sqrt(aa * bb);
}

/** The text whose vector is farthest from its golden one. */
export function worstOf(vectors: readonly Float32Array[]): { readonly text: string; readonly cosine: number } {
  const cosines = golden.rows.map(({ text, embedding }, i) => ({
    text: text.slice(0, 60),
    cosine: cosine(vectors[i]!, embedding),
  }));
  return cosines.reduce((a, b) => (b.cosine < a.cosine ? b : a));
}

/** A context in which nothing is heard. */
export function quietContext(part: Partial<PredictContext> = {}): PredictContext {
  return { signal: new AbortController().signal, spend: () => {}, log: () => {}, useCache: true, ...part };
}
