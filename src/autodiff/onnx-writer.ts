/** @file What the rows of `onnx.ts` write with: names, constants that are shared, lengths that only a run knows. */
import { coefficientOf, product, symbolsOf } from "./dims.js";
import type { Dim, DType, Shape, Tensor } from "./graph.js";
import type { Initializer, OnnxNode } from "./onnx-model.js";
import { type ArrayOf, dtypeOf, type Values } from "./values.js";

/** The names of (x − mean) / std and of 1 / std. */
export interface Standardized {
  readonly standard: string;
  readonly inverseStd: string;
}

/** Where the length of each symbol can be read: an axis of an input. */
function axesBySymbol(inputs: readonly Tensor<"input">[]): Map<string, { readonly input: string; readonly axis: number }> {
  const found = new Map<string, { input: string; axis: number }>();
  for (const { params } of inputs)
    for (const [axis, dim] of params.shape.entries())
      if (typeof dim === "string" && !found.has(dim)) found.set(dim, { input: params.name, axis });
  return found;
}

function arrayOf(values: ArrayLike<number>, dtype: DType): ArrayOf[DType] {
  if (dtype === "int64") return BigInt64Array.from(values, BigInt);
  if (dtype === "bool") return Uint8Array.from(values);
  if (dtype === "int8") return Int8Array.from(values);
  return dtype === "float32" ? Float32Array.from(values) : Float64Array.from(values);
}

/** Collects the nodes and constants of one model. Every method returns the name of a result. */
export class OnnxWriter {
  readonly nodes: OnnxNode[] = [];
  readonly initializers = new Map<string, Initializer>();
  /** What is part of the model. */
  readonly weights: Values;
  readonly #axes: ReturnType<typeof axesBySymbol>;
  readonly #lengths = new Map<Dim, string>();
  readonly #standardized = new Map<string, Standardized>();

  constructor(inputs: readonly Tensor<"input">[], weights: Values) {
    this.weights = weights;
    this.#axes = axesBySymbol(inputs);
  }

  // Weights of Hugging Face models have dots and letters in their names, never a colon.
  #fresh = (what: string): string => `${what}:${this.nodes.length}`;

  #add(
    opType: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: OnnxNode["attributes"],
    domain = "",
  ): void {
    this.nodes.push({ opType, domain, inputs, outputs, attributes });
  }

  /** One call of an operator with one result. */
  node(opType: string, inputs: readonly string[], attributes: OnnxNode["attributes"] = {}, domain = ""): string {
    const output = this.#fresh(opType);
    this.#add(opType, inputs, [output], attributes, domain);
    return output;
  }

  #initializer(name: string, shape: readonly number[], data: ArrayOf[DType]): string {
    this.initializers.set(name, { name, shape, dtype: dtypeOf(data), data });
    return name;
  }

  /**
   * A weight of 8-bit numbers [rows, columns] as ONNX Runtime takes it, in blocks [rows, columns / block, block] of bytes in which 128 stands for 0. What
   * nothing else reads is not part of the model in its other form.
   */
  blocks(name: string, block: number): string {
    const weight = this.weights[name];
    if (!(weight?.data instanceof Int8Array)) throw new Error(`"${name}" has to be a weight of 8-bit numbers`);
    const [rows, columns] = weight.shape as [number, number];
    const blocks = `${name}:blocks`;
    if (!this.initializers.has(blocks)) {
      const data = new Uint8Array(weight.data.length);
      for (let i = 0; i < data.length; i++) data[i] = weight.data[i]! + 128;
      this.initializers.set(blocks, { name: blocks, shape: [rows, columns / block, block], dtype: "uint8", data });
    }
    return blocks;
  }

  /** A list of integers, written once a content. */
  integers(values: readonly number[]): string {
    return this.#initializer(`integers:${values.join(",")}`, [values.length], BigInt64Array.from(values, BigInt));
  }

  /** A number of shape `[]`, written once a value. */
  scalar(value: number, dtype: DType): string {
    return this.#initializer(`${dtype}:${value}`, [], arrayOf([value], dtype));
  }

  /** Many numbers. */
  literal(values: ArrayLike<number>, shape: readonly number[], dtype: DType): string {
    return this.#initializer(`literal:${this.initializers.size}`, shape, arrayOf(values, dtype));
  }

  /** The lengths of these axes in this run, as a list of integers. */
  lengths(shape: Shape): string {
    const known = shape.filter((dim) => typeof dim === "number");
    if (known.length === shape.length) return this.integers(known);
    const parts = shape.map((dim) => this.#length(dim));
    return parts.length === 1 ? parts[0]! : this.node("Concat", parts, { axis: 0 });
  }

  #length(dim: Dim): string {
    if (typeof dim === "number") return this.integers([dim]);
    const known = this.#lengths.get(dim);
    if (known !== undefined) return known;
    const factors = symbolsOf(dim);
    let result: string;
    if (factors.length === 1 && coefficientOf(dim) === 1) {
      const found = this.#axes.get(dim);
      if (found === undefined) throw new Error(`no input that the outputs need has the axis "${dim}"`);
      result = this.node("Shape", [found.input], { start: found.axis, end: found.axis + 1 });
    } else {
      const [first, ...rest] = [coefficientOf(dim), ...factors].filter((factor) => factor !== 1);
      result = this.node("Mul", [this.#length(first!), this.#length(product(rest))]);
    }
    this.#lengths.set(dim, result);
    return result;
  }

  /** Layer normalization without weights, written once an input. */
  standardize(x: Tensor, name: string, epsilon: number): Standardized {
    const key = `${name} ${epsilon}`;
    const known = this.#standardized.get(key);
    if (known !== undefined) return known;
    const result = x.dtype === "float32" ? this.#fused(x, name, epsilon) : this.#composed(name, epsilon);
    this.#standardized.set(key, result);
    return result;
  }

  #fused(x: Tensor, name: string, epsilon: number): Standardized {
    const ones = this.node("Expand", [this.scalar(1, x.dtype), this.lengths(x.shape.slice(-1))]);
    const [standard, inverseStd] = [this.#fresh("standard"), this.#fresh("inverseStd")];
    this.#add("LayerNormalization", [name, ones], [standard, "", inverseStd], { axis: -1, epsilon: { float: epsilon } });
    return { standard, inverseStd };
  }

  // In float64 too, LayerNormalization gives 1/std as float32.
  #composed(name: string, epsilon: number): Standardized {
    const axes = this.integers([-1]);
    const centered = this.node("Sub", [name, this.node("ReduceMean", [name, axes])]);
    const variance = this.node("ReduceMean", [this.node("Mul", [centered, centered]), axes]);
    const std = this.node("Sqrt", [this.node("Add", [variance, this.scalar(epsilon, "float64")])]);
    return { standard: this.node("Div", [centered, std]), inverseStd: this.node("Reciprocal", [std]) };
  }
}
