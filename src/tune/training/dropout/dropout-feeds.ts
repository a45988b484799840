/** @file The masks of dropout that one pass through a model is fed. */
import { evaluateDim } from "../../../autodiff/dims.js";
import type { Shape } from "../../../autodiff/graph.js";
import type { Values } from "../../../autodiff/values.js";
import { tokensAxis } from "../../encoders/packed-tokens.js";
import type { TokenBatch } from "../../pretrained/token-batch.js";
import type { DropoutMasks } from "./dropout-masks.js";

/** A mask that a graph asks for, of booleans; its lengths are formulas of `batch`, `sequence` and `tokens`. Plain data. */
export interface MaskInput {
  readonly name: string;
  readonly shape: Shape;
}

/**
 * Masks of one pass through `tokens`, on whose lengths their shapes depend. Fixed by the seed of `masks`, the number of the pass
 * and the order of `inputs`. Valid until the next call.
 */
export function drawMasks(
  inputs: readonly MaskInput[],
  masks: DropoutMasks,
  pass: number,
  keep: number,
  tokens: TokenBatch,
): Values {
  if (inputs.length === 0) return {};
  const [batch, sequence] = tokens.attention_mask.shape;
  const binding = new Map([
    ["batch", batch!],
    ["sequence", sequence!],
    [tokensAxis, tokens.token_ids.data.length],
  ]);
  const shapes = inputs.map(({ shape }) => shape.map((dim) => evaluateDim(dim, binding)));
  const lengths = shapes.map((shape) => shape.reduce((total, length) => total * length, 1));
  const drawn = masks.drawBytes(
    pass,
    lengths.map((length, stream) => ({ stream, length, keep })),
  );
  return Object.fromEntries(inputs.map(({ name }, i) => [name, { data: drawn[i]!, shape: shapes[i]! }]));
}
