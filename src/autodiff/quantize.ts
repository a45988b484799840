/**
 * @file A model of 8-bit weights from one of float32, as ONNX Runtime's `quantize_dynamic` makes it: products with a weight are computed
 * in integers, their other factor being rounded to 8 bits anew in each run by its own range; tables are kept in 8 bits and looked up.
 *
 * Standard operators, in the pattern that ONNX Runtime fuses on all its CPU backends, WebAssembly included:
 * DynamicQuantizeLinear, MatMulInteger, Cast, Mul.
 */
import { elementTypes, type Initializer, type OnnxGraph, type OnnxNode } from "./onnx-model.js";

/**
 * Weights keep 7 bits, from −63 to 63. The processors' instruction that multiplies unsigned by signed bytes adds two products in 16 bits:
 * with all 8 bits the sums would be cut at the ends on x86 processors without VNNI, and predictions would depend on the machine.
 */
const largestFactor = 63;
/** Table rows are not multiplied, only scaled. */
const largestEntry = 127;

/** Numbers below which a weight stays as it is: it would save nothing. */
const leastCount = 256;

/** 8-bit rows, each with its scale: row r is `values` times `scales[r]`. */
interface QuantizedRows {
  readonly values: Int8Array;
  readonly scales: Float32Array;
}

/** Rounds each row to multiples of its largest absolute number / `largest`. */
export function quantizeRows(data: Float32Array, rows: number, largest: number): QuantizedRows {
  const columns = data.length / rows;
  const values = new Int8Array(data.length);
  const scales = new Float32Array(rows);
  // Loops over indices, for speed: a table of words has millions of numbers.
  for (let row = 0; row < rows; row++) {
    const [start, end] = [row * columns, (row + 1) * columns];
    let peak = 0;
    for (let i = start; i < end; i++) peak = Math.max(peak, Math.abs(data[i]!));
    // A row of zeros is zeros by any scale.
    const scale = Math.fround(peak / largest) || 1;
    scales[row] = scale;
    // `Math.round` as one instruction: the two differ next to a half only, nearer to it than a quotient of two float32 can be.
    for (let i = start; i < end; i++) values[i] = Math.max(-largest, Math.min(largest, Math.floor(data[i]! / scale + 0.5)));
  }
  return { values, scales };
}

/** [rows, columns] to [columns, rows]. */
function transposed(values: Int8Array, rows: number): Int8Array {
  const columns = values.length / rows;
  const result = new Int8Array(values.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) result[column * rows + row] = values[row * columns + column]!;
  return result;
}

/** A node with one result. */
function call(opType: string, inputs: readonly string[], output: string, attributes: OnnxNode["attributes"] = {}): OnnxNode {
  return { opType, domain: "", inputs, outputs: [output], attributes };
}

/**
 * The model with 8-bit weights. Changed are the products of activations with a transposed weight matrix (what `linear` gives), with one
 * scale an output, and the tables that are looked up, with one scale a row. All else stays float32: biases, normalization, attention's
 * products of activations, and layers on one vector a text (`Gemm`), which are small and decide.
 */
export function quantizeGraph(graph: OnnxGraph): OnnxGraph {
  const initializers = new Map(graph.initializers.map((initializer) => [initializer.name, initializer]));
  /** A matrix of floats that is part of the model and worth it. */
  const matrix = (name: string | undefined): (Initializer & { readonly data: Float32Array }) | undefined => {
    const found = name === undefined ? undefined : initializers.get(name);
    if (found === undefined || !(found.data instanceof Float32Array)) return undefined;
    return found.shape.length === 2 && found.data.length >= leastCount ? { ...found, data: found.data } : undefined;
  };
  const transposes = new Map(
    graph.nodes.flatMap(({ opType, inputs, outputs }) => {
      const weight = opType === "Transpose" ? matrix(inputs[0]) : undefined;
      return weight === undefined ? [] : [[outputs[0]!, weight] as const];
    }),
  );

  const added = new Map<string, Initializer>();
  const add = (name: string, shape: readonly number[], make: () => Int8Array | Float32Array): string => {
    if (added.has(name)) return name;
    const data = make();
    added.set(name, { name, shape, dtype: data instanceof Int8Array ? "int8" : "float32", data });
    return name;
  };
  /** Activations that are in integers already, by name. */
  const rounded = new Set<string>();
  const round = (x: string): readonly OnnxNode[] => {
    if (rounded.has(x)) return [];
    rounded.add(x);
    const outputs = [`${x}:int`, `${x}:scale`, `${x}:zero`];
    return [{ opType: "DynamicQuantizeLinear", domain: "", inputs: [x], outputs, attributes: {} }];
  };

  const product = ({ inputs: [x, transpose], outputs: [output] }: OnnxNode): readonly OnnxNode[] | undefined => {
    const weight = transposes.get(transpose!);
    if (weight === undefined) return undefined;
    const [outputs, inputs] = weight.shape as [number, number];
    const { values, scales } = quantizeRows(weight.data, outputs, largestFactor);
    const integers = add(`${weight.name}:factors`, [inputs, outputs], () => transposed(values, outputs));
    const scale = add(`${weight.name}:factorScales`, [outputs], () => scales);
    return [
      ...round(x!),
      call("MatMulInteger", [`${x}:int`, integers, `${x}:zero`], `${output}:int`),
      call("Cast", [`${output}:int`], `${output}:float`, { to: elementTypes.float32 }),
      call("Mul", [`${x}:scale`, scale], `${output}:scale`),
      call("Mul", [`${output}:float`, `${output}:scale`], output!),
    ];
  };

  const lookup = ({ inputs: [table, ids], outputs: [output] }: OnnxNode): readonly OnnxNode[] | undefined => {
    const found = matrix(table);
    if (found === undefined) return undefined;
    const { values, scales } = quantizeRows(found.data, found.shape[0]!, largestEntry);
    const rows = add(`${found.name}:rows`, found.shape, () => values);
    const scale = add(`${found.name}:rowScales`, [found.shape[0]!, 1], () => scales);
    return [
      call("Gather", [rows, ids!], `${output}:int`, { axis: 0 }),
      call("Cast", [`${output}:int`], `${output}:float`, { to: elementTypes.float32 }),
      call("Gather", [scale, ids!], `${output}:scale`, { axis: 0 }),
      call("Mul", [`${output}:float`, `${output}:scale`], output!),
    ];
  };

  const nodes = graph.nodes.flatMap((node) => {
    const replaced = node.opType === "MatMul" ? product(node) : node.opType === "Gather" ? lookup(node) : undefined;
    return replaced ?? [node];
  });
  const wanted = namesReadBy(nodes, graph);
  const kept = nodes.filter(({ outputs }) => !(transposes.has(outputs[0]!) && !wanted.has(outputs[0]!)));
  const read = namesReadBy(kept, graph);
  return {
    ...graph,
    nodes: kept,
    initializers: [...graph.initializers, ...added.values()].filter(({ name }) => read.has(name)),
  };
}

function namesReadBy(nodes: readonly OnnxNode[], { outputs }: OnnxGraph): ReadonlySet<string> {
  return new Set([...nodes.flatMap(({ inputs }) => inputs), ...outputs.map(({ name }) => name)]);
}
