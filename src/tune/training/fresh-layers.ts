/** @file Forgets the top of a pre-trained encoder. */
import { float32 } from "../../autodiff/values.js";
import { random } from "../../lib/random.js";
import type { LayerDepths } from "./layer-depths.js";
import type { Weights } from "./training-job.js";

/** BERT's `initializer_range`. */
const deviation = 0.02;

/**
 * The weights with the top `count` layers, and what comes after them, as they were before pre-training: small random matrices, no bias,
 * normalization that does nothing. What the top layers know is of the task they were pre-trained on (Zhang et al. 2021, arXiv
 * 2006.05987, section 5).
 */
export function withFreshLayers(weights: Weights, { layers, depthOf }: LayerDepths, count: number, seed: number): Weights {
  if (count === 0) return weights;
  return Object.fromEntries(
    Object.entries(weights).map(([name, value]) => {
      if (depthOf(name) <= layers - count) return [name, value];
      const { normal } = random(seed, `fresh ${name}`);
      const isScale = value.shape.length === 1 && name.endsWith(".weight");
      const numberOf = value.shape.length > 1 ? () => deviation * normal() : () => (isScale ? 1 : 0);
      return [name, float32(Float32Array.from(value.data, numberOf), value.shape)];
    }),
  );
}
