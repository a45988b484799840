/**
 * @file A classifier over an encoder, as a graph: tokens to logits, logits to the loss, the loss to the gradients of all trained weights.
 * The whole training step but the optimizer's is one graph.
 */
import { gradients } from "../autodiff/gradients.js";
import { inOrder, isOp, type Shape, type Tensor } from "../autodiff/graph.js";
import { crossEntropy, linear } from "../autodiff/math.js";
import { input, multiply, pad, reshape, sum, tanh } from "../autodiff/ops.js";
import { type Dropout, type EncoderGraph, noDropout } from "./encoders/encoder-graph.js";
import { type Pooling, pooledStates } from "./pooling.js";

/** What stands on the encoder. */
export interface ClassifierHead {
  readonly labelCount: number;
  /** `pooler`: the first token through the dense layer with tanh that BERT is pre-trained with; otherwise the states as they are. */
  readonly pooling: Pooling | "pooler";
}

/** Tokens to logits. Its inputs besides the tokens are the weights, by Hugging Face's names. */
export interface ClassifierGraph extends Pick<EncoderGraph, "inputIds" | "attentionMask"> {
  /** float32 [batch, labels]. */
  readonly logits: Tensor;
}

/** The classifier: pooling, dropout, one linear layer. */
export function classifierGraph(
  encoder: EncoderGraph,
  { labelCount, pooling }: ClassifierHead,
  dropout: Dropout = noDropout,
): ClassifierGraph {
  const width = encoder.hidden.shape.at(-1)!;
  const layer = (x: Tensor, name: string, outputs: Shape[number]): Tensor =>
    linear(x, input(`${name}.weight`, [outputs, width]), input(`${name}.bias`, [outputs]));
  const text =
    pooling === "pooler" ? tanh(layer(pooledStates(encoder, "cls"), "pooler.dense", width)) : pooledStates(encoder, pooling);
  const { inputIds, attentionMask } = encoder;
  return { inputIds, attentionMask, logits: layer(dropout(text, "classifier"), "classifier", labelCount) };
}

/** The name under which targets are fed. */
export const targetsInput = "targets";

/**
 * −Σ targets · log p, as one number. The targets (input `targets`) hold all that varies: which label is right, smoothing, class weights,
 * the division by the number of rows (`target-weights.ts`).
 *
 * One label a row: targets [batch, labels]. Several: [batch, labels, 2], for having the label and for not having it; the probabilities of
 * the two are a softmax of (logit, 0), which is the sigmoid, and does not overflow.
 */
export function classifierLoss({ logits }: ClassifierGraph, isMultiLabel: boolean): Tensor {
  const shape: Shape = isMultiLabel ? [...logits.shape, 2] : logits.shape;
  const scores = isMultiLabel ? pad(reshape(logits, [...logits.shape, 1]), logits.shape.length, 0, 2) : logits;
  return sum(crossEntropy(scores, input(targetsInput, shape)));
}

/** Inputs that hold masks of dropout begin with it; after it comes the place. */
const maskPrefix = "dropout/";

/** Dropout by a mask that is fed: 0 where a unit is dropped, 1 / (share kept) elsewhere. */
export const maskedDropout: Dropout = (x, place) => multiply(x, input(maskPrefix + place, x.shape));

/** The gradient of one weight, as a graph gives it. */
export interface WeightGradient {
  readonly weight: Tensor<"input">;
  /** The output of `TrainingGraph.outputs` that has it. */
  readonly output: string;
  /**
   * True for a table that only `input_ids` look up: the output is then the gradient of the rows taken, [batch, sequence, width],
   * to be added up by id outside. The table's own would be nearly all zeros.
   */
  readonly isByToken: boolean;
}

/** One step: what is computed, and what has to be fed. */
export interface TrainingGraph {
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** Every weight, also those that stay as they are. */
  readonly weights: readonly Tensor<"input">[];
  readonly gradients: readonly WeightGradient[];
  /** The masks of dropout. */
  readonly masks: readonly Tensor<"input">[];
}

const isInput = (tensor: Tensor): tensor is Tensor<"input"> => isOp(tensor, "input");

/**
 * The loss and the gradients of all weights that `isTrained` says by name. Below the lowest trained weight nothing is differentiated, so
 * frozen layers cost their forward pass only.
 */
export function trainingGraph(
  graph: ClassifierGraph,
  loss: Tensor,
  isTrained: (name: string) => boolean = () => true,
): TrainingGraph {
  const order = inOrder([loss]);
  const masks = order.filter(isInput).filter(({ params }) => params.name.startsWith(maskPrefix));
  const fed = new Set<Tensor>([graph.inputIds, graph.attentionMask, ...masks]);
  const weights = order.filter(isInput).filter((tensor) => !fed.has(tensor) && tensor.params.name !== targetsInput);
  const trained = weights.filter(({ params }) => isTrained(params.name));

  const readers = new Map<Tensor, Tensor[]>();
  for (const tensor of order) for (const x of tensor.inputs) readers.set(x, [...(readers.get(x) ?? []), tensor]);
  const rowsOf = (weight: Tensor): Tensor | undefined => {
    const [reader, ...others] = readers.get(weight) ?? [];
    const isLookup = reader !== undefined && isOp(reader, "gather") && others.length === 0;
    return isLookup && reader.inputs[0] === weight && reader.inputs[1] === graph.inputIds ? reader : undefined;
  };
  const found = gradients(
    loss,
    trained.map((weight) => rowsOf(weight) ?? weight),
  );
  const gradientOutput = (name: string): string => `gradient/${name}`;
  return {
    outputs: { loss, ...Object.fromEntries(trained.map(({ params }, i) => [gradientOutput(params.name), found[i]!])) },
    weights,
    gradients: trained.map((weight) => ({
      weight,
      output: gradientOutput(weight.params.name),
      isByToken: rowsOf(weight) !== undefined,
    })),
    masks,
  };
}
