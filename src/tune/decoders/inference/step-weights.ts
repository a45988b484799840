/** @file The weights of a graph that asks for some in 8 bits. */
import { inOrder, isOp, type Tensor } from "../../../autodiff/graph.js";
import { float32, type TensorValue, type Values } from "../../../autodiff/values.js";
import { checkedFloats, type DecoderSource } from "../decoder-source.js";
import { scalesSuffix, toBlocks } from "./block-weights.js";

/**
 * The weights that a graph asks for: those that it wants in 8 bits are rounded one by one as they are read, so that never more than one is in memory
 * as numbers of 32 bits. `isFed` says which inputs are no weights. `UserError` as `checkedFloats`.
 */
export async function readStepWeights(
  source: DecoderSource,
  roots: readonly Tensor[],
  isFed: (name: string) => boolean,
): Promise<Values> {
  const weights: Record<string, TensorValue> = {};
  for (const tensor of inOrder(roots)) {
    if (!isOp(tensor, "input") || isFed(tensor.params.name) || tensor.params.name.endsWith(scalesSuffix)) continue;
    const { name } = tensor.params;
    const shape = tensor.shape as readonly number[];
    const numbers = await checkedFloats(source, name, shape);
    if (tensor.dtype === "int8") {
      const { codes, scales } = toBlocks(numbers, shape[0]!);
      weights[name] = codes;
      weights[name + scalesSuffix] = scales;
    } else weights[name] = float32(numbers, shape);
  }
  return weights;
}
