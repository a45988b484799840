/** @file Dropout masks from a counter-based generator: any mask of any step can be drawn again without drawing those before it. */
import { createKernelMemory } from "../../optimizer/kernel/kernel.js";

/** One mask of a step. */
export interface MaskSpec {
  /** Which mask of the step: an integer from 0, unique in a model. */
  readonly stream: number;
  readonly length: number;
  /** Probability that an element stays, in (0, 1]; realized to 1/65536. */
  readonly keep: number;
}

/**
 * The masks of a step: fixed by (seed, step, stream), whatever else is drawn and in whatever order; a longer mask begins with the
 * shorter one, and both kinds keep the same elements. What is returned is valid until the next call.
 */
export interface DropoutMasks {
  /** 1 / keep where an element stays, 0 elsewhere: what activations are multiplied by. */
  draw(step: number, masks: readonly MaskSpec[]): Float32Array[];
  /** 1 where an element stays, 0 elsewhere: a quarter of the memory. */
  drawBytes(step: number, masks: readonly MaskSpec[]): Uint8Array[];
}

/** The kernel writes whole groups of this many elements. */
const group = 64;

/**
 * Masks for a run. Philox4x32-10 in WebAssembly SIMD, 16 random bits an element; checked against the known answers of Random123, where it
 * was published, and against a scalar version element by element. The seed is an integer from 0 to 2^53.
 */
export function createDropoutMasks({ seed }: { readonly seed: number }): DropoutMasks {
  const memory = createKernelMemory(0);
  const key0 = seed >>> 0;
  const key1 = Math.floor(seed / 2 ** 32) >>> 0;

  /** Byte offsets for all masks at once: growing the memory detaches every view of it. */
  const place = (masks: readonly MaskSpec[], elementBytes: number): number[] => {
    let end = 0;
    const offsets = masks.map(({ length }) => {
      const offset = end;
      end += Math.ceil(length / group) * group * elementBytes;
      return offset;
    });
    memory.reserve(end);
    return offsets;
  };

  return {
    draw: (step, masks) => {
      const offsets = place(masks, Float32Array.BYTES_PER_ELEMENT);
      return masks.map(({ stream, length, keep }, i) => {
        const limit = limitOf(keep);
        const mask = new Float32Array(memory.buffer, offsets[i]!, length);
        if (limit === keepAll) return mask.fill(1);
        memory.dropoutFactors(offsets[i]!, length, key0, key1, stream, step, limit, 1 / keep);
        return mask;
      });
    },
    drawBytes: (step, masks) => {
      const offsets = place(masks, Uint8Array.BYTES_PER_ELEMENT);
      return masks.map(({ stream, length, keep }, i) => {
        const limit = limitOf(keep);
        const mask = new Uint8Array(memory.buffer, offsets[i]!, length);
        if (limit === keepAll) return mask.fill(1);
        memory.dropoutBytes(offsets[i]!, length, key0, key1, stream, step, limit);
        return mask;
      });
    },
  };
}

/** One above the largest signed 16-bit number: every element is kept, and the kernel cannot say so. */
const keepAll = 2 ** 15;

/** Below which a signed 16-bit number keeps its element. */
function limitOf(keep: number): number {
  if (!(keep > 0 && keep <= 1)) throw new Error(`keep is ${keep}; expected a probability above 0, at most 1`);
  return Math.round(keep * 2 ** 16) - 2 ** 15;
}
