/**
 * @file The function that logistic regression minimizes, and its gradient, in plain TypeScript. It serves small problems;
 * large ones are evaluated by `logistic-loss-graph.ts`, which yields the same numbers.
 */

import type { Evaluation } from "./lbfgs.js";
import { type Matrix, timesTransposed } from "./matrix.js";

/**
 * How outputs become probabilities: `softmax` over all outputs of a row (exactly one label is true), or `sigmoid` of each
 * output by itself (any number of labels is true; with one output, one label against another).
 */
export type Link = "softmax" | "sigmoid";

/** What a loss is computed in: float32, which does to compare fits by and takes a third of the time, or float64. */
export type Precision = "single" | "double";

/** Rows to learn from: n feature vectors of d numbers, and what the k outputs should be for each. */
export interface LogisticProblem {
  /** n × d. */
  readonly features: Matrix;
  /** n × k, of 0 and 1. With `softmax` one 1 a row. */
  readonly targets: Matrix;
  readonly link: Link;
}

/**
 * The loss of one problem, as a function of parameters, row weights and penalty:
 *
 *     Σᵢ wᵢ · lossᵢ + ½ · penalty · ‖W‖²
 *
 * where lossᵢ is minus the log-likelihood of row i (summed over the outputs where each has its own sigmoid). Parameters are
 * W (k × d), row by row, and then the k intercepts, which are not penalized.
 */
export interface LogisticLoss extends AsyncDisposable {
  /**
   * A row of weight 0 has no influence and takes no time: so the folds of a cross-validation are weight vectors over one problem. The weights must not be
   * changed between evaluations: a loss may prepare what goes with one array of them.
   */
  evaluate(
    parameters: Float64Array,
    rowWeights: Float64Array,
    penalty: number,
    during?: DuringEvaluation,
  ): Evaluation | Promise<Evaluation>;
}

/** What an evaluation may make use of. */
export interface DuringEvaluation {
  /** Looked at now and then by an evaluation that takes seconds. */
  readonly signal?: AbortSignal | undefined;
  /** As long as the parameters: the gradient may be written into it. Its numbers mean nothing. */
  readonly spare?: Float64Array | undefined;
}

/** The loss in plain loops. */
export function plainLogisticLoss(problem: LogisticProblem): LogisticLoss {
  const { features, targets, link } = problem;
  const depth = features.columns;
  const outputs = targets.columns;
  return {
    evaluate(parameters, rowWeights, penalty, { spare } = {}) {
      const weights = parameters.subarray(0, outputs * depth);
      const intercepts = parameters.subarray(outputs * depth);
      const gradient = spare?.fill(0) ?? new Float64Array(parameters.length);
      const interceptGradient = gradient.subarray(outputs * depth);
      let value = 0;

      const residuals = timesTransposed(features, { rows: outputs, columns: depth, data: weights }).data;
      for (let i = 0; i < features.rows; i++) {
        const rowWeight = rowWeights[i]!;
        if (rowWeight === 0) continue;
        const row = residuals.subarray(i * outputs, (i + 1) * outputs);
        for (let k = 0; k < outputs; k++) row[k]! += intercepts[k]!;
        const target = targets.data.subarray(i * outputs, (i + 1) * outputs);
        value += rowWeight * (link === "softmax" ? softmaxResidual(row, target) : sigmoidResidual(row, target));
        for (let k = 0; k < outputs; k++) {
          row[k]! *= rowWeight;
          interceptGradient[k]! += row[k]!;
        }
        addOuterProduct(gradient, row, features.data, i * depth, depth);
      }

      let squares = 0;
      for (let p = 0; p < weights.length; p++) {
        squares += weights[p]! * weights[p]!;
        gradient[p]! += penalty * weights[p]!;
      }
      return { value: value + 0.5 * penalty * squares, gradient };
    },
    async [Symbol.asyncDispose]() {},
  };
}

/** Turns the logits of one row into `softmax(logits) - target`, and returns log Σ exp(logits) - logits · target. */
export function softmaxResidual(row: Float64Array, target: Float64Array): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (const logit of row) if (logit > largest) largest = logit;
  let sum = 0;
  let loss = 0;
  for (let k = 0; k < row.length; k++) {
    loss -= target[k]! * (row[k]! - largest);
    row[k] = Math.exp(row[k]! - largest);
    sum += row[k]!;
  }
  for (let k = 0; k < row.length; k++) row[k] = row[k]! / sum - target[k]!;
  return loss + Math.log(sum);
}

/** Turns the logits of one row into `sigmoid(logits) - target`, and returns Σ log(1 + exp(logit)) - logit · target. */
export function sigmoidResidual(row: Float64Array, target: Float64Array): number {
  let loss = 0;
  for (let k = 0; k < row.length; k++) {
    const logit = row[k]!;
    // exp of a negative number only: neither overflows nor loses the small side.
    const small = Math.exp(-Math.abs(logit));
    loss += Math.max(logit, 0) + Math.log1p(small) - target[k]! * logit;
    row[k] = (logit >= 0 ? 1 : small) / (1 + small) - target[k]!;
  }
  return loss;
}

/** Adds `row`ᵀ times the features at `at`, k × d, to the gradient: four outputs at a time, as in `timesTransposed`. */
function addOuterProduct(gradient: Float64Array, row: Float64Array, features: Float64Array, at: number, depth: number): void {
  let k = 0;
  for (; k + 4 <= row.length; k += 4) {
    const [r0, r1, r2, r3] = [row[k]!, row[k + 1]!, row[k + 2]!, row[k + 3]!];
    let [p0, p1, p2, p3] = [k * depth, (k + 1) * depth, (k + 2) * depth, (k + 3) * depth];
    for (let j = at; j < at + depth; j++) {
      const value = features[j]!;
      gradient[p0++]! += r0 * value;
      gradient[p1++]! += r1 * value;
      gradient[p2++]! += r2 * value;
      gradient[p3++]! += r3 * value;
    }
  }
  for (; k < row.length; k++) {
    const r = row[k]!;
    for (let j = 0, p = k * depth; j < depth; j++) gradient[p++]! += r * features[at + j]!;
  }
}
