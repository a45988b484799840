/**
 * @file A tensor is a node: how a value is computed, not the value.
 *
 * `OpParams` is the whole instruction set. `shapes.ts`, `gradients.ts`, `interpret.ts` and `onnx.ts` are each a table with one row an op,
 * so a new op is a row in four tables, or it does not compile. The builders are in `ops.ts`, what is composed of them in `math.ts`.
 */

/** Length of an axis: a number, a symbol that each run binds (`"batch"`), or a product of those (`"batch*sequence"`, written by `product`). */
export type Dim = number | string;

/** Lengths of the axes, outermost first. `[]` is a single number. */
export type Shape = readonly Dim[];

/** float64 serves exact fits and checks; encoders run in float32. int8 is for the weights of `matmulBlocks` alone, and no result but `gather`'s has it. */
export type DType = "float32" | "float64" | "int64" | "bool" | "int8";

/** For an op that takes nothing but its inputs. */
export type NoParams = Readonly<Record<never, never>>;

/** What each op takes besides its inputs, which are named in the comments. Axes are counted from 0, never from the end. */
export interface OpParams {
  /** A named value from outside: fed at every run, or baked into the session as a weight. A product in `shape` has symbols of inputs before it. */
  readonly input: { readonly name: string; readonly shape: Shape; readonly dtype: DType };
  /** One number, shape `[]`. */
  readonly constant: { readonly value: number; readonly dtype: DType };
  /** Numbers that are known when the graph is built, in row-major order: positions, angles, a window's edges. */
  readonly literal: { readonly values: ArrayLike<number>; readonly shape: readonly number[]; readonly dtype: DType };
  /** The length that `dim` has in this run, as a number of shape `[]`. */
  readonly size: { readonly dim: Dim; readonly dtype: DType };

  /** a, b: of any shapes that broadcast by NumPy's rules; so do the other three. */
  readonly add: NoParams;
  readonly subtract: NoParams;
  readonly multiply: NoParams;
  readonly divide: NoParams;
  /** a, b → bool: a > b. */
  readonly greater: NoParams;
  /** condition (bool), a, b: a where the condition holds, else b. All three broadcast. */
  readonly where: NoParams;
  /** x: floats of either width, integers, booleans (1 and 0). */
  readonly cast: { readonly dtype: DType };

  /** x, element by element; so do the next four. */
  readonly exp: NoParams;
  readonly log: NoParams;
  readonly sqrt: NoParams;
  readonly erf: NoParams;
  readonly tanh: NoParams;

  /** a [..., m, k], b [..., k, n] → scale · a b [..., m, n]; the flags say that a is given as [..., k, m], b as [..., n, k]. Leading axes broadcast. */
  readonly matmul: { readonly transposeA: boolean; readonly transposeB: boolean; readonly scale: number };
  /**
   * x [..., k], codes (int8 [n, k]), scales [n, k / block] → x times the transposed matrix [..., n], where a weight is its code times the scale of its
   * block of `block` weights that follow one another in a row. Both are weights of the session. No gradient flows through it. In a session x is rounded to 8 bits too, block by block.
   */
  readonly matmulBlocks: { readonly block: number };
  /** x: summed over `axes`, which stay with length 1 or go. */
  readonly sum: { readonly axes: readonly number[]; readonly keepDims: boolean };

  /** x: axis i of the result is axis `axes[i]` of x. */
  readonly transpose: { readonly axes: readonly number[] };
  /** x: the same numbers in row-major order under another shape. */
  readonly reshape: { readonly shape: Shape };
  /** x: repeated along new leading axes and axes of length 1. */
  readonly broadcast: { readonly shape: Shape };
  /** x: `length` places from `start` on. */
  readonly slice: { readonly axis: number; readonly start: number; readonly length: Dim };
  /** x: put at `start` into zeros of `length` places. The transpose of `slice`. */
  readonly pad: { readonly axis: number; readonly start: number; readonly length: Dim };
  /** a, b: one after the other along `axis`, whose length is then `length`: a sum has no written form, so that another input has to name it. */
  readonly concat: { readonly axis: number; readonly length: Dim };
  /** table [rows, ...rest], ids (int64, any shape) → [...ids.shape, ...rest]. */
  readonly gather: NoParams;
  /** x [...ids.shape, ...rest], ids → [rows, ...rest]: the sum of the entries with each id. The transpose of `gather`. */
  readonly scatterRows: { readonly rows: Dim };

  /** x: over the last axis; so does logSoftmax. */
  readonly softmax: NoParams;
  readonly logSoftmax: NoParams;
  /** x, or x, scale, bias: (x − mean) / √(variance + epsilon) over the last axis (biased variance), times scale plus bias. */
  readonly layerNorm: { readonly epsilon: number };
  /** x → [..., 1]: 1 / √(variance + epsilon) over the last axis: the other half of layerNorm's gradient. */
  readonly inverseStd: { readonly epsilon: number };

  /** x, then the tensors it was made of: x as it is. Its gradient reaches those by a rule of its own, and does not go through x. */
  readonly composite: { readonly gradient: CompositeGradient };
}

/**
 * From the gradient `g` of a composite `x` to those of the tensors `from` that it was made of; `null` where none flows. It may refer to
 * these alone: a graph may be rewritten, and they are then others than those it was built with.
 */
export type CompositeGradient = (g: Tensor, from: readonly Tensor[], x: Tensor) => readonly (Tensor | null)[];

/** The name of an op. */
export type OpName = keyof OpParams;

/**
 * One node of a computation: an op, the tensors it reads, the shape of what it yields.
 *
 * Immutable and free of numbers. A graph is nothing but the tensors one asks for: what they reach is in it, what they do not
 * reach is not computed.
 */
export interface Tensor<Op extends OpName = OpName> {
  readonly op: Op;
  readonly inputs: readonly Tensor[];
  readonly params: OpParams[Op];
  readonly shape: Shape;
  readonly dtype: DType;
}

/** Tells a tensor's op, for the few places that treat one op apart. */
export function isOp<Op extends OpName>(x: Tensor, op: Op): x is Tensor<Op> {
  return x.op === op;
}

/** Everything that the roots reach, each tensor after all that it reads. */
export function inOrder(roots: readonly Tensor[]): Tensor[] {
  const done = new Set<Tensor>();
  // An own stack: the backward pass of a deep encoder would overflow the call stack.
  const stack = roots.map((tensor) => ({ tensor, next: 0 })).reverse();
  while (stack.length > 0) {
    const top = stack.at(-1)!;
    const input = top.tensor.inputs[top.next++];
    if (done.has(top.tensor)) stack.pop();
    else if (input === undefined) {
      done.add(top.tensor);
      stack.pop();
    } else if (!done.has(input)) stack.push({ tensor: input, next: 0 });
  }
  return [...done];
}
