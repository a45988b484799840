/**
 * @file The ONNX messages that a graph needs, by the field numbers of onnx.proto3
 * (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3).
 */
import type { DType, Shape } from "./graph.js";
import { bytesField, floatField, integerField, join, message, messageField, type Piece, stringField } from "./protobuf.js";
import type { ArrayOf } from "./values.js";

const opset = 20;
const irVersion = 9;

/** `TensorProto.DataType`. */
export const elementTypes = { float32: 1, float64: 11, int64: 7, bool: 9, int8: 3, uint8: 2 } as const satisfies Record<
  DType | "uint8",
  number
>;

/** An attribute of a node: an integer, a list of them, a float (marked as one, since 1 is both), or a string. */
export type Attribute = number | readonly number[] | string | { readonly float: number };

/** A value's name, type and shape: one input or output of a model. */
export interface ValueInfo {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
}

/** Numbers that are part of the model. Bytes without a sign are of `matmulBlocks`; no graph has them. */
export interface Initializer {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: DType | "uint8";
  readonly data: ArrayOf[DType];
}

/** One call of an ONNX operator. */
export interface OnnxNode {
  readonly opType: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** A whole model. */
export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly Initializer[];
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
}

function attribute(name: string, value: Attribute): Piece {
  const named = stringField(1, name);
  if (typeof value === "number") return message(named, integerField(3, value), integerField(20, 2));
  if (typeof value === "string") return message(named, stringField(4, value), integerField(20, 3));
  if ("float" in value) return message(named, floatField(2, value.float), integerField(20, 1));
  return message(named, ...value.map((item) => integerField(8, item)), integerField(20, 7));
}

function nodeProto({ opType, domain, inputs, outputs, attributes }: OnnxNode): Piece {
  return message(
    ...inputs.map((name) => stringField(1, name)),
    ...outputs.map((name) => stringField(2, name)),
    stringField(3, outputs.find((name) => name !== "") ?? ""),
    stringField(4, opType),
    ...Object.entries(attributes).map(([name, value]) => messageField(5, attribute(name, value))),
    stringField(7, domain),
  );
}

function valueInfo({ name, dtype, shape }: ValueInfo): Piece {
  const dims = shape.map((dim) => messageField(1, typeof dim === "number" ? integerField(1, dim) : stringField(2, dim)));
  const tensorType = message(integerField(1, elementTypes[dtype]), messageField(2, message(...dims)));
  return message(stringField(1, name), messageField(2, message(messageField(1, tensorType))));
}

function tensorProto({ name, shape, dtype, data }: Initializer): Piece {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return message(
    ...shape.map((length) => integerField(1, length)),
    integerField(2, elementTypes[dtype]),
    stringField(8, name),
    bytesField(9, bytes),
  );
}

const opsetImport = (domain: string, version: number): Piece =>
  messageField(8, message(stringField(1, domain), integerField(2, version)));

/** The model as the bytes of an `.onnx` file. */
export function encodeModel(graph: OnnxGraph): Uint8Array {
  const graphProto = message(
    ...graph.nodes.map((node) => messageField(1, nodeProto(node))),
    stringField(2, "crossover"),
    ...graph.initializers.map((initializer) => messageField(5, tensorProto(initializer))),
    ...graph.inputs.map((info) => messageField(11, valueInfo(info))),
    ...graph.outputs.map((info) => messageField(12, valueInfo(info))),
  );
  return join(
    message(
      integerField(1, irVersion),
      stringField(2, "crossover"),
      messageField(7, graphProto),
      opsetImport("", opset),
      opsetImport("com.microsoft", 1),
    ),
  );
}
