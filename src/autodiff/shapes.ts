/** @file What each op yields: shape and type. Refuses inputs that do not fit, so a wrong graph fails where it is built. */
import { messageOf } from "../lib/errors.js";
import { broadcastShapes, isSameShape, product, shapeText } from "./dims.js";
import type { DType, OpName, OpParams, Shape, Tensor } from "./graph.js";
import { countOf } from "./values.js";

interface Yield {
  readonly shape: Shape;
  readonly dtype: DType;
}

type ShapeRule<Op extends OpName> = (inputs: readonly Tensor[], params: OpParams[Op]) => Yield;

function demand(holds: boolean, message: () => string): void {
  if (!holds) throw new Error(message());
}

function isFloat(dtype: DType): boolean {
  return dtype === "float32" || dtype === "float64";
}

function sameDtype(a: Tensor, b: Tensor): DType {
  demand(a.dtype === b.dtype, () => `types ${a.dtype} and ${b.dtype} do not mix: cast one`);
  return a.dtype;
}

const elementwise = ([a, b]: readonly Tensor[]): Yield => ({
  shape: broadcastShapes(a!.shape, b!.shape),
  dtype: sameDtype(a!, b!),
});

function sameAsFloat(x: Tensor): Yield {
  demand(isFloat(x.dtype), () => `needs floats, got ${x.dtype}`);
  return { shape: x.shape, dtype: x.dtype };
}

const floats = ([x]: readonly Tensor[]): Yield => sameAsFloat(x!);

function demandAxis(x: Tensor, axis: number): void {
  demand(Number.isInteger(axis) && axis >= 0 && axis < x.shape.length, () => `no axis ${axis} in ${shapeText(x.shape)}`);
}

function withAxis(shape: Shape, axis: number, length: Shape[number]): Shape {
  return shape.map((dim, i) => (i === axis ? length : dim));
}

export const shapeRules: { readonly [Op in OpName]: ShapeRule<Op> } = {
  input: (_, { shape, dtype }) => ({ shape, dtype }),
  constant: (_, { dtype }) => ({ shape: [], dtype }),
  literal: (_, { values, shape, dtype }) => {
    demand(values.length === countOf(shape), () => `${values.length} numbers do not fill ${shapeText(shape)}`);
    return { shape, dtype };
  },
  size: (_, { dtype }) => ({ shape: [], dtype }),

  add: elementwise,
  subtract: elementwise,
  multiply: elementwise,
  divide: elementwise,
  greater: (inputs) => ({ ...elementwise(inputs), dtype: "bool" }),
  where: ([condition, a, b]) => {
    demand(condition!.dtype === "bool", () => `the condition is ${condition!.dtype}; expected bool`);
    return { shape: broadcastShapes(condition!.shape, broadcastShapes(a!.shape, b!.shape)), dtype: sameDtype(a!, b!) };
  },
  cast: ([x], { dtype }) => ({ shape: x!.shape, dtype }),

  exp: floats,
  log: floats,
  sqrt: floats,
  erf: floats,
  tanh: floats,

  matmul: ([a, b], { transposeA, transposeB }) => {
    demand(
      a!.shape.length >= 2 && b!.shape.length >= 2,
      () => `needs matrices, got ${shapeText(a!.shape)} and ${shapeText(b!.shape)}`,
    );
    const [rows, inner] = transposeA ? [a!.shape.at(-1)!, a!.shape.at(-2)!] : [a!.shape.at(-2)!, a!.shape.at(-1)!];
    const [innerB, columns] = transposeB ? [b!.shape.at(-1)!, b!.shape.at(-2)!] : [b!.shape.at(-2)!, b!.shape.at(-1)!];
    demand(
      inner === innerB,
      () => `inner lengths ${inner} and ${innerB} of ${shapeText(a!.shape)} and ${shapeText(b!.shape)} differ`,
    );
    const batch = broadcastShapes(a!.shape.slice(0, -2), b!.shape.slice(0, -2));
    return { shape: [...batch, rows, columns], dtype: sameDtype(a!, b!) };
  },
  matmulBlocks: ([x, codes, scales], { block }) => {
    const [rows, columns] = codes!.shape;
    const blocks = typeof columns === "number" ? columns / block : Number.NaN;
    const fits =
      codes!.dtype === "int8" &&
      codes!.shape.length === 2 &&
      Number.isInteger(blocks) &&
      isSameShape(scales!.shape, [rows!, blocks]) &&
      Number.isInteger(block);
    demand(fits, () => `codes ${codes!.dtype} ${shapeText(codes!.shape)} and scales ${shapeText(scales!.shape)} are no blocks`);
    demand(x!.dtype === "float32" && scales!.dtype === "float32", () => `needs float32, got ${x!.dtype} and ${scales!.dtype}`);
    demand(x!.shape.at(-1) === columns, () => `inner lengths of ${shapeText(x!.shape)} and ${shapeText(codes!.shape)} differ`);
    return { shape: [...x!.shape.slice(0, -1), rows!], dtype: "float32" };
  },
  sum: ([x], { axes, keepDims }) => {
    for (const axis of axes) demandAxis(x!, axis);
    const shape = x!.shape.flatMap((dim, axis) => (axes.includes(axis) ? (keepDims ? [1] : []) : [dim]));
    return { shape, dtype: x!.dtype };
  },

  transpose: ([x], { axes }) => {
    const isPermutation = [...axes].sort((a, b) => a - b).every((axis, i) => axis === i) && axes.length === x!.shape.length;
    demand(isPermutation, () => `[${axes.join(", ")}] is no order of the axes of ${shapeText(x!.shape)}`);
    return { shape: axes.map((axis) => x!.shape[axis]!), dtype: x!.dtype };
  },
  reshape: ([x], { shape }) => {
    demand(
      product(shape) === product(x!.shape),
      () => `${shapeText(x!.shape)} does not hold as many numbers as ${shapeText(shape)}`,
    );
    return { shape, dtype: x!.dtype };
  },
  broadcast: ([x], { shape }) => {
    demand(
      isSameShape(broadcastShapes(x!.shape, shape), shape),
      () => `${shapeText(x!.shape)} does not broadcast to ${shapeText(shape)}`,
    );
    return { shape, dtype: x!.dtype };
  },
  slice: ([x], { axis, start, length }) => {
    demandAxis(x!, axis);
    const places = x!.shape[axis]!;
    const isKnown = typeof places === "number" && typeof length === "number";
    demand(
      start >= 0 && (!isKnown || start + length <= places),
      () => `${start} + ${length} is past the end of ${shapeText(x!.shape)}`,
    );
    return { shape: withAxis(x!.shape, axis, length), dtype: x!.dtype };
  },
  pad: ([x], { axis, start, length }) => {
    demandAxis(x!, axis);
    const places = x!.shape[axis]!;
    const isKnown = typeof places === "number" && typeof length === "number";
    demand(
      start >= 0 && (!isKnown || start + places <= length),
      () => `${shapeText(x!.shape)} at ${start} is longer than ${length}`,
    );
    return { shape: withAxis(x!.shape, axis, length), dtype: x!.dtype };
  },
  concat: ([a, b], { axis, length }) => {
    demandAxis(a!, axis);
    const [rest, restB] = [a!, b!].map(({ shape }) => withAxis(shape, axis, length));
    demand(isSameShape(rest!, restB!), () => `${shapeText(a!.shape)} and ${shapeText(b!.shape)} differ beside axis ${axis}`);
    return { shape: rest!, dtype: sameDtype(a!, b!) };
  },
  gather: ([table, ids]) => {
    demand(ids!.dtype === "int64", () => `ids are ${ids!.dtype}; expected int64`);
    return { shape: [...ids!.shape, ...table!.shape.slice(1)], dtype: table!.dtype };
  },
  scatterRows: ([x, ids], { rows }) => {
    demand(ids!.dtype === "int64", () => `ids are ${ids!.dtype}; expected int64`);
    const fits = isSameShape(x!.shape.slice(0, ids!.shape.length), ids!.shape);
    demand(fits, () => `${shapeText(x!.shape)} does not begin with the ids' shape ${shapeText(ids!.shape)}`);
    return { shape: [rows, ...x!.shape.slice(ids!.shape.length)], dtype: x!.dtype };
  },

  softmax: floats,
  logSoftmax: floats,
  layerNorm: ([x, scale, bias]) => {
    for (const weight of [scale, bias]) {
      if (weight === undefined) continue;
      const fits = isSameShape(weight.shape, x!.shape.slice(-1)) && weight.dtype === x!.dtype;
      demand(
        fits,
        () => `a weight ${weight.dtype} ${shapeText(weight.shape)} does not go with ${x!.dtype} ${shapeText(x!.shape)}`,
      );
    }
    demand((scale === undefined) === (bias === undefined), () => "scale and bias come together");
    return sameAsFloat(x!);
  },
  inverseStd: ([x]) => ({ ...sameAsFloat(x!), shape: [...x!.shape.slice(0, -1), 1] }),

  composite: ([x]) => sameAsFloat(x!),
};

/** Shape and type of what an op yields. Throws with the op's name where the inputs do not fit. */
export function yieldOf<Op extends OpName>(op: Op, inputs: readonly Tensor[], params: OpParams[Op]): Yield {
  try {
    return shapeRules[op](inputs, params);
  } catch (error) {
    throw new Error(`${op}: ${messageOf(error)}`);
  }
}
