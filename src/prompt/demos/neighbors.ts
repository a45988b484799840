import type { Encoder, PredictContext } from "../../types.js";
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

/**
 * All examples, nearest to the vector first; those equally near keep their order. Sorted only as far as it is read, since a few of tens of thousands
 * are most often enough; may be read again.
 */
export function nearestFirst(vector: Vector, demos: EmbeddedDemos): Iterable<Neighbor> {
  const similarities = Float64Array.from(demos, (demo) => cosine(vector, demo.vector));
  const isBefore = (a: number, b: number): boolean =>
    similarities[a]! > similarities[b]! || (similarities[a] === similarities[b] && a < b);
  const takeNext = heap(demos.length, isBefore);
  const taken: Neighbor[] = [];
  return {
    *[Symbol.iterator]() {
      for (let i = 0; i < demos.length; i++) {
        if (i === taken.length) {
          const place = takeNext();
          taken.push({ ...demos[place]!, similarity: similarities[place]! });
        }
        yield taken[i]!;
      }
    },
  };
}

/** Takes the numbers below `count` out of a binary heap, the first first; to be called `count` times at most. */
function heap(count: number, isBefore: (a: number, b: number) => boolean): () => number {
  const items = Int32Array.from({ length: count }, (_, i) => i);
  let size = count;
  /** Lets the item at a place sink to where it belongs. */
  const sink = (place: number): void => {
    const item = items[place]!;
    for (let at = place; ; ) {
      let child = 2 * at + 1;
      if (child + 1 < size && isBefore(items[child + 1]!, items[child]!)) child++;
      if (child >= size || !isBefore(items[child]!, item)) {
        items[at] = item;
        return;
      }
      items[at] = items[child]!;
      at = child;
    }
  };
  for (let place = (count >> 1) - 1; place >= 0; place--) sink(place);
  return () => {
    const first = items[0]!;
    items[0] = items[--size]!;
    if (size > 0) sink(0);
    return first;
  };
}

/** Cosine of two vectors of length 1. */
export function cosine(a: Vector, b: Vector): number {
  // Four sums at once: one alone waits for each addition before the next.
  let first = 0;
  let second = 0;
  let third = 0;
  let fourth = 0;
  let i = 0;
  for (; i + 3 < a.length; i += 4) {
    first += a[i]! * b[i]!;
    second += a[i + 1]! * b[i + 1]!;
    third += a[i + 2]! * b[i + 2]!;
    fourth += a[i + 3]! * b[i + 3]!;
  }
  for (; i < a.length; i++) first += a[i]! * b[i]!;
  return first + second + (third + fourth);
}
