/** @file A number of labels that may lie out of sight. */

/** Where a number of labels lies that is out of sight: below the smallest size, or not within the largest. */
export type Censored = "before" | "after";

/** A number of labels, or the side on which it is out of sight. */
export type LabelCount = { readonly labels: number } | { readonly labels: null; readonly censored: Censored };

/**
 * The fewest labels from which a probability is reached, and never left again.
 *
 * @param sizes ascending
 * @param probabilities at those sizes; straight in the logarithm of the size in between
 */
export function reachedForGood(sizes: readonly number[], probabilities: ArrayLike<number>, wanted: number): LabelCount {
  let at = sizes.length;
  while (at > 0 && probabilities[at - 1]! >= wanted) at--;
  if (at === sizes.length) return { labels: null, censored: "after" };
  if (at === 0) return { labels: null, censored: "before" };
  const below = probabilities[at - 1]!;
  const share = (wanted - below) / (probabilities[at]! - below);
  // A rounding error above a whole number of labels is no label more.
  return { labels: Math.ceil(sizes[at - 1]! * (sizes[at]! / sizes[at - 1]!) ** share - 1e-6) };
}
