/** @file What is composed of ops and so needs no rule of its own: its gradient, its ONNX and its check come with the parts. */

import { product } from "./dims.js";
import type { Dim, Tensor } from "./graph.js";
import {
  add,
  composite,
  divide,
  erf,
  exp,
  greater,
  logSoftmax,
  matmul,
  multiply,
  reshape,
  size,
  slice,
  sqrt,
  subtract,
  sum,
  tanh,
  where,
} from "./ops.js";

/** −x. */
export const negate = (x: Tensor): Tensor => multiply(x, -1);

/** x², element by element. */
export const square = (x: Tensor): Tensor => multiply(x, x);

/** max(x, 0), with gradient 0 at 0, as in PyTorch. */
export const relu = (x: Tensor): Tensor => where(greater(x, 0), x, 0);

/** 1 / (1 + e⁻ˣ), through tanh: no overflow at either end. */
export const sigmoid = (x: Tensor): Tensor => multiply(add(tanh(multiply(x, 0.5)), 1), 0.5);

/** Mean over the named axes, by default all. */
export function mean(x: Tensor, axes: readonly number[] = x.shape.map((_, axis) => axis), keepDims = false): Tensor {
  return divide(sum(x, axes, keepDims), size(product(axes.map((axis) => x.shape[axis]!)), x.dtype));
}

/** x Wᵀ + b, with W [outputs, inputs] as PyTorch keeps it. */
export function linear(x: Tensor, weight: Tensor, bias: Tensor): Tensor {
  return add(matmul(x, weight, { transposeB: true }), bias);
}

/**
 * x Φ(x), Φ the normal distribution function: "gelu" of Hugging Face's configs.
 * Written in the order in which ONNX Runtime recognizes it and runs one kernel instead of five. Its gradient, Φ(x) + x Φ'(x), computes Φ
 * again: of all that is four times as wide as the states, only x is kept for the way back.
 */
export function gelu(x: Tensor): Tensor {
  const twicePhi = add(erf(divide(x, Math.SQRT2)), 1);
  return composite(multiply(multiply(x, twicePhi), 0.5), [x], (g, [own]) => {
    const a = multiply(own!, Math.SQRT1_2);
    // x Φ'(x) = a e^(−a²) / √π. Divided by e^(a²), which needs no minus sign, and may overflow: the quotient is then 0, as it should be.
    const slope = multiply(divide(a, exp(multiply(a, a))), 2 / Math.sqrt(Math.PI));
    return [multiply(multiply(add(add(erf(a), slope), 1), 0.5), g)];
  });
}

/** The approximation by tanh: "gelu_new" and "gelu_pytorch_tanh". */
export function geluTanh(x: Tensor): Tensor {
  const cube = multiply(multiply(x, x), x);
  const inner = multiply(add(x, multiply(cube, 0.044715)), Math.sqrt(2 / Math.PI));
  return multiply(multiply(x, add(tanh(inner), 1)), 0.5);
}

/** x σ(x), σ the logistic function: "silu" of Hugging Face's configs. Its gradient computes σ again: only x is kept for the way back. */
export function silu(x: Tensor): Tensor {
  return composite(multiply(x, sigmoid(x)), [x], (g, [own]) => {
    const share = sigmoid(own!);
    // σ (1 + x (1 − σ)).
    return [multiply(multiply(share, add(multiply(own!, subtract(1, share)), 1)), g)];
  });
}

/** x / √(mean of x² + epsilon) over the last axis, times `scale` [width]: RMSNorm (Zhang and Sennrich 2019, arXiv 1910.07467). Its gradient keeps only x. */
export function rmsNorm(x: Tensor, scale: Tensor, epsilon: number): Tensor {
  const width = Number(x.shape.at(-1));
  const meanLast = (t: Tensor): Tensor => multiply(sum(t, [t.shape.length - 1], true), 1 / width);
  const inverseRms = (t: Tensor): Tensor => divide(1, sqrt(add(meanLast(square(t)), epsilon)));
  return composite(multiply(multiply(x, inverseRms(x)), scale), [x, scale], (g, [own, ownScale]) => {
    const standard = multiply(own!, inverseRms(own!));
    const scaled = multiply(g, ownScale!);
    const gx = multiply(subtract(scaled, multiply(standard, meanLast(multiply(scaled, standard)))), inverseRms(own!));
    const leading = g.shape.slice(0, -1).map((_, axis) => axis);
    return [gx, sum(multiply(g, standard), leading)];
  });
}

/** Each vector of the last axis divided by its length, or by `smallest` where it is shorter than that. */
export function normalize(x: Tensor, smallest = 1e-12): Tensor {
  const squares = sum(square(x), [x.shape.length - 1], true);
  // Bounded below the root: at 0 the gradient of a root is infinite.
  const bounded = where(greater(squares, smallest ** 2), squares, smallest ** 2);
  return divide(x, sqrt(bounded));
}

/** The row at `index` of an axis, which goes. */
export function select(x: Tensor, axis: number, index: number): Tensor {
  const shape: readonly Dim[] = x.shape.filter((_, i) => i !== axis);
  return reshape(slice(x, axis, index, 1), shape);
}

/**
 * Cross-entropy of each row: logits [..., classes], targets of the same shape whose rows are distributions (one-hot, or soft labels).
 * The shape loses its last axis; weigh and average it as the task needs.
 */
export function crossEntropy(logits: Tensor, targets: Tensor): Tensor {
  return negate(sum(multiply(targets, logSoftmax(logits)), [logits.shape.length - 1]));
}
