/** @file How far runs of one approach lie apart beyond what the test rows make of it: the luck of seeds. Shared by intervals of scores and by learning curves. */
import { addUnits, type Statistic, totalCounts, type Units, unitCount } from "./resampling-units.js";
import { tQuantile } from "./student.js";

/** The scores of an approach's runs on the same rows. */
export interface RunScores {
  /** Of each run's score from their mean. */
  readonly distances: readonly number[];
  /** The variance of a run's score that is due to which rows it happens to answer otherwise than other runs do. */
  readonly varianceOfRows: number;
}

/** What runs differ by over endlessly many texts. */
export interface RunExcess {
  /** One less than the runs. */
  readonly degrees: number;
  /** Sum of squared distances from the mean, less what is due to the rows: negative where chance had it so. Over `degrees` it is a variance. */
  readonly squares: number;
}

/** Drawing rows has the variance due to rows already: it would else count twice. */
export function runExcess({ distances, varianceOfRows }: RunScores): RunExcess {
  const degrees = Math.max(0, distances.length - 1);
  return { degrees, squares: distances.reduce((sum, distance) => sum + distance ** 2, 0) - degrees * varianceOfRows };
}

/** The runs' scores, each a function of the same counts; the variance due to rows is the jackknife's over units. */
export function runScores(units: Units, scores: readonly Statistic[]): RunScores {
  const total = unitCount(units);
  const counts = totalCounts(units);
  const distances = distancesFromMean(scores.map((score) => score(counts)));
  if (total < 2 || scores.length < 2) return { distances, varianceOfRows: 0 };
  let squares = 0;
  for (const [kind, times] of units.multiplicities.entries()) {
    addUnits(counts, units, kind, -1);
    const without = distancesFromMean(scores.map((score) => score(counts)));
    addUnits(counts, units, kind, 1);
    for (const [run, distance] of without.entries()) squares += times * (distance - distances[run]!) ** 2;
  }
  return { distances, varianceOfRows: (squares * (total - 1)) / total / (scores.length - 1) };
}

function distancesFromMean(values: readonly number[]): number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
}

/**
 * How far each side of an interval over rows, `side` long, reaches when it covers the luck of runs too: √(side² + Σ t² · excess / runs), t
 * being Student's quantile of each approach's runs (the MOVER of Zou & Donner 2008: each part keeps the ends of its own interval, so that
 * lopsided ones stay so). Approaches with one run add nothing, nor do those whose runs differ by no more than rows make them: by chance so do
 * some with luck, which is why two runs with much of it cover less than they say (89 % in simulations, `decisions/0039-intervals-that-cover-seeds.md`).
 *
 * @param tail probability beyond each end
 */
export function sideWithRuns(side: number, runs: readonly RunExcess[], tail: number): number {
  const squares = runs.map(({ degrees, squares }) =>
    degrees > 0 && squares > 0 ? (tQuantile(1 - tail, degrees) ** 2 * squares) / degrees / (degrees + 1) : 0,
  );
  return Math.sqrt(squares.reduce((sum, square) => sum + square, side ** 2));
}
