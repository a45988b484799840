/** @file The arithmetic of biases per label: what a prompt leans to is measured on training rows, and taken out of its log-probabilities. */

import type { BiasSource, LabelWeights } from "./local-form.js";

/** Log-probabilities of all labels after one text, in the order of the labels. They need not sum to 1. */
export type LabelLogprobs = readonly number[];

/** A text that was scored, with its label's place. */
export interface LabelledScores {
  readonly logprobs: LabelLogprobs;
  readonly truth: number;
}

/** Scale and biases in the order of the labels. */
export interface Weights {
  readonly scale: number;
  readonly biases: readonly number[];
}

/** Probabilities of labels: exp(values) / Σ exp(values). */
export function softmax(values: readonly number[]): number[] {
  const most = Math.max(...values);
  const weights = values.map((value) => Math.exp(value - most));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** Probabilities of labels by their log-probabilities and weights. */
export function weighted(logprobs: LabelLogprobs, { scale, biases }: Weights): number[] {
  return softmax(logprobs.map((logprob, label) => scale * logprob + biases[label]!));
}

/** Weights by label as weights in their order. */
export function inOrder({ scale, biases }: LabelWeights, labels: readonly string[]): Weights {
  return { scale, biases: labels.map((label) => biases[label] ?? 0) };
}

const leastProbability = 1e-6;

/** The negative log-probability of the right label, which is not taken to be less likely than a floor, so that no row decides alone. */
export function lossOf({ logprobs, truth }: LabelledScores, weights: Weights): number {
  return -Math.log(Math.max(leastProbability, weighted(logprobs, weights)[truth]!));
}

/**
 * One step of batch calibration (Zhou et al. 2023, arXiv 2309.17249, equation 3): minus the logarithm of each label's mean probability over texts whose
 * labels need not be known.
 */
export function batchBiases(rows: readonly LabelLogprobs[]): number[] {
  const probabilities = rows.map(softmax);
  return rows[0]!.map((_, label) => {
    const mean = probabilities.reduce((sum, row) => sum + row[label]!, 0) / probabilities.length;
    return -Math.log(Math.max(Number.MIN_VALUE, mean));
  });
}

const mostBalancingSteps = 200;

/**
 * Batch calibration until nothing is left to do: biases with which the mean probability of every label over the texts is the same. One step falls
 * short where a prompt leans so far that most texts get one label.
 */
export function balancedBiases(rows: readonly LabelLogprobs[]): number[] {
  let biases = rows[0]!.map(() => 0);
  for (let step = 0; step < mostBalancingSteps; step++) {
    const more = batchBiases(rows.map((row) => row.map((value, label) => value + biases[label]!)));
    const mean = more.reduce((a, b) => a + b, 0) / more.length;
    biases = biases.map((bias, label) => bias + more[label]! - mean);
    if (Math.max(...more) - Math.min(...more) < 1e-6) break;
  }
  return biases;
}

/** Weights from rows, by where the biases are to be from. The scale is always from labelled rows: it changes no answer, only how sure it is. */
export function fittedWeights(source: BiasSource, rows: readonly LabelledScores[]): Weights {
  const spread = spreadOf(rows);
  if (spread === 0) return { scale: 1, biases: rows[0]!.logprobs.map(() => 0) };
  // In units of the spread: sums of log-probabilities differ by tens, means by tenths.
  const inUnits = rows.map(({ logprobs, truth }) => ({ truth, logprobs: logprobs.map((value) => value / spread) }));
  const offsets = source === "none" ? null : balancedBiases(rows.map(({ logprobs }) => logprobs));
  const shifted = inUnits.map(({ logprobs, truth }) => ({
    truth,
    logprobs: offsets === null ? logprobs : logprobs.map((value, label) => value + offsets[label]! / spread),
  }));
  const { scale, biases } = newtonFit(shifted, source === "labels");
  return { scale: scale / spread, biases: biases.map((bias, label) => bias + (scale / spread) * (offsets?.[label] ?? 0)) };
}

/** How far log-probabilities of one text lie apart: their standard deviation within a text, over all of them. */
function spreadOf(rows: readonly LabelledScores[]): number {
  const squares = rows.map(({ logprobs }) => {
    const mean = logprobs.reduce((a, b) => a + b, 0) / logprobs.length;
    return logprobs.reduce((sum, value) => sum + (value - mean) ** 2, 0) / logprobs.length;
  });
  return Math.sqrt(squares.reduce((a, b) => a + b, 0) / rows.length);
}

/** Standard deviations of the normal priors, in nats: of a bias about the batch's, and of the scale about 0, which keeps it finite where all rows are right. */
const [biasDeviation, scaleDeviation] = [1, 10] as const;
/** A scale below this says nothing, and one below 0 would turn the model's opinion round. */
const leastScale = 0.01;
const mostSteps = 50;

/**
 * The scale s and biases b that minimize Σ −log softmax(s·x + b)[truth] + Σ b²/2σ² + s²/2τ², by Newton's method with halved steps: multinomial logistic
 * regression with one slope. Convex. Agrees with SciPy's BFGS (`golden/make_forms.py`).
 */
export function newtonFit(rows: readonly LabelledScores[], hasBiases: boolean): Weights {
  const labels = rows[0]!.logprobs.length;
  const size = hasBiases ? 1 + labels : 1;
  let at: number[] = [1, ...Array<number>(size - 1).fill(0)];
  let loss = objective(rows, at);
  for (let step = 0; step < mostSteps; step++) {
    const { gradient, hessian } = derivatives(rows, at);
    const move = solved(hessian, gradient);
    let share = 1;
    let next = at.map((value, i) => value - move[i]!);
    while (objective(rows, next) > loss && share > 1e-6) {
      share /= 2;
      next = at.map((value, i) => value - share * move[i]!);
    }
    const reached = objective(rows, next);
    const isDone = loss - reached < 1e-12 * (1 + loss);
    if (reached <= loss) [at, loss] = [next, reached];
    if (isDone) break;
  }
  const [scale, ...biases] = at;
  return { scale: Math.max(leastScale, scale!), biases: hasBiases ? biases : Array<number>(labels).fill(0) };
}

const weightsAt = (at: readonly number[], labels: number): Weights => ({
  scale: at[0]!,
  biases: at.length > 1 ? at.slice(1) : Array<number>(labels).fill(0),
});

/** Of the place in the sum: 1/σ² of its prior. */
const precision = (place: number): number => 1 / (place === 0 ? scaleDeviation : biasDeviation) ** 2;

function objective(rows: readonly LabelledScores[], at: readonly number[]): number {
  const weights = weightsAt(at, rows[0]!.logprobs.length);
  const loss = rows.reduce((sum, { logprobs, truth }) => {
    const values = logprobs.map((value, label) => weights.scale * value + weights.biases[label]!);
    const most = Math.max(...values);
    return sum + most + Math.log(values.reduce((total, value) => total + Math.exp(value - most), 0)) - values[truth]!;
  }, 0);
  return loss + at.reduce((sum, value, i) => sum + (precision(i) * value ** 2) / 2, 0);
}

function derivatives(
  rows: readonly LabelledScores[],
  at: readonly number[],
): { readonly gradient: number[]; readonly hessian: number[][] } {
  const gradient = at.map((value, i) => precision(i) * value);
  const hessian = at.map((_, i) => at.map((__, j) => (i === j ? precision(i) : 0)));
  for (const { logprobs, truth } of rows) {
    const probabilities = weighted(logprobs, weightsAt(at, logprobs.length));
    const mean = probabilities.reduce((sum, p, label) => sum + p * logprobs[label]!, 0);
    gradient[0]! += mean - logprobs[truth]!;
    hessian[0]![0]! += probabilities.reduce((sum, p, label) => sum + p * (logprobs[label]! - mean) ** 2, 0);
    for (let i = 1; i < at.length; i++) {
      const p = probabilities[i - 1]!;
      const row = hessian[i]!;
      gradient[i]! += p - (i - 1 === truth ? 1 : 0);
      // The lower half: the other is the same.
      row[0]! += p * (logprobs[i - 1]! - mean);
      row[i]! += p;
      for (let j = 1; j <= i; j++) row[j]! -= p * probabilities[j - 1]!;
    }
  }
  return { gradient, hessian };
}

/** The solution x of A·x = b for a symmetric, positive definite A, of which the lower half is read, by Cholesky's decomposition. */
function solved(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const size = right.length;
  const lower = matrix.map((row) => row.map(() => 0));
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i]![j]!;
      for (let k = 0; k < j; k++) sum -= lower[i]![k]! * lower[j]![k]!;
      lower[i]![j] = i === j ? Math.sqrt(Math.max(sum, Number.EPSILON)) : sum / lower[j]![j]!;
    }
  }
  const half = right.slice();
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) half[i]! -= lower[i]![k]! * half[k]!;
    half[i]! /= lower[i]![i]!;
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) half[i]! -= lower[k]![i]! * half[k]!;
    half[i]! /= lower[i]![i]!;
  }
  return half;
}
