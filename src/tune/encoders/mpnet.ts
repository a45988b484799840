/**
 * @file MPNet (Song et al. 2020, arXiv 2004.09297) as Hugging Face's `MPNetModel` computes it: BERT whose scores have a bias by the
 * distance of key and query, one for all layers.
 */
import { z } from "zod";
import { gather, input, transpose } from "../../autodiff/ops.js";
import { embeddings, postNormLayers, tokenInputs } from "./blocks.js";
import { encoderFields, isMultiple } from "./config-fields.js";
import type { EncoderGraph, GraphOptions } from "./encoder-graph.js";
import { bucketsByPair, mpnetBucket } from "./relative-positions.js";

// Positions begin after the id of padding, which is 1 in the program, not in the configuration.
const firstPosition = 2;

/** What of `config.json` changes the computation. transformers itself has 32 buckets whatever the configuration says. */
export const mpnetConfig = z
  .object({ ...encoderFields, relative_attention_num_buckets: z.literal(32).default(32) })
  .superRefine(isMultiple("hidden_size", "num_attention_heads"))
  .refine((config) => mpnetPositions(config) > 0, {
    error: `max_position_embeddings has to be above ${firstPosition}: as many rows come before the first token's.`,
  });
export type MpnetConfig = z.infer<typeof mpnetConfig>;

/** The longest text in tokens. */
export function mpnetPositions(config: { readonly max_position_embeddings: number }): number {
  return config.max_position_embeddings - firstPosition;
}

/** Builds the graph. */
export function mpnetGraph(config: MpnetConfig, { dropout, states }: GraphOptions): EncoderGraph {
  const { hidden_size: hidden, num_attention_heads: heads, layer_norm_eps: epsilon } = config;
  const { inputIds, attentionMask } = tokenInputs();
  const embedded = embeddings(inputIds, {
    width: hidden,
    epsilon,
    tokens: config.vocab_size,
    positions: { rows: config.max_position_embeddings, first: firstPosition },
    types: 0,
  });
  const table = input("encoder.relative_attention_bias.weight", [config.relative_attention_num_buckets, heads]);
  // [sequence, sequence, heads] to [heads, sequence, sequence].
  const bias = transpose(gather(table, bucketsByPair(mpnetPositions(config), mpnetBucket)), [2, 0, 1]);
  const last = postNormLayers(dropout(embedded, "embeddings"), attentionMask, {
    layers: config.num_hidden_layers,
    names: (layer) => {
      const name = `encoder.layer.${layer}`;
      return {
        query: `${name}.attention.attn.q`,
        key: `${name}.attention.attn.k`,
        value: `${name}.attention.attn.v`,
        attentionOutput: `${name}.attention.attn.o`,
        attentionNorm: `${name}.attention.LayerNorm`,
        inner: `${name}.intermediate.dense`,
        output: `${name}.output.dense`,
        outputNorm: `${name}.output.LayerNorm`,
      };
    },
    hidden,
    heads,
    inner: config.intermediate_size,
    activation: config.hidden_act,
    epsilon,
    bias: () => bias,
    dropout,
    states,
  });
  return { inputIds, attentionMask, hidden: last };
}
