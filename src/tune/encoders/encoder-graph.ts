/** @file What every family of encoders builds. */
import { dropped, type Kept } from "../../autodiff/attention.js";
import type { Shape, Tensor } from "../../autodiff/graph.js";

/**
 * Tokens to hidden states, as a graph. Its other inputs are the weights, under the tensor names of Hugging Face's bare model
 * (without `bert.` before them).
 */
export interface EncoderGraph {
  /** `input_ids`, int64 [batch, sequence]. */
  readonly inputIds: Tensor<"input">;
  /** `attention_mask`, int64 [batch, sequence]: 1 where there is a token, 0 at padding, which is on the right. */
  readonly attentionMask: Tensor<"input">;
  /** float32 [batch, sequence, hidden]: the states after the last layer; [batch, 1, hidden] where only the first were asked for, or the last. */
  readonly hidden: Tensor;
}

/**
 * Which states are wanted of the last layer. `first`: those of each text's first token, which is all that most classifiers read; what the last
 * layer does for the others is not computed then, and of a layer that is nearly all: their queries, what attention gives them, and their
 * feed-forward layer. The numbers of the first are the same to rounding. `answer`: the same of a model that is not trained and so needs no
 * gradients, with still less of the last layer where the family can (`single-query.ts`); a weight without influence may be missing. `last`: those
 * of each text's last token, likewise; only decoders, whose other tokens have not seen the whole text, are asked for them.
 */
export type WantedStates = "all" | "first" | "answer" | "last";

/** Those that an encoder gives. */
export type EncoderStates = Exclude<WantedStates, "last">;

/** How a graph is built. */
export interface GraphOptions {
  readonly dropout: Dropout;
  readonly states: EncoderStates;
}

/**
 * What a family applies at the places where its training drops units: after the embeddings, and to what the attention and the feed-forward
 * layer add to the residual. `place` is unique in the graph.
 */
export interface Dropout {
  (x: Tensor, place: string): Tensor;
  /** Which units stay, for who applies it by himself, as attention does to its probabilities. `undefined`: all. */
  kept(shape: Shape, place: string): Kept | undefined;
}

/** Dropout, given which units stay at a place. */
export function dropoutBy(kept: Dropout["kept"]): Dropout {
  const apply = (x: Tensor, place: string): Tensor => {
    const own = kept(x.shape, place);
    return own === undefined ? x : dropped(x, own);
  };
  return Object.assign(apply, { kept });
}

/** Nothing is dropped: for a model that is not being trained. */
export const noDropout: Dropout = dropoutBy(() => undefined);
