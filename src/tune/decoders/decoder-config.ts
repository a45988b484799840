/** @file What of a decoder's `config.json` changes the computation, for the families that are computed; anything else is refused by name. */
import { z } from "zod";
import { UserError } from "../../lib/errors.js";
import { didYouMean } from "../../lib/text/nearest-name.js";
import { count, isMultiple, layerCount, parseConfig } from "../encoders/config-fields.js";
import { type RopeFields, ropeFields } from "./rope-fields.js";

/** The families, by the `model_type` of their `config.json`. SmolLM2 is a `llama`. */
export const decoderFamilies = ["llama", "mistral", "qwen2", "qwen3"] as const;
/** A family of decoders. */
export type DecoderFamily = (typeof decoderFamilies)[number];

/** A decoder, in the same words for all families. */
export interface DecoderConfig {
  readonly family: DecoderFamily;
  /** Rows of the table of tokens. */
  readonly vocabularySize: number;
  readonly hidden: number;
  /** Width of the feed-forward layer. */
  readonly inner: number;
  readonly layers: number;
  /** Heads of queries: a multiple of `keyHeads`. */
  readonly heads: number;
  /** Heads of keys and of values: each serves heads / keyHeads heads of queries that follow one another. */
  readonly keyHeads: number;
  /** Numbers of a head; even. */
  readonly headWidth: number;
  /** The longest text in tokens that the model was made for. */
  readonly maxPositions: number;
  /** Of root-mean-square normalization. */
  readonly epsilon: number;
  readonly ropeTheta: number;
  readonly rope: RopeFields;
  /** For each layer, how many tokens each token sees, itself among them; `null`: all before it. */
  readonly windows: readonly (number | null)[];
  /** Whether the table of tokens also makes the logits. */
  readonly isTied: boolean;
  /** Which linear layers have biases: those of queries, keys and values, the one after attention, those of the feed-forward layer. */
  readonly hasBias: { readonly query: boolean; readonly output: boolean; readonly feedForward: boolean };
  /** Whether queries and keys are normalized head by head. */
  readonly hasHeadNorms: boolean;
}

const one = z.literal(1).default(1);

/** Fields of all families. Rates of dropout are the trainer's business. */
const shared = z.object({
  vocab_size: count,
  hidden_size: count,
  intermediate_size: count,
  num_hidden_layers: layerCount,
  num_attention_heads: count,
  num_key_value_heads: count.nullish(),
  head_dim: count.nullish(),
  max_position_embeddings: count,
  hidden_act: z.literal("silu").default("silu"),
  rms_norm_eps: z.number().positive().default(1e-6),
  rope_theta: z.number().positive().default(10_000),
  rope_scaling: ropeFields.nullish(),
  rope_parameters: ropeFields.nullish(),
  partial_rotary_factor: one,
  tie_word_embeddings: z.boolean().default(false),
  pretraining_tp: one,
  quantization_config: z.null().optional(),
  layer_types: z.array(z.literal("full_attention")).nullish(),
});

const off = z.literal(false).default(false);
const windowed = count.nullish();
const flag = z.boolean().default(false);
const layerTypes = z.array(z.literal(["full_attention", "sliding_attention"])).nullish();
/** Qwen's layers from `max_window_layers` on have a window, unless `layer_types` says which have one. */
const someWindows = {
  use_sliding_window: flag,
  sliding_window: count.nullable().default(4096),
  max_window_layers: z.int().min(0).default(28),
  layer_types: layerTypes,
};

/** Fields of one family alone, and what the others do not compute. */
const own = {
  // Mistral's GGUF files are of the architecture llama, so that a window may come with it. `attention_output_bias` is a field of GGUF's alone.
  llama: shared.extend({
    attention_bias: flag,
    attention_output_bias: z.boolean().optional(),
    mlp_bias: flag,
    sliding_window: windowed,
  }),
  mistral: shared.extend({
    attention_bias: off,
    mlp_bias: off,
    // What transformers takes where the field is missing; `null` is no window.
    sliding_window: count.nullable().default(4096),
    layer_types: layerTypes,
  }),
  // transformers gives its queries, keys and values biases whatever `attention_bias` says, and reads no `sliding_window` without `use_sliding_window`.
  qwen2: shared.extend({ mlp_bias: off, ...someWindows }),
  qwen3: shared.extend({ attention_bias: flag, mlp_bias: off, ...someWindows }),
} as const satisfies Record<DecoderFamily, z.ZodType>;

/** How many heads of keys and how wide heads are where a file does not say so: what transformers takes then. */
const defaults: Readonly<Record<DecoderFamily, { readonly keyHeads: number | null; readonly headWidth: number | null }>> = {
  llama: { keyHeads: null, headWidth: null },
  mistral: { keyHeads: 8, headWidth: null },
  qwen2: { keyHeads: 32, headWidth: null },
  qwen3: { keyHeads: 32, headWidth: 128 },
};

/** Older files have `type` where newer ones have `rope_type`, and may have neither. One without any field says nothing. */
function withRopeTypes(config: object): object {
  const fields: Record<string, unknown> = { ...config };
  for (const name of ["rope_scaling", "rope_parameters"]) {
    const value = fields[name];
    if (typeof value !== "object" || value === null) continue;
    const { type, ...rest } = value as Readonly<Record<string, unknown>>;
    fields[name] = Object.keys(value).length === 0 ? null : { rope_type: type ?? "default", ...rest };
  }
  return fields;
}

/**
 * Reads a parsed `config.json`, or the configuration of a GGUF file. `place` is the file for messages. A `UserError` names the field that is missing,
 * contradicts others, or asks for what is not computed.
 */
export function decoderConfig(config: object, place: string): DecoderConfig {
  const { model_type: type } = z.object({ model_type: z.string().optional() }).catch({}).parse(config);
  const family = decoderFamilies.find((name) => name === type);
  if (family === undefined) {
    const what = type === undefined ? `has no "model_type"` : `is of a model of type ${JSON.stringify(type.slice(0, 40))}`;
    throw new UserError(
      `${place} ${what}, which is not computed as a decoder.${didYouMean(type ?? "", decoderFamilies)} Supported: ${decoderFamilies.join(", ")}.`,
    );
  }
  const fields = withRopeTypes(config);
  const parsed = parseConfig(own[family], fields, place);
  const heads = parsed.num_attention_heads;
  const keyHeads = parsed.num_key_value_heads ?? defaults[family].keyHeads ?? heads;
  const headWidth = parsed.head_dim ?? defaults[family].headWidth ?? parsed.hidden_size / heads;
  // transformers takes the older field where a file has both, and the length of the model where the first training's is missing.
  const rope = {
    original_max_position_embeddings: parsed.max_position_embeddings,
    ...(parsed.rope_scaling ?? parsed.rope_parameters ?? { rope_type: "default" as const }),
  };
  checkMeasures({ ...parsed, num_key_value_heads: keyHeads, head_dim: headWidth }, place);
  return {
    family,
    vocabularySize: parsed.vocab_size,
    hidden: parsed.hidden_size,
    inner: parsed.intermediate_size,
    layers: parsed.num_hidden_layers,
    heads,
    keyHeads,
    headWidth,
    maxPositions: parsed.max_position_embeddings,
    epsilon: parsed.rms_norm_eps,
    ropeTheta: rope.rope_theta ?? parsed.rope_theta,
    rope,
    isTied: parsed.tie_word_embeddings,
    ...variant(family, fields, place),
  };
}

/** What tells the families apart. */
function variant(
  family: DecoderFamily,
  fields: object,
  place: string,
): Pick<DecoderConfig, "windows" | "hasBias" | "hasHeadNorms"> {
  const everywhere = (layers: number, window: number | null): readonly (number | null)[] =>
    Array.from({ length: layers }, () => window);
  switch (family) {
    case "llama": {
      const { attention_bias: query, num_hidden_layers: layers, ...parsed } = parseConfig(own.llama, fields, place);
      const output = parsed.attention_output_bias ?? query;
      const hasBias = { query, output, feedForward: parsed.mlp_bias };
      return { windows: everywhere(layers, parsed.sliding_window ?? null), hasBias, hasHeadNorms: false };
    }
    case "mistral": {
      const { sliding_window: window, layer_types: types, num_hidden_layers: layers } = parseConfig(own.mistral, fields, place);
      const isMixed = types?.some((type) => type !== types[0]) === true;
      if (isMixed || (types?.[0] === "full_attention" && window !== null))
        throw new UserError(
          `${place}: "layer_types" and "sliding_window" differ by layer, which is not supported. Use another model.`,
        );
      const hasBias = { query: false, output: false, feedForward: false };
      return { windows: everywhere(layers, window), hasBias, hasHeadNorms: false };
    }
    case "qwen2": {
      const hasBias = { query: true, output: false, feedForward: false };
      return { windows: qwenWindows(parseConfig(own.qwen2, fields, place), place), hasBias, hasHeadNorms: false };
    }
    case "qwen3": {
      const parsed = parseConfig(own.qwen3, fields, place);
      const hasBias = { query: parsed.attention_bias, output: parsed.attention_bias, feedForward: false };
      return { windows: qwenWindows(parsed, place), hasBias, hasHeadNorms: true };
    }
  }
}

/** Qwen's windows, layer by layer. */
function qwenWindows(fields: z.infer<typeof own.qwen2>, place: string): readonly (number | null)[] {
  const { num_hidden_layers: layers, layer_types: types, max_window_layers: first } = fields;
  const window = fields.use_sliding_window ? fields.sliding_window : null;
  if (types && types.length !== layers)
    throw new UserError(
      `${place}: "layer_types" has ${types.length} entries; expected "num_hidden_layers", ${layers}. Use another model.`,
    );
  if (window === null && types?.includes("sliding_attention"))
    throw new UserError(
      `${place}: "layer_types" has "sliding_attention", but there is no window ("use_sliding_window" and "sliding_window"). Use another model.`,
    );
  const hasWindow = (layer: number): boolean => (types ? types[layer] === "sliding_attention" : layer >= first);
  return Array.from({ length: layers }, (_, layer) => (hasWindow(layer) ? window : null));
}

const measures = z
  .object({ hidden_size: count, num_attention_heads: count, num_key_value_heads: count, head_dim: z.number() })
  .superRefine(isMultiple("num_attention_heads", "num_key_value_heads"))
  .refine(({ head_dim: width }) => Number.isInteger(width), {
    error: "hidden_size is not a multiple of num_attention_heads, and there is no head_dim.",
  })
  .refine(({ head_dim: width }) => width % 2 === 0, {
    error: "head_dim (hidden_size / num_attention_heads where it is missing) has to be even: rotary positions turn pairs.",
  });

function checkMeasures(config: object, place: string): void {
  parseConfig(measures, config, place);
}
