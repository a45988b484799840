/**
 * @file Which tensor of a GGUF file is which of a Hugging Face model. llama.cpp's names are one scheme for all architectures
 * (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, "Standardized tensor names"); Hugging Face's are those of the models of transformers.
 */

/** The architectures that are read, by GGUF's name of them, which is also the `model_type` in Hugging Face's. Mistral comes as `llama`. */
export const architectureNames = ["llama", "qwen2", "qwen3"] as const;
export type Architecture = (typeof architectureNames)[number];

/** What tells a weight's shape. */
export interface Sizes {
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly num_attention_heads: number;
  readonly num_key_value_heads: number;
  readonly head_dim: number;
}

interface Part {
  readonly name: string;
  readonly shape: (sizes: Sizes) => readonly number[];
  /** Architectures that have it. @default all */
  readonly only?: readonly Architecture[];
  /** Architectures whose file must have a bias beside it, and those whose file may. */
  readonly bias?: { readonly must: readonly Architecture[]; readonly may: readonly Architecture[] };
}

const query = ({ num_attention_heads: heads, head_dim: length }: Sizes): number => heads * length;
const key = ({ num_key_value_heads: heads, head_dim: length }: Sizes): number => heads * length;
const attentionBias = { must: ["qwen2"], may: ["llama"] } as const;
const llamaBias = { must: [], may: ["llama"] } as const;

/** Parts of a layer, by llama.cpp's names. */
const parts: Readonly<Record<string, Part>> = {
  attn_norm: { name: "input_layernorm", shape: (sizes) => [sizes.hidden_size] },
  attn_q: { name: "self_attn.q_proj", shape: (sizes) => [query(sizes), sizes.hidden_size], bias: attentionBias },
  attn_k: { name: "self_attn.k_proj", shape: (sizes) => [key(sizes), sizes.hidden_size], bias: attentionBias },
  attn_v: { name: "self_attn.v_proj", shape: (sizes) => [key(sizes), sizes.hidden_size], bias: attentionBias },
  attn_output: { name: "self_attn.o_proj", shape: (sizes) => [sizes.hidden_size, query(sizes)], bias: llamaBias },
  attn_q_norm: { name: "self_attn.q_norm", shape: (sizes) => [sizes.head_dim], only: ["qwen3"] },
  attn_k_norm: { name: "self_attn.k_norm", shape: (sizes) => [sizes.head_dim], only: ["qwen3"] },
  ffn_norm: { name: "post_attention_layernorm", shape: (sizes) => [sizes.hidden_size] },
  ffn_gate: { name: "mlp.gate_proj", shape: (sizes) => [sizes.intermediate_size, sizes.hidden_size], bias: llamaBias },
  ffn_up: { name: "mlp.up_proj", shape: (sizes) => [sizes.intermediate_size, sizes.hidden_size], bias: llamaBias },
  ffn_down: { name: "mlp.down_proj", shape: (sizes) => [sizes.hidden_size, sizes.intermediate_size], bias: llamaBias },
};

/** A tensor that a file of an architecture has or may have. */
export interface NamedTensor {
  /** In the file. */
  readonly gguf: string;
  /** In a Hugging Face model. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly isNeeded: boolean;
  /** Whose rows llama.cpp's converter has rearranged: the number of heads among which. */
  readonly permutedHeads?: number;
}

/** The tables outside of the layers. `output.weight` is missing where the model takes the words' own table instead. */
export const embeddingTensor = "token_embd.weight";
/** The table from states to words. */
export const outputTensor = "output.weight";
/** What rotary frequencies are divided by: part of the configuration in Hugging Face's models. */
export const ropeFactorsTensor = "rope_freqs.weight";

/** All tensors of a model, in Hugging Face's order. */
export function* namedTensors(
  architecture: Architecture,
  sizes: Sizes,
  vocabularySize: number,
  layers: number,
): Generator<NamedTensor> {
  const table = [vocabularySize, sizes.hidden_size];
  yield { gguf: embeddingTensor, name: "model.embed_tokens.weight", shape: table, isNeeded: true };
  for (let layer = 0; layer < layers; layer++) {
    for (const [part, { name, shape, only, bias }] of Object.entries(parts)) {
      if (only !== undefined && !only.includes(architecture)) continue;
      const heads = permutedHeads(architecture, part, sizes);
      const of = (suffix: string): Pick<NamedTensor, "gguf" | "name"> => ({
        gguf: `blk.${layer}.${part}.${suffix}`,
        name: `model.layers.${layer}.${name}.${suffix}`,
      });
      yield { ...of("weight"), shape: shape(sizes), isNeeded: true, ...heads };
      const mustHaveBias = bias?.must.includes(architecture) === true;
      if (mustHaveBias || bias?.may.includes(architecture) === true)
        yield { ...of("bias"), shape: shape(sizes).slice(0, 1), isNeeded: mustHaveBias, ...heads };
    }
  }
  yield { gguf: "output_norm.weight", name: "model.norm.weight", shape: [sizes.hidden_size], isNeeded: true };
  yield { gguf: outputTensor, name: "lm_head.weight", shape: table, isNeeded: false };
}

/** llama.cpp rotates neighboring numbers, transformers a head's halves: of the architecture `llama`, its converter rearranges the rows of q and k. */
function permutedHeads(architecture: Architecture, part: string, sizes: Sizes): Pick<NamedTensor, "permutedHeads"> {
  if (architecture !== "llama") return {};
  if (part === "attn_q") return { permutedHeads: sizes.num_attention_heads };
  return part === "attn_k" ? { permutedHeads: sizes.num_key_value_heads } : {};
}

/**
 * The rows of a weight of q or k in Hugging Face's order. Of each head, llama.cpp has row i of the first half at 2 i, and row i of the second half at
 * 2 i + 1.
 */
export function unpermuted(numbers: Float32Array, rows: number, heads: number): Float32Array {
  const width = numbers.length / rows;
  const length = rows / heads;
  const half = length / 2;
  const restored = new Float32Array(numbers.length);
  for (let row = 0; row < rows; row++) {
    const within = row % length;
    const to = row - within + (within % 2) * half + (within >> 1);
    restored.set(numbers.subarray(row * width, (row + 1) * width), to * width);
  }
  return restored;
}
