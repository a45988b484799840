/**
 * @file Attention with one query a text, as the last layer of a classifier has it that reads the first token alone: keys and values of the
 * other tokens are not computed. What a head asks is taken back through the keys' weights, q (Wₖ x) = (q Wₖ) x, and its mean of values is taken
 * before their weights, p (x Wᵥ) = (p x) Wᵥ: two products of a layer's width for each token become two of as many numbers as there are heads.
 */
import type { Tensor } from "../../autodiff/graph.js";
import { add, input, matmul, reshape, softmax, transpose } from "../../autodiff/ops.js";

/** What it reads. */
export interface SingleQueryInputs {
  /** [batch, 1, hidden]: the query's projection, with all heads side by side. */
  readonly query: Tensor;
  /** [batch, sequence, hidden]: what keys and values would be projections of. */
  readonly states: Tensor;
  /** Names of those projections, without `.weight` and `.bias`. */
  readonly names: { readonly key: string; readonly value: string };
  readonly heads: number;
  readonly scale: number;
  /** Broadcast to [batch, 1, 1, sequence]: what is added to the scaled products. */
  readonly mask: Tensor;
}

/**
 * The same as attention over projected keys and values, to rounding: [batch, 1, hidden]. Not for training: without the keys' bias, which adds
 * the same to all scores of a query, and with the values' bias as if the probabilities summed to 1, as they do unless some are dropped.
 * Checked against the layer as a whole in float64, for every family that has it.
 */
export function singleQueryAttention({ query, states, names, heads, scale, mask }: SingleQueryInputs): Tensor {
  const hidden = Number(query.shape[2]);
  const width = hidden / heads;
  const byHead = (name: string): Tensor => reshape(input(`${name}.weight`, [hidden, hidden]), [heads, width, hidden]);
  // Heads come first where weights differ by head: one product for all texts.
  const asked = matmul(transpose(reshape(query, ["batch", heads, width]), [1, 0, 2]), byHead(names.key));
  const scores = matmul(transpose(asked, [1, 0, 2]), states, { transposeB: true, scale });
  const probabilities = softmax(add(scores, reshape(mask, ["batch", 1, "sequence"])));
  const means = transpose(matmul(probabilities, states), [1, 0, 2]);
  const values = matmul(means, byHead(names.value), { transposeB: true });
  return add(reshape(transpose(values, [1, 0, 2]), ["batch", 1, hidden]), input(`${names.value}.bias`, [hidden]));
}
