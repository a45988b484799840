/** @file Tensors that are not quantized: each number by itself. */
import { fromHalves, fromUpperHalves } from "../../half-precision.js";
import type { Dequantize } from "./dequantize.js";

/** The bytes from an even place on as 16-bit numbers: a view where the place allows it. */
function shorts(bytes: Uint8Array): Uint16Array {
  const { buffer, byteOffset, length } = byteOffsetIsEven(bytes) ? bytes : bytes.slice();
  return new Uint16Array(buffer, byteOffset, length / 2);
}

const byteOffsetIsEven = ({ byteOffset }: Uint8Array): boolean => byteOffset % 2 === 0;

/** F32: copied. */
export const fromF32: Dequantize = (bytes, numbers) => {
  new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength).set(bytes);
};

/** F16: IEEE half precision. */
export const fromF16: Dequantize = (bytes, numbers) => {
  fromHalves(shorts(bytes), numbers);
};

/** BF16: the upper half of a float32. */
export const fromBF16: Dequantize = (bytes, numbers) => {
  fromUpperHalves(shorts(bytes), numbers);
};
