/**
 * @file ELECTRA (Clark et al. 2020, arXiv 2003.10555) as Hugging Face's `ElectraModel` computes it: BERT whose embeddings may be
 * narrower than its layers.
 */
import { z } from "zod";
import { bertLayerNames } from "./bert.js";
import { dense, embeddings, postNormLayers, tokenInputs } from "./blocks.js";
import { count, encoderFields, isMultiple, plainFields } from "./config-fields.js";
import type { EncoderGraph, GraphOptions } from "./encoder-graph.js";

/** What of `config.json` changes the computation. */
export const electraConfig = z
  .object({ ...encoderFields, ...plainFields, embedding_size: count, type_vocab_size: count.default(2) })
  .superRefine(isMultiple("hidden_size", "num_attention_heads"));
export type ElectraConfig = z.infer<typeof electraConfig>;

/** Builds the graph. */
export function electraGraph(config: ElectraConfig, { dropout, states }: GraphOptions): EncoderGraph {
  const { hidden_size: hidden, embedding_size: width, layer_norm_eps: epsilon } = config;
  const { inputIds, attentionMask } = tokenInputs();
  const narrow = embeddings(inputIds, {
    width,
    epsilon,
    tokens: config.vocab_size,
    positions: { rows: config.max_position_embeddings, first: 0 },
    types: config.type_vocab_size,
  });
  const dropped = dropout(narrow, "embeddings");
  const embedded = width === hidden ? dropped : dense("embeddings_project", width, hidden)(dropped);
  const last = postNormLayers(embedded, attentionMask, {
    layers: config.num_hidden_layers,
    names: bertLayerNames,
    hidden,
    heads: config.num_attention_heads,
    inner: config.intermediate_size,
    activation: config.hidden_act,
    epsilon,
    dropout,
    states,
  });
  return { inputIds, attentionMask, hidden: last };
}
