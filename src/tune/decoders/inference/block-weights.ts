/** @file Weights in 8 bits: each row is cut into blocks of 16, and a weight is a whole number from −127 to 127 times the scale of its block. */
import { float32, type TensorValue } from "../../../autodiff/values.js";

/**
 * Weights that share a scale. Blocks of 32 take a sixth less time, and log-odds of labels are four times as far from those of 32-bit weights
 * (`bench/RESULTS.md`).
 */
export const blockSize = 16;

/** After a weight's name: the scales of its blocks. */
export const scalesSuffix = ".scales";

/** Whether rows of so many weights can be cut into blocks. */
export function fitsBlocks(columns: number): boolean {
  return columns % blockSize === 0;
}

/** Codes [rows, columns] and scales [rows, columns / 16], each block by its own largest weight. */
export function toBlocks(
  weights: Float32Array,
  rows: number,
): { readonly codes: TensorValue<"int8">; readonly scales: TensorValue<"float32"> } {
  const columns = weights.length / rows;
  const codes = new Int8Array(weights.length);
  const scales = new Float32Array(weights.length / blockSize);
  // Loops over indices, for speed: a model has a hundred million numbers and more.
  for (let block = 0; block < scales.length; block++) {
    const [start, end] = [block * blockSize, (block + 1) * blockSize];
    let peak = 0;
    for (let i = start; i < end; i++) {
      const size = Math.abs(weights[i]!);
      if (size > peak) peak = size;
    }
    // A block of zeros is zeros by any scale.
    const scale = Math.fround(peak / 127) || 1;
    const inverse = 1 / scale;
    scales[block] = scale;
    for (let i = start; i < end; i++) codes[i] = Math.max(-127, Math.min(127, Math.floor(weights[i]! * inverse + 0.5)));
  }
  return { codes: { data: codes, shape: [rows, columns] }, scales: float32(scales, [rows, columns / blockSize]) };
}
