/** @file Token ids as the tensors that every encoder is fed. */
import { setImmediate } from "node:timers/promises";
import type { TensorValue } from "../../autodiff/values.js";
import { throwIfAborted } from "../../lib/errors.js";
import type { TokenIds, Tokenizer } from "./tokenizer.js";

/** What any graph of an encoder is fed, int64: [batch, sequence] for a plain one, and `packedInputs` for a packed one (`packed-tokens.ts`). */
export type TokenBatch = Readonly<
  Record<"input_ids" | "attention_mask" | "token_ids" | "token_places" | "place_tokens", TensorValue<"int64">>
>;

/**
 * `input_ids`, rows of ids padded on the right to the longest, and `attention_mask`, where there is no padding; the ids of all tokens without
 * padding, the places where they stand, and at each place which one stands there, the first one at padding.
 */
export function tokenBatch(batch: readonly TokenIds[], padId: number): TokenBatch {
  const length = batch.reduce((longest, ids) => Math.max(longest, ids.length), 1);
  const count = batch.reduce((total, ids) => total + ids.length, 0);
  const padded = new BigInt64Array(batch.length * length).fill(BigInt(padId));
  const [mask, tokens] = [new BigInt64Array(padded.length), new BigInt64Array(padded.length)];
  const [ids, places] = [new BigInt64Array(count), new BigInt64Array(count)];
  let token = 0;
  for (const [row, rowIds] of batch.entries())
    for (const [i, id] of rowIds.entries()) {
      const place = row * length + i;
      padded[place] = ids[token] = BigInt(id);
      mask[place] = 1n;
      tokens[place] = BigInt(token);
      places[token++] = BigInt(place);
    }
  const shape = [batch.length, length];
  return {
    input_ids: { data: padded, shape },
    attention_mask: { data: mask, shape },
    token_ids: { data: ids, shape: [count] },
    token_places: { data: places, shape: [count] },
    place_tokens: { data: tokens, shape },
  };
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
