/** @file Token ids as the tensors that every encoder is fed. */
import { setImmediate } from "node:timers/promises";
import { int64, type TensorValue } from "../../autodiff/values.js";
import { throwIfAborted } from "../../lib/errors.js";
import type { TokenIds, Tokenizer } from "./tokenizer.js";

/** Both int64 [batch, sequence]. */
export type TokenBatch = Readonly<Record<"input_ids" | "attention_mask", TensorValue<"int64">>>;

/** `input_ids`, rows of ids padded on the right to the longest, and `attention_mask`, where there is no padding. */
export function paddedTokens(batch: readonly TokenIds[], padId: number): TokenBatch {
  const length = batch.reduce((longest, ids) => Math.max(longest, ids.length), 1);
  const ids = new Array<number>(batch.length * length).fill(padId);
  const mask = new Array<number>(batch.length * length).fill(0);
  for (const [row, rowIds] of batch.entries())
    for (const [i, id] of rowIds.entries()) {
      ids[row * length + i] = id;
      mask[row * length + i] = 1;
    }
  const shape = [batch.length, length];
  return { input_ids: int64(ids, shape), attention_mask: int64(mask, shape) };
}

/** So many texts are turned into ids before other work gets a turn. */
const textsPerTurn = 256;

/** The ids of each text, cut at `maxTokens`. Leaves the thread free now and then, and looks at `signal`. */
export async function tokenizeTexts(
  texts: readonly string[],
  { tokenizer, maxTokens }: { readonly tokenizer: Tokenizer; readonly maxTokens: number },
  signal: AbortSignal,
): Promise<TokenIds[]> {
  const all: TokenIds[] = [];
  for (const [i, text] of texts.entries()) {
    if (i > 0 && i % textsPerTurn === 0) {
      await setImmediate();
      throwIfAborted(signal);
    }
    all.push(tokenizer.encode(text, maxTokens));
  }
  return all;
}
