/**
 * @file The loss of logistic regression as a graph, its gradient as more of that graph, both run in float64 by ONNX Runtime:
 * its matrix products are some thirty times as fast as loops in TypeScript.
 */

import { gradients } from "../../autodiff/gradients.js";
import type { Tensor } from "../../autodiff/graph.js";
import { linear, negate, relu, square } from "../../autodiff/math.js";
import { add, exp, greater, input, log, logSoftmax, multiply, subtract, sum, where } from "../../autodiff/ops.js";
import { createSession } from "../../autodiff/session.js";
import { float64, float64Of, type Values } from "../../autodiff/values.js";
import type { LogisticLoss, LogisticProblem } from "./logistic-loss.js";
import { selectRows } from "./matrix.js";

/** The same numbers as `plainLogisticLoss`, to rounding. Holds a session of ONNX Runtime: dispose of it. */
export async function graphLogisticLoss(problem: LogisticProblem): Promise<LogisticLoss> {
  const depth = problem.features.columns;
  const outputs = problem.targets.columns;
  const features = input("features", ["rows", depth], "float64");
  // Times the row's weight already: that spares passes over n × k numbers in each evaluation.
  const targets = input("targets", ["rows", outputs], "float64");
  const rowWeights = input("rowWeights", ["rows", 1], "float64");
  const penalty = input("penalty", [], "float64");
  const weights = input("weights", [outputs, depth], "float64");
  const intercepts = input("intercepts", [outputs], "float64");

  const logits = linear(features, weights, intercepts);
  const losses =
    problem.link === "softmax" ? negate(multiply(targets, logSoftmax(logits))) : sigmoidLosses(logits, targets, rowWeights);
  const loss = add(sum(losses), multiply(multiply(penalty, 0.5), sum(square(weights))));
  const [weightGradient, interceptGradient] = gradients(loss, [weights, intercepts]);
  const session = await createSession({ loss, weightGradient: weightGradient!, interceptGradient: interceptGradient! });
  // By the array of weights: a fit has one, and asks with it again and again.
  const fedFor = new WeakMap<Float64Array, Values>();

  return {
    async evaluate(parameters, weightOfRows, penaltyValue) {
      const fixed = fedFor.get(weightOfRows) ?? weightedRows(problem, weightOfRows);
      fedFor.set(weightOfRows, fixed);
      const result = await session.run({
        ...fixed,
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

/**
 * What is the same for all evaluations with these weights: rows of weight 0, as those of a fold that is held out, are not fed. Fed with each run, not baked
 * into the model: ONNX Runtime reads them in place, while a model would hold copies.
 */
function weightedRows({ features, targets, link }: LogisticProblem, weights: Float64Array): Values {
  const isWhole = !weights.includes(0);
  const indices = [...weights.keys()].filter((i) => weights[i] !== 0);
  const { rows, columns, data } = isWhole ? features : selectRows(features, indices);
  const outputs = targets.columns;
  const weighted = selectRows(targets, indices).data;
  for (const [row, i] of indices.entries()) for (let k = 0; k < outputs; k++) weighted[row * outputs + k]! *= weights[i]!;
  return {
    features: float64(data, [rows, columns]),
    targets: float64(weighted, [rows, outputs]),
    // The graph of a softmax has no other use for them: its targets hold them.
    ...(link === "sigmoid" && { rowWeights: float64(isWhole ? weights : indices.map((i) => weights[i]!), [rows, 1]) }),
  };
}

/** (log(1 + exp(logit)) - target · logit) · weight, with the exponential of negative numbers only; the targets have the weight in them. */
function sigmoidLosses(logits: Tensor, targets: Tensor, rowWeights: Tensor): Tensor {
  const negativeMagnitude = where(greater(logits, 0), negate(logits), logits);
  return subtract(multiply(add(relu(logits), log(add(exp(negativeMagnitude), 1))), rowWeights), multiply(targets, logits));
}
