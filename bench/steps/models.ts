/** @file The models whose training step is timed: published sizes, random weights. What a step costs does not depend on the numbers. */

import { buildDecoder } from "../../src/tune/decoders/decoder-encoder.js";
import { bertConfig, bertGraph } from "../../src/tune/encoders/bert.js";
import { architectures, type HeadLayers } from "../../src/tune/encoders/classifier-heads.js";
import { distilbertConfig, distilbertGraph } from "../../src/tune/encoders/distilbert.js";
import type { Dropout, EncoderGraph } from "../../src/tune/encoders/encoder-graph.js";
import type { LoraSettings } from "../../src/tune/lora/lora-graph.js";

export interface StepModelSource {
  encoder(dropout: Dropout): EncoderGraph;
  readonly head: HeadLayers;
  readonly vocabulary: number;
  /** Where adapters are trained, and the last layer, and nothing else. */
  readonly lora?: LoraSettings;
}

const vocabulary = 30_522;

const distilbert = distilbertConfig.parse({
  vocab_size: vocabulary,
  dim: 768,
  n_layers: 6,
  n_heads: 12,
  hidden_dim: 3072,
  max_position_embeddings: 512,
});

const minilm = bertConfig.parse({
  vocab_size: vocabulary,
  hidden_size: 384,
  num_hidden_layers: 6,
  num_attention_heads: 12,
  intermediate_size: 1536,
  max_position_embeddings: 512,
});

/** SmolLM2-135M. */
const smollm2 = {
  model_type: "llama",
  vocab_size: 49_152,
  hidden_size: 576,
  intermediate_size: 1536,
  num_hidden_layers: 30,
  num_attention_heads: 9,
  num_key_value_heads: 3,
  max_position_embeddings: 8192,
  rope_theta: 100_000,
  tie_word_embeddings: true,
};
const decoder = {
  encoder: () => buildDecoder(smollm2, "config.json", "last").graph,
  head: architectures["llama"]!.layers({}),
  vocabulary: smollm2.vocab_size,
};

/** As in `serve.py`. */
export const stepModels = {
  distilbert: {
    encoder: (dropout) => distilbertGraph(distilbert, { dropout, states: "first" }),
    head: architectures["distilbert"]!.layers({}),
    vocabulary,
  },
  minilm: {
    encoder: (dropout) => bertGraph(minilm, { dropout, states: "first" }),
    head: architectures["bert"]!.layers({}),
    vocabulary,
  },
  smollm2: decoder,
  "smollm2-lora": { ...decoder, lora: { rank: 8, alpha: 16 } },
} as const satisfies Record<string, StepModelSource>;

/** Whether it is one of them. */
export const isStepModel = (name: string): name is keyof typeof stepModels => Object.hasOwn(stepModels, name);
