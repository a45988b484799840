/** @file The models whose training step is timed: published sizes, random weights. What a step costs does not depend on the numbers. */

import { bertConfig, bertGraph } from "../../src/tune/encoders/bert.js";
import { architectures, type HeadLayers } from "../../src/tune/encoders/classifier-heads.js";
import { distilbertConfig, distilbertGraph } from "../../src/tune/encoders/distilbert.js";
import type { Dropout, EncoderGraph } from "../../src/tune/encoders/encoder-graph.js";

export const vocabulary = 30_522;

interface StepModelSource {
  encoder(dropout: Dropout): EncoderGraph;
  readonly head: HeadLayers;
}

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

/** As in `serve.py`. */
export const stepModels = {
  distilbert: {
    encoder: (dropout) => distilbertGraph(distilbert, { dropout, states: "first" }),
    head: architectures["distilbert"]!.layers({}),
  },
  minilm: { encoder: (dropout) => bertGraph(minilm, { dropout, states: "first" }), head: architectures["bert"]!.layers({}) },
} as const satisfies Record<string, StepModelSource>;

/** Whether it is one of them. */
export const isStepModel = (name: string): name is keyof typeof stepModels => Object.hasOwn(stepModels, name);
