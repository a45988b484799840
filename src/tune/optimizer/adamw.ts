/**
 * @file The arithmetic of `torch.optim.AdamW` (Loshchilov & Hutter 2019, "Decoupled weight decay regularization", algorithm 2): one SIMD loop
 * for all parameters that are treated alike.
 */
import type { Range } from "./optimizer-layout.js";
import type { OptimizerMemory } from "./optimizer-memory.js";

/** What is the same in every step. */
export interface AdamWSettings {
  readonly betas: readonly [number, number];
  readonly epsilon: number;
  readonly weightDecay: number;
}

/** What differs from step to step. */
export interface AdamWStep {
  /** Counted from 1. */
  readonly step: number;
  readonly learningRate: number;
  /** Multiplies the gradients. */
  readonly scale: number;
}

/** Steps between two passes over the moments that flush subnormal numbers: see `flushSubnormals` in the kernel. */
const flushInterval = 128;

const floatBytes = Float32Array.BYTES_PER_ELEMENT;

/** The Euclidean norm of all gradients together. */
export function gradientNorm({ kernel, layout, tables }: OptimizerMemory): number {
  let total = 0;
  const add = ({ offset, count }: Range): void => {
    total += kernel.sumOfSquares(layout.gradients + offset * floatBytes, count);
  };
  for (const range of layout.ranges) add(range);
  for (const table of tables.values()) for (const range of table.touched()) add(range);
  return Math.sqrt(total);
}

/** Updates all weights and moments once. */
export function updateWeights(
  { kernel, layout, tables }: OptimizerMemory,
  { betas: [beta1, beta2], epsilon, weightDecay }: AdamWSettings,
  { step, learningRate, scale }: AdamWStep,
): void {
  const stepSize = learningRate / (1 - beta1 ** step);
  const correction = 1 / Math.sqrt(1 - beta2 ** step);
  const decayOf = ({ decay, learningRateScale }: Range): number =>
    decay ? 1 - learningRate * learningRateScale * weightDecay : 1;
  const update = (range: Range): void => {
    const at = range.offset * floatBytes;
    kernel.adamw(
      layout.weights + at,
      layout.gradients + at,
      layout.firstMoments + at,
      layout.secondMoments + at,
      range.count,
      scale,
      beta1,
      1 - beta1,
      beta2,
      1 - beta2,
      stepSize * range.learningRateScale,
      decayOf(range),
      correction,
      epsilon,
    );
    if (step % flushInterval !== 0) return;
    kernel.flushSubnormals(layout.firstMoments + at, range.count);
    kernel.flushSubnormals(layout.secondMoments + at, range.count);
  };
  for (const range of layout.ranges) update(range);
  for (const table of tables.values()) {
    for (const range of table.live()) update(range);
    // Rows that never had a gradient have moments of 0: AdamW subtracts 0 / epsilon, and to the bit decay is all that it does.
    // Untouched, their moments take no room in the machine either.
    for (const range of table.idle())
      if (decayOf(range) !== 1) kernel.scale(layout.weights + range.offset * floatBytes, range.count, decayOf(range));
  }
}
