import type { PredictContext } from "../types/approach.js";
import type { Dataset, Query } from "../types/data.js";
import type { Encoder } from "../types/encoder.js";
import { evenlySpaced } from "./evenly-spaced.js";

const sampleSize = 32;

/**
 * About how many seconds the encoder takes for these texts, measured on at most 32 of them: at evenly spaced ranks of length, so
 * that the sample's mean length is that of all. What a cache holds would make it less.
 */
export async function estimateEmbeddingSeconds(encoder: Encoder, texts: readonly string[]): Promise<number> {
  const byLength = [...new Set(texts)].sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  const sample = evenlySpaced(byLength, sampleSize);
  if (sample.length === 0) return 0;
  const context: PredictContext = { signal: new AbortController().signal, useCache: false, spend: () => {}, log: () => {} };
  // The first run of a session sets memory up and would count for all.
  await encoder.embed(sample.slice(0, 1), context);
  const start = performance.now();
  await encoder.embed(sample, context);
  return ((performance.now() - start) / 1000 / sample.length) * byLength.length;
}

/** The texts of both, for an estimate. */
export function textsOf(train: Dataset, queries: readonly Query[]): string[] {
  return [...train.examples, ...queries].map(({ text }) => text);
}
