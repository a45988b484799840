/** @file DistilBERT (Sanh et al. 2019, arXiv 1910.01108) as Hugging Face's `DistilBertModel` computes it: BERT without token types. */
import { z } from "zod";
import { embeddings, postNormLayers, tokenInputs } from "./blocks.js";
import { activationName, count, isMultiple, layerCount } from "./config-fields.js";
import type { EncoderGraph, GraphOptions } from "./encoder-graph.js";

/** What of `config.json` changes the computation. `sinusoidal_pos_embds` does not: it says what the table of positions began with. */
export const distilbertConfig = z
  .object({
    vocab_size: count,
    dim: count,
    n_layers: layerCount,
    n_heads: count,
    hidden_dim: count,
    max_position_embeddings: count,
    activation: activationName.default("gelu"),
  })
  .superRefine(isMultiple("dim", "n_heads"));
export type DistilbertConfig = z.infer<typeof distilbertConfig>;

// Not in the configuration but in the program.
const epsilon = 1e-12;

/** Builds the graph. */
export function distilbertGraph(config: DistilbertConfig, { dropout, states }: GraphOptions): EncoderGraph {
  const { inputIds, attentionMask } = tokenInputs();
  const embedded = embeddings(inputIds, {
    width: config.dim,
    epsilon,
    tokens: config.vocab_size,
    positions: { rows: config.max_position_embeddings, first: 0 },
    types: 0,
  });
  const hidden = postNormLayers(dropout(embedded, "embeddings"), attentionMask, {
    layers: config.n_layers,
    names: (layer) => {
      const name = `transformer.layer.${layer}`;
      return {
        query: `${name}.attention.q_lin`,
        key: `${name}.attention.k_lin`,
        value: `${name}.attention.v_lin`,
        attentionOutput: `${name}.attention.out_lin`,
        attentionNorm: `${name}.sa_layer_norm`,
        inner: `${name}.ffn.lin1`,
        output: `${name}.ffn.lin2`,
        outputNorm: `${name}.output_layer_norm`,
      };
    },
    hidden: config.dim,
    heads: config.n_heads,
    inner: config.hidden_dim,
    activation: config.activation,
    epsilon,
    dropout,
    states,
    dropsAttentionOutput: false,
  });
  return { inputIds, attentionMask, hidden };
}
