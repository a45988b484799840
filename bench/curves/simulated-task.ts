/** @file Tasks whose learning curves are known: what crossovers and their intervals are checked by. */
import type { MeasuredArm, SizedRun } from "../../src/compare/curves/measured-arm.js";
import { normalQuantile } from "../../src/compare/statistics/normal.js";
import { type Random, random } from "../../src/lib/random.js";

/** The accuracy over all texts and runs, by labels. */
export type TrueCurve = (labels: number) => number;

/** A power law through an accuracy at 16 labels. */
export function powerLaw(at16: number, ceiling: number, exponent: number): TrueCurve {
  return (labels) => ceiling - (ceiling - at16) * (labels / 16) ** -exponent;
}

export interface SimulatedTask {
  readonly tuned: TrueCurve;
  /** A line where it is a number. */
  readonly prompted: TrueCurve | number;
  readonly sizes: readonly number[];
  readonly seeds: number;
  /** Runs at a size, where that is not `seeds` at each. */
  readonly runsAt?: (size: number) => number;
  readonly rows: number;
  /** Standard deviation of a run's accuracy at 16 labels; it shrinks with labels to the power .4. */
  readonly runDeviation: number;
  /** Share of a run's luck that a seed keeps over all sizes. */
  readonly lasting: number;
  /** Share of a row's difficulty that is the same for both arms, and that is the arm's own; what is left is drawn anew in each run. */
  readonly shared: number;
  readonly own: number;
  /** Whether runs of one seed have their luck in common in both arms. */
  readonly sharesSeeds?: boolean;
}

/** The labels from which the tuned curve lies above for good; Infinity where that is not within a thousand times the largest size. */
export function trueCrossover({ tuned, prompted, sizes }: Pick<SimulatedTask, "tuned" | "prompted" | "sizes">): number {
  const difference = (labels: number): number => tuned(labels) - (typeof prompted === "number" ? prompted : prompted(labels));
  let [low, high] = [0.01, sizes.at(-1)! * 1000];
  if (difference(high) < 0) return Number.POSITIVE_INFINITY;
  // From above down to the last size at which it lies below.
  let from = high;
  while (from > low && difference(from) >= 0) from /= 1.01;
  [low, high] = [from, from * 1.01];
  for (let step = 0; step < 60; step++) {
    const middle = Math.sqrt(low * high);
    if (difference(middle) >= 0) high = middle;
    else low = middle;
  }
  return high;
}

/** Both arms' answers on one test set. */
export function drawTask(task: SimulatedTask, random: Random): { readonly tuned: MeasuredArm; readonly prompted: MeasuredArm } {
  const { rows, shared, own, seeds, sizes } = task;
  const normals = (): Float64Array => Float64Array.from({ length: rows }, () => random.normal());
  const common = normals();
  const arm = (): ((accuracy: number, lasting: number, size: number) => Uint8Array) => {
    const ownRows = normals();
    return (accuracy, lasting, size) => {
      const luckOfRun = Math.sqrt(task.lasting) * lasting + Math.sqrt(1 - task.lasting) * random.normal();
      const deviation = size === 0 ? 0 : task.runDeviation * (size / 16) ** -0.4;
      const chance = Math.min(0.9995, Math.max(0.0005, accuracy + deviation * luckOfRun));
      const bound = normalQuantile(chance);
      const noise = Math.sqrt(1 - shared - own);
      return Uint8Array.from({ length: rows }, (_, row) =>
        Number(Math.sqrt(shared) * common[row]! + Math.sqrt(own) * ownRows[row]! + noise * random.normal() < bound),
      );
    };
  };
  const luckOfSeeds = Array.from({ length: seeds }, () => random.normal());
  const runsOf = (curve: TrueCurve, luck: readonly number[], firstSeed: number): SizedRun[] => {
    const answer = arm();
    return sizes.flatMap((size) =>
      luck
        .slice(0, task.runsAt?.(size))
        .map((lasting, seed) => ({ size, seed: firstSeed + seed, rows: answer(curve(size), lasting, size) })),
    );
  };
  const tuned: MeasuredArm = { kind: "curve", runs: runsOf(task.tuned, luckOfSeeds, 0) };
  const { prompted } = task;
  if (typeof prompted === "number")
    return { tuned, prompted: { kind: "line", runs: [{ seed: 0, rows: arm()(prompted, 0, 0) }] } };
  const luck = task.sharesSeeds ? luckOfSeeds : luckOfSeeds.map(() => random.normal());
  return { tuned, prompted: { kind: "curve", runs: runsOf(prompted, luck, task.sharesSeeds ? 0 : 1000) } };
}

/** A task drawn at random: 200 to 2,000 test rows, 3 to 5 seeds, sizes from 16 labels by doubling, the prompted arm a line or a curve that rises less. */
export function randomTask(seed: number, kind: "crossing" | "null"): SimulatedTask & { readonly random: Random } {
  const draw = random(seed, kind);
  const between = (low: number, high: number): number => low + (high - low) * draw.uniform();
  const sizes = Array.from({ length: 6 + draw.integer(4) }, (_, step) => 16 * 2 ** step);
  const base = {
    sizes,
    seeds: 3 + draw.integer(3),
    rows: Math.round(200 * 10 ** draw.uniform()),
    runDeviation: between(0.01, 0.05),
    lasting: between(0, 0.6),
    shared: between(0.2, 0.5),
    own: between(0.05, 0.3),
    sharesSeeds: draw.uniform() < 0.5,
  };
  const tuned = powerLaw(between(0.3, 0.65), between(0.8, 0.97), between(0.3, 1));
  if (kind === "null") return { ...base, tuned, prompted: tuned, random: draw };
  // The crossing anywhere within the sizes, even on the logarithm.
  const crossing = 16 * (sizes.at(-1)! / 16) ** between(0.05, 0.95);
  const height = tuned(crossing);
  if (draw.uniform() < 0.5) return { ...base, tuned, prompted: height, random: draw };
  // A prompted curve through the crossing that rises half as far, or less, from its own start.
  const exponent = between(0.2, 0.6);
  const rise = between(0.1, 0.5) * (height - tuned(16));
  const start = height - rise;
  const ceiling = start + rise / (1 - (crossing / 16) ** -exponent);
  return { ...base, tuned, prompted: powerLaw(start, ceiling, exponent), random: draw };
}
