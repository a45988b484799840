/** @file A training step as a file and a list: ONNX bytes, and plain data that says what to feed and what comes back. */
import { type EmittedModel, emitModel } from "../../autodiff/onnx.js";
import { isDropoutMask, type LossGraph, trainingGraph } from "../classifier/classifier.js";
import { packedInputs, packTokens } from "../encoders/packed-tokens.js";
import type { ParameterSpec } from "../optimizer/optimizer-layout.js";
import type { MaskInput } from "./dropout/dropout-feeds.js";

/** One weight of the model. */
export interface ModelWeight extends ParameterSpec {
  /** The output that has its gradient; absent for a frozen one. Of a table: that of the rows taken, [tokens, width]. */
  readonly gradient?: string;
}

/** The loss and the gradients of all trained weights. */
export interface StepModel {
  readonly onnx: EmittedModel;
  /** `loss` and the gradients. */
  readonly outputs: readonly string[];
  readonly weights: readonly ModelWeight[];
  readonly masks: readonly MaskInput[];
}

/** Loss and logits of rows that are not learned. */
export interface EvaluationModel {
  readonly onnx: EmittedModel;
  /** `loss`, and `logits` where the objective has them. */
  readonly outputs: readonly string[];
}

/** What sets weights apart. */
export interface WeightOptions {
  /** Names of inputs that are neither weights nor tokens nor masks. */
  readonly targets: readonly string[];
  /** The token that fills up a batch: its row of the table of tokens is not trained, as by PyTorch's `padding_idx`. */
  readonly padId: number;
  readonly isTrained: (name: string) => boolean;
  readonly learningRateScale: (name: string) => number;
}

/** Compiles one training step of a graph. */
export function stepModel(graph: LossGraph, { targets, padId, isTrained, learningRateScale }: WeightOptions): StepModel {
  const { roots, ids } = packTokens({ loss: graph.loss }, graph, isDropoutMask);
  const { attentionMask } = graph;
  const fed = [...targets, ...Object.values(packedInputs)];
  const training = trainingGraph({ inputIds: ids, attentionMask }, roots.loss, isTrained, fed);
  const gradients = new Map(training.gradients.map((gradient) => [gradient.weight, gradient]));
  return {
    onnx: emitModel(training.outputs),
    outputs: Object.keys(training.outputs),
    weights: training.weights.map((weight): ModelWeight => {
      const { name } = weight.params;
      const shape = knownShape(name, weight.params.shape);
      // In every family the vectors are the biases and the scales of normalization.
      const common = { name, shape, decay: shape.length > 1, learningRateScale: learningRateScale(name) };
      const gradient = gradients.get(weight);
      if (gradient === undefined) return { ...common, frozen: true };
      if (!gradient.isByToken) return { ...common, gradient: gradient.output };
      return { ...common, gradient: gradient.output, table: true, ...(padId < shape[0]! && { paddingRow: padId }) };
    }),
    masks: training.masks.map(({ params: { name, shape } }) => ({ name, shape })),
  };
}

/** Compiles what is evaluated. */
export function evaluationModel({ loss, logits, ...inputs }: LossGraph): EvaluationModel {
  const { roots: outputs } = packTokens<string>({ loss, ...(logits !== undefined && { logits }) }, inputs);
  return { onnx: emitModel(outputs), outputs: Object.keys(outputs) };
}

function knownShape(name: string, shape: readonly (number | string)[]): number[] {
  return shape.map((length) => {
    if (typeof length === "number") return length;
    throw new Error(`the weight "${name}" has an axis "${length}" of unknown length`);
  });
}
