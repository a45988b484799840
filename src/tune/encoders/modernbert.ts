/**
 * @file ModernBERT (Warner et al. 2024, arXiv 2412.13663) as Hugging Face's `ModernBertModel` computes it: normalization before each half
 * of a layer, rotary positions, most layers seeing only a neighborhood, gated feed-forward layers.
 */
import { z } from "zod";
import { attention } from "../../autodiff/attention.js";
import type { Tensor } from "../../autodiff/graph.js";
import { square } from "../../autodiff/math.js";
import {
  add,
  cast,
  gather,
  greater,
  input,
  literal,
  matmul,
  multiply,
  reshape,
  slice,
  subtract,
  where,
} from "../../autodiff/ops.js";
import { dense, firstPlace, masked, mergeHeads, norm, paddingMask, splitHeads, tokenInputs } from "./blocks.js";
import { activationName, activations, count, isMultiple, layerCount } from "./config-fields.js";
import type { EncoderGraph, GraphOptions } from "./encoder-graph.js";
import { places } from "./relative-positions.js";

const layerType = z.literal(["full_attention", "sliding_attention"]);
type LayerType = z.infer<typeof layerType>;

const rotation = z.object({ rope_type: z.literal("default").default("default"), rope_theta: z.number().positive().optional() });

/**
 * What of `config.json` changes the computation. Which layers see all, and the rotary base of either kind, are written in one way by
 * transformers 5 (`layer_types`, `rope_parameters`) and in another by those before.
 */
export const modernbertConfig = z
  .object({
    vocab_size: count,
    hidden_size: count,
    num_hidden_layers: layerCount,
    num_attention_heads: count,
    intermediate_size: count,
    max_position_embeddings: count,
    norm_eps: z.number().positive().default(1e-5),
    norm_bias: z.boolean().default(false),
    attention_bias: z.boolean().default(false),
    mlp_bias: z.boolean().default(false),
    hidden_activation: activationName.default("gelu"),
    local_attention: count.default(128),
    layer_types: z.array(layerType).nullish(),
    global_attn_every_n_layers: count.default(3),
    rope_parameters: z.partialRecord(layerType, rotation.nullish()).nullish(),
    rope_scaling: z.null().optional(),
    global_rope_theta: z.number().positive().default(160_000),
    local_rope_theta: z.number().positive().nullish(),
  })
  .superRefine(isMultiple("hidden_size", "num_attention_heads"))
  .refine((config) => (config.hidden_size / config.num_attention_heads) % 2 === 0, {
    error: "hidden_size / num_attention_heads has to be even: rotary positions turn pairs.",
  })
  .refine(({ layer_types: types, num_hidden_layers: layers }) => !types || types.length === layers, {
    error: "layer_types has to have num_hidden_layers entries.",
  });
export type ModernbertConfig = z.infer<typeof modernbertConfig>;

function typeOf(config: ModernbertConfig, layer: number): LayerType {
  return (
    config.layer_types?.[layer] ?? (layer % config.global_attn_every_n_layers === 0 ? "full_attention" : "sliding_attention")
  );
}

function baseOf(config: ModernbertConfig, type: LayerType): number {
  const former = type === "full_attention" ? config.global_rope_theta : (config.local_rope_theta ?? 10_000);
  return config.rope_parameters?.[type]?.rope_theta ?? former;
}

/**
 * Rotary positions (Su et al. 2021, arXiv 2104.09864): turns the pairs (i, i + width / 2) of [batch, heads, sequence, width] by
 * place · base^(−2i / width). The products of queries and keys then depend on how far they are apart.
 */
function rotary(width: number, longest: number, base: number): (x: Tensor) => Tensor {
  const half = width / 2;
  const frequencies = Array.from({ length: half }, (_, column) => base ** ((-2 * column) / width));
  const table = (f: (angle: number) => number): Tensor => {
    const values = new Float64Array(longest * width);
    for (let place = 0; place < longest; place++)
      for (const [column, frequency] of frequencies.entries()) {
        const value = f(place * frequency);
        values[place * width + column] = value;
        values[place * width + half + column] = value;
      }
    return slice(literal(values, "float32", [longest, width]), 0, 0, "sequence");
  };
  const [cos, sin] = [table(Math.cos), table(Math.sin)];
  // x times this is (−second half, first half).
  const quarterTurn = literal(
    Array.from({ length: width * width }, (_, i) => {
      const [row, column] = [Math.floor(i / width), i % width];
      return row - column === half ? -1 : column - row === half ? 1 : 0;
    }),
    "float32",
    [width, width],
  );
  return (x) => add(multiply(x, cos), multiply(matmul(x, quarterTurn), sin));
}

/** [sequence, sequence]: 0 where key and query are at most `reach` apart, `masked` beyond. */
function neighborhoodMask(longest: number, reach: number): Tensor {
  const place = cast(places(longest), "float32");
  const distance = subtract(reshape(place, [1, "sequence"]), reshape(place, ["sequence", 1]));
  return where(greater(square(distance), reach ** 2), masked, 0);
}

/** Builds the graph. */
export function modernbertGraph(config: ModernbertConfig, { dropout, states }: GraphOptions): EncoderGraph {
  const { hidden_size: hidden, num_attention_heads: heads, intermediate_size: inner, max_position_embeddings: longest } = config;
  const { inputIds, attentionMask } = tokenInputs();
  const normed = (x: Tensor, name: string): Tensor =>
    norm(x, name, { width: hidden, epsilon: config.norm_eps, hasBias: config.norm_bias });

  const padding = paddingMask(attentionMask);
  const masks = {
    full_attention: padding,
    sliding_attention: add(padding, neighborhoodMask(longest, Math.floor(config.local_attention / 2))),
  };
  const rotate = {
    full_attention: rotary(hidden / heads, longest, baseOf(config, "full_attention")),
    sliding_attention: rotary(hidden / heads, longest, baseOf(config, "sliding_attention")),
  };

  const selfAttention = (x: Tensor, name: string, type: LayerType, isFirst: boolean): Tensor => {
    const all = dense(`${name}.Wqkv`, hidden, 3 * hidden, config.attention_bias)(x);
    const [query, key, value] = [0, 1, 2].map((part) => splitHeads(slice(all, 2, part * hidden, hidden), heads));
    const turned = rotate[type](query!);
    const attended = attention({
      query: isFirst ? firstPlace(turned, 2) : turned,
      key: rotate[type](key!),
      value: value!,
      scale: 1 / Math.sqrt(hidden / heads),
      biases: [isFirst ? firstPlace(masks[type], 2) : masks[type]],
      kept: dropout.kept(["batch", heads, isFirst ? 1 : "sequence", "sequence"], `${name}.probabilities`),
    });
    const result = dense(`${name}.Wo`, hidden, hidden, config.attention_bias)(mergeHeads(attended));
    return dropout(result, name);
  };
  const feedForward = (x: Tensor, name: string): Tensor => {
    const both = dense(`${name}.Wi`, hidden, 2 * inner, config.mlp_bias)(x);
    const [between, gate] = [slice(both, 2, 0, inner), slice(both, 2, inner, inner)];
    const gated = multiply(activations[config.hidden_activation](between), gate);
    return dense(`${name}.Wo`, inner, hidden, config.mlp_bias)(dropout(gated, name));
  };

  const words = gather(input("embeddings.tok_embeddings.weight", [config.vocab_size, hidden]), inputIds);
  let x = dropout(normed(words, "embeddings.norm"), "embeddings");
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    const name = `layers.${layer}`;
    // The embeddings are normalized already.
    const before = layer === 0 ? x : normed(x, `${name}.attn_norm`);
    const isFirst = states !== "all" && layer === config.num_hidden_layers - 1;
    x = add(isFirst ? firstPlace(x, 1) : x, selfAttention(before, `${name}.attn`, typeOf(config, layer), isFirst));
    x = add(x, feedForward(normed(x, `${name}.mlp_norm`), `${name}.mlp`));
  }
  return { inputIds, attentionMask, hidden: normed(x, "final_norm") };
}
