/** @file Confidence intervals of scores by the bootstrap: BCa, by rows or by groups. */

import { binomialSampler } from "../../lib/binomial.js";
import { quantile } from "../../lib/quantile.js";
import type { Random } from "../../lib/random.js";
import type { Estimate } from "../../types/scores.js";
import { widthUnseen } from "./jackknife.js";
import { normalCdf, normalQuantile } from "./normal.js";
import { addUnits, type Statistic, totalCounts, type Units, unitCount } from "./resampling-units.js";

export interface BootstrapOptions {
  readonly random: Random;
  /** Number of resamples. @default 9999 */
  readonly replicates?: number;
  /** Nominal coverage of the interval. @default 0.95 */
  readonly confidence?: number;
  /** The least and the greatest value the score can take. */
  readonly range: readonly [number, number];
  /** Effective number of rows, used if no replicate differs from the estimate. @default the number of units */
  readonly effectiveRows?: number;
}

/** Scores nearer than this are the same: their counts were equal, or they differ by rounding. */
const tieTolerance = 1e-12;

/**
 * The score of the data with its bias-corrected and accelerated interval (BCa; Efron 1987): units are drawn with replacement,
 * the bias is taken from the share of replicates below the estimate (half the ties counted), the
 * acceleration from the jackknife over units. Where
 * bias or acceleration cannot be had, the percentile interval.
 *
 * Where every replicate has the same value, as when no row was ever wrong, resampling knows nothing of the error that further
 * rows would show, and the interval would have no width. Then it extends by `widthUnseen` to both sides, within the score's range.
 *
 * Checked against scipy.stats.bootstrap. Simulated coverage of nominal 95 %: 94 to 97 % for an accuracy or a macro-F1 of 200 rows and more,
 * also where few are wrong, since its ends are as lopsided as the score is near 1. It is too narrow for differences, for few groups, and for
 * labels with few rows: see `jackknife.ts`.
 */
export function bootstrapInterval(units: Units, statistic: Statistic, options: BootstrapOptions): Estimate {
  const { random, replicates = 9999, confidence = 0.95, range } = options;
  const value = statistic(totalCounts(units));
  const tail = (1 - confidence) / 2;
  const values = Float64Array.from(resample(units, statistic, random, replicates)).sort();
  if (!values.every(Number.isFinite)) return { value, low: Number.NaN, high: Number.NaN };
  if (values.at(-1)! - values[0]! <= tieTolerance) {
    const width = widthUnseen(tail, options.effectiveRows ?? unitCount(units));
    return { value, low: Math.max(range[0], value - width), high: Math.min(range[1], value + width) };
  }
  const [lowShare, highShare] = bcaShares(values, value, acceleration(units, statistic), tail);
  return { value, low: quantile(values, lowShare), high: quantile(values, highShare) };
}

/** The statistic of `replicates` resamples. */
export function resample(units: Units, statistic: Statistic, random: Random, replicates: number): Float64Array {
  const draw = replicateDrawer(units, random);
  const counts = new Float64Array(units.slotCount);
  const values = new Float64Array(replicates);
  for (let replicate = 0; replicate < replicates; replicate++) {
    counts.fill(0);
    draw(counts);
    values[replicate] = statistic(counts);
  }
  return values;
}

/** A function that adds one resample's counts to a vector. */
function replicateDrawer(units: Units, random: Random): (counts: Float64Array) => void {
  const binomial = binomialSampler(random);
  const sizes = units.multiplicities;
  const total = unitCount(units);
  if (sizes.length * 2 > total) {
    // Hardly any two units alike, as with groups: drawing units one by one is the shorter way.
    const kindOf = Int32Array.from({ length: total });
    let at = 0;
    for (const [kind, size] of sizes.entries()) {
      kindOf.fill(kind, at, at + size);
      at += size;
    }
    return (counts) => {
      for (let i = 0; i < total; i++) addUnits(counts, units, kindOf[random.integer(total)]!, 1);
    };
  }
  // A multinomial draw as a chain of binomial ones: each kind takes its share of what the kinds before it left.
  const shares = new Float64Array(sizes.length);
  let unspent = total;
  for (const [kind, size] of sizes.entries()) {
    shares[kind] = size / unspent;
    unspent -= size;
  }
  return (counts) => {
    let left = total;
    for (let kind = 0; left > 0; kind++) {
      const times = binomial(left, shares[kind]!);
      if (times === 0) continue;
      addUnits(counts, units, kind, times);
      left -= times;
    }
  };
}

/** Efron's acceleration: the skewness of the jackknife values over 6. NaN where all are equal. */
function acceleration(units: Units, statistic: Statistic): number {
  const counts = totalCounts(units);
  const total = unitCount(units);
  const values = Array.from(units.multiplicities, (_, kind) => {
    addUnits(counts, units, kind, -1);
    const value = statistic(counts);
    addUnits(counts, units, kind, 1);
    return value;
  });
  const mean = values.reduce((sum, value, kind) => sum + (units.multiplicities[kind]! * value) / total, 0);
  let cubes = 0;
  let squares = 0;
  for (const [kind, value] of values.entries()) {
    const influence = ((total - 1) / total) * (mean - value);
    cubes += units.multiplicities[kind]! * influence ** 3;
    squares += units.multiplicities[kind]! * influence ** 2;
  }
  return cubes / 6 / squares ** 1.5;
}

/** The shares of replicates between which the interval lies. */
function bcaShares(values: Float64Array, estimate: number, accelerated: number, tail: number): readonly [number, number] {
  let below = 0;
  for (const value of values) {
    if (value < estimate - tieTolerance) below += 1;
    else if (value <= estimate + tieTolerance) below += 0.5;
  }
  const bias = normalQuantile(below / values.length);
  const shareAt = (z: number): number => normalCdf(bias + (bias + z) / (1 - accelerated * (bias + z)));
  const [low, high] = [shareAt(normalQuantile(tail)), shareAt(normalQuantile(1 - tail))];
  return Number.isFinite(bias) && Number.isFinite(accelerated) && low < high ? [low, high] : [tail, 1 - tail];
}
