/** @file A learning curve fitted to scores at several training-set sizes: which shape predicts best, and where it would be guessing. */
import { type CurveFamily, type CurveFitter, type CurveParameters, curveFitter, curveScore, shapes } from "./curve-families.js";

/** The score of one approach, learned from `size` training rows. */
export interface CurvePoint {
  /** Training rows, at least 1. */
  readonly size: number;
  /** Mean score over the runs, from 0 to 1. */
  readonly score: number;
  /** Runs (seeds) that it is the mean of. @default 1 */
  readonly runs?: number;
  /** Lower end of the score's interval: a size is left out where it does not lie above `chance`. */
  readonly low?: number;
}

export interface CurveFitOptions {
  /**
   * What is scored without learning, such as the share of the most frequent label. Sizes that are not clearly above it say nothing of the
   * curve.
   */
  readonly chance?: number;
  /** Shapes to choose among by the backtest. @default all four */
  readonly families?: readonly CurveFamily[];
}

/** Why there is no curve. */
export type CurveRefusal =
  /** No size, or a score or a size that is no number within its range. */
  | "no-scores"
  /** Fewer than four sizes at which more is scored than by chance. */
  | "too-few-sizes"
  /** More rows do not score more. */
  | "not-rising";

/** A curve that was fitted. `fittedScore` has its values. */
export interface FittedCurve {
  readonly kind: "fitted";
  readonly family: CurveFamily;
  readonly parameters: CurveParameters;
  /** Sizes that it was fitted to, ascending; what was at chance is left out. */
  readonly sizes: readonly number[];
  /** Standard deviation of the scores around the curve, with as many degrees of freedom as sizes less parameters; one at least. */
  readonly scatter: number;
  /** Root mean squared error with which each shape predicted the largest sizes from the smaller ones; the least chose the family. */
  readonly backtest: Readonly<Partial<Record<CurveFamily, number>>>;
}

export interface NoCurve {
  readonly kind: "refused";
  readonly reason: CurveRefusal;
}

/** Sizes below which no curve is fitted. */
const fewestSizes = 4;
/** No score is told beyond this many times the largest size. */
export const farthestReach = 8;
/** A score beyond this many times the largest size is flagged. */
const far = 4;
/** The backtest keeps back what is larger than this part of the largest size. */
const heldBackFrom = 1 / 4;

/**
 * The curve through the scores, by weighted least squares with weights ∝ size × runs. Its shape is the one that predicts the sizes above a
 * quarter of the largest from those below (the largest from the others, where fewer than four lie below) with the least error; `last1`, "it
 * stays as it is", wins where nothing predicts better, and ties go to the simpler shape.
 *
 * Shapes with as many parameters as there are sizes do not take part.
 */
export function fitLearningCurve(
  points: readonly CurvePoint[],
  { chance, families = ["last1", "pow3", "pow4", "mmf4"] }: CurveFitOptions = {},
): FittedCurve | NoCurve {
  const isScore = ({ size, score, runs = 1 }: CurvePoint): boolean =>
    Number.isFinite(size) && size >= 1 && score >= 0 && score <= 1 && Number.isFinite(runs) && runs > 0;
  if (points.length === 0 || !points.every(isScore)) return { kind: "refused", reason: "no-scores" };
  const learned = pointsAboveChance(points, chance);
  if (new Set(learned.map(({ size }) => size)).size < fewestSizes) return { kind: "refused", reason: "too-few-sizes" };
  const backtest = backtestErrors(learned, families);
  const simplestFirst = (["last1", "pow3", "pow4", "mmf4"] as const).filter((family) => backtest[family] !== undefined);
  if (simplestFirst.length === 0) return { kind: "refused", reason: "too-few-sizes" };
  const family = simplestFirst.reduce(
    (best, next) => (backtest[next]! < backtest[best]! - 1e-9 ? next : best),
    simplestFirst[0]!,
  );
  // Whether it rises at all is asked of the plainest curve: `last1` cannot say.
  if (!(fitTo(learned, "pow3").rise > 1e-9)) return { kind: "refused", reason: "not-rising" };
  const parameters = fitTo(learned, family);
  const parameterCount = family === "last1" ? 1 : shapes[family].parameterCount;
  const squares = learned.map(({ size, score }) => (score - curveScore(family, parameters, size)) ** 2);
  const scatter = Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / Math.max(1, learned.length - parameterCount));
  return { kind: "fitted", family, parameters, sizes: learned.map(({ size }) => size), scatter, backtest };
}

function pointsAboveChance(points: readonly CurvePoint[], chance: number | undefined): CurvePoint[] {
  const above = points.filter(({ score, low = score }) => chance === undefined || low > chance);
  return above.sort((a, b) => a.size - b.size);
}

function fitTo(points: readonly CurvePoint[], family: CurveFamily): CurveParameters {
  return fitterOf(points, family)(points.map(({ score }) => score));
}

/** Finds the curve of scores at the sizes of the points, weighted by size × runs. */
export function fitterOf(
  points: readonly CurvePoint[],
  family: CurveFamily,
  options: { readonly finest?: number } = {},
): CurveFitter {
  return curveFitter(
    family,
    points.map(({ size }) => size),
    points.map(({ size, runs = 1 }) => size * runs),
    options,
  );
}

function backtestErrors(points: readonly CurvePoint[], families: readonly CurveFamily[]): Partial<Record<CurveFamily, number>> {
  const largest = points.at(-1)!.size;
  const below = points.filter(({ size }) => size <= largest * heldBackFrom);
  const known = new Set(below.map(({ size }) => size)).size >= fewestSizes ? below : points.filter(({ size }) => size < largest);
  const held = points.slice(known.length);
  const errors: Partial<Record<CurveFamily, number>> = {};
  for (const family of families) {
    if (family !== "last1" && known.length < shapes[family].parameterCount) continue;
    const parameters = fitTo(known, family);
    const squares = held.map(({ size, score }) => (score - curveScore(family, parameters, size)) ** 2);
    errors[family] = Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length);
  }
  return errors;
}

/** The score of a fitted curve at a training-set size. */
export function fittedScore(curve: FittedCurve, size: number): number {
  return curveScore(curve.family, curve.parameters, size);
}

/**
 * How far a size lies beyond what was measured: up to the largest size, up to 4 times as far, up to 8 times, or where a number would be a
 * guess.
 */
export type Reach = "measured" | "near" | "far" | "too-far";

/** How far a size lies beyond the largest that was measured. */
export function reachOf(size: number, largestSize: number): Reach {
  const times = size / largestSize;
  if (!(times <= farthestReach)) return "too-far";
  return times <= 1 ? "measured" : times <= far ? "near" : "far";
}
