/** @file A decoder language model as what a classifier stands on: texts to states, like an encoder, but that a token sees none after it. */
import type { WantedStates } from "../encoders/encoder-graph.js";
import type { BuiltEncoder } from "../encoders/families.js";
import { decoderConfig } from "./decoder-config.js";
import { decoderGraph } from "./decoder-graph.js";

/**
 * The longest text in tokens that is classified, whatever the model was made for: tables of positions are part of each graph, and those of 131,072
 * positions, as Llama 3.1 has, would be 134 MB. As long as ModernBERT's.
 */
const longestText = 8192;

/**
 * Builds the decoder that a configuration describes; `place` is its file, for messages. Training drops no units of it, as transformers does not by
 * default.
 */
export function buildDecoder(config: object, place: string, states: WantedStates): BuiltEncoder {
  const parsed = decoderConfig(config, place);
  const maxPositions = Math.min(parsed.maxPositions, longestText);
  const graph = decoderGraph(parsed, { maxTokens: maxPositions, states: states === "last" ? "last" : "all" });
  return {
    graph,
    prefix: "",
    hiddenSize: parsed.hidden,
    maxPositions,
    vocabularySize: parsed.vocabularySize,
  };
}
