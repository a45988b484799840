/** @file A decoder of a GGUF file: its configuration, and its weights as numbers of 32 bits. */
import { isSameShape, shapeText } from "../../autodiff/dims.js";
import type { Tensor } from "../../autodiff/graph.js";
import { float32, type TensorValue } from "../../autodiff/values.js";
import { UserError } from "../../lib/errors.js";
import type { GgufModel } from "../pretrained/gguf/gguf-model.js";
import { type DecoderConfig, decoderConfig } from "./decoder-config.js";

/** The configuration of an open model; `path` is its file, for messages. Throws a `UserError` where the file's model is not computed here. */
export function ggufDecoderConfig({ config, weights }: GgufModel, path: string): DecoderConfig {
  // A file of the architecture llama has what biases it has; Hugging Face's Llama has all four of attention or none.
  const output = weights.has("model.layers.0.self_attn.o_proj.bias");
  return decoderConfig({ ...config, attention_output_bias: output }, path);
}

/** Reads the weights that a graph asks for, by name. Throws a `UserError` if one is missing or of another shape. */
export async function readGgufWeights(
  model: GgufModel,
  path: string,
  wanted: readonly Tensor<"input">[],
): Promise<Record<string, TensorValue<"float32">>> {
  const weights: Record<string, TensorValue<"float32">> = {};
  for (const { params, shape } of wanted) {
    const stored = model.weights.get(params.name);
    if (stored === undefined || !isSameShape(stored.shape, shape))
      throw new UserError(
        `${path}: the weight "${params.name}" ${stored === undefined ? "is missing" : `is ${shapeText(stored.shape)}`}; expected ${shapeText(shape)}. ` +
          "Is the file damaged? Download it again, or use another model.",
      );
    weights[params.name] = float32(await model.floats(params.name), stored.shape);
  }
  return weights;
}
