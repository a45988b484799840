/** @file The function that logistic regression minimizes, over features that are mostly zeros: `logistic-loss.ts` says of what. */
import { setImmediate } from "node:timers/promises";
import { type Link, type LogisticLoss, sigmoidResidual, softmaxResidual } from "./logistic-loss.js";
import { addRowOuterProduct, addRowProduct, type SparseMatrix, transposed } from "./sparse-matrix.js";

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

/** The same loss as `plainLogisticLoss`, to rounding, in a time that goes with the numbers that are not 0. */
export function sparseLogisticLoss({ features, outputs, fillTarget, link }: SparseLogisticProblem): LogisticLoss {
  const { rows, columns: depth } = features;
  const scratch = (): Float64Array[] => [new Float64Array(outputs * depth), new Float64Array(outputs * depth)];
  // Kept from one evaluation to the next: made anew for each, the collector would take longer than the sums. Who evaluates meanwhile finds none.
  let spare: Float64Array[] | undefined;
  return {
    async evaluate(parameters, rowWeights, penalty, signal) {
      const kept = spare ?? scratch();
      spare = undefined;
      // By feature: what one number of a row is multiplied with then lies side by side.
      const weights = transposed(parameters.subarray(0, outputs * depth), outputs, depth, kept[0]);
      const intercepts = parameters.subarray(outputs * depth);
      const byFeature = kept[1]!.fill(0);
      const interceptGradient = new Float64Array(outputs);
      const row = new Float64Array(outputs);
      const target = new Float64Array(outputs);
      let value = 0;
      let products = 0;
      for (let i = 0; i < rows; i++) {
        const rowWeight = rowWeights[i]!;
        if (rowWeight === 0) continue;
        row.set(intercepts);
        addRowProduct(features, i, weights, row);
        fillTarget(i, target);
        value += rowWeight * (link === "softmax" ? softmaxResidual(row, target) : sigmoidResidual(row, target));
        for (let k = 0; k < outputs; k++) {
          row[k]! *= rowWeight;
          interceptGradient[k]! += row[k]!;
        }
        addRowOuterProduct(features, i, row, byFeature);
        products += 2 * (features.starts[i + 1]! - features.starts[i]! + 1) * outputs;
        if (products < productsPerTurn) continue;
        products = 0;
        await setImmediate();
        signal?.throwIfAborted();
      }
      let squares = 0;
      for (let p = 0; p < weights.length; p++) {
        squares += weights[p]! * weights[p]!;
        byFeature[p]! += penalty * weights[p]!;
      }
      const gradient = new Float64Array(parameters.length);
      transposed(byFeature, depth, outputs, gradient);
      gradient.set(interceptGradient, outputs * depth);
      spare = kept;
      return { value: value + 0.5 * penalty * squares, gradient };
    },
    async [Symbol.asyncDispose]() {},
  };
}
