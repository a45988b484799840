/**
 * @file The reference interpreter: what each op means, in float64 and plain loops. Slow, and right: the ONNX that `onnx.ts` writes is
 * checked against it, it is checked against PyTorch, and the gradients are checked by central differences in it.
 */
import { type Binding, bindShape, evaluateDim } from "./dims.js";
import { inOrder, isOp, type OpName, type Shape, type Tensor } from "./graph.js";
import { countOf } from "./values.js";

/** Numbers of any type, as float64; booleans are 1 and 0. */
export interface NumberArray {
  readonly data: Float64Array;
  readonly shape: readonly number[];
}

interface Run {
  readonly feeds: Readonly<Record<string, NumberArray>>;
  readonly binding: Binding;
}

/** Computes `y`, whose lengths in this run are `shape`, from the values of its inputs. */
type Kernel<Op extends OpName> = (
  y: Tensor<Op>,
  inputs: readonly NumberArray[],
  shape: readonly number[],
  run: Run,
) => Float64Array;

/** How far apart neighbors of each axis lie; 0 along axes of length 1, which is all there is to broadcasting. */
function strides(shape: readonly number[], rank = shape.length): number[] {
  const own = shape.map((length, axis) => (length === 1 ? 0 : countOf(shape.slice(axis + 1))));
  return [...new Array<number>(rank - shape.length).fill(0), ...own];
}

/** For each place of `shape` in order, calls `visit` with its number, where it lies by each of the strides, and the place itself. */
function walk(
  shape: readonly number[],
  by: readonly (readonly number[])[],
  visit: (index: number, at: readonly number[], place: readonly number[]) => void,
): void {
  const place = shape.map(() => 0);
  const at = by.map(() => 0);
  const count = countOf(shape);
  for (let index = 0; index < count; index++) {
    visit(index, at, place);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const isLast = place[axis]! === shape[axis]! - 1;
      const steps = isLast ? -place[axis]! : 1;
      place[axis] = place[axis]! + steps;
      for (let i = 0; i < by.length; i++) at[i] = at[i]! + steps * by[i]![axis]!;
      if (!isLast) break;
    }
  }
}

/** f of the inputs' numbers, broadcast to `shape`. */
function combine(inputs: readonly NumberArray[], shape: readonly number[], f: (...xs: number[]) => number): Float64Array {
  const result = new Float64Array(countOf(shape));
  const by = inputs.map((x) => strides(x.shape, shape.length));
  const [a, b, c] = inputs.map(({ data }) => data);
  // No op has more than three. One call for each count of them: an array for each number would take most of the time.
  if (c !== undefined) walk(shape, by, (index, at) => (result[index] = f(a![at[0]!]!, b![at[1]!]!, c[at[2]!]!)));
  else if (b !== undefined) walk(shape, by, (index, at) => (result[index] = f(a![at[0]!]!, b[at[1]!]!)));
  else walk(shape, by, (index, at) => (result[index] = f(a![at[0]!]!)));
  return result;
}

const each =
  (f: (...xs: number[]) => number): Kernel<OpName> =>
  (_, inputs, shape) =>
    combine(inputs, shape, f);

/** f of each row of the last axis. */
function byRow({ data, shape }: NumberArray, f: (row: Float64Array) => ArrayLike<number>): Float64Array {
  const length = shape.at(-1)!;
  const rows = Array.from({ length: data.length / length }, (_, i) => f(data.subarray(i * length, (i + 1) * length)));
  const result = new Float64Array(rows.reduce((total, row) => total + row.length, 0));
  let at = 0;
  for (const row of rows) {
    result.set(row, at);
    at += row.length;
  }
  return result;
}

function logSumExp(row: Float64Array): number {
  const max = row.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  return max + Math.log(row.reduce((total, x) => total + Math.exp(x - max), 0));
}

function logSoftmax(x: NumberArray): NumberArray {
  const data = byRow(x, (row) => {
    const total = logSumExp(row);
    return row.map((v) => v - total);
  });
  return { data, shape: x.shape };
}

function moments(row: Float64Array, epsilon: number): { readonly mean: number; readonly inverseStd: number } {
  const mean = row.reduce((a, b) => a + b, 0) / row.length;
  const variance = row.reduce((total, x) => total + (x - mean) ** 2, 0) / row.length;
  return { mean, inverseStd: 1 / Math.sqrt(variance + epsilon) };
}

/**
 * The error function to about 1e-15: its Taylor series near 0, where erfc loses digits; beyond, the continued fraction of erfc
 * (Abramowitz & Stegun 7.1.5 and 7.1.14).
 */
function erf(x: number): number {
  const size = Math.abs(x);
  if (size > 6) return Math.sign(x);
  if (size < 2.5) {
    let term = x;
    let total = x;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(total); n++) {
      term *= (-x * x) / n;
      total += term / (2 * n + 1);
    }
    return (total * 2) / Math.sqrt(Math.PI);
  }
  let fraction = 0;
  for (let n = 100; n > 0; n--) fraction = n / 2 / (size + fraction);
  return Math.sign(x) * (1 - Math.exp(-size * size) / Math.sqrt(Math.PI) / (size + fraction));
}

/** Where the numbers of a part lie in the whole, for a part that begins at `start` of `axis`. */
function eachPlaceOfPart(
  part: readonly number[],
  whole: readonly number[],
  { axis, start }: { readonly axis: number; readonly start: number },
  visit: (inPart: number, inWhole: number) => void,
): void {
  const step = countOf(whole.slice(axis + 1));
  walk(part, [whole.map((_, i) => countOf(whole.slice(i + 1)))], (index, [at]) => visit(index, at! + start * step));
}

export const kernels: { readonly [Op in OpName]: Kernel<Op> } = {
  input: ({ params: { name } }, _inputs, _shape, { feeds }) => {
    const value = feeds[name];
    if (value === undefined) throw new Error(`input "${name}" was not fed`);
    return value.data;
  },
  constant: ({ params: { value } }) => Float64Array.of(value),
  literal: ({ params: { values } }) => Float64Array.from(values),
  size: ({ params: { dim } }, _inputs, _shape, { binding }) => Float64Array.of(evaluateDim(dim, binding)),

  add: each((a, b) => a! + b!),
  subtract: each((a, b) => a! - b!),
  multiply: each((a, b) => a! * b!),
  divide: each((a, b) => a! / b!),
  greater: each((a, b) => Number(a! > b!)),
  where: each((condition, a, b) => (condition === 0 ? b! : a!)),
  cast: ({ params: { dtype } }, [x]) => {
    if (dtype === "float64") return x!.data;
    if (dtype === "float32") return x!.data.map(Math.fround);
    return x!.data.map(dtype === "bool" ? (v) => Number(v !== 0) : Math.trunc);
  },

  exp: each((x) => Math.exp(x!)),
  log: each((x) => Math.log(x!)),
  sqrt: each((x) => Math.sqrt(x!)),
  erf: each((x) => erf(x!)),
  tanh: each((x) => Math.tanh(x!)),

  matmul: ({ params: { transposeA, transposeB, scale } }, [a, b], shape) => {
    const [rows, columns] = [shape.at(-2)!, shape.at(-1)!];
    const inner = a!.shape.at(transposeA ? -2 : -1)!;
    const batch = shape.slice(0, -2);
    const result = new Float64Array(countOf(shape));
    const by = [a!, b!].map((x) => strides(x.shape.slice(0, -2), batch.length).map((step) => step * countOf(x.shape.slice(-2))));
    walk(batch, by, (index, [atA, atB]) => {
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < columns; j++) {
          let total = 0;
          for (let k = 0; k < inner; k++) {
            const left = a!.data[atA! + (transposeA ? k * rows + i : i * inner + k)]!;
            total += left * b!.data[atB! + (transposeB ? j * inner + k : k * columns + j)]!;
          }
          result[(index * rows + i) * columns + j] = scale * total;
        }
    });
    return result;
  },
  matmulBlocks: ({ params: { block } }, [x, codes, scales], shape) => {
    const [rows, inner] = codes!.shape as [number, number];
    const result = new Float64Array(countOf(shape));
    for (let i = 0; i < result.length; i++) {
      const [from, row] = [Math.floor(i / rows) * inner, i % rows];
      let total = 0;
      for (let k = 0; k < inner; k++)
        total += x!.data[from + k]! * codes!.data[row * inner + k]! * scales!.data[(row * inner + k - (k % block)) / block]!;
      result[i] = total;
    }
    return result;
  },
  sum: ({ params: { axes } }, [x], shape) => {
    const result = new Float64Array(countOf(shape));
    const kept = x!.shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
    walk(x!.shape, [strides(kept)], (index, [at]) => {
      result[at!] = result[at!]! + x!.data[index]!;
    });
    return result;
  },

  transpose: ({ params: { axes } }, [x], shape) => {
    const from = strides(x!.shape);
    const result = new Float64Array(x!.data.length);
    walk(shape, [axes.map((axis) => from[axis]!)], (index, [at]) => {
      result[index] = x!.data[at!]!;
    });
    return result;
  },
  reshape: (_, [x]) => x!.data,
  broadcast: each((x) => x!),
  slice: ({ params }, [x], shape) => {
    const result = new Float64Array(countOf(shape));
    eachPlaceOfPart(shape, x!.shape, params, (inPart, inWhole) => {
      result[inPart] = x!.data[inWhole]!;
    });
    return result;
  },
  pad: ({ params }, [x], shape) => {
    const result = new Float64Array(countOf(shape));
    eachPlaceOfPart(x!.shape, shape, params, (inPart, inWhole) => {
      result[inWhole] = x!.data[inPart]!;
    });
    return result;
  },
  concat: ({ params: { axis } }, [a, b], shape) => {
    const result = new Float64Array(countOf(shape));
    let start = 0;
    for (const { data, shape: part } of [a!, b!]) {
      eachPlaceOfPart(part, shape, { axis, start }, (inPart, inWhole) => {
        result[inWhole] = data[inPart]!;
      });
      start += part[axis]!;
    }
    return result;
  },
  gather: (_, [table, ids], shape) => {
    const width = countOf(table!.shape.slice(1));
    const result = new Float64Array(countOf(shape));
    ids!.data.forEach((id, i) => {
      result.set(table!.data.subarray(id * width, (id + 1) * width), i * width);
    });
    return result;
  },
  scatterRows: (_, [x, ids], shape) => {
    const width = countOf(shape.slice(1));
    const result = new Float64Array(countOf(shape));
    ids!.data.forEach((id, i) => {
      for (let k = 0; k < width; k++) result[id * width + k] = result[id * width + k]! + x!.data[i * width + k]!;
    });
    return result;
  },

  softmax: (_, [x]) => byRow(logSoftmax(x!), (row) => row.map(Math.exp)),
  logSoftmax: (_, [x]) => logSoftmax(x!).data,
  layerNorm: ({ params: { epsilon } }, [x, scale, bias]) =>
    byRow(x!, (row) => {
      const { mean, inverseStd } = moments(row, epsilon);
      return row.map((v, i) => (v - mean) * inverseStd * (scale?.data[i] ?? 1) + (bias?.data[i] ?? 0));
    }),
  inverseStd: ({ params: { epsilon } }, [x]) => byRow(x!, (row) => [moments(row, epsilon).inverseStd]),

  composite: (_, [x]) => x!.data,
};

function compute<Op extends OpName>(y: Tensor<Op>, inputs: readonly NumberArray[], run: Run): NumberArray {
  const shape = y.shape.map((dim) => evaluateDim(dim, run.binding));
  return { data: kernels[y.op](y, inputs, shape, run), shape };
}

/** Computes the outputs, by name, from the values of all inputs, weights included. Lengths of symbolic axes follow from the inputs. */
export function interpret<Name extends string>(
  outputs: Readonly<Record<Name, Tensor>>,
  feeds: Readonly<Record<string, NumberArray>>,
): Record<Name, NumberArray> {
  const order = inOrder(Object.values<Tensor>(outputs));
  const binding = new Map<string, number>();
  for (const tensor of order) {
    if (!isOp(tensor, "input")) continue;
    const declared: Shape = tensor.params.shape;
    const value = feeds[tensor.params.name];
    if (value !== undefined) bindShape(tensor.params.name, declared, value.shape, binding);
  }
  const values = new Map<Tensor, NumberArray>();
  for (const tensor of order) {
    const inputs = tensor.inputs.map((x) => values.get(x)!);
    values.set(tensor, compute(tensor, inputs, { feeds, binding }));
  }
  const entries = Object.entries<Tensor>(outputs).map(([name, tensor]) => [name, values.get(tensor)!]);
  return Object.fromEntries(entries) as Record<Name, NumberArray>;
}
