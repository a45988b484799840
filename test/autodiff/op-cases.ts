/** @file How each op is called, case by case; `golden/make_ops.py` has the same names with PyTorch's words, and the numbers. */
import { attention, dropped } from "../../src/autodiff/attention.js";
import type { OpName, Shape, Tensor } from "../../src/autodiff/graph.js";
import * as math from "../../src/autodiff/math.js";
import * as ops from "../../src/autodiff/ops.js";

/** The inputs' names and declared shapes, in the order in which `build` takes them. Inputs named `index` are int64. */
export interface OpCase {
  readonly inputs: Readonly<Record<string, Shape>>;
  readonly build: (...inputs: readonly Tensor[]) => Tensor;
}

type Cases = Readonly<Record<string, OpCase>>;

const one = (shape: Shape, build: (x: Tensor) => Tensor): OpCase => ({ inputs: { x: shape }, build: (x) => build(x!) });
const two = (a: Shape, b: Shape, build: (a: Tensor, b: Tensor) => Tensor): OpCase => ({
  inputs: { a, b },
  build: (x, y) => build(x!, y!),
});

/** At least one case an op: without its row this file does not compile. */
export const opCases: { readonly [Op in OpName]: Cases } = {
  input: { input: one([2, "n"], (x) => ops.multiply(x, 1)) },
  constant: { constant: one([2, 3], (x) => ops.multiply(x, 0.1)) },
  literal: {
    literal: one(["n", 3], (x) => ops.multiply(x, ops.literal([0.1, -2, 3.5], x.dtype))),
    "literal ids": one([4, 2], (x) => ops.gather(x, ops.literal([3, 0, 0, 1], "int64", [2, 2]))),
  },
  size: { size: one(["n", "m"], (x) => ops.divide(x, ops.size("m*n", x.dtype))) },

  add: { add: two(["n", 3, 4], [3, 1], ops.add) },
  subtract: { subtract: two([4], ["n", 3, 4], ops.subtract) },
  multiply: { multiply: two([2, 3, "n"], [1, "n"], ops.multiply) },
  divide: { divide: two([2, 3], [2, 1], ops.divide) },
  greater: { greater: two([2, "n"], ["n"], ops.greater) },
  where: { where: two([2, 3], [1, 3], (a, b) => ops.where(ops.greater(a, 0), a, b)) },
  cast: {
    "cast from integers": one([3], (x) => ops.cast(ops.cast(x, "int64"), x.dtype)),
    "cast to integers": one([5], (x) => ops.cast(x, "int64")),
    "cast from booleans": one([5], (x) => ops.cast(ops.greater(x, 0), x.dtype)),
  },

  exp: { exp: one([2, 3], ops.exp) },
  log: { log: one([2, 3], ops.log) },
  sqrt: { sqrt: one([2, 3], ops.sqrt) },
  erf: { erf: one([57], ops.erf) },
  tanh: { tanh: one([2, 3], ops.tanh) },

  matmul: {
    matmul: two(["n", 4], [4, 2], (a, b) => ops.matmul(a, b)),
    "matmul transposed": two([4, "n"], [2, 4], (a, b) => ops.matmul(a, b, { transposeA: true, transposeB: true })),
    "matmul transposed, many": two(["n", 3, 4, 3], ["n", 3, 2, 4], (a, b) =>
      ops.matmul(a, b, { transposeA: true, transposeB: true }),
    ),
    "matmul transposed A, many": two([2, 4, "m"], [2, 4, 2], (a, b) => ops.matmul(a, b, { transposeA: true })),
    "matmul transposed B, many": two([2, 3, "k"], [2, 2, "k"], (a, b) => ops.matmul(a, b, { transposeB: true })),
    "matmul broadcast": two([2, 1, 3, 4], [3, 4, 2], (a, b) => ops.matmul(a, b)),
    "matmul by a weight": two(["n", "m", 4], [4, 5], (a, b) => ops.matmul(a, b)),
    "matmul by a transposed weight": two(["n", "m", 4], [5, 4], (a, b) => ops.matmul(a, b, { transposeB: true })),
    "matmul scaled": two(["n", 4], [4, 2], (a, b) => ops.matmul(a, b, { scale: 0.3 })),
    "matmul scaled, transposed by a weight": two(["n", "m", 4], [5, 4], (a, b) =>
      ops.matmul(a, b, { transposeB: true, scale: -2 }),
    ),
    "matmul scaled, many": two([2, 3, "n", 4], [2, 3, "m", 4], (a, b) => ops.matmul(a, b, { transposeB: true, scale: 0.5 })),
    "matmul transposed by a weight": two([2, 4, 3], [4, 5], (a, b) => ops.matmul(a, b, { transposeA: true })),
  },
  // Rounded weights are no numbers of PyTorch's: `matmul-blocks.test.ts`.
  matmulBlocks: {},
  sum: {
    sum: one(["n", 3, "m"], (x) => ops.sum(x, [0, 2])),
    "sum keeping axes": one([2, 3, 4], (x) => ops.sum(x, [1], true)),
    "sum of all": one(["n", 3, 4], (x) => ops.sum(x)),
  },

  transpose: { transpose: one([2, "n", 4], (x) => ops.transpose(x, [2, 0, 1])) },
  reshape: {
    "reshape split": one(["n", "m", 8], (x) => ops.reshape(x, ["n", "m", 2, 4])),
    "reshape merged": one(["n", "m", 8], (x) => ops.reshape(x, ["m*n", 8])),
    "reshape moved": one(["n", "m", 4], (x) => ops.reshape(x, [4, "n", "m"])),
  },
  broadcast: { broadcast: one([3, 1], (x) => ops.broadcast(x, [2, 3, 4])) },
  slice: {
    slice: one(["n", 4, 3], (x) => ops.slice(x, 1, 1, 2)),
    "slice to a length": {
      inputs: { x: [5, 2], y: ["n", 1] },
      build: (x, y) => ops.multiply(ops.slice(x!, 0, 0, "n"), y!),
    },
  },
  pad: { pad: one(["n", 3, 2], (x) => ops.pad(x, 1, 1, 6)) },
  concat: { concat: two([2, 3, 2], [2, "n", 2], (a, b) => ops.concat(a, b, 1, "all")) },
  gather: { gather: { inputs: { table: [5, 3], index: ["n", 2] }, build: (table, index) => ops.gather(table!, index!) } },
  scatterRows: {
    scatterRows: { inputs: { x: ["n", 2, 3], index: ["n", 2] }, build: (x, index) => ops.scatterRows(x!, index!, 5) },
  },

  softmax: { softmax: one(["n", 3, "m"], ops.softmax) },
  logSoftmax: { logSoftmax: one(["n", 5], ops.logSoftmax), "logSoftmax of large numbers": one([1, 3], ops.logSoftmax) },
  layerNorm: {
    layerNorm: {
      inputs: { x: ["n", "m", 6], w: [6], b: [6] },
      build: (x, scale, bias) => ops.layerNorm(x!, 1e-5, { scale: scale!, bias: bias! }),
    },
    "layerNorm without weights": one([3, 6], (x) => ops.layerNorm(x, 1e-12)),
  },
  inverseStd: { inverseStd: one(["n", 6], (x) => ops.inverseStd(x, 1e-5)) },

  // A cube whose gradient is written by hand.
  composite: {
    composite: one(["n", 3], (x) =>
      ops.composite(ops.multiply(ops.multiply(x, x), x), [x], (g, [own]) => [
        ops.multiply(ops.multiply(3, ops.multiply(own!, own!)), g),
      ]),
    ),
  },
};

const heads: Shape = ["n", 3, "m", 2];

/** What `math.ts` and `attention.ts` compose, checked as if each were an op. */
export const mathCases: Cases = {
  "math: relu": one([3, 4], math.relu),
  "math: sigmoid": one([3, 4], math.sigmoid),
  "math: mean": one(["n", "m", 4], (x) => math.mean(x, [0, 1])),
  "math: linear": {
    inputs: { x: ["n", "m", 4], w: [5, 4], b: [5] },
    build: (x, w, b) => math.linear(x!, w!, b!),
  },
  "math: gelu": one([3, 4], math.gelu),
  "math: geluTanh": one([3, 4], math.geluTanh),
  "math: normalize": one(["n", 4], (x) => math.normalize(x)),
  "math: select": one(["n", "m", 4], (x) => math.select(x, 1, 0)),
  attention: {
    inputs: { q: heads, k: heads, v: heads, bias: ["n", 1, 1, "m"] },
    build: (query, key, value, bias) => attention({ query: query!, key: key!, value: value!, scale: 0.4, biases: [bias!] }),
  },
  "attention with dropout": {
    inputs: { q: heads, k: heads, v: heads, bias: [3, "m", "m"], keep: ["n", 3, "m", "m"] },
    build: (query, key, value, bias, keep) => {
      const kept = { mask: ops.greater(keep!, 0), share: 0.75 };
      return attention({ query: query!, key: key!, value: value!, scale: 0.4, biases: [bias!], kept });
    },
  },
  "attention: dropped": {
    inputs: { x: ["n", 4], keep: ["n", 4] },
    build: (x, keep) => dropped(x!, { mask: ops.greater(keep!, 0), share: 0.75 }),
  },
  "math: crossEntropy": {
    inputs: { x: ["n", 4], y: ["n", 4] },
    build: (x, y) => math.crossEntropy(x!, ops.softmax(y!)),
  },
};
