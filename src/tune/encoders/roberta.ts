/**
 * @file RoBERTa (Liu et al. 2019, arXiv 1907.11692) and XLM-RoBERTa (Conneau et al. 2020, arXiv 1911.02116): BERT with positions that
 * begin after the id of padding, so that of 514 rows 512 are used.
 */
import { z } from "zod";
import { bertGraph } from "./bert.js";
import { count, encoderFields, isMultiple, plainFields } from "./config-fields.js";
import type { EncoderGraph, GraphOptions } from "./encoder-graph.js";

/** What of `config.json` changes the computation; the same for both. */
export const robertaConfig = z
  .object({
    ...encoderFields,
    ...plainFields,
    type_vocab_size: count.default(2),
    pad_token_id: z.int().nonnegative().default(1),
  })
  .superRefine(isMultiple("hidden_size", "num_attention_heads"))
  .refine((config) => robertaPositions(config) > 0, {
    error: "max_position_embeddings leaves no position after pad_token_id.",
  });
export type RobertaConfig = z.infer<typeof robertaConfig>;

/** The longest text in tokens. */
export function robertaPositions(config: { readonly max_position_embeddings: number; readonly pad_token_id: number }): number {
  return config.max_position_embeddings - config.pad_token_id - 1;
}

/** Builds the graph: the first token has position `pad_token_id + 1`. */
export function robertaGraph(config: RobertaConfig, options: GraphOptions): EncoderGraph {
  return bertGraph(config, options, config.pad_token_id + 1);
}
