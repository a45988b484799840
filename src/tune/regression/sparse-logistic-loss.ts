/** @file The function that logistic regression minimizes, over features that are mostly zeros: `logistic-loss.ts` says of what. */
import { setImmediate } from "node:timers/promises";
import { type Link, type LogisticLoss, sigmoidResidual, softmaxResidual } from "./logistic-loss.js";
import { addRowOuterProduct, addRowProduct, type SparseMatrix } from "./sparse-matrix.js";

/** As `LogisticProblem`, with sparse features. */
export interface SparseLogisticProblem {
  readonly features: SparseMatrix;
  readonly outputs: number;
  /** Writes what the outputs should be for a row, 0 and 1. Row by row: all of them, n × k, would take gigabytes with thousands of labels. */
  readonly fillTarget: (row: number, target: Float64Array) => void;
  readonly link: Link;
}

/** Other work gets a turn after so many products: some tens of milliseconds. */
const productsPerTurn = 3e7;

/**
 * The same loss as `plainLogisticLoss`, to rounding, in a time that goes with the numbers that are not 0. But its parameters are W by feature, d × k: what one
 * number of a row is multiplied with lies side by side. The intercepts follow, as there.
 */
export function sparseLogisticLoss({ features, outputs, fillTarget, link }: SparseLogisticProblem): LogisticLoss {
  const { rows, columns: depth } = features;
  const size = depth * outputs;
  return {
    async evaluate(parameters, rowWeights, penalty, { signal, spare } = {}) {
      const gradient = spare ?? new Float64Array(parameters.length);
      let squares = 0;
      for (let p = 0; p < size; p++) {
        const weight = parameters[p]!;
        squares += weight * weight;
        gradient[p] = penalty * weight;
      }
      const intercepts = parameters.subarray(size);
      const interceptGradient = gradient.subarray(size).fill(0);
      const row = new Float64Array(outputs);
      const target = new Float64Array(outputs);
      let value = 0;
      let products = 0;
      for (let i = 0; i < rows; i++) {
        const rowWeight = rowWeights[i]!;
        if (rowWeight === 0) continue;
        row.set(intercepts);
        addRowProduct(features, i, parameters, row);
        fillTarget(i, target);
        value += rowWeight * (link === "softmax" ? softmaxResidual(row, target) : sigmoidResidual(row, target));
        for (let k = 0; k < outputs; k++) {
          row[k]! *= rowWeight;
          interceptGradient[k]! += row[k]!;
        }
        addRowOuterProduct(features, i, row, gradient);
        products += 2 * (features.starts[i + 1]! - features.starts[i]! + 1) * outputs;
        if (products < productsPerTurn) continue;
        products = 0;
        await setImmediate();
        signal?.throwIfAborted();
      }
      return { value: value + 0.5 * penalty * squares, gradient };
    },
    async [Symbol.asyncDispose]() {},
  };
}
