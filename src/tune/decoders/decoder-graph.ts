/**
 * @file A decoder language model as a graph: Llama (Touvron et al. 2023, arXiv 2302.13971), Mistral, Qwen2 and Qwen3, as Hugging Face's
 * `…ForCausalLM` compute them. Normalization before each half of a layer, rotary positions, several heads of queries to one of keys and values,
 * gated feed-forward layers; each token sees itself and those before it.
 */
import { attention } from "../../autodiff/attention.js";
import { product } from "../../autodiff/dims.js";
import type { Tensor } from "../../autodiff/graph.js";
import { rmsNorm, silu } from "../../autodiff/math.js";
import {
  add,
  broadcast,
  cast,
  gather,
  greater,
  input,
  matmul,
  multiply,
  reshape,
  subtract,
  sum,
  transpose,
  where,
} from "../../autodiff/ops.js";
import { dense, masked, mergeHeads, paddingMask, tokenInputs } from "../encoders/blocks.js";
import { places } from "../encoders/relative-positions.js";
import { rotary } from "../encoders/rotary.js";
import type { DecoderConfig } from "./decoder-config.js";
import { ropeAngles } from "./rope-fields.js";

/** How a graph is built. */
export interface DecoderGraphOptions {
  /** The longest text in tokens that it will be fed: tables of positions have so many rows. At most the model's `maxPositions`. */
  readonly maxTokens: number;
  /**
   * Which states and logits are wanted. `last`: those of each text's last token, which say what follows; what the last layer does for the others
   * beyond their keys and values is not computed then, nor are their logits. The numbers are the same to rounding, and so are the gradients.
   */
  readonly states: "all" | "last";
}

/**
 * Tokens to what follows them, as a graph. Its other inputs are the weights, under the names that Hugging Face's model with its head has
 * (`model.layers.0.self_attn.q_proj.weight`, `lm_head.weight`). `packTokens` takes its padding out.
 */
export interface DecoderGraph {
  /** `input_ids`, int64 [batch, sequence]. */
  readonly inputIds: Tensor<"input">;
  /** `attention_mask`, int64 [batch, sequence]: 1 where there is a token, 0 at padding, which is on the right. Each text has a token at least. */
  readonly attentionMask: Tensor<"input">;
  /** float32 [batch, sequence, hidden]: the normalized states after the last layer; [batch, 1, hidden] of the last tokens. */
  readonly hidden: Tensor;
  /** float32 [batch, sequence or 1, vocabulary]: of each token, what follows it. What is not asked of a session is not computed. */
  readonly logits: Tensor;
}

/** Where each text ends. */
interface LastPlaces {
  /** int64 [batch, 1]: the place of the last token. */
  readonly place: Tensor;
  /** Of [batch, sequence, hidden] those of the last tokens: [batch, 1, hidden]. */
  of(x: Tensor): Tensor;
}

function lastPlaces(attentionMask: Tensor, longest: number): LastPlaces {
  const length = sum(attentionMask, [1], true);
  // In whole numbers: place ≥ length − 1.
  const isFarEnough = greater(add(places(longest), 2), length);
  const isLast = multiply(cast(isFarEnough, "float32"), cast(attentionMask, "float32"));
  return {
    place: subtract(length, 1),
    // A product with 1 and zeros: exactly the numbers of one token, and a gradient of 0 for the others.
    of: (x) => matmul(reshape(isLast, ["batch", 1, "sequence"]), x),
  };
}

/** 0 where a key is seen by a query, `masked` elsewhere: `distance` is how far the key lies before the query. */
function visible(distance: Tensor, window: number | null): Tensor {
  const isLater = greater(0, distance);
  const mask = where(isLater, masked, 0);
  return window === null ? mask : add(mask, where(greater(distance, window - 1), masked, 0));
}

/** Layers with the same window share a mask. */
function once(make: (window: number | null) => Tensor): (window: number | null) => Tensor {
  const made = new Map<number | null, Tensor>();
  return (window) => {
    const mask = made.get(window) ?? make(window);
    made.set(window, mask);
    return mask;
  };
}

/** Builds the graph. */
export function decoderGraph(config: DecoderConfig, { maxTokens, states }: DecoderGraphOptions): DecoderGraph {
  const { hidden, heads, keyHeads, headWidth, epsilon, windows, hasBias } = config;
  if (maxTokens > config.maxPositions) throw new Error(`${maxTokens} tokens are more than the model's ${config.maxPositions}`);
  const group = heads / keyHeads;
  const { inputIds, attentionMask } = tokenInputs();
  const turn = rotary({ width: headWidth, longest: maxTokens, ...ropeAngles(headWidth, config.ropeTheta, config.rope) });
  const last = lastPlaces(attentionMask, maxTokens);
  const place = cast(places(maxTokens), "float32");
  const normed = (x: Tensor, name: string, width = hidden): Tensor => rmsNorm(x, input(`${name}.weight`, [width]), epsilon);

  // Padding is on the right, so that no token sees it.
  const allDistance = subtract(reshape(place, ["sequence", 1]), reshape(place, [1, "sequence"]));
  const lastDistance = subtract(cast(reshape(last.place, ["batch", 1, 1, 1]), "float32"), place);
  /** Of the layers with this window: of all tokens, all heads of queries that share keys one below the other; of the last ones. */
  const masks = {
    all: once((window) =>
      reshape(broadcast(visible(allDistance, window), [group, "sequence", "sequence"]), [
        product([group, "sequence"]),
        "sequence",
      ]),
    ),
    last: once((window) => add(paddingMask(attentionMask), visible(lastDistance, window))),
  };

  /** [batch, sequence or 1, heads · width] to [batch, heads, sequence or 1, width]. */
  const byHead = (x: Tensor, count: number, norm?: string): Tensor => {
    const split = reshape(x, ["batch", x.shape[1]!, count, headWidth]);
    return transpose(norm === undefined || !config.hasHeadNorms ? split : normed(split, norm, headWidth), [0, 2, 1, 3]);
  };
  const selfAttention = (x: Tensor, name: string, window: number | null, isLast: boolean): Tensor => {
    const project = (part: string, of: Tensor, count: number): Tensor =>
      dense(`${name}.${part}`, hidden, count * headWidth, hasBias.query)(of);
    const asking = isLast ? last.of(x) : x;
    const query = byHead(project("q_proj", asking, heads), heads, `${name}.q_norm`);
    const turned = isLast ? turn.at(query, last.place) : turn.all(query);
    const queries = turned.shape[2]!;
    const attended = attention({
      query: reshape(turned, ["batch", keyHeads, product([group, queries]), headWidth]),
      key: turn.all(byHead(project("k_proj", x, keyHeads), keyHeads, `${name}.k_norm`)),
      value: byHead(project("v_proj", x, keyHeads), keyHeads),
      scale: 1 / Math.sqrt(headWidth),
      biases: [masks[isLast ? "last" : "all"](window)],
    });
    const result = mergeHeads(reshape(attended, ["batch", heads, queries, headWidth]));
    return dense(`${name}.o_proj`, heads * headWidth, hidden, hasBias.output)(result);
  };
  const feedForward = (x: Tensor, name: string): Tensor => {
    const project = (part: string): Tensor => dense(`${name}.${part}`, hidden, config.inner, hasBias.feedForward)(x);
    const gated = multiply(silu(project("gate_proj")), project("up_proj"));
    return dense(`${name}.down_proj`, config.inner, hidden, hasBias.feedForward)(gated);
  };

  const table = input("model.embed_tokens.weight", [config.vocabularySize, hidden]);
  let x = gather(table, inputIds);
  for (let layer = 0; layer < config.layers; layer++) {
    const name = `model.layers.${layer}`;
    const isLast = states === "last" && layer === config.layers - 1;
    const added = selfAttention(normed(x, `${name}.input_layernorm`), `${name}.self_attn`, windows[layer]!, isLast);
    x = add(isLast ? last.of(x) : x, added);
    x = add(x, feedForward(normed(x, `${name}.post_attention_layernorm`), `${name}.mlp`));
  }
  const final = normed(x, "model.norm");
  const words = config.isTied ? table : input("lm_head.weight", [config.vocabularySize, hidden]);
  return { inputIds, attentionMask, hidden: final, logits: matmul(final, words, { transposeB: true }) };
}
