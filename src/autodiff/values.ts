/** @file Numbers for a graph: what is fed to it, what comes back. */
import type { DType } from "./graph.js";

/** How each type lies in memory. */
export interface ArrayOf {
  readonly float32: Float32Array;
  readonly float64: Float64Array;
  readonly int64: BigInt64Array;
  /** 1 and 0. */
  readonly bool: Uint8Array;
  readonly int8: Int8Array;
}

/** A value of a known shape, in row-major order. */
export interface TensorValue<Type extends DType = DType> {
  readonly data: ArrayOf[Type];
  readonly shape: readonly number[];
}

/** Values by name. */
export type Values = Readonly<Record<string, TensorValue>>;

/** How many numbers a shape holds. */
export function countOf(shape: readonly number[]): number {
  return shape.reduce((total, length) => total * length, 1);
}

/** The type that an array holds. */
export function dtypeOf(data: ArrayOf[DType]): DType {
  if (data instanceof Float32Array) return "float32";
  if (data instanceof Float64Array) return "float64";
  if (data instanceof BigInt64Array) return "int64";
  return data instanceof Int8Array ? "int8" : "bool";
}

/** The data of a float32 value; throws on another type. */
export function float32Of({ data }: TensorValue): Float32Array {
  if (!(data instanceof Float32Array)) throw new Error(`expected float32, got ${dtypeOf(data)}`);
  return data;
}

/** The data of a float64 value; throws on another type. */
export function float64Of({ data }: TensorValue): Float64Array {
  if (!(data instanceof Float64Array)) throw new Error(`expected float64, got ${dtypeOf(data)}`);
  return data;
}

/** A float32 value. */
export const float32 = (data: ArrayLike<number>, shape: readonly number[]): TensorValue<"float32"> => ({
  data: data instanceof Float32Array ? data : Float32Array.from(data),
  shape,
});

/** A float64 value. */
export const float64 = (data: ArrayLike<number>, shape: readonly number[]): TensorValue<"float64"> => ({
  data: data instanceof Float64Array ? data : Float64Array.from(data),
  shape,
});

/** Integers, for ids and masks. */
export const int64 = (data: ArrayLike<number>, shape: readonly number[]): TensorValue<"int64"> => ({
  data: BigInt64Array.from({ length: data.length }, (_, i) => BigInt(data[i]!)),
  shape,
});
