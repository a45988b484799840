/**
 * @file The shapes that a learning curve may have. Each is `ceiling − rise · basis(n)` with a basis that falls from about 1 to 0, so that
 * ceiling and rise are weighted least squares in closed form, and only one or two shape parameters are searched for. Names are those of
 * LCDB (Mohr, Viering et al. 2022, "LCDB 1.0: an extensive learning curves database for classification tasks").
 */

/**
 * - `pow3`: a − b·n^−c
 * - `pow4`: a − b·(n + d)^−c
 * - `mmf4`: a − b / (1 + (n/d)^c), Morgan, Mercer and Flodin's sigmoid in log n
 * - `last1`: the score at the largest size, whatever the size
 */
export type CurveFamily = "pow3" | "pow4" | "mmf4" | "last1";

/** A curve by its numbers; what each means is with `CurveFamily`. What a family lacks is 0. */
export interface CurveParameters {
  /** a: the score that the curve rises to, from 0 to 1. */
  readonly ceiling: number;
  /** b: how far below the ceiling it begins; never negative. */
  readonly rise: number;
  /** c: how fast it rises, in (0, 3]. */
  readonly exponent: number;
  /** d: training rows by which the curve is shifted (`pow4`), or at which half the rise is done (`mmf4`). */
  readonly shift: number;
}

/** The fall of a shape from its parameters: 1 or more at no rows, 0 at endlessly many. */
type Basis = (size: number, exponent: number, shift: number) => number;

interface Shape {
  readonly basis: Basis;
  /** Parameters in all: a fit takes one size more. */
  readonly parameterCount: number;
  /** The shifts to search between, from the smallest and the largest size; none where the shape has no shift. */
  readonly shifts?: (smallest: number, largest: number) => readonly [number, number];
}

/** `last1` has no shape to search. */
export const shapes: Readonly<Record<Exclude<CurveFamily, "last1">, Shape>> = {
  pow3: { basis: (size, exponent) => size ** -exponent, parameterCount: 3 },
  pow4: {
    basis: (size, exponent, shift) => (size + shift) ** -exponent,
    parameterCount: 4,
    shifts: (smallest, largest) => [smallest / 100, 10 * largest],
  },
  mmf4: {
    basis: (size, exponent, shift) => 1 / (1 + (size / shift) ** exponent),
    parameterCount: 4,
    shifts: (smallest, largest) => [smallest / 100, 10 * largest],
  },
};

/** The score of a curve at a training-set size, within [0, 1]. */
export function curveScore(family: CurveFamily, parameters: CurveParameters, size: number): number {
  const { ceiling, rise, exponent, shift } = parameters;
  if (family === "last1") return ceiling;
  return Math.min(1, Math.max(0, ceiling - rise * shapes[family].basis(size, exponent, shift)));
}

/** Exponents searched: evenly spaced in their logarithm, since .05 and .1 are as far apart as 1 and 2. */
const exponentRange = [0.01, 3] as const;
const exponentSteps = 48;
const shiftSteps = 16;
/** The search around the best cell of the grid ends at steps of this part of a cell. */
const exact = 1e-7;

/** Finds the parameters of scores at fixed sizes. Made once for all replicates: the grid's bases are computed only once. */
export type CurveFitter = (scores: ArrayLike<number>) => CurveParameters;

/**
 * Weighted least squares over a grid of shapes, then over finer and finer grids around the best: exponent in [.01, 3], ceiling in [0, 1],
 * rise ≥ 0. Checked against scipy.optimize.curve_fit with the same bounds.
 *
 * @param sizes training rows, ascending
 * @param weights of the squared errors
 * @param options `finest`: where the search ends, as a part of a cell of the grid; replicates, which vary by more, need not be exact
 */
export function curveFitter(
  family: CurveFamily,
  sizes: readonly number[],
  weights: readonly number[],
  { finest = exact }: { readonly finest?: number } = {},
): CurveFitter {
  if (family === "last1") return (scores) => ({ ceiling: scores[sizes.length - 1]!, rise: 0, exponent: 0, shift: 0 });
  const { basis, shifts } = shapes[family];
  const at = new Float64Array(sizes.length);
  const errorAt = (scores: ArrayLike<number>, exponent: number, shift: number): number => {
    for (const [index, size] of sizes.entries()) at[index] = basis(size, exponent, shift);
    return ceilingAndRise(at, scores, weights).error;
  };
  const exponents = spaced(exponentRange, exponentSteps);
  const searched = shifts?.(sizes[0]!, sizes.at(-1)!);
  const shiftGrid = searched === undefined ? [0] : spaced(searched, shiftSteps);
  const grid = exponents.flatMap((exponent) =>
    shiftGrid.map((shift) => ({ exponent, shift, at: Float64Array.from(sizes, (size) => basis(size, exponent, shift)) })),
  );
  return (scores) => {
    let best = { exponent: 1, shift: 0, error: Number.POSITIVE_INFINITY };
    for (const cell of grid) {
      const { error } = ceilingAndRise(cell.at, scores, weights);
      if (error < best.error) best = { exponent: cell.exponent, shift: cell.shift, error };
    }
    best = refined(best, searched, finest, (exponent, shift) => errorAt(scores, exponent, shift));
    for (const [index, size] of sizes.entries()) at[index] = basis(size, best.exponent, best.shift);
    const { ceiling, rise } = ceilingAndRise(at, scores, weights);
    return { ceiling, rise, exponent: best.exponent, shift: best.shift };
  };
}

interface ShapeAt {
  readonly exponent: number;
  readonly shift: number;
  readonly error: number;
}

/**
 * The pattern search of Hooke & Jeeves (1961) in the logarithms: a step to the best neighbor is repeated, longer each time, while that
 * helps, which follows the narrow valleys in which exponent and shift make up for each other. Where no neighbor is better, the steps are
 * halved.
 */
function refined(
  start: ShapeAt,
  shiftRange: readonly [number, number] | undefined,
  finest: number,
  errorAt: (exponent: number, shift: number) => number,
): ShapeAt {
  let best = start;
  let scale = 0.5;
  const exponentStep = Math.log(exponentRange[1] / exponentRange[0]) / (exponentSteps - 1);
  const shiftStep = shiftRange === undefined ? 0 : Math.log(shiftRange[1] / shiftRange[0]) / (shiftSteps - 1);
  const shiftMoves = shiftRange === undefined ? [0] : [-1, 0, 1];
  const moved = ({ exponent, shift }: ShapeAt, x: number, y: number): ShapeAt => {
    const nextExponent = clamped(exponent * Math.exp(x), exponentRange);
    const nextShift = shiftRange === undefined ? 0 : clamped(shift * Math.exp(y), shiftRange);
    return { exponent: nextExponent, shift: nextShift, error: errorAt(nextExponent, nextShift) };
  };
  for (let step = 0; step < 500 && scale > finest; step++) {
    const from = best;
    for (const x of [-1, 0, 1]) {
      for (const y of shiftMoves) {
        if (x === 0 && y === 0) continue;
        const next = moved(from, x * scale * exponentStep, y * scale * shiftStep);
        if (next.error < best.error) best = next;
      }
    }
    if (best === from) {
      scale /= 2;
      continue;
    }
    const x = Math.log(best.exponent / from.exponent);
    const y = shiftRange === undefined ? 0 : Math.log(best.shift / from.shift);
    for (let times = 1; ; times *= 2) {
      const next = moved(best, times * x, times * y);
      if (!(next.error < best.error)) break;
      best = next;
    }
  }
  return best;
}

const clamped = (value: number, [low, high]: readonly [number, number]): number => Math.min(high, Math.max(low, value));

function spaced([low, high]: readonly [number, number], count: number): number[] {
  return Array.from({ length: count }, (_, index) => low * (high / low) ** (index / (count - 1)));
}

/** The weighted least squares of `ceiling − rise · basis` within their bounds, and the error left. */
function ceilingAndRise(
  basis: Float64Array,
  scores: ArrayLike<number>,
  weights: readonly number[],
): { readonly ceiling: number; readonly rise: number; readonly error: number } {
  let [total, x, y] = [0, 0, 0];
  for (let i = 0; i < basis.length; i++) {
    total += weights[i]!;
    x += weights[i]! * basis[i]!;
    y += weights[i]! * scores[i]!;
  }
  x /= total;
  y /= total;
  let [xx, xy] = [0, 0];
  for (let i = 0; i < basis.length; i++) {
    xx += weights[i]! * (basis[i]! - x) ** 2;
    xy += weights[i]! * (basis[i]! - x) * (scores[i]! - y);
  }
  let rise = xx > 0 ? Math.max(0, -xy / xx) : 0;
  let ceiling = y + rise * x;
  if (ceiling > 1) {
    // On the bound, the rise alone is fitted.
    let [squares, products] = [0, 0];
    for (let i = 0; i < basis.length; i++) {
      squares += weights[i]! * basis[i]! ** 2;
      products += weights[i]! * basis[i]! * (1 - scores[i]!);
    }
    ceiling = 1;
    rise = Math.max(0, products / squares);
  }
  let error = 0;
  for (let i = 0; i < basis.length; i++) error += weights[i]! * (scores[i]! - ceiling + rise * basis[i]!) ** 2;
  return { ceiling, rise, error };
}
