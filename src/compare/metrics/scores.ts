/** @file Accuracy, macro-F1 and micro-F1 of one approach, and of one minus another, as functions of the counts that resampling draws. */

import type { Random } from "../../lib/random.js";
import type { Estimate, Metric } from "../../types/scores.js";
import { bootstrapInterval } from "../statistics/bootstrap.js";
import { effectiveUnits, jackknifeInterval } from "../statistics/jackknife.js";
import { signFlipExact, signFlipMidP } from "../statistics/mcnemar.js";
import { permutationTest } from "../statistics/permutation.js";
import { type Statistic, type Units, unitCount, unitsOf } from "../statistics/resampling-units.js";
import { type RunExcess, runExcess, runScores, sideWithRuns } from "../statistics/run-excess.js";
import { type CodedRows, isRight } from "./label-indices.js";
import { f1, rowsOfLabel } from "./metrics.js";
import { isShareOfRows } from "./share-of-rows.js";

/** One approach's answers to the test rows: the same rows once for each seed. */
export interface Series {
  readonly seeds: readonly CodedRows[];
  /** The group of each row. */
  readonly groups: readonly (string | undefined)[];
}

/** The series on some of its rows, given by their places. */
export function onRows({ seeds, groups }: Series, rows: readonly number[]): Series {
  return {
    seeds: seeds.map((coded) => ({
      ...coded,
      truths: rows.map((row) => coded.truths[row]!),
      answers: rows.map((row) => coded.answers[row]!),
    })),
    groups: rows.map((row) => groups[row]),
  };
}

/** From this many groups that count on, the bootstrap of a score covers what it should. */
const manyGroups = 50;

/** From this many rows of a label on, in the median over the labels, the bootstrap of macro-F1 covers what it should. */
const manyRowsOfLabel = 10;

/** Half of what a 95 % interval leaves out. */
const tail = 0.025;

/** Resamples of one run, and of several: these cost more each, and the ends of their interval are less exact for other reasons. */
const replicatesOf = { one: 9999, several: 1999 };

/**
 * The score, averaged over the seeds, with its 95 % interval.
 *
 * With one seed the interval is of this one fit, over other test rows, or groups of them: by the bootstrap, whose ends are as lopsided as a
 * score near 1 is; by the jackknife where groups are few, or the labels of a macro-F1 have few rows each. With several seeds it is of the mean
 * over endlessly many seeds and texts: each side reaches further by what the runs differ beyond what rows make of it (`sideWithRuns`). Where
 * all seeds answer alike, they are one. Coverage by simulation: `bench/RESULTS.md`.
 *
 * @param replicates @default 9,999 of one run, 1,999 of several
 */
export function scoreInterval(series: Series, metric: Metric, random: Random, replicates?: number): Estimate {
  const runs = unlikeRuns(series);
  const { units, sides, effectiveRows } = unitsFor([runs], metric);
  const unitsThatCount = effectiveUnits(runs.groups);
  const areFew = unitsThatCount < Math.min(manyGroups, runs.groups.length);
  const areSparse = metric === "macroF1" && rowsOfLabel(runs.seeds[0]!) < manyRowsOfLabel;
  const drawn = replicates ?? (runs.seeds.length > 1 ? replicatesOf.several : replicatesOf.one);
  const overRows =
    areFew || areSparse
      ? jackknifeInterval(units, sides[0]!, { effectiveUnits: unitsThatCount, range: [0, 1], effectiveRows })
      : bootstrapInterval(units, sides[0]!, { random, replicates: drawn, range: [0, 1], effectiveRows });
  return withRuns(overRows, [runs], metric, [0, 1]);
}

/**
 * The score of `a` minus that of `b` on the same rows, with its 95 % interval: by the jackknife over rows, and further by the luck of each
 * one's seeds where it has several, as in `scoreInterval`. One with a single seed is taken as it is: the interval is then of that one fit
 * against endlessly many of the other. Seeds of the two are taken as independent.
 */
export function differenceInterval(a: Series, b: Series, metric: Metric): Estimate {
  return withRuns(differenceOverRows(a, b, metric), [unlikeRuns(a), unlikeRuns(b)], metric, [-1, 1]);
}

/** The same with the interval over rows alone: the part of it that further rows make narrower. */
export function differenceOverRows(a: Series, b: Series, metric: Metric): Estimate {
  const { units, sides, effectiveRows } = unitsFor([unlikeRuns(a), unlikeRuns(b)], metric);
  const [scoreA, scoreB] = [sides[0]!, sides[1]!];
  return jackknifeInterval(units, (counts) => scoreA(counts) - scoreB(counts), {
    effectiveUnits: effectiveUnits(a.groups),
    range: [-1, 1],
    effectiveRows,
  });
}

/** The series with one run only where all its runs answer alike. */
function unlikeRuns(series: Series): Series {
  const [first, ...others] = series.seeds;
  const isAlike = others.every(({ answers }) => answers.every((answer, row) => isSameAnswer(answer, first!.answers[row]!)));
  return isAlike ? { ...series, seeds: [first!] } : series;
}

function isSameAnswer(a: readonly number[] | null, b: readonly number[] | null): boolean {
  if (a === null || b === null) return a === b;
  return a.length === b.length && a.every((label, at) => label === b[at]);
}

/** An interval over rows, widened by the luck of seeds. */
function withRuns(overRows: Estimate, all: readonly Series[], metric: Metric, range: readonly [number, number]): Estimate {
  const excesses = all.map((series) => excessOfRuns(series, metric));
  if (excesses.every(({ squares }) => squares <= 0)) return overRows;
  const { value, low, high } = overRows;
  return {
    value,
    low: Math.max(range[0], value - sideWithRuns(value - low, excesses, tail)),
    high: Math.min(range[1], value + sideWithRuns(high - value, excesses, tail)),
  };
}

function excessOfRuns({ seeds, groups }: Series, metric: Metric): RunExcess {
  if (seeds.length < 2) return { degrees: 0, squares: 0 };
  const single = seeds.map((seed): Series => ({ seeds: [seed], groups }));
  const { units, sides } = unitsFor(single, metric);
  return runExcess(runScores(units, sides));
}

/** Rows where only `a` is right, and rows where only `b` is; of the first seed. */
export function discordantRows(a: Series, b: Series): readonly [number, number] {
  let [onlyA, onlyB] = [0, 0];
  for (let row = 0; row < a.groups.length; row++) {
    const [rightA, rightB] = [isRight(a.seeds[0]!, row), isRight(b.seeds[0]!, row)];
    if (rightA && !rightB) onlyA++;
    if (rightB && !rightA) onlyB++;
  }
  return [onlyA, onlyB];
}

/**
 * The probability of a difference at least this large, were neither approach better. Accuracy: McNemar's mid-p test, with groups or
 * several seeds the sign-flip test it is a case of. Macro-F1, micro-F1: paired permutation test, over the seeds that both have.
 *
 * It is a test of these runs over other test rows: seeds are not drawn again, so that with few rows' luck and much of seeds' it is small more
 * often than its level. A claim needs `differenceInterval` beside it, which covers seeds.
 */
export function differenceTest(a: Series, b: Series, metric: Metric, random: Random, permutations = 9999): number {
  if (isShareOfRows(metric)) return signFlipMidP(rightDifferences(a, b));
  const shared = Math.min(a.seeds.length, b.seeds.length);
  const [sideA, sideB] = [a, b].map((series) => ({ ...series, seeds: series.seeds.slice(0, shared) }));
  const { units, sides, labelCount } = unitsFor([sideA!, sideB!], metric);
  const [scoreA, scoreB] = [sides[0]!, sides[1]!];
  const difference: Statistic = (counts) => scoreA(counts) - scoreB(counts);
  return permutationTest(units, difference, { first: labelCount, width: 2 * labelCount * shared }, random, permutations);
}

/** The probability of so many more right rows of one of the two, were neither better: McNemar's exact test, or the sign-flip test it is a case of. */
export function exactAccuracyTest(a: Series, b: Series): number {
  return signFlipExact(rightDifferences(a, b));
}

/** Share of right rows, the mean over the seeds. */
export function rightShare({ seeds, groups }: Series): number {
  const right = seeds.reduce((sum, seed) => sum + groups.reduce((own, _, row) => own + (isRight(seed, row) ? 1 : 0), 0), 0);
  return right / groups.length / seeds.length;
}

/** Right answers of `a` minus those of `b`, by group. Weighted so that unequal numbers of seeds count alike, in whole numbers. */
function rightDifferences(a: Series, b: Series): number[] {
  const differences: number[] = [];
  const positions = new Map<string, number>();
  for (const [row, group] of a.groups.entries()) {
    const rights = (series: Series): number => series.seeds.reduce((sum, seed) => sum + (isRight(seed, row) ? 1 : 0), 0);
    const difference = rights(a) * b.seeds.length - rights(b) * a.seeds.length;
    const known = group === undefined ? undefined : positions.get(group);
    if (known !== undefined) differences[known]! += difference;
    else {
      if (group !== undefined) positions.set(group, differences.length);
      differences.push(difference);
    }
  }
  return differences;
}

interface ScoredUnits {
  readonly units: Units;
  /** The score of each series, as a function of the counts. */
  readonly sides: readonly Statistic[];
  readonly effectiveRows: number;
  readonly labelCount: number;
}

function unitsFor(all: readonly Series[], metric: Metric): ScoredUnits {
  return isShareOfRows(metric) ? accuracyUnits(all) : labelUnits(all, metric === "macroF1" ? macroF1Of : microF1Of);
}

/** An F1 of a run from counts: rows of label k in slot k, its true positives in `base + k`, its predictions in `base + labelCount + k`. */
type F1OfCounts = (counts: Float64Array, base: number, labelCount: number) => number;

const macroF1Of: F1OfCounts = (counts, base, labelCount) => {
  let [sum, scored] = [0, 0];
  for (let label = 0; label < labelCount; label++) {
    if (counts[label]! === 0) continue;
    scored++;
    sum += f1(counts[base + label]!, counts[base + labelCount + label]!, counts[label]!);
  }
  return scored === 0 ? 0 : sum / scored;
};

const microF1Of: F1OfCounts = (counts, base, labelCount) => {
  let [truePositives, predicted, support] = [0, 0, 0];
  for (let label = 0; label < labelCount; label++) {
    truePositives += counts[base + label]!;
    predicted += counts[base + labelCount + label]!;
    support += counts[label]!;
  }
  return f1(truePositives, predicted, support);
};

/** Slot 0 counts rows, slot 1 + i right answers of series i over its seeds. */
function accuracyUnits(all: readonly Series[]): ScoredUnits {
  const { groups, seeds } = all[0]!;
  const rows = groups.map((_, row) => {
    const slots = [0];
    for (const [index, series] of all.entries()) for (const seed of series.seeds) if (isRight(seed, row)) slots.push(1 + index);
    return slots;
  });
  const units = unitsOf(1 + all.length, rows, groups);
  const sides = all.map(
    (series, index): Statistic =>
      (counts) =>
        counts[1 + index]! / series.seeds.length / counts[0]!,
  );
  return { units, sides, effectiveRows: unitCount(units), labelCount: seeds[0]!.labelCount };
}

/**
 * Slots 0 to K − 1 count rows by true label; after them, for each series and seed, K true positives and K predictions by label.
 *
 * Rows are drawn over all test rows, not within their true label: other test rows would have other numbers of rows a label, and a rare
 * label's own score is the least certain of all. A label that a replicate has no row of takes no part in that replicate's mean.
 */
function labelUnits(all: readonly Series[], scoreOfRun: F1OfCounts): ScoredUnits {
  const { groups } = all[0]!;
  const { truths, labelCount } = all[0]!.seeds[0]!;
  const runs = all.flatMap((series) => series.seeds);
  const rows = truths.map((truth, row) => {
    const slots = [...truth];
    for (const [index, run] of runs.entries()) {
      const base = labelCount * (1 + 2 * index);
      for (const label of run.answers[row] ?? []) {
        slots.push(base + labelCount + label);
        if (truth.includes(label)) slots.push(base + label);
      }
    }
    return slots;
  });
  const units = unitsOf(labelCount * (1 + 2 * runs.length), rows, groups);
  let firstRun = 0;
  const sides = all.map((series): Statistic => {
    const [from, to] = [firstRun, firstRun + series.seeds.length];
    firstRun = to;
    return (counts) => {
      let sum = 0;
      for (let run = from; run < to; run++) sum += scoreOfRun(counts, labelCount * (1 + 2 * run), labelCount);
      return sum / (to - from);
    };
  });
  return { units, sides, effectiveRows: Math.min(unitCount(units), macroEffectiveRows(truths, labelCount)), labelCount };
}

/**
 * Rows of a balanced test set that would fix a mean over labels as well as these do: a mean of K rates has the variance
 * Σ 1/n_k / K² of one rate over K² / Σ 1/n_k rows.
 */
function macroEffectiveRows(truths: readonly (readonly number[])[], labelCount: number): number {
  const support = new Float64Array(labelCount);
  for (const truth of truths) for (const label of truth) support[label]! += 1;
  const present = support.filter((rows) => rows > 0);
  return present.length ** 2 / present.reduce((sum, rows) => sum + 1 / rows, 0);
}
