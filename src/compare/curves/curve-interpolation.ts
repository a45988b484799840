/** @file A curve between its measured sizes. */

/**
 * The scores of a measured curve at any sizes within its own: straight in the logarithm of the size, in which learning curves bend least. A
 * line (one size) is the same everywhere.
 *
 * @param from measured sizes, ascending
 * @param to sizes within them
 */
export function interpolator(from: readonly number[], to: readonly number[]): (scores: ArrayLike<number>) => Float64Array {
  const places = to.map((size) => {
    if (from.length < 2) return { below: 0, above: 0, share: 0 };
    const next = from.findIndex((at) => at >= size);
    const above = next < 0 ? from.length - 1 : Math.max(1, next);
    const below = above - 1;
    return { below, above, share: Math.log(size / from[below]!) / Math.log(from[above]! / from[below]!) };
  });
  return (scores) =>
    Float64Array.from(places, ({ below, above, share }) => scores[below]! + share * (scores[above]! - scores[below]!));
}
