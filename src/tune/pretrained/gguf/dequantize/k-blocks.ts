/**
 * @file The K-quantizations: blocks of 256 numbers whose parts, of 16 or 32 numbers, have quantized scales of their own. Layouts as in ggml's
 * `ggml-common.h`. As with small blocks, only the last step rounds.
 */
import { halfTable } from "../../half-precision.js";
import type { Dequantize } from "./dequantize.js";

const half = (bytes: Uint8Array, at: number): number => halfTable()[bytes[at]! | (bytes[at + 1]! << 8)]!;

/** Q2_K, 84 bytes: 16 scales and offsets of 4 bits, 64 bytes of quants of 2 bits, d, d of the offsets. */
export const fromQ2_K: Dequantize = (bytes, numbers) => {
  for (let at = 0, block = 0; block < numbers.length; at += 84, block += 256) {
    const d = half(bytes, at + 80);
    const dOffset = half(bytes, at + 82);
    for (let part = 0; part < 16; part++) {
      const scales = bytes[at + part]!;
      const scale = d * (scales & 15);
      const offset = dOffset * (scales >> 4);
      const from = at + 16 + 32 * (part >> 3) + 16 * (part & 1);
      const shift = 2 * ((part >> 1) & 3);
      const to = block + 16 * part;
      for (let i = 0; i < 16; i++) numbers[to + i] = scale * ((bytes[from + i]! >> shift) & 3) - offset;
    }
  }
};

/**
 * Q3_K, 110 bytes: 32 bytes of high bits, 64 bytes of the low 2 bits, 16 scales of 6 bits in 12 bytes, d. A high bit that is *not* set subtracts 4. The
 * lower 4 bits of the scales are in the first 8 bytes, the upper 2 in the last 4.
 */
export const fromQ3_K: Dequantize = (bytes, numbers) => {
  for (let at = 0, block = 0; block < numbers.length; at += 110, block += 256) {
    const d = half(bytes, at + 108);
    const scales = at + 96;
    for (let part = 0; part < 16; part++) {
      const low = part < 8 ? bytes[scales + part]! & 15 : bytes[scales + part - 8]! >> 4;
      const high = (bytes[scales + 8 + (part & 3)]! >> (2 * (part >> 2))) & 3;
      const scale = d * ((low | (high << 4)) - 32);
      const from = at + 32 + 32 * (part >> 3) + 16 * (part & 1);
      const shift = 2 * ((part >> 1) & 3);
      const mask = at + 16 * (part & 1);
      const bit = part >> 1;
      const to = block + 16 * part;
      for (let i = 0; i < 16; i++) {
        const missing = ((bytes[mask + i]! >> bit) & 1) === 0 ? 4 : 0;
        numbers[to + i] = scale * (((bytes[from + i]! >> shift) & 3) - missing);
      }
    }
  }
};

/** The scale of a part of a Q4_K or Q5_K block: 6 bits, of parts 4 to 7 the upper two in the bytes of the parts before. */
const scaleOf = (bytes: Uint8Array, at: number, part: number): number =>
  part < 4 ? bytes[at + part]! & 63 : (bytes[at + part + 4]! & 15) | ((bytes[at + part - 4]! >> 6) << 4);

/** The offset of a part, likewise. */
const offsetOf = (bytes: Uint8Array, at: number, part: number): number =>
  part < 4 ? bytes[at + part + 4]! & 63 : (bytes[at + part + 4]! >> 4) | ((bytes[at + part]! >> 6) << 4);

/** Q4_K, 144 bytes: d, d of the offsets, 8 scales and offsets of 6 bits in 12 bytes, 128 bytes of quants of 4 bits. */
export const fromQ4_K: Dequantize = (bytes, numbers) => {
  for (let at = 0, block = 0; block < numbers.length; at += 144, block += 256) {
    const d = half(bytes, at);
    const dOffset = half(bytes, at + 2);
    for (let part = 0; part < 8; part++) {
      const scale = d * scaleOf(bytes, at + 4, part);
      const offset = dOffset * offsetOf(bytes, at + 4, part);
      const from = at + 16 + 32 * (part >> 1);
      const shift = 4 * (part & 1);
      const to = block + 32 * part;
      for (let i = 0; i < 32; i++) numbers[to + i] = scale * ((bytes[from + i]! >> shift) & 15) - offset;
    }
  }
};

/** Q5_K, 176 bytes: as Q4_K, with 32 bytes of high bits before the quants: bit p of byte i is that of number i of part p. */
export const fromQ5_K: Dequantize = (bytes, numbers) => {
  for (let at = 0, block = 0; block < numbers.length; at += 176, block += 256) {
    const d = half(bytes, at);
    const dOffset = half(bytes, at + 2);
    for (let part = 0; part < 8; part++) {
      const scale = d * scaleOf(bytes, at + 4, part);
      const offset = dOffset * offsetOf(bytes, at + 4, part);
      const from = at + 48 + 32 * (part >> 1);
      const shift = 4 * (part & 1);
      const to = block + 32 * part;
      for (let i = 0; i < 32; i++) {
        const high = (bytes[at + 16 + i]! >> part) & 1;
        numbers[to + i] = scale * (((bytes[from + i]! >> shift) & 15) | (high << 4)) - offset;
      }
    }
  }
};

/** Q6_K, 210 bytes: 128 bytes of the low 4 bits, 64 bytes of the high 2 bits, 16 signed scales of 8 bits, d; d times scale times (q − 32). */
export const fromQ6_K: Dequantize = (bytes, numbers) => {
  const signed = new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0, block = 0; block < numbers.length; at += 210, block += 256) {
    const d = half(bytes, at + 208);
    for (let part = 0; part < 16; part++) {
      const scale = d * signed[at + 192 + part]!;
      // Eight parts are 128 numbers. Of these, the first 64 are in the lower halves of 64 bytes, the others in the upper halves.
      const low = at + 64 * (part >> 3) + 16 * (part & 3);
      const lowShift = 4 * ((part >> 2) & 1);
      const high = at + 128 + 32 * (part >> 3) + 16 * (part & 1);
      const highShift = 2 * ((part >> 1) & 3);
      const to = block + 16 * part;
      for (let i = 0; i < 16; i++) {
        const q = ((bytes[low + i]! >> lowShift) & 15) | (((bytes[high + i]! >> highShift) & 3) << 4);
        numbers[to + i] = scale * (q - 32);
      }
    }
  }
};
