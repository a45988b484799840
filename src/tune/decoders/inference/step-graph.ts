/**
 * @file A decoder as it is asked: some tokens after others whose keys and values are known. The tokens need not be one text: `mask` says which of the
 * others each sees, so that many texts after one beginning, and many answers after each of them, are one pass without padding.
 *
 * The same function as `decoder-graph.ts`, which is for training and keeps nothing.
 */
import { attention } from "../../../autodiff/attention.js";
import { product } from "../../../autodiff/dims.js";
import type { Tensor } from "../../../autodiff/graph.js";
import { rmsNorm, silu } from "../../../autodiff/math.js";
import { add, broadcast, concat, gather, input, logSoftmax, multiply, reshape, transpose } from "../../../autodiff/ops.js";
import { turn } from "../../encoders/rotary.js";
import type { DecoderConfig } from "../decoder-config.js";
import { matrices, type Precision } from "./matrices.js";

/** Names of what is fed, beside the keys and values of each layer. */
export const fed = {
  /** int64 [tokens]. */
  ids: "ids",
  /** float32 [tokens, head width]: cosines and sines of each token's place. */
  cos: "cos",
  sin: "sin",
  /** int64 [wanted]: the tokens after which the log-probabilities are wanted. */
  wanted: "wanted",
  /** float32 [tokens, keys]: 0 where a token sees a key, far below 0 elsewhere. A layer with a window has a mask of its own, of that name. */
  mask: (window: number | null): string => (window === null ? "mask" : `mask.${window}`),
  /** float32 [key heads, past, head width]: the keys of a layer, turned by their places, and its values. */
  key: (layer: number): string => `past.${layer}.key`,
  value: (layer: number): string => `past.${layer}.value`,
} as const;

/** Whether an input is fed with each run, and no weight. */
export function isFed(name: string): boolean {
  return [fed.ids, fed.cos, fed.sin, fed.wanted].some((each) => each === name) || /^(mask|past\.)/.test(name);
}

/** Names of the results. */
export const yielded = {
  /** float32 [wanted, vocabulary]: natural logarithms of the probabilities of what follows. */
  logprobs: "logprobs",
  /** float32 [key heads, tokens, head width]. */
  key: (layer: number): string => `key.${layer}`,
  value: (layer: number): string => `value.${layer}`,
} as const;

/** The results, by the names of `yielded`. The inputs are those of `fed`, and the weights by Hugging Face's names. */
export function stepGraph(config: DecoderConfig, precision: Precision): Record<string, Tensor> {
  const { hidden, heads, keyHeads, headWidth, epsilon, windows, hasBias, hasHeadNorms, vocabularySize } = config;
  const group = heads / keyHeads;
  const [cos, sin] = [fed.cos, fed.sin].map((name) => input(name, ["tokens", headWidth])) as [Tensor, Tensor];
  const turned = turn(headWidth);
  const { product: times, lookup } = matrices(precision);
  const dense = (x: Tensor, name: string, [outputs, inputs]: readonly [number, number], bias: boolean): Tensor => {
    const result = times(x, `${name}.weight`, outputs, inputs);
    return bias ? add(result, input(`${name}.bias`, [outputs])) : result;
  };
  const normed = (x: Tensor, name: string, width = hidden): Tensor => rmsNorm(x, input(`${name}.weight`, [width]), epsilon);
  const masks = new Map([...new Set(windows)].map((window) => [window, input(fed.mask(window), ["tokens", "keys"])]));
  /** Of all heads of queries that share keys, one below the other. */
  const maskOf = (window: number | null): Tensor =>
    reshape(broadcast(masks.get(window)!, [group, "tokens", "keys"]), [product([group, "tokens"]), "keys"]);
  const byHead = (x: Tensor, count: number, norm?: string): Tensor => {
    const split = reshape(x, ["tokens", count, headWidth]);
    return transpose(norm === undefined || !hasHeadNorms ? split : normed(split, norm, headWidth), [1, 0, 2]);
  };

  const results: Record<string, Tensor> = {};
  const selfAttention = (x: Tensor, layer: number): Tensor => {
    const name = `model.layers.${layer}.self_attn`;
    const project = (part: string, count: number): Tensor =>
      dense(x, `${name}.${part}`, [count * headWidth, hidden], hasBias.query);
    const key = turned(byHead(project("k_proj", keyHeads), keyHeads, `${name}.k_norm`), cos, sin);
    const value = byHead(project("v_proj", keyHeads), keyHeads);
    results[yielded.key(layer)] = key;
    results[yielded.value(layer)] = value;
    const past = [fed.key(layer), fed.value(layer)].map((each) => input(each, [keyHeads, "past", headWidth]));
    const query = turned(byHead(project("q_proj", heads), heads, `${name}.q_norm`), cos, sin);
    const attended = attention({
      query: reshape(query, [keyHeads, product([group, "tokens"]), headWidth]),
      key: concat(past[0]!, key, 1, "keys"),
      value: concat(past[1]!, value, 1, "keys"),
      scale: 1 / Math.sqrt(headWidth),
      biases: [maskOf(windows[layer]!)],
    });
    const merged = transpose(reshape(attended, [heads, "tokens", headWidth]), [1, 0, 2]);
    return dense(reshape(merged, ["tokens", heads * headWidth]), `${name}.o_proj`, [hidden, heads * headWidth], hasBias.output);
  };
  const feedForward = (x: Tensor, layer: number): Tensor => {
    const name = `model.layers.${layer}.mlp`;
    const project = (part: string): Tensor => dense(x, `${name}.${part}`, [config.inner, hidden], hasBias.feedForward);
    return dense(
      multiply(silu(project("gate_proj")), project("up_proj")),
      `${name}.down_proj`,
      [hidden, config.inner],
      hasBias.feedForward,
    );
  };

  const table = "model.embed_tokens.weight";
  let x = lookup(input(fed.ids, ["tokens"], "int64"), table, vocabularySize, hidden);
  for (let layer = 0; layer < config.layers; layer++) {
    x = add(x, selfAttention(normed(x, `model.layers.${layer}.input_layernorm`), layer));
    x = add(x, feedForward(normed(x, `model.layers.${layer}.post_attention_layernorm`), layer));
  }
  const last = normed(gather(x, input(fed.wanted, ["wanted"], "int64")), "model.norm");
  results[yielded.logprobs] = logSoftmax(times(last, config.isTied ? table : "lm_head.weight", vocabularySize, hidden));
  return results;
}
