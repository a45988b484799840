/** @file Attention (Vaswani et al. 2017, arXiv 1706.03762), and dropout, with gradients that keep little for the way back. */

import { sumTo } from "./gradients.js";
import type { Tensor } from "./graph.js";
import { add, cast, composite, matmul, multiply, softmax, subtract, sum } from "./ops.js";

/** Units that training keeps. */
export interface Kept {
  /** bool, in the shape of what is masked: where a unit stays. */
  readonly mask: Tensor;
  /** Probability with which one stays: what stays is divided by it. */
  readonly share: number;
}

// The mask comes first in every product: a session runs what is later in a graph's order first, and so makes numbers of a mask's
// bytes no sooner than they are needed.
const masked = (x: Tensor, mask: Tensor | undefined): Tensor => (mask === undefined ? x : multiply(cast(mask, x.dtype), x));

/** Dropout (Srivastava et al. 2014): x where it is kept, divided by the share that is, and 0 elsewhere. Only the mask, as bytes, is kept for the way back. */
export function dropped(x: Tensor, { mask, share }: Kept): Tensor {
  const apply = (y: Tensor, own: Tensor): Tensor => multiply(masked(y, own), 1 / share);
  return composite(apply(x, mask), [x, mask], (g, [, own]) => [apply(g, own!), null]);
}

/** What attention reads. `sequence` is the same for all here, but that there may be fewer queries. */
export interface AttentionInputs {
  /** [batch, heads, sequence, width]; `key` and `value` too. */
  readonly query: Tensor;
  readonly key: Tensor;
  readonly value: Tensor;
  /** What the products of queries and keys are multiplied by. */
  readonly scale: number;
  /** What is added to the scaled products, each broadcast to [batch, heads, queries, sequence]: a mask, the bias of distances. */
  readonly biases: readonly Tensor[];
  /** The dropout mask of the probabilities. @default all are kept */
  readonly kept?: Kept | undefined;
}

/**
 * softmax(scale · query keyᵀ + biases) value: [batch, heads, sequence, width].
 *
 * The gradient computes the probabilities again: sequence² numbers a head and text are alive one layer at a time, where keeping them would
 * be most of a step's memory. Σⱼ pᵢⱼ ∂pᵢⱼ, which the gradient of softmax needs, is taken as gᵢ · resultᵢ, a sum over `width` numbers
 * instead of `sequence` (Dao et al. 2022, arXiv 2205.14135, appendix B). Checked against PyTorch, with masks and without.
 */
export function attention({ query, key, value, scale, biases, kept }: AttentionInputs): Tensor {
  const dropScale = { scale: 1 / (kept?.share ?? 1) };
  const probabilities = (q: Tensor, k: Tensor, added: readonly Tensor[]): Tensor =>
    softmax(added.reduce(add, matmul(q, k, { transposeB: true, scale })));
  const attended = matmul(masked(probabilities(query, key, biases), kept?.mask), value, dropScale);
  const from = [query, key, value, ...biases, ...(kept === undefined ? [] : [kept.mask])];
  return composite(attended, from, (g, [q, k, v, ...rest], result) => {
    const added = rest.slice(0, biases.length);
    const mask = rest[biases.length];
    const again = probabilities(q!, k!, added);
    const gValue = matmul(masked(again, mask), g, { transposeA: true, ...dropScale });
    const gProbabilities = masked(matmul(g, v!, { transposeB: true, ...dropScale }), mask);
    const total = sum(multiply(g, result), [g.shape.length - 1], true);
    const gScores = multiply(again, subtract(gProbabilities, total));
    const gQuery = matmul(gScores, k!, { scale });
    const gKey = matmul(gScores, q!, { transposeA: true, scale });
    const gAdded = added.map((bias) => sumTo(gScores, bias.shape));
    return [gQuery, gKey, gValue, ...gAdded, ...(mask === undefined ? [] : [null])];
  });
}
