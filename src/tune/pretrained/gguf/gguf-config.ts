/** @file The metadata of a GGUF file as the fields of a Hugging Face `config.json`. */
import { UserError } from "../../../lib/errors.js";
import type { GgufFile } from "./gguf-file.js";
import { metadataField, neededField, type WithMetadata } from "./metadata-fields.js";
import { type RopeScaling, ropeScaling } from "./rope-scaling.js";
import {
  type Architecture,
  architectureNames,
  embeddingTensor,
  outputTensor,
  ropeFactorsTensor,
  type Sizes,
} from "./tensor-names.js";

/** Fields of a decoder's `config.json`, as Hugging Face names them. */
export interface GgufConfig extends Sizes {
  readonly architectures: readonly [string];
  readonly model_type: Architecture;
  readonly num_hidden_layers: number;
  readonly vocab_size: number;
  readonly max_position_embeddings: number;
  readonly hidden_act: "silu";
  /** A float32: 1e-5 is 0.000009999999747. */
  readonly rms_norm_eps: number;
  readonly rope_theta: number;
  readonly rope_scaling: RopeScaling | null;
  readonly tie_word_embeddings: boolean;
  /** Whether q, k and v have biases. Of `llama`, o has one too where the file has it. */
  readonly attention_bias: boolean;
  readonly mlp_bias: boolean;
  /** How many tokens each sees before itself; `null` for all. */
  readonly sliding_window: number | null;
  readonly bos_token_id: number | null;
  readonly eos_token_id: number | null;
}

const classNames = { llama: "LlamaForCausalLM", qwen2: "Qwen2ForCausalLM", qwen3: "Qwen3ForCausalLM" } as const satisfies Record<
  Architecture,
  string
>;

/** The architecture of a file, if it is a model of one that is read. */
export function ggufArchitecture(file: WithMetadata): Architecture {
  const kind = metadataField(file, "general.type", "text") ?? "model";
  if (kind !== "model")
    throw new UserError(
      `${file.path} holds no model but ${JSON.stringify(kind.slice(0, 40))}. Use the GGUF file of the model itself.`,
    );
  const found = neededField(file, "general.architecture", "text");
  const architecture = architectureNames.find((name) => name === found);
  if (architecture === undefined)
    throw new UserError(
      `${file.path} is of the architecture ${JSON.stringify(found.slice(0, 40))}, which is not computed here. ` +
        `Architectures: ${architectureNames.join(", ")} (Llama, SmolLM2, Mistral, Qwen2, Qwen2.5, Qwen3). Use a model of one of these.`,
    );
  const pieces = metadataField(file, "split.count", "number") ?? 1;
  if (pieces > 1)
    throw new UserError(
      `${file.path} is one of ${pieces} files of a model. Join them with llama.cpp's "llama-gguf-split --merge", or use a smaller quantization.`,
    );
  return architecture;
}

/** Metadata that changes what is computed, and the values that leave it as it is. Behind the architecture's name and a dot. */
const neutral: Readonly<Record<string, readonly unknown[]>> = {
  expert_count: [0],
  tensor_data_layout: ["reference"],
  use_parallel_residual: [false],
  logit_scale: [0, 1],
  residual_scale: [0, 1],
  embedding_scale: [0, 1],
  pooling_type: [0],
  "attention.causal": [true],
  "attention.scale": [0],
  "attention.output_scale": [0, 1],
  "attention.temperature_scale": [0],
  "attention.clamp_kqv": [0],
  "attention.max_alibi_bias": [0],
  "attention.shared_kv_layers": [0],
  "attention.sliding_window_pattern": [],
};

/** The configuration of a model. `UserError` for what is missing, contradicts itself, or is not computed here. */
export async function readGgufConfig(file: GgufFile): Promise<GgufConfig> {
  const architecture = ggufArchitecture(file);
  const key = (name: string): string => `${architecture}.${name}`;
  for (const [name, values] of Object.entries(neutral)) {
    const value = file.metadata.get(key(name));
    if (value !== undefined && !values.includes(value))
      throw new UserError(
        `${file.path}: "${key(name)}" is ${typeof value === "object" ? "a list" : JSON.stringify(String(value).slice(0, 40))}, which is not computed here. Use another model.`,
      );
  }
  const count = (name: string): number => neededField(file, key(name), "count");
  const hidden = count("embedding_length");
  const heads = count("attention.head_count");
  const kvHeads = metadataField(file, key("attention.head_count_kv"), "count") ?? heads;
  const headLength = metadataField(file, key("attention.key_length"), "count") ?? hidden / heads;
  checkHeads(file, architecture, { hidden, heads, kvHeads, headLength });
  const embedding = file.tensors.get(embeddingTensor);
  if (embedding === undefined)
    throw new UserError(
      `${file.path} has no tensor "${embeddingTensor}": it holds a vocabulary at most. Use the GGUF file of the model itself.`,
    );
  const theta = metadataField(file, key("rope.freq_base"), "number") ?? 10_000;
  const factors = file.tensors.has(ropeFactorsTensor) ? await file.floats(ropeFactorsTensor) : undefined;
  const window = metadataField(file, key("attention.sliding_window"), "number") ?? 0;
  return {
    architectures: [classNames[architecture]],
    model_type: architecture,
    hidden_size: hidden,
    intermediate_size: count("feed_forward_length"),
    num_hidden_layers: count("block_count"),
    num_attention_heads: heads,
    num_key_value_heads: kvHeads,
    head_dim: headLength,
    vocab_size: embedding.shape[0]!,
    max_position_embeddings: count("context_length"),
    hidden_act: "silu",
    rms_norm_eps: neededField(file, key("attention.layer_norm_rms_epsilon"), "number"),
    rope_theta: theta,
    rope_scaling: ropeScaling(file, architecture, { theta, factors }),
    tie_word_embeddings: !file.tensors.has(outputTensor),
    attention_bias: file.tensors.has("blk.0.attn_q.bias"),
    mlp_bias: file.tensors.has("blk.0.ffn_up.bias"),
    sliding_window: window > 0 ? window : null,
    bos_token_id: metadataField(file, "tokenizer.ggml.bos_token_id", "number") ?? null,
    eos_token_id: metadataField(file, "tokenizer.ggml.eos_token_id", "number") ?? null,
  };
}

function checkHeads(
  file: WithMetadata,
  architecture: Architecture,
  {
    hidden,
    heads,
    kvHeads,
    headLength,
  }: { readonly hidden: number; readonly heads: number; readonly kvHeads: number; readonly headLength: number },
): void {
  const refusal = (what: string): UserError =>
    new UserError(`${file.path}: ${what}. Is the file damaged? Download it again, or use another model.`);
  if (!Number.isInteger(headLength))
    throw refusal(`the embedding length ${hidden} is no multiple of its ${heads} attention heads`);
  if (headLength % 2 !== 0)
    throw refusal(`its attention heads have ${headLength} numbers; expected an even number, since positions rotate pairs`);
  if (heads % kvHeads !== 0)
    throw refusal(`its ${heads} attention heads are no multiple of its ${kvHeads} heads of keys and values`);
  for (const name of ["attention.value_length", "rope.dimension_count"]) {
    const length = metadataField(file, `${architecture}.${name}`, "count") ?? headLength;
    if (length !== headLength)
      throw refusal(`"${architecture}.${name}" is ${length}; expected the length of an attention head, ${headLength}`);
  }
}
