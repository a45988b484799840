/**
 * @file Which rows of a pool are worth a label first, by what a model makes of them: at random, the least certain ones, or the least certain ones
 * that are unlike each other.
 */
import { setImmediate } from "node:timers/promises";
import { type Random, random } from "../../lib/random.js";

/** `random`: any. `uncertainty`: those that the model is least sure of. `diverse`: the same, but unlike each other (BADGE). */
export const nextWays = ["diverse", "uncertainty", "random"] as const;
export type NextWay = (typeof nextWays)[number];

/** The way that reached more than random rows with as many labels on most pools that it was tried on (`bench/next`, decision 0060). */
export const defaultWay: NextWay = "diverse";

/** What is known of the rows of a pool. */
export interface PoolRows {
  /** One a row, all of one length. */
  readonly vectors: readonly ArrayLike<number>[];
  /** Of each row the probability of each label. */
  readonly probabilities: readonly ArrayLike<number>[];
  /** Whether a row may have several labels, each with a probability of its own. */
  readonly isMultiLabel: boolean;
}

export interface ChooseOptions {
  readonly way: NextWay;
  /** At most so many rows. */
  readonly count: number;
  /** Equal seeds choose equal rows. */
  readonly seed: number;
  /** Ends the choice between two rows. @default never */
  readonly signal?: AbortSignal;
  /** Told how many rows are chosen by now, of so many. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** So long at most it computes before others have their turn: those that hear a Ctrl-C. */
const turnMs = 50;

/**
 * The places of the chosen rows in the pool: the one that is worth most first.
 *
 * @throws the signal's reason once it is aborted
 */
export async function chooseRows(pool: PoolRows, { way, count, seed, signal, onProgress }: ChooseOptions): Promise<number[]> {
  const rows = pool.probabilities.length;
  const wanted = Math.min(count, rows);
  const places = Array.from({ length: rows }, (_, row) => row);
  if (way === "random") return random(seed, "next").shuffle(places).slice(0, wanted);
  if (way === "diverse") {
    const chosen: number[] = [];
    let turnEnds = performance.now() + turnMs;
    for (const row of diverseRows(pool, wanted, random(seed, "next"))) {
      chosen.push(row);
      if (performance.now() < turnEnds) continue;
      onProgress?.(chosen.length, wanted);
      await setImmediate();
      signal?.throwIfAborted();
      turnEnds = performance.now() + turnMs;
    }
    return chosen;
  }
  const doubts = pool.probabilities.map((row) => certainty(row, pool.isMultiLabel));
  return places.sort((a, b) => doubts[a]! - doubts[b]! || a - b).slice(0, wanted);
}

/**
 * From 0, where a row might as well have another label, to 1. By the margin: the probability of the likeliest label less that of the next one
 * (Scheffer, Decomain & Wrobel 2001); with several labels a row, by the label that is nearest to even odds.
 */
export function certainty(probabilities: ArrayLike<number>, isMultiLabel: boolean): number {
  if (isMultiLabel) {
    let least = 1;
    for (let k = 0; k < probabilities.length; k++) least = Math.min(least, Math.abs(2 * probabilities[k]! - 1));
    return least;
  }
  let [first, second] = [0, 0];
  for (let k = 0; k < probabilities.length; k++) {
    const value = probabilities[k]!;
    if (value > first) [first, second] = [value, first];
    else if (value > second) second = value;
  }
  return first - second;
}

/**
 * BADGE (Ash et al. 2020): k-means++ over the gradients that the rows would have, were the model's own answers their labels. A gradient of the last
 * layer is the product of what the model gets wrong (probabilities less the answer) with the row's vector: it is long where the model is unsure, and
 * points elsewhere for other texts and other doubts. Products are never made: ⟨a⊗h, b⊗g⟩ = ⟨a, b⟩⟨h, g⟩.
 */
function* diverseRows({ vectors, probabilities, isMultiLabel }: PoolRows, count: number, { uniform }: Random): Generator<number> {
  const errors = probabilities.map((row) => errorOfAnswer(row, isMultiLabel));
  const lengths = errors.map((error, row) => dot(error, error) * dot(vectors[row]!, vectors[row]!));
  const norms = lengths.map(Math.sqrt);
  const isChosen = new Uint8Array(errors.length);
  /** Of each row its squared distance to the nearest chosen one. */
  const distances = Float64Array.from(lengths);
  for (let place = 0; place < count; place++) {
    const row = place === 0 ? largest(distances) : drawn(distances, isChosen, uniform());
    yield row;
    isChosen[row] = 1;
    distances[row] = 0;
    for (let other = 0; other < errors.length; other++) {
      // No nearer than their lengths differ: rows that the model is certain of, most of them, are near 0 and stay so.
      if (isChosen[other] === 1 || (norms[row]! - norms[other]!) ** 2 >= distances[other]!) continue;
      const product = dot(errors[row]!, errors[other]!) * dot(vectors[row]!, vectors[other]!);
      const distance = Math.max(0, lengths[row]! + lengths[other]! - 2 * product);
      if (distance < distances[other]!) distances[other] = distance;
    }
  }
}

/** The probabilities less the answer that follows from them. */
function errorOfAnswer(probabilities: ArrayLike<number>, isMultiLabel: boolean): Float64Array {
  const error = Float64Array.from(probabilities);
  if (isMultiLabel) return error.map((value) => value - (value >= 0.5 ? 1 : 0));
  error[largest(error)]! -= 1;
  return error;
}

/** A row that is not chosen yet, with a probability in proportion to its distance; where all are 0, the first. */
function drawn(distances: Float64Array, isChosen: Uint8Array, share: number): number {
  let total = 0;
  for (const distance of distances) total += distance;
  let left = share * total;
  let last = -1;
  for (let row = 0; row < distances.length; row++) {
    if (isChosen[row] === 1) continue;
    if (last < 0 || distances[row]! > 0) last = row;
    left -= distances[row]!;
    if (total > 0 && left < 0) return row;
    if (total === 0) return row;
  }
  return last;
}

function largest(values: ArrayLike<number>): number {
  let best = 0;
  for (let k = 1; k < values.length; k++) if (values[k]! > values[best]!) best = k;
  return best;
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
  return sum;
}
