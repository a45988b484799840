/**
 * @file From how many labels on a tuned model beats a prompted one.
 *
 * Everything is read from one function: P(n), the share of replicates in which the tuned curve lies above the prompted one at n labels,
 * ties counted half. n* is where P reaches ½ for good, the safe n* where it reaches .9, and the ends of n*'s interval where it reaches α/2
 * and 1 − α/2: between them lie the labels at which a difference of 0 is not excluded. Where replicates cross once, these are the quantiles
 * of their crossings.
 *
 * Between measured sizes each replicate's curves are straight in log n, and they are not smoothed: forcing them to rise was tried, and made
 * intervals no shorter. Simulated (`bench/RESULTS.md`, "curves"): the 90 % interval covers n* in 93 to 95 % of tasks with three to five runs, in
 * 76 % with one; where the curves are one, either is called better in 4 %.
 */
import { checkNumber } from "../plain/rows.js";
import { type ArmReplicates, checkDrawnTogether } from "./crossed-bootstrap.js";
import { interpolator } from "./curve-interpolation.js";
import { type LabelCount, reachedForGood } from "./label-count.js";

/** Who scores more at one number of labels. */
export interface WinProbability {
  readonly labels: number;
  /** Probability that the tuned approach scores more than the prompted one, on average over runs. */
  readonly average: number;
  /** The same of a single random run of each, as it would be put to work. */
  readonly single: number;
  /** How much more it scores, as measured. */
  readonly difference: number;
}

/** Where the tuned curve overtakes the prompted one. */
export interface Crossover {
  readonly kind: "crossover";
  /** n*: the fewest labels from which the tuned approach is likelier than not to score more, and stays so. */
  readonly labels: LabelCount;
  /** Ends of n*'s interval. */
  readonly low: LabelCount;
  readonly high: LabelCount;
  /** The fewest labels from which it scores more with the probability `safety`, and stays so. */
  readonly safeLabels: LabelCount;
  /** The same two of a single random run of each. */
  readonly single: { readonly labels: LabelCount; readonly safeLabels: LabelCount };
  /** At the sizes measured, ascending. */
  readonly probabilities: readonly WinProbability[];
  /** Sizes between which both were measured: what lies outside is out of sight. */
  readonly smallest: number;
  readonly largest: number;
  /** Whether each curve has two runs at some size. If not, the intervals know of the test rows' chance alone, and are too narrow. */
  readonly coversRuns: boolean;
}

/** Why there is no crossover. */
export interface NoCrossover {
  readonly kind: "refused";
  /**
   * `no-curve`: neither of the two learns. `no-common-sizes`: no size lies within the sizes of both. `level`: the two score the same at every
   * size, whatever rows are drawn, as when both are one.
   */
  readonly reason: "no-curve" | "no-common-sizes" | "level";
}

export interface CrossoverOptions {
  /** Probability that the interval is meant to cover. @default 0.95 */
  readonly confidence?: number;
  /** Probability that the tuned approach scores more from the safe n* on. @default 0.9 */
  readonly safety?: number;
}

/** Points at which P is computed between a size and the next. */
const stepsBetweenSizes = 8;
/** Scores nearer than this differ by rounding. */
const tieTolerance = 1e-12;

/** Where a tuned approach overtakes a prompted one, both of one `crossedBootstrap`. The prompted one may be a line. */
export function crossover(
  tuned: ArmReplicates,
  prompted: ArmReplicates,
  { confidence = 0.95, safety = 0.9 }: CrossoverOptions = {},
): Crossover | NoCrossover {
  checkDrawnTogether(tuned, prompted);
  checkNumber("confidence", confidence, confidence > 0 && confidence < 1, "a number between 0 and 1");
  checkNumber("safety", safety, safety > 0 && safety < 1, "a number between 0 and 1");
  const curves = [tuned, prompted].filter(({ kind }) => kind === "curve");
  if (curves.length === 0) return { kind: "refused", reason: "no-curve" };
  const smallest = Math.max(...curves.map(({ sizes }) => sizes[0]!));
  const largest = Math.min(...curves.map(({ sizes }) => sizes.at(-1)!));
  const sizes = [...new Set(curves.flatMap((curve) => curve.sizes))].filter((size) => size >= smallest && size <= largest);
  if (sizes.length === 0) return { kind: "refused", reason: "no-common-sizes" };
  sizes.sort((a, b) => a - b);
  const grid = gridOf(sizes);
  const average = winShares(tuned, prompted, "means", grid);
  if (average.areLevel) return { kind: "refused", reason: "level" };
  const single = winShares(tuned, prompted, "singles", grid);
  const tail = (1 - confidence) / 2;
  const theirs = interpolator(prompted.sizes, sizes)(prompted.scores);
  const differences = interpolator(tuned.sizes, sizes)(tuned.scores).map((score, at) => score - theirs[at]!);
  return {
    kind: "crossover",
    labels: reachedForGood(grid, average.shares, 0.5),
    low: reachedForGood(grid, average.shares, tail),
    high: reachedForGood(grid, average.shares, 1 - tail),
    safeLabels: reachedForGood(grid, average.shares, safety),
    single: {
      labels: reachedForGood(grid, single.shares, 0.5),
      safeLabels: reachedForGood(grid, single.shares, safety),
    },
    probabilities: sizes.map((labels, index) => ({
      labels,
      average: average.shares[index * stepsBetweenSizes]!,
      single: single.shares[index * stepsBetweenSizes]!,
      difference: differences[index]!,
    })),
    smallest,
    largest,
    coversRuns: curves.every(({ coversRuns }) => coversRuns),
  };
}

/** Each size, and points between it and the next, evenly spaced in the logarithm. */
function gridOf(sizes: readonly number[]): number[] {
  return sizes.flatMap((size, index) => {
    const next = sizes[index + 1];
    if (next === undefined) return [size];
    return Array.from({ length: stepsBetweenSizes }, (_, step) => size * (next / size) ** (step / stepsBetweenSizes));
  });
}

function winShares(
  tuned: ArmReplicates,
  prompted: ArmReplicates,
  part: "means" | "singles",
  grid: readonly number[],
): { readonly shares: Float64Array; readonly areLevel: boolean } {
  const ours = interpolator(tuned.sizes, grid);
  const theirs = interpolator(prompted.sizes, grid);
  const wins = new Float64Array(grid.length);
  let areLevel = true;
  for (const [replicate, scores] of tuned[part].entries()) {
    const reached = ours(scores);
    const toBeat = theirs(prompted[part][replicate]!);
    for (let at = 0; at < grid.length; at++) {
      const difference = reached[at]! - toBeat[at]!;
      if (Math.abs(difference) <= tieTolerance) wins[at]! += 0.5;
      else {
        areLevel = false;
        if (difference > 0) wins[at]!++;
      }
    }
  }
  return { shares: wins.map((count) => count / tuned[part].length), areLevel };
}
