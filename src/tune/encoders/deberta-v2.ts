/**
 * @file DeBERTa v2 and v3 (He et al. 2021, arXiv 2006.03654 and 2111.09543) as Hugging Face's `DebertaV2Model` computes them: BERT whose
 * scores are a sum of content to content, content to distance and distance to content.
 */
import { z } from "zod";
import { product } from "../../autodiff/dims.js";
import type { Tensor } from "../../autodiff/graph.js";
import { add, gather, input, layerNorm, matmul, multiply, reshape, transpose } from "../../autodiff/ops.js";
import { bertLayerNames } from "./bert.js";
import { dense, embeddings, firstPlace, type Projection, postNormLayers, type ScoreParts, tokenInputs } from "./blocks.js";
import { count, encoderFields, isMultiple } from "./config-fields.js";
import type { EncoderGraph, GraphOptions } from "./encoder-graph.js";
import { bucketsByPair, debertaBucket, places } from "./relative-positions.js";

/** Which parts the scores have besides content to content: content to distance (`c2p`), distance to content (`p2c`). */
const scorePart = z.literal(["c2p", "p2c"]);

/** What of `config.json` changes the computation. */
export const debertaV2Config = z
  .object({
    ...encoderFields,
    layer_norm_eps: z.number().positive().default(1e-7),
    type_vocab_size: z.int().nonnegative().default(0),
    position_biased_input: z.boolean().default(true),
    relative_attention: z.literal(true),
    max_relative_positions: z.int().default(-1),
    position_buckets: z.int().default(-1),
    norm_rel_ebd: z.literal(["none", "layer_norm"]).default("none"),
    share_att_key: z.boolean().default(false),
    // A list, or one string joined by "|".
    pos_att_type: z.preprocess(
      (found) => (typeof found === "string" ? found.toLowerCase().split(/\s*\|\s*/) : (found ?? [])),
      z.array(scorePart),
    ),
    conv_kernel_size: z.literal(0).default(0),
    embedding_size: count.optional(),
    attention_head_size: count.optional(),
  })
  .superRefine(isMultiple("hidden_size", "num_attention_heads"))
  .refine(({ embedding_size: width, hidden_size: hidden }) => width === undefined || width === hidden, {
    error: "embedding_size differs from hidden_size, which is not supported.",
  })
  .refine(
    ({ attention_head_size: width, hidden_size: hidden, num_attention_heads: heads }) =>
      width === undefined || width === hidden / heads,
    { error: "attention_head_size differs from hidden_size / num_attention_heads, which is not supported." },
  );
export type DebertaV2Config = z.infer<typeof debertaV2Config>;

/** [rows, hidden] to [heads, rows, hidden / heads]. */
function splitRows(x: Tensor, heads: number): Tensor {
  const [rows, hidden] = x.shape.map(Number);
  return transpose(reshape(x, [rows!, heads, hidden! / heads]), [1, 0, 2]);
}

/**
 * Of `x` [batch, heads, m, rows] the number at row `row[i, j]` of each i: [batch, heads, m, n], where m and n are `sequence` or 1. By rows of a
 * table of one entry for each place and row, since `gather` takes whole rows.
 */
function pick(x: Tensor, row: Tensor, longest: number): Tensor {
  const [batch, heads, count, rows] = x.shape;
  const table = reshape(transpose(x, [2, 3, 0, 1]), [product([count!, rows!]), batch!, heads!]);
  const start = multiply(reshape(places(longest), ["sequence", 1]), Number(rows));
  return transpose(gather(table, add(count === 1 ? firstPlace(start, 0) : start, row)), [2, 3, 0, 1]);
}

/** Builds the graph. */
export function debertaV2Graph(config: DebertaV2Config, { dropout, states }: GraphOptions): EncoderGraph {
  const { hidden_size: hidden, num_attention_heads: heads, layer_norm_eps: epsilon, max_position_embeddings: longest } = config;
  const { inputIds, attentionMask } = tokenInputs();
  const embedded = embeddings(inputIds, {
    width: hidden,
    epsilon,
    tokens: config.vocab_size,
    ...(config.position_biased_input ? { positions: { rows: longest, first: 0 } } : {}),
    types: config.type_vocab_size,
  });

  const farthest = config.max_relative_positions < 1 ? longest : config.max_relative_positions;
  const span = config.position_buckets > 0 ? config.position_buckets : farthest;
  // The program's distance is query minus key; its table begins with the farthest key behind.
  const row = bucketsByPair(longest, (keyMinusQuery) => {
    const distance = -keyMinusQuery;
    const bucket = config.position_buckets > 0 ? debertaBucket(distance, config.position_buckets, farthest) : distance;
    return Math.min(2 * span - 1, Math.max(0, bucket + span));
  });
  const stored = input("encoder.rel_embeddings.weight", [2 * span, hidden]);
  const norms = { scale: input("encoder.LayerNorm.weight", [hidden]), bias: input("encoder.LayerNorm.bias", [hidden]) };
  const distances = config.norm_rel_ebd === "layer_norm" ? layerNorm(stored, epsilon, norms) : stored;

  const parts = config.pos_att_type;
  const scale = 1 / Math.sqrt((hidden / heads) * (1 + new Set(parts).size));
  // Content to distance and distance to content; content to content is what every attention has.
  const byDistance = ({ query, key, toQuery, toKey, layer }: ScoreParts): Tensor => {
    const name = `encoder.layer.${layer}.attention.self`;
    const dropped = dropout(distances, `${name}.distances`);
    const own = (shared: Projection, projection: string): Tensor =>
      splitRows((config.share_att_key ? shared : dense(`${name}.${projection}`, hidden, hidden))(dropped), heads);
    const rows = query.shape[2] === 1 ? firstPlace(row, 0) : row;
    const found: Tensor[] = [];
    if (parts.includes("c2p"))
      found.push(pick(matmul(query, own(toKey, "pos_key_proj"), { transposeB: true, scale }), rows, longest));
    // Here each key picks by the distance of each query, which is the same pair's: the rows are the same, transposed.
    if (parts.includes("p2c"))
      found.push(
        transpose(pick(matmul(key, own(toQuery, "pos_query_proj"), { transposeB: true, scale }), transpose(rows), longest)),
      );
    return found.reduce(add);
  };

  const last = postNormLayers(dropout(embedded, "embeddings"), attentionMask, {
    layers: config.num_hidden_layers,
    names: (layer) => {
      const name = `encoder.layer.${layer}.attention.self`;
      return { ...bertLayerNames(layer), query: `${name}.query_proj`, key: `${name}.key_proj`, value: `${name}.value_proj` };
    },
    hidden,
    heads,
    inner: config.intermediate_size,
    activation: config.hidden_act,
    epsilon,
    scale,
    ...(parts.length > 0 && { bias: byDistance }),
    dropout,
    states,
  });
  return { inputIds, attentionMask, hidden: last };
}
