/** Turns blocks into float32: as many numbers as `numbers` has room for, which `blocks` has. */
export type Dequantize = (blocks: Uint8Array, numbers: Float32Array) => void;
