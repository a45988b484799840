/**
 * @file BERT (Devlin et al. 2019, arXiv 1810.04805) as Hugging Face's `BertModel` computes it, under its tensor names:
 * embeddings, then layers of self-attention and feed-forward, each with a residual connection and layer normalization after it.
 */
import { z } from "zod";
import type { Tensor } from "../../autodiff/graph.js";
import { gelu, geluTanh, linear, relu } from "../../autodiff/math.js";
import {
  add,
  cast,
  gather,
  input,
  layerNorm,
  matmul,
  multiply,
  reshape,
  slice,
  softmax,
  subtract,
  transpose,
} from "../../autodiff/ops.js";
import type { EncoderGraph } from "./encoder-graph.js";

const activations = { gelu, gelu_new: geluTanh, gelu_pytorch_tanh: geluTanh, relu } as const;

const count = z.int().positive();

/** What of `config.json` changes the computation. Dropout does not, in a frozen model. */
export const bertConfig = z.object({
  vocab_size: count,
  hidden_size: count,
  num_hidden_layers: count,
  num_attention_heads: count,
  intermediate_size: count,
  max_position_embeddings: count,
  type_vocab_size: count.default(2),
  layer_norm_eps: z.number().positive().default(1e-12),
  hidden_act: z.literal(["gelu", "gelu_new", "gelu_pytorch_tanh", "relu"]).default("gelu"),
  position_embedding_type: z.literal("absolute").default("absolute"),
  is_decoder: z.literal(false).default(false),
  add_cross_attention: z.literal(false).default(false),
});
export type BertConfig = z.infer<typeof bertConfig>;

/** Far enough below every score that softmax gives exactly 0, and no overflow when scores are added. */
const masked = -1e9;

/** Builds the graph. `batch` and `sequence` are bound by the batch that is fed. */
export function bertGraph(config: BertConfig): EncoderGraph {
  const { hidden_size: hidden, num_attention_heads: heads, layer_norm_eps: epsilon } = config;
  const inputIds = input("input_ids", ["batch", "sequence"], "int64");
  const attentionMask = input("attention_mask", ["batch", "sequence"], "int64");

  const dense = (x: Tensor, name: string, inputs: number, outputs: number): Tensor =>
    linear(x, input(`${name}.weight`, [outputs, inputs]), input(`${name}.bias`, [outputs]));
  const norm = (x: Tensor, name: string): Tensor =>
    layerNorm(x, epsilon, { scale: input(`${name}.weight`, [hidden]), bias: input(`${name}.bias`, [hidden]) });
  const table = (name: string, rows: number): Tensor => input(`embeddings.${name}_embeddings.weight`, [rows, hidden]);

  // [batch, sequence, hidden] -> [batch, heads, sequence, hidden / heads]
  const split = (x: Tensor): Tensor => transpose(reshape(x, ["batch", "sequence", heads, hidden / heads]), [0, 2, 1, 3]);
  const merge = (x: Tensor): Tensor => reshape(transpose(x, [0, 2, 1, 3]), ["batch", "sequence", hidden]);

  // [batch, 1, 1, sequence]: 0 where there is a token, so that it adds to the scores of every head and query.
  const mask = multiply(subtract(1, cast(reshape(attentionMask, ["batch", 1, 1, "sequence"]), "float32")), masked);
  const attention = (x: Tensor, name: string): Tensor => {
    const [query, key, value] = ["query", "key", "value"].map((part) => split(dense(x, `${name}.self.${part}`, hidden, hidden)));
    const scores = multiply(matmul(query!, key!, { transposeB: true }), 1 / Math.sqrt(hidden / heads));
    const context = merge(matmul(softmax(add(scores, mask)), value!));
    return norm(add(dense(context, `${name}.output.dense`, hidden, hidden), x), `${name}.output.LayerNorm`);
  };
  const feedForward = (x: Tensor, name: string): Tensor => {
    const inner = activations[config.hidden_act](dense(x, `${name}.intermediate.dense`, hidden, config.intermediate_size));
    return norm(add(dense(inner, `${name}.output.dense`, config.intermediate_size, hidden), x), `${name}.output.LayerNorm`);
  };

  const positions = slice(table("position", config.max_position_embeddings), 0, 0, "sequence");
  // All tokens are of type 0: these are single texts.
  const types = slice(table("token_type", config.type_vocab_size), 0, 0, 1);
  let x = norm(add(gather(table("word", config.vocab_size), inputIds), add(positions, types)), "embeddings.LayerNorm");
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    x = attention(x, `encoder.layer.${layer}.attention`);
    x = feedForward(x, `encoder.layer.${layer}`);
  }
  return { inputIds, attentionMask, hidden: x };
}
