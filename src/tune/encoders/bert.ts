/** @file BERT (Devlin et al. 2019, arXiv 1810.04805) as Hugging Face's `BertModel` computes it, under its tensor names. */
import { z } from "zod";
import { embeddings, type LayerNames, postNormLayers, tokenInputs } from "./blocks.js";
import { count, encoderFields, isMultiple, plainFields } from "./config-fields.js";
import { type EncoderGraph, type GraphOptions, noDropout } from "./encoder-graph.js";

/** What of `config.json` changes the computation. */
export const bertConfig = z
  .object({ ...encoderFields, ...plainFields, type_vocab_size: count.default(2) })
  .superRefine(isMultiple("hidden_size", "num_attention_heads"));
export type BertConfig = z.infer<typeof bertConfig>;

/** The names of the weights of a layer. */
export function bertLayerNames(layer: number): LayerNames {
  const name = `encoder.layer.${layer}`;
  return {
    query: `${name}.attention.self.query`,
    key: `${name}.attention.self.key`,
    value: `${name}.attention.self.value`,
    attentionOutput: `${name}.attention.output.dense`,
    attentionNorm: `${name}.attention.output.LayerNorm`,
    inner: `${name}.intermediate.dense`,
    output: `${name}.output.dense`,
    outputNorm: `${name}.output.LayerNorm`,
  };
}

/**
 * Builds the graph. `batch` and `sequence` are bound by the batch that is fed. `firstPosition` is the row of the table of positions
 * that the first token has: RoBERTa's is not 0.
 */
export function bertGraph(
  config: BertConfig,
  { dropout = noDropout, states = "all" }: Partial<GraphOptions> = {},
  firstPosition = 0,
): EncoderGraph {
  const { hidden_size: hidden, layer_norm_eps: epsilon } = config;
  const { inputIds, attentionMask } = tokenInputs();
  const embedded = embeddings(inputIds, {
    width: hidden,
    epsilon,
    tokens: config.vocab_size,
    positions: { rows: config.max_position_embeddings, first: firstPosition },
    types: config.type_vocab_size,
  });
  const last = postNormLayers(dropout(embedded, "embeddings"), attentionMask, {
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
