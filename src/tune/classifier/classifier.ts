/**
 * @file A classifier over an encoder, as a graph: tokens to logits, logits to the loss, the loss to the gradients of all trained weights.
 * The whole training step but the optimizer's is one graph.
 */
import { gradients } from "../../autodiff/gradients.js";
import { inOrder, isOp, type Shape, type Tensor } from "../../autodiff/graph.js";
import { crossEntropy } from "../../autodiff/math.js";
import { input, layerNorm, pad, reshape, sum } from "../../autodiff/ops.js";
import { dense, norm } from "../encoders/blocks.js";
import { type HeadLayers, hasOutputBias, headActivations, outputName } from "../encoders/classifier-heads.js";
import { type Dropout, dropoutBy, type EncoderGraph, noDropout } from "../encoders/encoder-graph.js";
import { type Pooling, pooledStates } from "../pretrained/pooling.js";

/** What stands on the encoder. */
export interface ClassifierHead {
  readonly labelCount: number;
  /**
   * The layers of the family's own head (`classifier-heads.ts`); or no layers but the last: from the mean of the states, the first one or the
   * last one, brought to mean 0 and variance 1.
   */
  readonly pooling: Pooling | HeadLayers;
}

/** Tokens to logits. Its inputs besides the tokens are the weights, by Hugging Face's names. */
export interface ClassifierGraph extends Pick<EncoderGraph, "inputIds" | "attentionMask"> {
  /** float32 [batch, labels]. */
  readonly logits: Tensor;
}

/**
 * What the last layer of a classifier multiplies: float32 [batch, hidden], one vector a text.
 *
 * A vector that comes straight from the states is standardized: classes then cannot differ by the length of a vector alone, as with
 * the unit vectors of sentence encoders, and a class of transformers can be made to compute it (`carried-pooling.ts`).
 */
export function textVectors(encoder: EncoderGraph, pooling: ClassifierHead["pooling"], dropout: Dropout = noDropout): Tensor {
  if (typeof pooling === "string") return layerNorm(pooledStates(encoder, pooling), standardEpsilon);
  const width = Number(encoder.hidden.shape.at(-1));
  const { dense: layer, norm: normalization, dropsInput } = pooling;
  const states = pooledStates(encoder, pooling.pooling);
  if (layer === undefined) return states;
  const project = dense(layer.name, width, width, layer.hasBias);
  const between = headActivations[layer.activation](project(dropsInput ? dropout(states, layer.name) : states));
  return normalization === undefined ? between : norm(between, normalization.name, { ...normalization, width });
}

/** Far below the variance of any state. */
const standardEpsilon = 1e-12;

/** The classifier: pooling and the layers of its head, dropout, the last linear layer. */
export function classifierGraph(
  encoder: EncoderGraph,
  { labelCount, pooling }: ClassifierHead,
  dropout: Dropout = noDropout,
): ClassifierGraph {
  const width = Number(encoder.hidden.shape.at(-1));
  const vectors = dropout(textVectors(encoder, pooling, dropout), "classifier");
  const { inputIds, attentionMask } = encoder;
  return { inputIds, attentionMask, logits: dense(outputName(pooling), width, labelCount, hasOutputBias(pooling))(vectors) };
}

/** Tokens to one number that is to be small. All other inputs are weights, targets of the objective, or masks of dropout. */
export interface LossGraph extends Pick<EncoderGraph, "inputIds" | "attentionMask"> {
  readonly loss: Tensor;
  /** float32 [batch, labels], where there are such: what held-out rows are scored by. */
  readonly logits?: Tensor;
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

/** A classifier with its loss. */
export function classifierLossGraph(graph: ClassifierGraph, isMultiLabel: boolean): LossGraph {
  return { ...graph, loss: classifierLoss(graph, isMultiLabel) };
}

/** Inputs that hold masks of dropout begin with it; after it comes the place. */
const maskPrefix = "dropout/";

/** Whether an input of this name is a mask of dropout. */
export const isDropoutMask = (name: string): boolean => name.startsWith(maskPrefix);

/** Dropout of a share `rate` of the units by masks that are fed, as booleans: which units stay. */
export const maskedDropout = (rate: number): Dropout =>
  dropoutBy((shape, place) => ({ mask: input(maskPrefix + place, shape, "bool"), share: 1 - rate }));

/** The gradient of one weight, as a graph gives it. */
export interface WeightGradient {
  readonly weight: Tensor<"input">;
  /** The output of `TrainingGraph.outputs` that has it. */
  readonly output: string;
  /**
   * True for a table that only the ids of tokens look up: the output is then the gradient of the rows taken, [...ids, width],
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
 * The loss and the gradients of all weights that `isTrained` says by name; inputs that `targets` names are none. Below the lowest trained
 * weight nothing is differentiated, so frozen layers cost their forward pass only.
 */
export function trainingGraph(
  graph: Pick<LossGraph, "inputIds" | "attentionMask">,
  loss: Tensor,
  isTrained: (name: string) => boolean = () => true,
  targets: readonly string[] = [targetsInput],
): TrainingGraph {
  const order = inOrder([loss]);
  const masks = order.filter(isInput).filter(({ params }) => isDropoutMask(params.name));
  const fed = new Set<Tensor>([graph.inputIds, graph.attentionMask, ...masks]);
  const weights = order.filter(isInput).filter((tensor) => !fed.has(tensor) && !targets.includes(tensor.params.name));
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
