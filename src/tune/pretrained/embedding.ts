/** @file Many texts to vectors: each text once, in batches that pad little, kept between calls. */
import { setImmediate } from "node:timers/promises";
import { throwIfAborted } from "../../lib/errors.js";
import { sha256 } from "../../lib/hash.js";
import type { PredictContext } from "../../types/approach.js";
import type { CachedEmbedding, EmbeddingCache } from "../../types/encoder.js";
import type { TokenIds, Tokenizer } from "./tokenizer.js";

/** What computes vectors. */
export interface EmbeddingModel {
  readonly tokenizer: Tokenizer;
  readonly maxTokens: number;
  /** The most tokens of one batch, padding included, unless a single text has more. */
  readonly tokensPerBatch: number;
  /** One vector a row. All at once, on this thread. */
  run(batch: readonly TokenIds[]): Promise<readonly Float32Array[]>;
}

/** Where vectors are kept, and what `hash` tells this model's from another's. */
export interface KeptEmbeddings {
  readonly cache: EmbeddingCache;
  readonly hash: string;
}

/** So many texts are tokenized, sorted by length and computed before the next: enough to sort well, few enough to see progress. */
const textsPerRound = 1024;
/** The event loop gets a turn after so many texts are tokenized. */
const textsPerTurn = 128;

/**
 * One vector a text, in the order given.
 *
 * Equal texts are computed once. With `useCache`, what the cache has is taken from it, and the seconds it once took are spent again:
 * the cost is that of doing it alone. Between batches the event loop gets a turn and `signal` is heard; what was computed until then
 * is kept.
 */
export async function embedTexts(
  model: EmbeddingModel,
  { cache, hash }: KeptEmbeddings,
  texts: readonly string[],
  context: PredictContext,
): Promise<readonly Float32Array[]> {
  throwIfAborted(context.signal);
  const distinct = [...new Set(texts)];
  const found = new Map<string, Float32Array>();
  const keys = context.useCache ? distinct.map((text) => sha256(hash, text)) : [];
  if (context.useCache) {
    const cached = await cache.get(keys);
    let seconds = 0;
    for (const [i, text] of distinct.entries()) {
      const entry = cached[i];
      if (entry === undefined) continue;
      found.set(text, entry.vector);
      seconds += entry.seconds;
    }
    if (found.size > 0) context.spend({ seconds });
  }

  const missing = [...distinct.entries()].filter(([, text]) => !found.has(text));
  for (let start = 0; start < missing.length; start += textsPerRound) {
    const round = missing.slice(start, start + textsPerRound);
    const computed = computeRound(
      model,
      round.map(([, text]) => text),
      context,
      (done) => context.log({ kind: "progress", phase: "embedding", done: start + done, total: missing.length }),
    );
    for await (const batch of computed) {
      const entries = batch.map(({ index, value }) => ({ place: round[index]!, value }));
      for (const { place, value } of entries) found.set(place[1], value.vector);
      if (context.useCache) await cache.set(entries.map(({ place, value }) => ({ key: keys[place[0]]!, value })));
    }
  }
  return texts.map((text) => found.get(text)!);
}

interface Computed {
  readonly index: number;
  readonly value: CachedEmbedding;
}

/** Computes the texts of one round, longest first, batch by batch. */
async function* computeRound(
  model: EmbeddingModel,
  texts: readonly string[],
  { signal }: PredictContext,
  report: (done: number) => void,
): AsyncGenerator<readonly Computed[]> {
  const begun = performance.now();
  const rows: { readonly index: number; readonly ids: TokenIds }[] = [];
  for (const [index, text] of texts.entries()) {
    if (index > 0 && index % textsPerTurn === 0) {
      await setImmediate();
      throwIfAborted(signal);
    }
    rows.push({ index, ids: model.tokenizer.encode(text, model.maxTokens) });
  }
  const tokens = rows.reduce((total, { ids }) => total + ids.length, 0);
  const tokenizingPerToken = (performance.now() - begun) / tokens;

  rows.sort((a, b) => b.ids.length - a.ids.length || a.index - b.index);
  let done = 0;
  while (done < rows.length) {
    throwIfAborted(signal);
    const longest = rows[done]!.ids.length;
    const batch = rows.slice(done, done + Math.max(1, Math.floor(model.tokensPerBatch / longest)));
    const started = performance.now();
    const vectors = await model.run(batch.map(({ ids }) => ids));
    const perToken = (performance.now() - started) / batch.reduce((total, { ids }) => total + ids.length, 0);
    yield batch.map(({ index, ids }, i) => {
      const seconds = ((perToken + tokenizingPerToken) * ids.length) / 1000;
      return { index, value: { vector: vectors[i]!, seconds } };
    });
    done += batch.length;
    report(done);
    await setImmediate();
  }
}
