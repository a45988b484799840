/**
 * @file What encoders are built of: named weights, embeddings, and the layer that BERT made the standard one: self-attention, then a
 * feed-forward layer, each with a residual connection and layer normalization after it. A family is its names and its scores.
 */
import { attention } from "../../autodiff/attention.js";
import type { Tensor } from "../../autodiff/graph.js";
import { linear } from "../../autodiff/math.js";
import {
  add,
  cast,
  fill,
  gather,
  input,
  layerNorm,
  matmul,
  multiply,
  reshape,
  slice,
  subtract,
  transpose,
} from "../../autodiff/ops.js";
import { activations } from "./config-fields.js";
import type { Dropout, EncoderGraph, EncoderStates } from "./encoder-graph.js";
import { singleQueryAttention } from "./single-query.js";

/** What every encoder is fed. */
export function tokenInputs(): Pick<EncoderGraph, "inputIds" | "attentionMask"> {
  const shape = ["batch", "sequence"];
  return { inputIds: input("input_ids", shape, "int64"), attentionMask: input("attention_mask", shape, "int64") };
}

/** x Wᵀ + b. It may be applied more than once: its weights are one pair of inputs. */
export type Projection = (x: Tensor) => Tensor;

/** The linear layer of weights `<name>.weight` [outputs, inputs] and `<name>.bias` [outputs]. */
export function dense(name: string, inputs: number, outputs: number, hasBias = true): Projection {
  const weight = input(`${name}.weight`, [outputs, inputs]);
  if (!hasBias) return (x) => matmul(x, weight, { transposeB: true });
  const bias = input(`${name}.bias`, [outputs]);
  return (x) => linear(x, weight, bias);
}

/** Layer normalization with the weights `<name>.weight` and `<name>.bias` [width]. */
export function norm(x: Tensor, name: string, { width, epsilon, hasBias = true }: NormSettings): Tensor {
  const bias = hasBias ? input(`${name}.bias`, [width]) : fill(0, [width]);
  return layerNorm(x, epsilon, { scale: input(`${name}.weight`, [width]), bias });
}

interface NormSettings {
  readonly width: number;
  readonly epsilon: number;
  readonly hasBias?: boolean;
}

/** The tables whose rows make up a token's embedding, each [rows, width] and called `embeddings.<kind>_embeddings.weight`. */
export interface EmbeddingTables {
  readonly width: number;
  readonly epsilon: number;
  /** Rows of the table of tokens. */
  readonly tokens: number;
  /** Absent where positions enter elsewhere. The first token has row `first` of `rows`. */
  readonly positions?: { readonly rows: number; readonly first: number };
  /** Rows of the table of token types; 0 where there is none. All tokens are of type 0: these are single texts. */
  readonly types: number;
}

/**
 * Token, position and type added and normalized: [batch, sequence, width]. A token's position is its place in the row, at padding
 * too: transformers has other states there, which nothing sees.
 */
export function embeddings(inputIds: Tensor, { width, epsilon, tokens, positions, types }: EmbeddingTables): Tensor {
  const table = (name: string, rows: number): Tensor => input(`embeddings.${name}_embeddings.weight`, [rows, width]);
  const parts: Tensor[] = [];
  if (positions !== undefined) parts.push(slice(table("position", positions.rows), 0, positions.first, "sequence"));
  if (types > 0) parts.push(slice(table("token_type", types), 0, 0, 1));
  const words = gather(table("word", tokens), inputIds);
  // What is the same in all rows of the batch is added up first: it is small.
  const sum = parts.length === 0 ? words : add(words, parts.reduce(add));
  return norm(sum, "embeddings.LayerNorm", { width, epsilon });
}

/** Far enough below every score that softmax gives exactly 0, and no overflow when scores are added. */
export const masked = -1e9;

/** [batch, 1, 1, sequence]: 0 where there is a token, `masked` at padding, so that it adds to the scores of every head and query. */
export function paddingMask(attentionMask: Tensor): Tensor {
  return multiply(subtract(1, cast(reshape(attentionMask, ["batch", 1, 1, "sequence"]), "float32")), masked);
}

/** [batch, sequence, hidden] to [batch, heads, sequence, hidden / heads]; of one state a text likewise. */
export function splitHeads(x: Tensor, heads: number): Tensor {
  const [, places, hidden] = x.shape;
  return transpose(reshape(x, ["batch", places!, heads, Number(hidden) / heads]), [0, 2, 1, 3]);
}

/** Back to [batch, sequence, hidden]. */
export function mergeHeads(x: Tensor): Tensor {
  const [, heads, places, width] = x.shape;
  return reshape(transpose(x, [0, 2, 1, 3]), ["batch", places!, Number(heads) * Number(width)]);
}

/** Of an axis by places the first one, which stays as an axis of length 1; where it has length 1, it is the same for all. */
export const firstPlace = (x: Tensor, axis: number): Tensor => (x.shape[axis] === 1 ? x : slice(x, axis, 0, 1));

/** What a family adds to the products of queries and keys is made of. */
export interface ScoreParts {
  /** By heads: [batch, heads, sequence, width]; `key` too. Where only the first states are wanted, there is one query a text. */
  readonly query: Tensor;
  readonly key: Tensor;
  /** The projections that made them. */
  readonly toQuery: Projection;
  readonly toKey: Projection;
  readonly layer: number;
}

/** The names of a layer's weights, without `.weight` and `.bias`. */
export interface LayerNames {
  readonly query: string;
  readonly key: string;
  readonly value: string;
  readonly attentionOutput: string;
  readonly attentionNorm: string;
  readonly inner: string;
  readonly output: string;
  readonly outputNorm: string;
}

export interface LayerSettings {
  readonly layers: number;
  readonly names: (layer: number) => LayerNames;
  readonly hidden: number;
  readonly heads: number;
  /** Width of the feed-forward layer. */
  readonly inner: number;
  readonly activation: keyof typeof activations;
  readonly epsilon: number;
  /** The factor of the products of queries and keys. @default 1 / √(width of a head) */
  readonly scale?: number;
  /** What a family adds to the scaled products, besides the mask: broadcast to [batch, heads, queries, sequence], or for all queries. */
  readonly bias?: (parts: ScoreParts) => Tensor;
  readonly dropout: Dropout;
  /** Which states the last layer gives. */
  readonly states: EncoderStates;
  /** Whether training drops units of what the attention adds, as all but DistilBERT do. */
  readonly dropsAttentionOutput?: boolean;
}

/** All layers, one after the other, from the embeddings [batch, sequence, hidden] to the last states that are wanted. */
export function postNormLayers(embedded: Tensor, attentionMask: Tensor, settings: LayerSettings): Tensor {
  const { layers, names: namesOf, hidden, heads, inner, epsilon, dropout, dropsAttentionOutput = true } = settings;
  const { scale = 1 / Math.sqrt(hidden / heads), bias, states } = settings;
  const mask = paddingMask(attentionMask);

  /** What the queries of `asking` get from all states `x`, with all heads side by side. */
  const attend = (x: Tensor, asking: Tensor, names: LayerNames, layer: number): Tensor => {
    const isFirst = asking !== x;
    if (isFirst && states === "answer" && bias === undefined)
      return singleQueryAttention({ query: dense(names.query, hidden, hidden)(asking), states: x, names, heads, scale, mask });
    const [toQuery, toKey, toValue] = [names.query, names.key, names.value].map((name) => dense(name, hidden, hidden));
    const [key, value] = [toKey!, toValue!].map((project) => splitHeads(project(x), heads));
    const query = splitHeads(toQuery!(asking), heads);
    const own = bias?.({ query, key: key!, toQuery: toQuery!, toKey: toKey!, layer });
    const attended = attention({
      query,
      key: key!,
      value: value!,
      scale,
      biases: own === undefined ? [mask] : [isFirst ? firstPlace(own, own.shape.length - 2) : own, mask],
      kept: dropout.kept(["batch", heads, isFirst ? 1 : "sequence", "sequence"], `${names.attentionOutput}.probabilities`),
    });
    return mergeHeads(attended);
  };
  const selfAttention = (x: Tensor, names: LayerNames, layer: number): Tensor => {
    const asking = states !== "all" && layer === layers - 1 ? firstPlace(x, 1) : x;
    const result = dense(names.attentionOutput, hidden, hidden)(attend(x, asking, names, layer));
    const added = dropsAttentionOutput ? dropout(result, names.attentionOutput) : result;
    return norm(add(added, asking), names.attentionNorm, { width: hidden, epsilon });
  };
  const feedForward = (x: Tensor, names: LayerNames): Tensor => {
    const between = activations[settings.activation](dense(names.inner, hidden, inner)(x));
    const added = dropout(dense(names.output, inner, hidden)(between), names.output);
    return norm(add(added, x), names.outputNorm, { width: hidden, epsilon });
  };

  let x = embedded;
  for (let layer = 0; layer < layers; layer++) {
    const names = namesOf(layer);
    x = feedForward(selfAttention(x, names, layer), names);
  }
  return x;
}
