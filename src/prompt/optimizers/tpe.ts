/**
 * @file Tree-structured Parzen estimator over categories (Bergstra et al. 2011), several at once: Optuna's TPESampler with `multivariate=True`,
 * which MIPROv2 searches with. Densities are checked against it (`golden/make_tpe.py`); trials weigh the same however old they are, as there
 * too among the latest 25.
 */
import type { Random } from "../../lib/random.js";

/** One choice per category, as indices, and the score it had. */
export interface Trial {
  readonly choices: readonly number[];
  readonly score: number;
}

/** Choices drawn from the density of the good trials, of which the one with the best ratio is taken. */
const draws = 24;

/** The choices to try next: those that are likelier among the good trials than among the rest. `sizes`: how many choices each category has. */
export function nextChoices(trials: readonly Trial[], sizes: readonly number[], random: Random): readonly number[] {
  const { good, rest } = partTrials(trials);
  let best: readonly number[] = [];
  let bestRatio = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < draws; i++) {
    const choices = drawFrom(good, sizes, random);
    const ratio = Math.log(density(choices, good, sizes)) - Math.log(density(choices, rest, sizes));
    if (ratio > bestRatio) [best, bestRatio] = [choices, ratio];
  }
  return best;
}

/** The best tenth of the trials, rounded up and at most 25, and the rest; of equal ones the earlier are good. */
export function partTrials(trials: readonly Trial[]): { readonly good: readonly Trial[]; readonly rest: readonly Trial[] } {
  const sorted = [...trials].sort((a, b) => b.score - a.score);
  const count = Math.min(25, Math.ceil(trials.length / 10));
  return { good: sorted.slice(0, count), rest: sorted.slice(count) };
}

/**
 * The density of choices after some trials: the mean over a kernel for each trial and one that knows nothing. A kernel gives each choice the
 * weight 1 / (number of kernels), the trial's own one more, and is the product over the categories.
 */
export function density(choices: readonly number[], trials: readonly Trial[], sizes: readonly number[]): number {
  const kernels = trials.length + 1;
  const uniform = sizes.reduce((product, size) => product / size, 1);
  const total = trials.reduce((sum, trial) => {
    return sum + choices.reduce((product, choice, k) => product * kernel(choice === trial.choices[k], sizes[k]!, kernels), 1);
  }, uniform);
  return total / kernels;
}

function kernel(isOwn: boolean, size: number, kernels: number): number {
  return (1 / kernels + (isOwn ? 1 : 0)) / (size / kernels + 1);
}

function drawFrom(trials: readonly Trial[], sizes: readonly number[], random: Random): readonly number[] {
  const trial = trials[random.integer(trials.length + 1)];
  const kernels = trials.length + 1;
  return sizes.map((size, k) => {
    // A share of the weight lies evenly on all choices, the rest on the trial's own.
    const isEven = trial === undefined || random.uniform() < size / kernels / (size / kernels + 1);
    return isEven ? random.integer(size) : trial.choices[k]!;
  });
}
