/**
 * @file ModernBERT (Warner et al. 2024, arXiv 2412.13663) as Hugging Face's `ModernBertModel` computes it: normalization before each half
 * of a layer, rotary positions, most layers seeing only a neighborhood, gated feed-forward layers.
 */
import { z } from "zod";
import { attention } from "../../autodiff/attention.js";
import type { Tensor } from "../../autodiff/graph.js";
import { square } from "../../autodiff/math.js";
import { add, cast, gather, greater, input, multiply, reshape, slice, subtract, where } from "../../autodiff/ops.js";
import { dense, firstPlace, masked, mergeHeads, norm, paddingMask, splitHeads, tokenInputs } from "./blocks.js";
import { activationName, activations, count, isMultiple, layerCount } from "./config-fields.js";
import type { EncoderGraph, GraphOptions } from "./encoder-graph.js";
import { places } from "./relative-positions.js";
import { rotary, rotaryFrequencies } from "./rotary.js";

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
  const width = hidden / heads;
  const turnsBy = (type: LayerType): ((x: Tensor) => Tensor) =>
    rotary({ width, longest, frequencies: rotaryFrequencies(width, baseOf(config, type)) }).all;
  const rotate = { full_attention: turnsBy("full_attention"), sliding_attention: turnsBy("sliding_attention") };

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
