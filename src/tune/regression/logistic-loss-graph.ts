/**
 * @file The loss of logistic regression as a graph, its gradient as more of that graph, both run in float64 by ONNX Runtime:
 * its matrix products are some thirty times as fast as loops in TypeScript.
 */

import { gradients } from "../../autodiff/gradients.js";
import type { Tensor } from "../../autodiff/graph.js";
import { linear, negate, relu, square } from "../../autodiff/math.js";
import { add, exp, greater, input, log, logSoftmax, multiply, subtract, sum, where } from "../../autodiff/ops.js";
import { createSession } from "../../autodiff/session.js";
import { float64, float64Of } from "../../autodiff/values.js";
import type { LogisticLoss, LogisticProblem } from "./logistic-loss.js";

/** The same numbers as `plainLogisticLoss`, to rounding. Holds a session of ONNX Runtime: dispose of it. */
export async function graphLogisticLoss(problem: LogisticProblem): Promise<LogisticLoss> {
  const { rows, columns: depth } = problem.features;
  const outputs = problem.targets.columns;
  const features = input("features", [rows, depth], "float64");
  const targets = input("targets", [rows, outputs], "float64");
  const rowWeights = input("rowWeights", [rows, 1], "float64");
  const penalty = input("penalty", [], "float64");
  const weights = input("weights", [outputs, depth], "float64");
  const intercepts = input("intercepts", [outputs], "float64");

  const logits = linear(features, weights, intercepts);
  const losses = problem.link === "softmax" ? negate(multiply(targets, logSoftmax(logits))) : sigmoidLosses(logits, targets);
  const loss = add(sum(multiply(losses, rowWeights)), multiply(multiply(penalty, 0.5), sum(square(weights))));
  const [weightGradient, interceptGradient] = gradients(loss, [weights, intercepts]);
  const session = await createSession({ loss, weightGradient: weightGradient!, interceptGradient: interceptGradient! });
  // Fed with each run, not baked into the model: ONNX Runtime reads them in place, while a model would hold copies.
  const fixed = {
    features: float64(problem.features.data, [rows, depth]),
    targets: float64(problem.targets.data, [rows, outputs]),
  };

  return {
    async evaluate(parameters, weightOfRows, penaltyValue) {
      const result = await session.run({
        ...fixed,
        rowWeights: float64(weightOfRows, [rows, 1]),
        penalty: float64([penaltyValue], []),
        weights: float64(parameters.subarray(0, outputs * depth), [outputs, depth]),
        intercepts: float64(parameters.subarray(outputs * depth), [outputs]),
      });
      const gradient = new Float64Array(parameters.length);
      gradient.set(float64Of(result.weightGradient));
      gradient.set(float64Of(result.interceptGradient), outputs * depth);
      return { value: float64Of(result.loss)[0]!, gradient };
    },
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

/** log(1 + exp(logit)) - target · logit, with the exponential of negative numbers only. */
function sigmoidLosses(logits: Tensor, targets: Tensor): Tensor {
  const negativeMagnitude = where(greater(logits, 0), negate(logits), logits);
  return subtract(add(relu(logits), log(add(exp(negativeMagnitude), 1))), multiply(targets, logits));
}
