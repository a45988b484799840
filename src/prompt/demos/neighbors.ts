import type { PredictContext } from "../../types/approach.js";
import type { Encoder } from "../../types/encoder.js";
import type { Demo } from "../template.js";

/** Of length 1. */
export type Vector = Float32Array | Float64Array;

/** An example and how near it is to a text. */
export interface Neighbor {
  readonly demo: Demo;
  readonly vector: Float32Array;
  /** Cosine of its vector and the text's. */
  readonly similarity: number;
}

/** Examples with their vectors. */
export type EmbeddedDemos = readonly { readonly demo: Demo; readonly vector: Float32Array }[];

/** The examples with their vectors, in their order. */
export async function embedDemos(demos: readonly Demo[], encoder: Encoder, context: PredictContext): Promise<EmbeddedDemos> {
  if (demos.length === 0) return [];
  const vectors = await encoder.embed(
    demos.map(({ text }) => text),
    context,
  );
  return demos.map((demo, i) => ({ demo, vector: vectors[i]! }));
}

/** All examples, nearest to the vector first; those equally near keep their order. */
export function nearestFirst(vector: Vector, demos: EmbeddedDemos): readonly Neighbor[] {
  return demos
    .map(({ demo, vector: other }) => ({ demo, vector: other, similarity: cosine(vector, other) }))
    .sort((a, b) => b.similarity - a.similarity);
}

/** Cosine of two vectors of length 1. */
export function cosine(a: Vector, b: Vector): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
