/** @file How far keys lie from queries: the distances that relative attention looks up, in buckets that widen with the distance. */
import type { Tensor } from "../../autodiff/graph.js";
import { add, gather, literal, reshape, slice, subtract } from "../../autodiff/ops.js";

/** 0, 1, … up to the length of this run, as int64 [sequence]. `longest` is the most there can be. */
export function places(longest: number): Tensor {
  const all = literal(
    Array.from({ length: longest }, (_, i) => i),
    "int64",
  );
  return slice(all, 0, 0, "sequence");
}

/**
 * For each query i and key j the number that `bucketOf` gives to the distance j − i: int64 [sequence, sequence]. The buckets are
 * computed now, for every distance within `longest`.
 */
export function bucketsByPair(longest: number, bucketOf: (distance: number) => number): Tensor {
  const byDistance = literal(
    Array.from({ length: 2 * longest - 1 }, (_, i) => bucketOf(i - (longest - 1))),
    "int64",
  );
  const place = places(longest);
  const distance = subtract(reshape(place, [1, "sequence"]), reshape(place, ["sequence", 1]));
  return gather(byDistance, add(distance, longest - 1));
}

/**
 * MPNet's bucket of a distance j − i, which is T5's for both directions (Raffel et al. 2020, arXiv 1910.10683): 32 buckets, half of
 * them for keys behind the query; in each half one for each distance below 8, then eight that widen up to 128 and take in all beyond.
 * Checked against transformers for all distances to ±600.
 */
export function mpnetBucket(distance: number): number {
  const [half, exact, farthest] = [16, 8, 128];
  const size = Math.abs(distance);
  // log2 and not log: at 16, 32 and 64, where buckets begin, it is exact.
  const wide = exact + Math.floor((Math.log2(size / exact) / Math.log2(farthest / exact)) * (half - exact));
  return (distance > 0 ? half : 0) + (size < exact ? size : Math.min(wide, half - 1));
}

/**
 * DeBERTa's bucket of a distance i − j (He et al. 2021, arXiv 2006.03654 and its program): itself up to half of `buckets`, beyond that
 * by its logarithm, so that the farthest of `longest` comes to `buckets − 1`. Odd in the distance. Checked against transformers for
 * 256 buckets of 512 positions.
 */
export function debertaBucket(distance: number, buckets: number, longest: number): number {
  const middle = Math.floor(buckets / 2);
  const size = Math.abs(distance);
  if (size <= middle) return distance;
  const wide = Math.ceil((Math.log(size / middle) / Math.log((longest - 1) / middle)) * (middle - 1)) + middle;
  return Math.sign(distance) * wide;
}
