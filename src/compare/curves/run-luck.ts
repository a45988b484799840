/**
 * @file The luck of runs: how far the mean of a few runs may lie from that of endlessly many, and how far one more run does.
 *
 * Runs are few, and drawing them with replacement would be too narrow twice: by the factor (s − 1)/s, and because three runs hardly know
 * their own spread. So luck is Student's t: a standard normal number times the runs' standard deviation, over √s for the mean of s runs,
 * times √(ν/χ²) for the ν degrees of freedom with which that deviation is known.
 *
 * The deviation is pooled over a size and its two neighbors, less what is due to the test rows. The normal number is √(1/Σrₛ²) · Σ gₛ·rₛ
 * with one standard normal gₛ a seed, in all sizes and approaches, and rₛ the distance of its run from the mean: what is a seed's luck at
 * one size is its luck at another as far as the runs show it.
 */
import type { Random } from "../../lib/random.js";
import { type RunScores, runExcess } from "../statistics/run-excess.js";

/** How far the runs of one size lie apart. */
export interface RunSpread extends RunScores {
  readonly seeds: readonly number[];
}

/** How far runs of one size lie apart over endlessly many texts. */
export interface RunDeviation {
  /** Standard deviation of a run's score. */
  readonly deviation: number;
  /** Degrees of freedom with which it is known: whole, at least 1. */
  readonly degrees: number;
}

/** What a neighbor's degrees of freedom are worth: a seed's luck is in part the same at both sizes, so that they are not two draws. */
const worthOfNeighbor = 0.5;

/**
 * The deviation of runs at each size: the runs' variance at the size and its two neighbors, since a few runs of one size say little of it,
 * less the variance due to the rows, which drawing rows has already: else it would count twice. Where there is one run at each of these,
 * that of the nearest size, the smaller first: rather too much than none, as runs vary less the larger the size. `null` where no size has
 * two.
 */
export function runDeviations(sizes: readonly RunSpread[]): (RunDeviation | null)[] {
  const own = sizes.map(runExcess);
  const pooled = own.map((_, at): RunDeviation | null => {
    const window = own.slice(Math.max(0, at - 1), at + 2);
    const degrees = window.reduce((sum, size) => sum + size.degrees, 0);
    if (degrees === 0) return null;
    const excess = window.reduce((sum, size) => sum + size.squares, 0);
    const worth = own[at]!.degrees + worthOfNeighbor * (degrees - own[at]!.degrees);
    return { deviation: Math.sqrt(Math.max(0, excess / degrees)), degrees: Math.max(1, Math.floor(worth)) };
  });
  return pooled.map((known, at) => {
    for (let distance = 1; known === null && distance < pooled.length; distance++) {
      const near = pooled[at - distance] ?? pooled[at + distance];
      if (near !== undefined && near !== null) return near;
    }
    return known;
  });
}

/** Draws luck, replicate by replicate. */
export interface LuckSource {
  /** Standard normal numbers for the runs of a size: of their mean, or of one run more. */
  normals(spread: RunSpread, of: "mean" | "single"): Float64Array;
  /** √(ν/χ²) of ν degrees of freedom. */
  scales(degrees: number): Float64Array;
}

/** A source of luck whose seeds have it in common, whatever the size and the approach. */
export function luckSource(replicates: number, random: Random): LuckSource {
  const fresh = (): Float64Array => Float64Array.from({ length: replicates }, () => random.normal());
  const bySeed = { mean: new Map<number, Float64Array>(), single: new Map<number, Float64Array>() };
  const ofSeed = (seed: number, of: "mean" | "single"): Float64Array => {
    const known = bySeed[of].get(seed) ?? fresh();
    bySeed[of].set(seed, known);
    return known;
  };
  // Sums of squares of one number more each: different degrees of freedom share what they can.
  const sums = [new Float64Array(replicates)];
  return {
    normals({ seeds, distances }, of) {
      const length = Math.hypot(...distances);
      if (!(length > 0)) return fresh();
      const given = seeds.map((seed) => ofSeed(seed, of));
      return Float64Array.from(
        { length: replicates },
        (_, replicate) => distances.reduce((sum, distance, run) => sum + distance * given[run]![replicate]!, 0) / length,
      );
    },
    scales(degrees) {
      while (sums.length <= degrees) {
        const last = sums.at(-1)!;
        sums.push(last.map((sum) => sum + random.normal() ** 2));
      }
      return sums[degrees]!.map((sum) => Math.sqrt(degrees / sum));
    },
  };
}

/** Draws of how far the mean of the runs lies from that of endlessly many, and of how far one run more does. */
export function luckOf(
  spread: RunSpread,
  { deviation, degrees }: RunDeviation,
  source: LuckSource,
): { readonly mean: Float64Array; readonly single: Float64Array } {
  const scales = source.scales(degrees);
  const ofMean = deviation / Math.sqrt(spread.seeds.length);
  return {
    mean: source.normals(spread, "mean").map((normal, replicate) => normal * scales[replicate]! * ofMean),
    single: source.normals(spread, "single").map((normal, replicate) => normal * scales[replicate]! * deviation),
  };
}
