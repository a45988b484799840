/**
 * @file How a classifier on the mean of the states is written so that `BertForSequenceClassification`, which looks at the first token
 * only, computes it: one more layer, in which each token attends to all alike, gathers the mean at the first one.
 *
 * The added layer has queries and keys of 0, so that all weights of its attention are equal, and passes on the mean times a large number,
 * beside which the token itself, which BERT adds, is lost; normalization then brings mean 0 and variance 1. Its feed-forward half adds 0.
 * The pooler that follows is the identity in the small, where tanh is its argument, and the classifier makes up for the smallness. All
 * factors but one are powers of two, so that what is read back is what was written, to the bit; the logits differ by about 1e-6.
 */
import { z } from "zod";
import { float32, type TensorValue } from "../../autodiff/values.js";
import { bertLayerNames } from "../encoders/bert.js";
import type { HeadLayers } from "../encoders/classifier-heads.js";
import type { Weights } from "../training/training-job.js";
import type { Pooling } from "./pooling.js";

/** Beside this multiple of the mean a token is lost: a part in a million. Not for half precision, where it overflows. */
const meanFactor = 2 ** 20;
/** tanh(x) = x (1 − x²/3 …): for standardized x of 1,024 numbers, at most 32, the error is below 2e-6 of it. */
const smallness = 2 ** -14;

const sizes = z.object({
  num_hidden_layers: z.number(),
  hidden_size: z.number(),
  intermediate_size: z.number(),
  layer_norm_eps: z.number().default(1e-12),
});

/**
 * The weights of a classifier on pooled states, by the names of the bare model, as those of the family's own class with the layers of `own` and
 * one layer more than `config` says.
 */
export function carriedWeights(weights: Weights, config: object, pooling: Pooling, own: HeadLayers): Weights {
  const {
    num_hidden_layers: layers,
    hidden_size: width,
    intermediate_size: inner,
    layer_norm_eps: epsilon,
  } = sizes.parse(config);
  const vector = (length: number, value = 0): TensorValue<"float32"> => float32(new Float32Array(length).fill(value), [length]);
  const matrix = (rows: number, columns: number, diagonal = 0): TensorValue<"float32"> => {
    const data = new Float32Array(rows * columns);
    if (diagonal !== 0) for (let i = 0; i < rows; i++) data[i * columns + i] = diagonal;
    return float32(data, [rows, columns]);
  };
  const layer = (name: string, weight: TensorValue<"float32">): Weights => ({
    [`${name}.weight`]: weight,
    [`${name}.bias`]: vector(weight.shape[0]!),
  });
  const names = bertLayerNames(layers);
  if (own.dense === undefined) throw new Error("a class without a dense layer carries no pooling");
  const { "classifier.weight": weight, "classifier.bias": bias, ...encoder } = weights;
  return {
    ...encoder,
    ...layer(names.query, matrix(width, width)),
    ...layer(names.key, matrix(width, width)),
    ...layer(names.value, matrix(width, width, 1)),
    ...layer(names.attentionOutput, matrix(width, width, pooling === "mean" ? meanFactor : 0)),
    ...layer(names.attentionNorm, vector(width, 1)),
    ...layer(names.inner, matrix(inner, width)),
    ...layer(names.output, matrix(width, inner)),
    // What comes in has variance 1, so that dividing by √(1 + epsilon) would make it smaller.
    ...layer(names.outputNorm, vector(width, Math.sqrt(1 + epsilon))),
    ...layer(own.dense.name, matrix(width, width, smallness)),
    [`${own.output}.weight`]: scaled(weight!, 1 / smallness),
    [`${own.output}.bias`]: bias!,
  };
}

/** The configuration of the model with the added layer. */
export function withCarriedPooling(config: object): object {
  return { ...config, num_hidden_layers: sizes.parse(config).num_hidden_layers + 1 };
}

/** The configuration of the model without the added layer. */
export function withoutCarriedPooling(config: object): object {
  return { ...config, num_hidden_layers: sizes.parse(config).num_hidden_layers - 1 };
}

/** The last layer as it was, from the one that was written. */
export const carriedOutput = (stored: TensorValue<"float32">): TensorValue<"float32"> => scaled(stored, smallness);

function scaled({ data, shape }: TensorValue<"float32">, factor: number): TensorValue<"float32"> {
  return float32(
    data.map((value) => value * factor),
    shape,
  );
}
