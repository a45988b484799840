/**
 * @file The loss of logistic regression as a graph, its gradient as more of that graph, both run by ONNX Runtime: its matrix
 * products are some thirty times as fast as loops in TypeScript.
 */

import { gradients } from "../../autodiff/gradients.js";
import type { Tensor } from "../../autodiff/graph.js";
import { linear, negate, relu } from "../../autodiff/math.js";
import { add, cast, exp, greater, input, log, logSoftmax, multiply, subtract, sum, where } from "../../autodiff/ops.js";
import { createSession } from "../../autodiff/session.js";
import { float32, float64, float64Of, type TensorValue, type Values } from "../../autodiff/values.js";
import type { LogisticLoss, LogisticProblem, Precision } from "./logistic-loss.js";
import { selectRows } from "./matrix.js";

/** Numbers of a precision. */
const numbers = { single: float32, double: float64 } as const;
const dtypes = { single: "float32", double: "float64" } as const;

/**
 * The same numbers as `plainLogisticLoss`, to rounding: to that of float32 where the precision is single, but for the sum over rows and the penalty, which
 * are float64 in any case. Holds a session of ONNX Runtime: dispose of it.
 *
 * One thread: an evaluation takes some ten milliseconds, of which several threads spend a good part waiting for each other, and they wait awake.
 */
export async function graphLogisticLoss(problem: LogisticProblem, precision: Precision = "double"): Promise<LogisticLoss> {
  const depth = problem.features.columns;
  const outputs = problem.targets.columns;
  const dtype = dtypes[precision];
  const toValue = numbers[precision];
  const features = input("features", ["rows", depth], dtype);
  // Times the row's weight already: that spares passes over n × k numbers in each evaluation.
  const targets = input("targets", ["rows", outputs], dtype);
  const rowWeights = input("rowWeights", ["rows", 1], dtype);
  const weights = input("weights", [outputs, depth], dtype);
  const intercepts = input("intercepts", [outputs], dtype);

  const logits = linear(features, weights, intercepts);
  const losses =
    problem.link === "softmax" ? negate(multiply(targets, logSoftmax(logits))) : sigmoidLosses(logits, targets, rowWeights);
  const rowLosses = sum(losses, [1]);
  const [weightGradient, interceptGradient] = gradients(sum(rowLosses), [weights, intercepts]);
  const outputsOfGraph = {
    loss: sum(cast(rowLosses, "float64")),
    weightGradient: weightGradient!,
    interceptGradient: interceptGradient!,
  };
  const session = await createSession(outputsOfGraph, { threads: 1 });
  // By the array of weights: a fit has one, and asks with it again and again.
  const fedFor = new WeakMap<Float64Array, Values>();

  return {
    async evaluate(parameters, weightOfRows, penalty, { spare } = {}) {
      const fixed = fedFor.get(weightOfRows) ?? weightedRows(problem, weightOfRows, toValue);
      fedFor.set(weightOfRows, fixed);
      const result = await session.run({
        ...fixed,
        weights: toValue(parameters.subarray(0, outputs * depth), [outputs, depth]),
        intercepts: toValue(parameters.subarray(outputs * depth), [outputs]),
      });
      const gradient = spare ?? new Float64Array(parameters.length);
      gradient.set(realsOf(result.weightGradient));
      gradient.set(realsOf(result.interceptGradient), outputs * depth);
      let squares = 0;
      for (let p = 0; p < outputs * depth; p++) {
        squares += parameters[p]! * parameters[p]!;
        gradient[p]! += penalty * parameters[p]!;
      }
      return { value: float64Of(result.loss)[0]! + 0.5 * penalty * squares, gradient };
    },
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

/** The numbers of a value of either precision. */
function realsOf(value: TensorValue): Float32Array | Float64Array {
  return value.data instanceof Float32Array ? value.data : float64Of(value);
}

/**
 * What is the same for all evaluations with these weights: rows of weight 0, as those of a fold that is held out, are not fed. Fed with each run, not baked
 * into the model: ONNX Runtime reads them in place, while a model would hold copies.
 */
function weightedRows(
  { features, targets, link }: LogisticProblem,
  weights: Float64Array,
  toValue: (typeof numbers)[Precision],
): Values {
  const isWhole = !weights.includes(0);
  const indices = [...weights.keys()].filter((i) => weights[i] !== 0);
  const { rows, columns, data } = isWhole ? features : selectRows(features, indices);
  const outputs = targets.columns;
  const weighted = selectRows(targets, indices).data;
  for (const [row, i] of indices.entries()) for (let k = 0; k < outputs; k++) weighted[row * outputs + k]! *= weights[i]!;
  return {
    features: toValue(data, [rows, columns]),
    targets: toValue(weighted, [rows, outputs]),
    // The graph of a softmax has no other use for them: its targets hold them.
    ...(link === "sigmoid" && { rowWeights: toValue(isWhole ? weights : indices.map((i) => weights[i]!), [rows, 1]) }),
  };
}

/** (log(1 + exp(logit)) - target · logit) · weight, with the exponential of negative numbers only; the targets have the weight in them. */
function sigmoidLosses(logits: Tensor, targets: Tensor, rowWeights: Tensor): Tensor {
  const negativeMagnitude = where(greater(logits, 0), negate(logits), logits);
  return subtract(multiply(add(relu(logits), log(add(exp(negativeMagnitude), 1))), rowWeights), multiply(targets, logits));
}
