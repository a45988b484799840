/**
 * @file The luck of runs: how far the mean of a few runs may lie from that of endlessly many.
 *
 * Runs are few, and drawing them with replacement would be too narrow twice: by the factor (s − 1)/s, and because three runs hardly know their own spread. So
 * the luck of a mean of s runs is √(1/(s(s − 1))) · Σ gₛ·rₛ(n), with one standard normal gₛ a seed for all sizes and rₛ(n) the run's distance from the mean, times
 * √(ν/χ²) with ν = s − 1. For any size, and any linear combination of sizes, that is Student's t of the mean of s runs, however much a seed's luck at one
 * size is its luck at the next.
 */
import type { Random } from "../../lib/random.js";

/** What is drawn once for all approaches and sizes. */
export interface LuckDraws {
  /** A standard normal number for each seed, replicate by replicate: of the means, and of one run more. */
  readonly ofMeans: ReadonlyMap<number, Float64Array>;
  readonly ofSingles: ReadonlyMap<number, Float64Array>;
  /** √(ν/χ²) by the number of runs, replicate by replicate. */
  readonly scales: ReadonlyMap<number, Float64Array>;
}

/**
 * Draws the luck of seeds.
 *
 * @param runCounts numbers of runs that occur
 */
export function drawLuck(seeds: Iterable<number>, runCounts: Iterable<number>, replicates: number, random: Random): LuckDraws {
  const normals = (): Float64Array => Float64Array.from({ length: replicates }, () => random.normal());
  const distinct = [...new Set(seeds)].sort((a, b) => a - b);
  const ofMeans = new Map(distinct.map((seed) => [seed, normals()]));
  const ofSingles = new Map(distinct.map((seed) => [seed, normals()]));
  const scales = new Map<number, Float64Array>();
  // Sizes with different numbers of runs share the squares that they can, as they share their seeds.
  const most = Math.max(1, ...runCounts);
  const squares = new Float64Array(replicates);
  for (let runs = 2; runs <= most; runs++) {
    for (let replicate = 0; replicate < replicates; replicate++) squares[replicate]! += random.normal() ** 2;
    scales.set(
      runs,
      Float64Array.from(squares, (sum) => Math.sqrt((runs - 1) / sum)),
    );
  }
  return { ofMeans, ofSingles, scales };
}

/** How far the runs of one size lie apart. */
export interface RunSpread {
  readonly seeds: readonly number[];
  /** Of each run's score from their mean. */
  readonly distances: readonly number[];
  /** The variance of a run's score that is due to which rows it happens to answer otherwise than other runs do. */
  readonly varianceOfRows: number;
}

/**
 * The distances less what is due to the rows, which drawing rows has already: else it would count twice. What is left is how runs would differ over endlessly many texts. The part to
 * take away is one for a size and its two neighbors: a few runs of one size say little of it, and runs vary less the larger the size.
 */
export function withoutRows(sizes: readonly RunSpread[]): RunSpread[] {
  const squares = sizes.map(({ distances }) => distances.reduce((sum, distance) => sum + distance ** 2, 0));
  const ofRows = sizes.map(({ distances, varianceOfRows }) => varianceOfRows * (distances.length - 1));
  const around = (values: readonly number[], at: number): number =>
    values.slice(Math.max(0, at - 1), at + 2).reduce((sum, value) => sum + value, 0);
  return sizes.map((spread, at) => {
    const [all, rows] = [around(squares, at), around(ofRows, at)];
    const share = all > rows ? Math.sqrt(1 - rows / all) : 0;
    return { ...spread, distances: spread.distances.map((distance) => distance * share) };
  });
}

/** Draws of how far the mean of these runs lies from that of endlessly many, and how far one run does; none where there are fewer than two. */
export function luckOf(
  { seeds, distances }: Pick<RunSpread, "seeds" | "distances">,
  { ofMeans, ofSingles, scales }: LuckDraws,
): { readonly means: Float64Array; readonly singles: Float64Array } | null {
  const runs = seeds.length;
  if (runs < 2) return null;
  const scale = scales.get(runs)!;
  const drawn = (normals: ReadonlyMap<number, Float64Array>, divisor: number): Float64Array =>
    scale.map((stretch, replicate) => {
      const sum = seeds.reduce((total, seed, run) => total + normals.get(seed)![replicate]! * distances[run]!, 0);
      return (stretch * sum) / divisor;
    });
  return { means: drawn(ofMeans, Math.sqrt(runs * (runs - 1))), singles: drawn(ofSingles, Math.sqrt(runs - 1)) };
}
