/**
 * @file Quantizations with a scale for each 32 numbers: Q4_0, Q4_1, Q5_0, Q5_1, Q8_0. Layouts as in ggml's `ggml-common.h`: scale d and, where there is
 * one, offset m as half precision, then the high bits, then the low bits. Byte i has number i in its lower half and number i + 16 in its upper half.
 *
 * What is computed in float64 here and rounded when it is stored is the float32 that ggml computes: scales have 11 bits and quants at most 8, so that their
 * product is exact, and only a sum is rounded.
 */
import { halfTable } from "../../half-precision.js";
import type { Dequantize } from "./dequantize.js";

/** Q4_0, 18 bytes: d (q − 8). */
export const fromQ4_0: Dequantize = (bytes, numbers) => {
  const halves = halfTable();
  for (let at = 0, to = 0; to < numbers.length; at += 18, to += 32) {
    const d = halves[bytes[at]! | (bytes[at + 1]! << 8)]!;
    for (let i = 0; i < 16; i++) {
      const q = bytes[at + 2 + i]!;
      numbers[to + i] = d * ((q & 15) - 8);
      numbers[to + i + 16] = d * ((q >> 4) - 8);
    }
  }
};

/** Q4_1, 20 bytes: d q + m. */
export const fromQ4_1: Dequantize = (bytes, numbers) => {
  const halves = halfTable();
  for (let at = 0, to = 0; to < numbers.length; at += 20, to += 32) {
    const d = halves[bytes[at]! | (bytes[at + 1]! << 8)]!;
    const m = halves[bytes[at + 2]! | (bytes[at + 3]! << 8)]!;
    for (let i = 0; i < 16; i++) {
      const q = bytes[at + 4 + i]!;
      numbers[to + i] = d * (q & 15) + m;
      numbers[to + i + 16] = d * (q >> 4) + m;
    }
  }
};

/** The 32 bits from a place on, the lowest byte first. */
const bitsAt = (bytes: Uint8Array, at: number): number =>
  bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);

/** Q5_0, 22 bytes: d (q − 16). Bit i of the four bytes after d is the highest of number i. */
export const fromQ5_0: Dequantize = (bytes, numbers) => {
  const halves = halfTable();
  for (let at = 0, to = 0; to < numbers.length; at += 22, to += 32) {
    const d = halves[bytes[at]! | (bytes[at + 1]! << 8)]!;
    const high = bitsAt(bytes, at + 2);
    for (let i = 0; i < 16; i++) {
      const q = bytes[at + 6 + i]!;
      numbers[to + i] = d * (((q & 15) | (((high >>> i) & 1) << 4)) - 16);
      numbers[to + i + 16] = d * (((q >> 4) | (((high >>> (i + 16)) & 1) << 4)) - 16);
    }
  }
};

/** Q5_1, 24 bytes: d q + m. */
export const fromQ5_1: Dequantize = (bytes, numbers) => {
  const halves = halfTable();
  for (let at = 0, to = 0; to < numbers.length; at += 24, to += 32) {
    const d = halves[bytes[at]! | (bytes[at + 1]! << 8)]!;
    const m = halves[bytes[at + 2]! | (bytes[at + 3]! << 8)]!;
    const high = bitsAt(bytes, at + 4);
    for (let i = 0; i < 16; i++) {
      const q = bytes[at + 8 + i]!;
      numbers[to + i] = d * ((q & 15) | (((high >>> i) & 1) << 4)) + m;
      numbers[to + i + 16] = d * ((q >> 4) | (((high >>> (i + 16)) & 1) << 4)) + m;
    }
  }
};

/** Q8_0, 34 bytes: d q, with q signed. */
export const fromQ8_0: Dequantize = (bytes, numbers) => {
  const halves = halfTable();
  const signed = new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0, to = 0; to < numbers.length; at += 34, to += 32) {
    const d = halves[bytes[at]! | (bytes[at + 1]! << 8)]!;
    for (let i = 0; i < 32; i++) numbers[to + i] = d * signed[at + 2 + i]!;
  }
};
