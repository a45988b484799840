/**
 * @file The kinds of tensor a GGUF file may hold that are read, by ggml's names: how many bytes so many numbers take, and how to make float32 of them. Values
 * are those of the `gguf` package's `dequantize`, bit by bit (`golden/make_gguf.py`).
 */
import type { Dequantize } from "./dequantize/dequantize.js";
import { fromQ2_K, fromQ3_K, fromQ4_K, fromQ5_K, fromQ6_K } from "./dequantize/k-blocks.js";
import { fromBF16, fromF16, fromF32 } from "./dequantize/plain.js";
import { fromQ4_0, fromQ4_1, fromQ5_0, fromQ5_1, fromQ8_0 } from "./dequantize/small-blocks.js";

interface TensorType {
  /** The format's number of it (`ggml_type` in https://github.com/ggml-org/ggml/blob/master/docs/gguf.md). */
  readonly code: number;
  /** Numbers in a block. A row has whole blocks. */
  readonly blockSize: number;
  readonly blockBytes: number;
  readonly dequantize: Dequantize;
}

/** What is read. */
export const tensorTypes = {
  F32: { code: 0, blockSize: 1, blockBytes: 4, dequantize: fromF32 },
  F16: { code: 1, blockSize: 1, blockBytes: 2, dequantize: fromF16 },
  BF16: { code: 30, blockSize: 1, blockBytes: 2, dequantize: fromBF16 },
  Q8_0: { code: 8, blockSize: 32, blockBytes: 34, dequantize: fromQ8_0 },
  Q4_0: { code: 2, blockSize: 32, blockBytes: 18, dequantize: fromQ4_0 },
  Q4_1: { code: 3, blockSize: 32, blockBytes: 20, dequantize: fromQ4_1 },
  Q5_0: { code: 6, blockSize: 32, blockBytes: 22, dequantize: fromQ5_0 },
  Q5_1: { code: 7, blockSize: 32, blockBytes: 24, dequantize: fromQ5_1 },
  Q2_K: { code: 10, blockSize: 256, blockBytes: 84, dequantize: fromQ2_K },
  Q3_K: { code: 11, blockSize: 256, blockBytes: 110, dequantize: fromQ3_K },
  Q4_K: { code: 12, blockSize: 256, blockBytes: 144, dequantize: fromQ4_K },
  Q5_K: { code: 13, blockSize: 256, blockBytes: 176, dequantize: fromQ5_K },
  Q6_K: { code: 14, blockSize: 256, blockBytes: 210, dequantize: fromQ6_K },
} as const satisfies Record<string, TensorType>;

/** The name of a kind of tensor that is read. */
export type TensorTypeName = keyof typeof tensorTypes;

const nameByCode = new Map<number, TensorTypeName>(
  Object.entries(tensorTypes).map(([name, { code }]) => [code, name as TensorTypeName]),
);

/** The kind by the format's number; `undefined` for one that is not read. */
export const tensorTypeOf = (code: number): TensorTypeName | undefined => nameByCode.get(code);

/** Names of kinds that are not read, for messages. */
const otherNames: Readonly<Record<number, string>> = {
  9: "Q8_1",
  15: "Q8_K",
  16: "IQ2_XXS",
  17: "IQ2_XS",
  18: "IQ3_XXS",
  19: "IQ1_S",
  20: "IQ4_NL",
  21: "IQ3_S",
  22: "IQ2_S",
  23: "IQ4_XS",
  24: "I8",
  25: "I16",
  26: "I32",
  27: "I64",
  28: "F64",
  29: "IQ1_M",
  34: "TQ1_0",
  35: "TQ2_0",
  39: "MXFP4",
};

/** What a message calls a kind that is not read. */
export const otherTypeText = (code: number): string => otherNames[code] ?? `number ${code}`;
