/**
 * @file A graph as an ONNX model: one row an op.
 *
 * Only what the outputs reach is written. Standard operators (opset 20) but for `FusedMatMul` of ONNX Runtime's own domain, which
 * spares the backward pass its transpositions.
 */
import { type Binding, bindShape } from "./dims.js";
import { inOrder, isOp, type OpName, type Shape, type Tensor } from "./graph.js";
import { type Attribute, elementTypes, encodeModel, type OnnxGraph, type ValueInfo } from "./onnx-model.js";
import { OnnxWriter } from "./onnx-writer.js";
import { dtypeOf, type Values } from "./values.js";

/** Writes the nodes of `y`, whose inputs already have the names `inputs`; returns the name of its result. */
type OnnxRule<Op extends OpName> = (emit: OnnxWriter, y: Tensor<Op>, inputs: readonly string[]) => string;

/** An op that ONNX has under the name `opType`. */
const as =
  (opType: string, attributes: Readonly<Record<string, Attribute>> = {}): OnnxRule<OpName> =>
  (emit, _, inputs) =>
    emit.node(opType, inputs, attributes);

/** The target of a Reshape: 0 copies a length of the input, one −1 is worked out; only what is left needs the lengths of this run. */
function reshapeTarget(emit: OnnxWriter, from: Shape, to: Shape): string {
  const target = to.map((dim, axis) => (typeof dim === "number" ? dim : dim === from[axis] ? 0 : -1));
  return target.filter((length) => length === -1).length > 1 ? emit.lengths(to) : emit.integers(target);
}

function swapLast(emit: OnnxWriter, x: Tensor, name: string): string {
  const rank = x.shape.length;
  const perm = Array.from({ length: rank }, (_, axis) => (axis < rank - 2 ? axis : 2 * rank - 3 - axis));
  return emit.node("Transpose", [name], { perm });
}

const isWeight = (emit: OnnxWriter, x: Tensor): boolean => isOp(x, "input") && Object.hasOwn(emit.weights, x.params.name);

export const onnxRules: { readonly [Op in OpName]: OnnxRule<Op> } = {
  input: (_, { params: { name } }) => name,
  constant: (emit, { params: { value, dtype } }) => emit.scalar(value, dtype),
  literal: (emit, { params: { values, shape, dtype } }) => emit.literal(values, shape, dtype),
  size: (emit, { params: { dim, dtype } }) => {
    const length = emit.node("Squeeze", [emit.lengths([dim])]);
    return emit.node("Cast", [length], { to: elementTypes[dtype] });
  },

  add: as("Add"),
  subtract: as("Sub"),
  multiply: as("Mul"),
  divide: as("Div"),
  greater: as("Greater"),
  where: as("Where"),
  cast: (emit, { params: { dtype } }, inputs) => emit.node("Cast", inputs, { to: elementTypes[dtype] }),

  exp: as("Exp"),
  log: as("Log"),
  sqrt: as("Sqrt"),
  erf: as("Erf"),
  tanh: as("Tanh"),

  matmul: (emit, { inputs: [a, b], params: { transposeA, transposeB, scale }, dtype }, [nameA, nameB]) => {
    if (!transposeA && !transposeB && scale === 1) return emit.node("MatMul", [nameA!, nameB!]);
    // A baked-in weight is transposed once, when the session is made, and the bias after it then joins the product.
    const isFolded = !transposeA && isWeight(emit, b!);
    const attributes = { transA: Number(transposeA), transB: Number(transposeB), alpha: { float: scale } };
    if (a!.shape.length === 2 && b!.shape.length === 2 && (dtype === "float32" || scale === 1))
      return emit.node("Gemm", [nameA!, nameB!], attributes);
    if (dtype === "float32" && !isFolded) return emit.node("FusedMatMul", [nameA!, nameB!], attributes, "com.microsoft");
    const result = emit.node("MatMul", [
      transposeA ? swapLast(emit, a!, nameA!) : nameA!,
      transposeB ? swapLast(emit, b!, nameB!) : nameB!,
    ]);
    return scale === 1 ? result : emit.node("Mul", [result, emit.scalar(scale, dtype)]);
  },
  matmulBlocks: (emit, { inputs: [, codes], params: { block } }, [x, , scales]) => {
    const [rows, columns] = codes!.shape as [number, number];
    const { name } = (codes as Tensor<"input">).params;
    // 4: products of 8-bit integers, x being rounded block by block as it is read.
    const attributes = { K: columns, N: rows, bits: 8, block_size: block, accuracy_level: 4 };
    return emit.node("MatMulNBits", [x!, emit.blocks(name, block), scales!], attributes, "com.microsoft");
  },
  sum: (emit, { params: { axes, keepDims } }, [x]) =>
    emit.node("ReduceSum", [x!, emit.integers(axes)], { keepdims: Number(keepDims) }),

  transpose: (emit, { params: { axes } }, inputs) => emit.node("Transpose", inputs, { perm: axes }),
  reshape: (emit, { inputs: [from], params: { shape } }, [x]) =>
    emit.node("Reshape", [x!, reshapeTarget(emit, from!.shape, shape)]),
  broadcast: (emit, { params: { shape } }, [x]) => emit.node("Expand", [x!, emit.lengths(shape)]),
  slice: (emit, { params: { axis, start, length } }, [x]) => {
    const end = start === 0 ? emit.lengths([length]) : emit.node("Add", [emit.lengths([length]), emit.integers([start])]);
    return emit.node("Slice", [x!, emit.integers([start]), end, emit.integers([axis])]);
  },
  pad: (emit, { inputs: [from], params: { axis, start, length } }, [x]) => {
    const used = emit.node("Add", [emit.lengths([from!.shape[axis]!]), emit.integers([start])]);
    const after = emit.node("Sub", [emit.lengths([length]), used]);
    const pads = emit.node("Concat", [emit.integers([start]), after], { axis: 0 });
    return emit.node("Pad", [x!, pads, "", emit.integers([axis])]);
  },
  concat: (emit, { params: { axis } }, inputs) => emit.node("Concat", inputs, { axis }),
  gather: as("Gather", { axis: 0 }),
  scatterRows: (emit, y, [x, ids]) => {
    const zeros = emit.node("Expand", [emit.scalar(0, y.dtype), emit.lengths(y.shape)]);
    const rows = emit.node("Unsqueeze", [ids!, emit.integers([-1])]);
    return emit.node("ScatterND", [zeros, rows, x!], { reduction: "add" });
  },

  softmax: as("Softmax", { axis: -1 }),
  logSoftmax: as("LogSoftmax", { axis: -1 }),
  layerNorm: (emit, { inputs: [from], params: { epsilon } }, inputs) =>
    inputs.length === 1
      ? emit.standardize(from!, inputs[0]!, epsilon).standard
      : emit.node("LayerNormalization", inputs, { axis: -1, epsilon: { float: epsilon } }),
  inverseStd: (emit, { inputs: [from], params: { epsilon } }, [x]) => emit.standardize(from!, x!, epsilon).inverseStd,

  composite: (_, __, [x]) => x!,
};

function write<Op extends OpName>(emit: OnnxWriter, y: Tensor<Op>, inputs: readonly string[]): string {
  return onnxRules[y.op](emit, y, inputs);
}

/** The inputs among `tensors`, by name; two different ones of a name would be one value in ONNX. */
function inputsByName(tensors: readonly Tensor[]): Map<string, Tensor<"input">> {
  const inputs = new Map<string, Tensor<"input">>();
  for (const tensor of tensors) {
    if (!isOp(tensor, "input")) continue;
    if (inputs.has(tensor.params.name)) throw new Error(`two inputs are called "${tensor.params.name}"`);
    inputs.set(tensor.params.name, tensor);
  }
  return inputs;
}

/** A graph as ONNX, and what it has to be fed. */
export interface EmittedModel {
  /** An `.onnx` file. */
  readonly bytes: Uint8Array;
  /** What has to be fed at each run: the inputs that the outputs need and `weights` has not. */
  readonly inputs: readonly Tensor<"input">[];
  /** What the shapes of the weights have fixed already. */
  readonly binding: Binding;
}

/**
 * Writes the graph of `outputs` as an ONNX model whose outputs have the given names. An input that has an entry in `weights`
 * becomes an initializer, part of the model; the others are fed. Entries that no output needs are left out. `pass` may rewrite the model
 * before it is encoded (`quantizeGraph`).
 */
export function emitModel(
  outputs: Readonly<Record<string, Tensor>>,
  weights: Values = {},
  pass: (graph: OnnxGraph) => OnnxGraph = (graph) => graph,
): EmittedModel {
  const order = inOrder(Object.values(outputs));
  const inputs = [...inputsByName(order).values()];
  for (const name of Object.keys(outputs))
    if (inputs.some(({ params }) => params.name === name)) throw new Error(`output "${name}" has the name of an input`);
  const fed = inputs.filter(({ params }) => !Object.hasOwn(weights, params.name));
  const binding = new Map<string, number>();
  const writer = new OnnxWriter(inputs, weights);
  for (const { params, dtype } of inputs) {
    const weight = Object.hasOwn(weights, params.name) ? weights[params.name] : undefined;
    if (weight === undefined) continue;
    bindShape(params.name, params.shape, weight.shape, binding);
    if (dtypeOf(weight.data) !== dtype) throw new Error(`"${params.name}" is ${dtypeOf(weight.data)}; expected ${dtype}`);
    writer.initializers.set(params.name, { name: params.name, dtype, ...weight });
  }

  const names = new Map<Tensor, string>();
  for (const tensor of order)
    names.set(
      tensor,
      write(
        writer,
        tensor,
        tensor.inputs.map((x) => names.get(x)!),
      ),
    );

  // A computed result takes the name of its output; a second name for it, or an input asked for as it is, needs a node.
  const renamed = new Map<string, string>();
  const computed = new Set(writer.nodes.flatMap((node) => node.outputs));
  for (const [name, tensor] of Object.entries(outputs)) {
    const result = names.get(tensor)!;
    if (computed.has(result) && !renamed.has(result)) renamed.set(result, name);
    else writer.nodes.push({ opType: "Identity", domain: "", inputs: [result], outputs: [name], attributes: {} });
  }
  const rename = (name: string): string => renamed.get(name) ?? name;
  const nodes = writer.nodes.map((node) => ({ ...node, inputs: node.inputs.map(rename), outputs: node.outputs.map(rename) }));

  const info = (name: string, { dtype, shape }: Tensor): ValueInfo => ({ name, dtype, shape });
  const graph = {
    nodes,
    initializers: [...writer.initializers.values()],
    inputs: fed.map((tensor) => info(tensor.params.name, tensor)),
    outputs: Object.entries(outputs).map(([name, tensor]) => info(name, tensor)),
  };
  const bytes = encodeModel(pass(graph));
  return { bytes, inputs: fed, binding };
}
