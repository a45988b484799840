/** @file The function that logistic regression minimizes, over features that are mostly zeros: `logistic-loss.ts` says of what. */
import { type Link, type LogisticLoss, sigmoidResidual, softmaxResidual } from "./logistic-loss.js";
import type { Matrix } from "./matrix.js";
import { addRowOuterProduct, addRowProduct, type SparseMatrix, transposed } from "./sparse-matrix.js";

/** As `LogisticProblem`, with sparse features. */
export interface SparseLogisticProblem {
  readonly features: SparseMatrix;
  readonly targets: Matrix;
  readonly link: Link;
}

/** The same loss as `plainLogisticLoss`, to rounding, in a time that goes with the numbers that are not 0. */
export function sparseLogisticLoss({ features, targets, link }: SparseLogisticProblem): LogisticLoss {
  const { rows, columns: depth } = features;
  const outputs = targets.columns;
  return {
    evaluate(parameters, rowWeights, penalty) {
      // By feature: what one number of a row is multiplied with then lies side by side.
      const weights = transposed(parameters.subarray(0, outputs * depth), outputs, depth);
      const intercepts = parameters.subarray(outputs * depth);
      const byFeature = new Float64Array(weights.length);
      const interceptGradient = new Float64Array(outputs);
      const row = new Float64Array(outputs);
      let value = 0;
      for (let i = 0; i < rows; i++) {
        const rowWeight = rowWeights[i]!;
        if (rowWeight === 0) continue;
        row.set(intercepts);
        addRowProduct(features, i, weights, row);
        const target = targets.data.subarray(i * outputs, (i + 1) * outputs);
        value += rowWeight * (link === "softmax" ? softmaxResidual(row, target) : sigmoidResidual(row, target));
        for (let k = 0; k < outputs; k++) {
          row[k]! *= rowWeight;
          interceptGradient[k]! += row[k]!;
        }
        addRowOuterProduct(features, i, row, byFeature);
      }
      let squares = 0;
      for (let p = 0; p < weights.length; p++) {
        squares += weights[p]! * weights[p]!;
        byFeature[p]! += penalty * weights[p]!;
      }
      const gradient = new Float64Array(parameters.length);
      gradient.set(transposed(byFeature, depth, outputs));
      gradient.set(interceptGradient, outputs * depth);
      return { value: value + 0.5 * penalty * squares, gradient };
    },
    async [Symbol.asyncDispose]() {},
  };
}
