/** @file Builders: one function an op, named after it. Where a tensor is expected beside another, a plain number will do. */
import { isSameShape } from "./dims.js";
import type { CompositeGradient, Dim, DType, OpName, OpParams, Shape, Tensor } from "./graph.js";
import { yieldOf } from "./shapes.js";

/** A tensor, or a number that takes the type of the tensor beside it. */
export type Operand = Tensor | number;

/** Any op by its name; the functions below are easier to read. */
export function node<Op extends OpName>(op: Op, inputs: readonly Tensor[], params: OpParams[Op]): Tensor<Op> {
  return { op, inputs, params, ...yieldOf(op, inputs, params) };
}

/** A value from outside, found by its name: fed at every run, or given to `createSession` once as a weight. */
export function input(name: string, shape: Shape, dtype: DType = "float32"): Tensor<"input"> {
  return node("input", [], { name, shape, dtype });
}

/** One number, of shape `[]`. */
export function constant(value: number, dtype: DType = "float32"): Tensor {
  return node("constant", [], { value, dtype });
}

/** A constant: numbers in row-major order, by default with one axis. */
export function literal(values: ArrayLike<number>, dtype: DType = "float32", shape: readonly number[] = [values.length]): Tensor {
  return node("literal", [], { values, shape, dtype });
}

/** A tensor of one value throughout. */
export function fill(value: number, shape: Shape, dtype: DType = "float32"): Tensor {
  return broadcast(constant(value, dtype), shape);
}

/** The length of an axis in this run, as a number of shape `[]`: `size("batch")`. */
export function size(dim: Dim, dtype: DType = "float32"): Tensor {
  return typeof dim === "number" ? constant(dim, dtype) : node("size", [], { dim, dtype });
}

function pair(a: Operand, b: Operand): readonly [Tensor, Tensor] {
  if (typeof a !== "number") return [a, typeof b === "number" ? constant(b, a.dtype) : b];
  return typeof b === "number" ? [constant(a), constant(b)] : [constant(a, b.dtype), b];
}

/** a + b, broadcast. */
export const add = (a: Operand, b: Operand): Tensor => node("add", pair(a, b), {});
/** a − b, broadcast. */
export const subtract = (a: Operand, b: Operand): Tensor => node("subtract", pair(a, b), {});
/** a · b element by element, broadcast. */
export const multiply = (a: Operand, b: Operand): Tensor => node("multiply", pair(a, b), {});
/** a / b, broadcast. */
export const divide = (a: Operand, b: Operand): Tensor => node("divide", pair(a, b), {});
/** Where a > b, as bool. No gradient flows through it. */
export const greater = (a: Operand, b: Operand): Tensor => node("greater", pair(a, b), {});
/** `a` where the condition holds, else `b`, broadcast. */
export const where = (condition: Tensor, a: Operand, b: Operand): Tensor => node("where", [condition, ...pair(a, b)], {});
/** The same numbers in another type. */
export const cast = (x: Tensor, dtype: DType): Tensor => (x.dtype === dtype ? x : node("cast", [x], { dtype }));

/** eˣ. */
export const exp = (x: Tensor): Tensor => node("exp", [x], {});
/** Natural logarithm. */
export const log = (x: Tensor): Tensor => node("log", [x], {});
/** √x. */
export const sqrt = (x: Tensor): Tensor => node("sqrt", [x], {});
/** The error function, 2/√π ∫₀ˣ e^(−t²) dt. */
export const erf = (x: Tensor): Tensor => node("erf", [x], {});
/** Hyperbolic tangent. */
export const tanh = (x: Tensor): Tensor => node("tanh", [x], {});

/** Which of two matrices are given transposed, and what their product is multiplied by. */
export interface MatmulOptions {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  readonly scale?: number;
}

/** a [..., m, k] times b [..., k, n]; leading axes broadcast. `{ transposeB: true }` takes b as [..., n, k], as PyTorch keeps its weights. */
export function matmul(a: Tensor, b: Tensor, { transposeA = false, transposeB = false, scale = 1 }: MatmulOptions = {}): Tensor {
  return node("matmul", [a, b], { transposeA, transposeB, scale });
}

/** x [..., k] times the transpose of a matrix [n, k] whose weights are 8-bit codes with a scale for each block of a row: `codes` int8 [n, k], `scales` float32 [n, blocks]. */
export function matmulBlocks(x: Tensor, codes: Tensor, scales: Tensor): Tensor {
  const [columns, blocks] = [codes.shape.at(-1), scales.shape.at(-1)];
  const block = typeof columns === "number" && typeof blocks === "number" ? columns / blocks : Number.NaN;
  return node("matmulBlocks", [x, codes, scales], { block });
}

/** Sum over the named axes, by default all, which are removed unless `keepDims`. */
export function sum(x: Tensor, axes: readonly number[] = x.shape.map((_, axis) => axis), keepDims = false): Tensor {
  return axes.length === 0 ? x : node("sum", [x], { axes, keepDims });
}

/** Permutes axes: axis i of the result is axis `axes[i]` of x. By default it swaps the last two. */
export function transpose(x: Tensor, axes?: readonly number[]): Tensor {
  const rank = x.shape.length;
  const order = axes ?? x.shape.map((_, axis) => (axis === rank - 1 ? rank - 2 : axis === rank - 2 ? rank - 1 : axis));
  return node("transpose", [x], { axes: order });
}

/** The same numbers under another shape of as many; `product` of `dims.ts` writes merged axes. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  return isSameShape(x.shape, shape) ? x : node("reshape", [x], { shape });
}

/** Repeated to `shape` by NumPy's rules. */
export function broadcast(x: Tensor, shape: Shape): Tensor {
  return isSameShape(x.shape, shape) ? x : node("broadcast", [x], { shape });
}

/** `length` places of `axis` from `start` on. */
export function slice(x: Tensor, axis: number, start: number, length: Dim): Tensor {
  return node("slice", [x], { axis, start, length });
}

/** x at `start` of an axis of `length` places, zeros elsewhere. */
export function pad(x: Tensor, axis: number, start: number, length: Dim): Tensor {
  return node("pad", [x], { axis, start, length });
}

/** a and b one after the other along `axis`; `length`: what the sum of their lengths is called. */
export function concat(a: Tensor, b: Tensor, axis: number, length: Dim): Tensor {
  return node("concat", [a, b], { axis, length });
}

/** Rows of `table` by number. To train a large table ask for the gradient of the gathered rows, which are few. */
export const gather = (table: Tensor, ids: Tensor): Tensor => node("gather", [table, ids], {});
/** The sum of x's rows with each id, over `rows` ids. */
export const scatterRows = (x: Tensor, ids: Tensor, rows: Dim): Tensor => node("scatterRows", [x, ids], { rows });

/** Softmax over the last axis. */
export const softmax = (x: Tensor): Tensor => node("softmax", [x], {});
/** log(softmax(x)) over the last axis, without overflow. */
export const logSoftmax = (x: Tensor): Tensor => node("logSoftmax", [x], {});

/** Layer normalization over the last axis; without weights, just mean 0 and variance 1. */
export function layerNorm(x: Tensor, epsilon: number, weights?: { readonly scale: Tensor; readonly bias: Tensor }): Tensor {
  return node("layerNorm", weights ? [x, weights.scale, weights.bias] : [x], { epsilon });
}

/** 1 / √(variance + epsilon) over the last axis, which stays with length 1. */
export const inverseStd = (x: Tensor, epsilon: number): Tensor => node("inverseStd", [x], { epsilon });

/**
 * `x`, made of the tensors `from`, with a gradient of its own, for what has a cheaper one as a whole than by its parts. It may compute
 * again what x was computed from: nothing of the parts is then kept for the way back.
 */
export function composite(x: Tensor, from: readonly Tensor[], gradient: CompositeGradient): Tensor {
  return node("composite", [x, ...from], { gradient });
}
