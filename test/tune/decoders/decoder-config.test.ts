import { describe, expect, it } from "vitest";
import { type DecoderConfig, decoderConfig } from "../../../src/tune/decoders/decoder-config.js";

/** As Hugging Face's folders of models with few heads have it. */
const plain = {
  model_type: "llama",
  vocab_size: 100,
  hidden_size: 32,
  intermediate_size: 48,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  max_position_embeddings: 64,
  rms_norm_eps: 1e-5,
  hidden_act: "silu",
  attention_dropout: 0,
  use_cache: true,
};
const yarn = { factor: 4, original_max_position_embeddings: 32_768 };

describe("a decoder's config.json", () => {
  it.each<[object, Partial<DecoderConfig>]>([
    [
      {},
      {
        family: "llama",
        headWidth: 8,
        keyHeads: 2,
        ropeTheta: 10_000,
        windows: [null, null],
        isTied: false,
        hasHeadNorms: false,
      },
    ],
    [{ num_key_value_heads: undefined }, { keyHeads: 4 }],
    [{ attention_bias: true }, { hasBias: { query: true, output: true, feedForward: false } }],
    [
      { attention_bias: true, attention_output_bias: false, mlp_bias: true },
      { hasBias: { query: true, output: false, feedForward: true } },
    ],
    [
      { model_type: "mistral", sliding_window: 16 },
      { family: "mistral", windows: [16, 16] },
    ],
    [
      { model_type: "mistral", sliding_window: null, head_dim: 16 },
      { windows: [null, null], headWidth: 16 },
    ],
    [{ model_type: "mistral" }, { windows: [4096, 4096] }],
    [{ model_type: "mistral", num_attention_heads: 16, num_key_value_heads: undefined }, { keyHeads: 8 }],
    [
      { model_type: "qwen2", use_sliding_window: false, sliding_window: 32, tie_word_embeddings: true },
      { windows: [null, null], isTied: true, hasBias: { query: true, output: false, feedForward: false } },
    ],
    [{ model_type: "qwen2", use_sliding_window: true, sliding_window: 8, max_window_layers: 1 }, { windows: [null, 8] }],
    [{ model_type: "qwen2", use_sliding_window: true, sliding_window: 8 }, { windows: [null, null] }],
    [{ model_type: "qwen2", use_sliding_window: true, sliding_window: null, max_window_layers: 0 }, { windows: [null, null] }],
    [
      {
        model_type: "qwen3",
        use_sliding_window: true,
        max_window_layers: 1,
        layer_types: ["sliding_attention", "full_attention"],
      },
      { windows: [4096, null] },
    ],
    [
      { model_type: "qwen3" },
      { headWidth: 128, hasHeadNorms: true, hasBias: { query: false, output: false, feedForward: false } },
    ],
    [
      { model_type: "qwen3", head_dim: 16, attention_bias: true },
      { headWidth: 16, hasBias: { query: true, output: true, feedForward: false } },
    ],
    [
      { rope_theta: 5e5, rope_scaling: { type: "linear", factor: 2 } },
      { ropeTheta: 5e5, rope: { rope_type: "linear", factor: 2 } },
    ],
    [{ rope_scaling: { type: "yarn", ...yarn } }, { rope: { rope_type: "yarn", ...yarn } }],
    [{ rope_parameters: { rope_type: "default", rope_theta: 7e5 } }, { ropeTheta: 7e5 }],
    // As transformers has it of a file with both.
    [
      { rope_scaling: { rope_type: "linear", factor: 4 }, rope_parameters: { rope_type: "default", rope_theta: 5 } },
      { ropeTheta: 10_000, rope: { rope_type: "linear", factor: 4, original_max_position_embeddings: 64 } },
    ],
    [{ rope_scaling: {}, rope_parameters: { rope_type: "default", rope_theta: 5 } }, { ropeTheta: 5 }],
    [
      { rope_parameters: { rope_type: "yarn", factor: 4 } },
      { rope: { rope_type: "yarn", factor: 4, original_max_position_embeddings: 64 } },
    ],
  ])("with %j is read", (change, expected) => {
    expect(decoderConfig({ ...plain, ...change }, "config.json")).toMatchObject(expected);
  });

  it.each<[object, RegExp]>([
    [{ model_type: undefined }, /has no "model_type".*Supported: llama, mistral, qwen2, qwen3/],
    [{ model_type: "qwen" }, /of type "qwen".*Supported: llama/],
    [{ hidden_size: undefined }, /"hidden_size" is missing/],
    [{ hidden_act: "gelu" }, /"hidden_act" is "gelu", which is not supported\. .*"silu"/],
    [{ num_key_value_heads: 3 }, /num_attention_heads 4 is not a multiple of num_key_value_heads 3/],
    [{ hidden_size: 34 }, /hidden_size is not a multiple of num_attention_heads/],
    [{ head_dim: 7 }, /head_dim .* has to be even/],
    [{ pretraining_tp: 2 }, /"pretraining_tp" is 2, which is not supported/],
    [{ partial_rotary_factor: 0.5 }, /"partial_rotary_factor" is 0.5/],
    [
      { quantization_config: { quant_method: "gptq" } },
      /"quantization_config" is \{"quant_method":"gptq"\}, which is not supported/,
    ],
    [{ num_hidden_layers: 1e6 }, /"num_hidden_layers" is 1000000/],
    [{ rope_scaling: { type: "dynamic", factor: 2 } }, /"rope_scaling\.rope_type" is "dynamic".*"yarn"/],
    [{ rope_scaling: { rope_type: "longrope", factor: 2 } }, /"rope_scaling\.rope_type" is "longrope"/],
    [{ rope_parameters: { rope_type: "yarn" } }, /scaled by "yarn" need the field "factor"/],
    [{ rope_scaling: { type: "linear" } }, /scaled by "linear" need the field "factor"/],
    [
      { rope_scaling: { rope_type: "llama3", ...yarn, low_freq_factor: 4, high_freq_factor: 4 } },
      /"low_freq_factor" 4 has to be below "high_freq_factor" 4/,
    ],
    [{ layer_types: ["full_attention", "sliding_attention"] }, /"layer_types\.1" is "sliding_attention"/],
    [{ model_type: "mistral", attention_bias: true }, /"attention_bias" is true, which is not supported/],
    [
      { model_type: "mistral", sliding_window: 8, layer_types: ["full_attention", "sliding_attention"] },
      /"layer_types" and "sliding_window" differ by layer/,
    ],
    [
      { model_type: "qwen2", use_sliding_window: true, layer_types: ["full_attention"] },
      /"layer_types" has 1 entries; expected "num_hidden_layers", 2/,
    ],
    [
      { model_type: "qwen2", sliding_window: 8, layer_types: ["full_attention", "sliding_attention"] },
      /"layer_types" has "sliding_attention", but there is no window/,
    ],
    [{ model_type: "qwen3", mlp_bias: true }, /"mlp_bias" is true, which is not supported/],
  ])("with %j is refused by name", (change, expected) => {
    const read = (): unknown => decoderConfig({ ...plain, ...change }, "DIR/config.json");
    expect(read).toThrow(expected);
    expect(read).toThrow(
      expect.objectContaining({ name: "UserError", message: expect.stringMatching(/^DIR\/config\.json/) as string }),
    );
  });
});
