/** @file Reverse-mode differentiation: the gradient of a graph is more of the same graph. */
import { isSameShape, product, shapeText } from "./dims.js";
import { inOrder, type OpName, type Shape, type Tensor } from "./graph.js";
import { negate } from "./math.js";
import {
  add,
  broadcast,
  cast,
  constant,
  divide,
  exp,
  fill,
  gather,
  inverseStd,
  layerNorm,
  matmul,
  multiply,
  pad,
  reshape,
  scatterRows,
  slice,
  softmax,
  subtract,
  sum,
  transpose,
  where,
} from "./ops.js";

/** From the gradient `g` of an op's result `y` to those of its inputs; `null` where none flows. */
type GradientRule<Op extends OpName> = (g: Tensor, y: Tensor<Op>) => readonly (Tensor | null)[];

/** The transpose of broadcasting: `g` summed to `shape`. */
export function sumTo(g: Tensor, shape: Shape): Tensor {
  if (isSameShape(g.shape, shape)) return g;
  const added = g.shape.length - shape.length;
  const axes = g.shape.flatMap((dim, axis) => (axis < added || (shape[axis - added] === 1 && dim !== 1) ? [axis] : []));
  return reshape(sum(g, axes), shape);
}

const like = (x: Tensor, g: Tensor): Tensor => sumTo(g, x.shape);
const lastAxis = (x: Tensor): number => x.shape.length - 1;
const sumLast = (x: Tensor): Tensor => sum(x, [lastAxis(x)], true);

/** x with all its axes but the last merged. */
const rowsOf = (x: Tensor): Tensor => reshape(x, [product(x.shape.slice(0, -1)), x.shape.at(-1)!]);

function isFloat(x: Tensor): boolean {
  return x.dtype === "float32" || x.dtype === "float64";
}

/** How the gradient of each op's result flows to its inputs: one row an op. */
export const gradientRules: { readonly [Op in OpName]: GradientRule<Op> } = {
  input: () => [],
  constant: () => [],
  literal: () => [],
  size: () => [],

  add: (g, { inputs: [a, b] }) => [like(a!, g), like(b!, g)],
  subtract: (g, { inputs: [a, b] }) => [like(a!, g), like(b!, negate(g))],
  multiply: (g, { inputs: [a, b] }) => [like(a!, multiply(g, b!)), like(b!, multiply(g, a!))],
  divide: (g, y) => {
    const [a, b] = y.inputs;
    const ga = divide(g, b!);
    return [like(a!, ga), like(b!, negate(multiply(ga, y)))];
  },
  greater: () => [null, null],
  where: (g, { inputs: [condition, a, b] }) => [null, like(a!, where(condition!, g, 0)), like(b!, where(condition!, 0, g))],
  cast: (g, { inputs: [x] }) => [isFloat(x!) && isFloat(g) ? cast(g, x!.dtype) : null],

  exp: (g, y) => [multiply(g, y)],
  log: (g, { inputs: [x] }) => [divide(g, x!)],
  sqrt: (g, y) => [divide(multiply(g, 0.5), y)],
  erf: (g, { inputs: [x] }) => [multiply(g, multiply(exp(multiply(negate(x!), x!)), 2 / Math.sqrt(Math.PI)))],
  tanh: (g, y) => [multiply(g, subtract(1, multiply(y, y)))],

  matmul: (g, { inputs: [a, b], params: { transposeA, transposeB, scale } }) => {
    const ga = transposeA
      ? matmul(b!, g, { transposeA: transposeB, transposeB: true, scale })
      : matmul(g, b!, { transposeB: !transposeB, scale });
    // One weight for many rows: a single product over all rows, instead of one for each leading index and a sum.
    if (b!.shape.length === 2 && !transposeA) {
      const [rows, gRows] = [rowsOf(a!), rowsOf(g)];
      const [left, right] = transposeB ? [gRows, rows] : [rows, gRows];
      // Transposed as a whole: a product that reads its left side by columns transposes it anew for each block of the right side (decisions/0015).
      return [ga, matmul(transpose(left, [1, 0]), right, { scale })];
    }
    const gb = transposeB
      ? matmul(g, a!, { transposeA: true, transposeB: transposeA, scale })
      : matmul(a!, g, { transposeA: !transposeA, scale });
    return [like(a!, ga), like(b!, gb)];
  },
  matmulBlocks: () => {
    throw new Error("matmulBlocks: rounded weights have no gradient");
  },
  sum: (g, { inputs: [x], params: { axes } }) => {
    const kept = x!.shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim));
    return [broadcast(reshape(g, kept), x!.shape)];
  },

  transpose: (g, { params: { axes } }) => [
    transpose(
      g,
      axes.map((_, axis) => axes.indexOf(axis)),
    ),
  ],
  reshape: (g, { inputs: [x] }) => [reshape(g, x!.shape)],
  broadcast: (g, { inputs: [x] }) => [like(x!, g)],
  slice: (g, { inputs: [x], params: { axis, start } }) => [pad(g, axis, start, x!.shape[axis]!)],
  pad: (g, { inputs: [x], params: { axis, start } }) => [slice(g, axis, start, x!.shape[axis]!)],
  concat: (g, { inputs: [a, b], params: { axis } }) => {
    const [length, lengthB] = [a!, b!].map(({ shape }) => shape[axis]!);
    if (typeof length !== "number") throw new Error("concat: the gradient needs a first part of known length");
    return [slice(g, axis, 0, length), slice(g, axis, length, lengthB!)];
  },
  gather: (g, { inputs: [table, ids] }) => [scatterRows(g, ids!, table!.shape[0]!), null],
  scatterRows: (g, { inputs: [, ids] }) => [gather(g, ids!), null],

  softmax: (g, y) => [multiply(subtract(g, sumLast(multiply(g, y))), y)],
  logSoftmax: (g, { inputs: [x] }) => [subtract(g, multiply(softmax(x!), sumLast(g)))],
  layerNorm: (g, { inputs: [x, scale, bias], params: { epsilon } }) => {
    const standard = layerNorm(x!, epsilon);
    const scaled = scale === undefined ? g : multiply(g, scale);
    const count = x!.shape.at(-1)!;
    if (typeof count !== "number") throw new Error("layerNorm: the gradient needs a last axis of known length");
    const meanLast = (t: Tensor): Tensor => multiply(sumLast(t), 1 / count);
    const inner = subtract(subtract(scaled, meanLast(scaled)), multiply(standard, meanLast(multiply(scaled, standard))));
    const gx = multiply(inner, inverseStd(x!, epsilon));
    return scale === undefined ? [gx] : [gx, like(scale, multiply(g, standard)), like(bias!, g)];
  },
  inverseStd: (g, y) => {
    const [x] = y.inputs;
    const count = x!.shape.at(-1)!;
    if (typeof count !== "number") throw new Error("inverseStd: the gradient needs a last axis of known length");
    return [multiply(multiply(multiply(g, multiply(y, y)), -1 / count), layerNorm(x!, y.params.epsilon))];
  },

  composite: (g, { inputs: [x, ...from], params: { gradient } }) => {
    const found = gradient(g, from, x!);
    for (const [i, { shape }] of from.entries())
      if (found[i] === undefined || (found[i] !== null && !isSameShape(found[i].shape, shape)))
        throw new Error(
          `composite: gradient ${i} is ${found[i] ? shapeText(found[i].shape) : "missing"}, not ${shapeText(shape)}`,
        );
    return [null, ...found];
  },
};

function pullBack<Op extends OpName>(g: Tensor, y: Tensor<Op>): readonly (Tensor | null)[] {
  return gradientRules[y.op](g, y);
}

/**
 * The gradients of the scalar `loss` (shape `[]`) with respect to `of`: tensors of the same graph, each in the shape of its tensor,
 * zeros where the loss does not depend on it.
 *
 * `of` may be inputs or anything computed on the way to the loss (the gathered rows of an embedding, say). What is not needed for
 * them is not in the result, so frozen weights cost nothing. A training step is
 * `createSession({ loss, ...gradients })`, checked, interpreted and written to ONNX by the code that does so for inference.
 */
export function gradients(loss: Tensor, of: readonly Tensor[]): Tensor[] {
  if (loss.shape.length > 0) throw new Error(`gradients: the loss has shape [${loss.shape.join(", ")}]; sum it to one number`);
  const order = inOrder([loss]);
  // Only what depends on `of` carries a gradient.
  const dependent = new Set<Tensor>(of);
  for (const y of order) if (y.inputs.some((x) => dependent.has(x))) dependent.add(y);

  const total = new Map<Tensor, Tensor>([[loss, constant(1, loss.dtype)]]);
  for (const y of order.reverse()) {
    const g = total.get(y);
    if (g === undefined || !y.inputs.some((x) => dependent.has(x))) continue;
    for (const [i, gx] of pullBack(g, y).entries()) {
      const x = y.inputs[i]!;
      if (gx === null || !dependent.has(x)) continue;
      const before = total.get(x);
      total.set(x, before === undefined ? gx : add(before, gx));
    }
  }
  return of.map((x) => total.get(x) ?? fill(0, x.shape, x.dtype));
}
