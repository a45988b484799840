/** @file Exact confidence limits of a share, and exact tests of it: by the binomial distribution, without approximation. */
import { binomialCdf } from "../../lib/binomial.js";
import type { Estimate } from "../../types/scores.js";

/**
 * A share with its 95 % interval of Clopper and Pearson (1934): the shares at which so many, or so few, would not be too rare. As
 * `scipy.stats.binomtest(successes, trials).proportion_ci(method="exact")`. Without a trial, anything from 0 to 1 around NaN.
 */
export function exactInterval(successes: number, trials: number, tail = 0.025): Estimate {
  return {
    value: successes / trials,
    low: successes === 0 || trials === 0 ? 0 : shareWhere((share) => 1 - binomialCdf(successes - 1, trials, share) >= tail),
    high: exactUpper(successes, trials, tail),
  };
}

/** The greatest share at which so few successes are no rarer than `tail`: with one-sided confidence 1 − `tail`, it is not above that. */
export function exactUpper(successes: number, trials: number, tail: number): number {
  return successes >= trials ? 1 : shareWhere((share) => binomialCdf(successes, trials, share) < tail);
}

/** Where a condition that holds from some share on begins to hold. */
function shareWhere(holds: (share: number) => boolean): number {
  let [low, high] = [0, 1];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}
