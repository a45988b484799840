/**
 * @file Minimizes a smooth function of many numbers from its value and gradient: L-BFGS with a line search that meets the
 * strong Wolfe conditions (Nocedal & Wright, Numerical Optimization, 2nd edition: algorithms 7.4, 7.5, 3.5 and 3.6).
 */

/** A function's value and gradient at one point. */
export interface Evaluation {
  readonly value: number;
  readonly gradient: Float64Array;
}

/** May be asked at any point; must not keep or change the array it is given. The gradient may be written into `spare`, whose numbers mean nothing. */
export type Objective = (point: Float64Array, spare: Float64Array) => Evaluation | Promise<Evaluation>;

export interface LbfgsOptions {
  /** Stops where no component of the gradient is larger in absolute value. */
  readonly gradientTolerance: number;
  /** What each component of the gradient is multiplied with before it is held against the tolerance. @default 1 for each */
  readonly gradientScales?: Float64Array;
  readonly maxIterations: number;
  /** History size: pairs of step and gradient change that estimate the curvature. 20 takes a quarter fewer evaluations than 10. @default 20 */
  readonly history?: number;
  /** The evaluation at the start, where it is known. */
  readonly atStart?: Evaluation;
  /** Looked at before each evaluation. */
  readonly signal?: AbortSignal;
}

export interface Minimum {
  readonly point: Float64Array;
  readonly value: number;
  readonly iterations: number;
  readonly evaluations: number;
  /**
   * `gradient`: the tolerance was met. `precision`: further steps change the value by less than rounding does.
   * `iterations`: the limit was reached first.
   */
  readonly stoppedBy: "gradient" | "precision" | "iterations";
}

/** A point on the line searched, `step` along the direction. */
interface Trial extends Evaluation {
  readonly step: number;
  readonly point: Float64Array;
  /** Derivative along the direction. */
  readonly slope: number;
}

/** A step taken and what it did to the gradient. */
interface Correction {
  readonly move: Float64Array;
  readonly change: Float64Array;
  /** 1 / (move · change). */
  readonly rho: number;
}

/** Of the decrease that the slope promises, a step must bring this share (Armijo) … */
const armijo = 1e-4;
/** … and leave at most this share of the slope (curvature): Nocedal & Wright's values for quasi-Newton directions. */
const curvature = 0.9;
const maxTrials = 30;
/** A relative decrease below this is rounding. SciPy's `ftol` as scikit-learn sets it. */
const precision = 64 * Number.EPSILON;

/**
 * A local minimum of `objective`, which is the global one where the function is convex.
 *
 * Checked against SciPy's `L-BFGS-B` on the Rosenbrock function and through the logistic regressions of scikit-learn.
 */
export async function lbfgs(objective: Objective, start: Float64Array, options: LbfgsOptions): Promise<Minimum> {
  const { gradientTolerance, gradientScales, maxIterations, history = 20, atStart, signal } = options;
  const memory = new Memory(start.length);
  let evaluations = atStart === undefined ? 0 : 1;
  const evaluate = async (point: Float64Array): Promise<Evaluation> => {
    signal?.throwIfAborted();
    evaluations++;
    const spare = memory.take();
    const evaluation = await objective(point, spare);
    if (evaluation.gradient !== spare) memory.giveBack(spare);
    return evaluation;
  };
  const isSteep = (): boolean => maxAbsolute(gradient, gradientScales) > gradientTolerance;

  let point: Float64Array = start.slice();
  let { value, gradient } = atStart ?? (await evaluate(point));
  if (!Number.isFinite(value)) throw new RangeError(`The function is ${value} at the start.`);
  const corrections: Correction[] = [];
  // The memory of the pair that left serves the next one: collecting such arrays would take a good part of the time.
  let dropped: Correction | undefined;
  let iterations = 0;
  const result = (stoppedBy: Minimum["stoppedBy"]): Minimum => ({ point, value, iterations, evaluations, stoppedBy });

  const direction = new Float64Array(start.length);
  while (isSteep()) {
    if (iterations === maxIterations) return result("iterations");
    setDescentDirection(direction, gradient, corrections);
    if (dot(direction, gradient) >= 0) {
      // Only rounding can turn it uphill. Start again from steepest descent.
      corrections.length = 0;
      setDescentDirection(direction, gradient, corrections);
    }
    // Without a notion of curvature the first step is one unit long at most; later the direction has the right length itself.
    const firstStep = corrections.length === 0 ? Math.min(1, 1 / Math.sqrt(dot(gradient, gradient))) : 1;
    const next = await wolfeSearch(evaluate, memory, point, { value, gradient }, direction, firstStep);
    if (next === null) return result("precision");
    iterations++;

    const move = minus(next.point, point, dropped?.move);
    const change = minus(next.gradient, gradient, dropped?.change);
    const bend = dot(move, change);
    if (bend > Number.EPSILON * dot(change, change)) {
      corrections.push({ move, change, rho: 1 / bend });
      dropped = corrections.length > history ? corrections.shift() : undefined;
    }
    const decrease = value - next.value;
    const scale = Math.max(Math.abs(value), Math.abs(next.value));
    memory.giveBack(point, gradient);
    ({ point, value, gradient } = next);
    if (decrease <= precision * scale && isSteep()) return result("precision");
  }
  return result("gradient");
}

/** Arrays of one length, used again and again: made anew at every step, large ones would keep the garbage collector busier than the sums take. */
class Memory {
  readonly #length: number;
  readonly #own = new WeakSet<Float64Array>();
  readonly #free: Float64Array[] = [];

  constructor(length: number) {
    this.#length = length;
  }

  /** An array with any numbers in it. */
  take(): Float64Array {
    const array = this.#free.pop() ?? new Float64Array(this.#length);
    this.#own.add(array);
    return array;
  }

  /** To be used again; those that came from elsewhere are left alone. */
  giveBack(...arrays: readonly Float64Array[]): void {
    for (const array of arrays) if (this.#own.has(array)) this.#free.push(array);
  }
}

/** The two-loop recursion: minus the inverse Hessian, as far as the corrections know it, times the gradient. */
function setDescentDirection(direction: Float64Array, gradient: Float64Array, corrections: readonly Correction[]): void {
  for (let j = 0; j < direction.length; j++) direction[j] = -gradient[j]!;
  const alphas: number[] = [];
  for (let i = corrections.length - 1; i >= 0; i--) {
    const { move, change, rho } = corrections[i]!;
    alphas[i] = rho * dot(move, direction);
    addScaled(direction, change, -alphas[i]!);
  }
  const last = corrections.at(-1);
  if (last !== undefined) {
    const scale = 1 / (last.rho * dot(last.change, last.change));
    for (let j = 0; j < direction.length; j++) direction[j]! *= scale;
  }
  for (const [i, { move, change, rho }] of corrections.entries()) {
    addScaled(direction, move, alphas[i]! - rho * dot(change, direction));
  }
}

/** A step that meets the strong Wolfe conditions, or `null` where rounding hides any decrease. */
async function wolfeSearch(
  evaluate: (point: Float64Array) => Promise<Evaluation>,
  memory: Memory,
  origin: Float64Array,
  at: Evaluation,
  direction: Float64Array,
  firstStep: number,
): Promise<Trial | null> {
  const tryStep = async (step: number): Promise<Trial> => {
    const point = memory.take();
    for (let j = 0; j < point.length; j++) point[j] = origin[j]! + step * direction[j]!;
    const { value, gradient } = await evaluate(point);
    return { step, point, value, gradient, slope: dot(gradient, direction) };
  };
  const start: Trial = { step: 0, point: origin, ...at, slope: dot(at.gradient, direction) };
  const isTooHigh = (trial: Trial): boolean => !(trial.value <= start.value + armijo * trial.step * start.slope);
  const isFlat = (trial: Trial): boolean => Math.abs(trial.slope) <= -curvature * start.slope;

  // Go on until a bracket is found: an interval that holds a good step.
  let low = start;
  let high: Trial | null = null;
  let step = firstStep;
  let trials = 0;
  while (high === null) {
    if (++trials > maxTrials) return low === start ? null : low;
    const trial = await tryStep(step);
    if (isTooHigh(trial) || (low !== start && trial.value >= low.value)) high = trial;
    else if (isFlat(trial)) return trial;
    else if (trial.slope >= 0) [low, high] = [trial, low];
    else {
      low = trial;
      step *= 2;
    }
  }

  // Narrow it down. `low` is the best step so far that decreases enough; the minimum lies between it and `high`.
  while (++trials <= maxTrials) {
    const trial = await tryStep(betweenSteps(low, high));
    if (isTooHigh(trial) || trial.value >= low.value) high = trial;
    else {
      if (isFlat(trial)) return trial;
      if (trial.slope * (high.step - low.step) >= 0) high = low;
      low = trial;
    }
  }
  return low === start ? null : low;
}

/** Where the cubic through values and slopes at both ends is lowest, kept off the ends; the middle where there is no such cubic. */
function betweenSteps(a: Trial, b: Trial): number {
  const width = b.step - a.step;
  const d1 = a.slope + b.slope - (3 * (a.value - b.value)) / (a.step - b.step);
  const d2 = Math.sign(width) * Math.sqrt(d1 * d1 - a.slope * b.slope);
  const cubic = b.step - (width * (b.slope + d2 - d1)) / (b.slope - a.slope + 2 * d2);
  const share = (cubic - a.step) / width;
  return Number.isFinite(share) ? a.step + width * Math.min(Math.max(share, 0.1), 0.9) : a.step + width / 2;
}

/** Four sums at a time: one alone would wait for itself. */
function dot(a: Float64Array, b: Float64Array): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let j = 0;
  for (; j + 4 <= a.length; j += 4) {
    s0 += a[j]! * b[j]!;
    s1 += a[j + 1]! * b[j + 1]!;
    s2 += a[j + 2]! * b[j + 2]!;
    s3 += a[j + 3]! * b[j + 3]!;
  }
  for (; j < a.length; j++) s0 += a[j]! * b[j]!;
  return s0 + s1 + (s2 + s3);
}

function minus(a: Float64Array, b: Float64Array, difference: Float64Array = new Float64Array(a.length)): Float64Array {
  for (let j = 0; j < difference.length; j++) difference[j] = a[j]! - b[j]!;
  return difference;
}

function addScaled(target: Float64Array, source: Float64Array, factor: number): void {
  for (let j = 0; j < target.length; j++) target[j]! += factor * source[j]!;
}

/** The largest of the numbers without their signs, each times its scale. */
export function maxAbsolute(values: Float64Array, scales?: Float64Array): number {
  let largest = 0;
  for (let j = 0; j < values.length; j++) {
    const value = Math.abs(values[j]!);
    largest = Math.max(largest, scales === undefined ? value : scales[j]! * value);
  }
  return largest;
}
