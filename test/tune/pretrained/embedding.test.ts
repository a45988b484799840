import { describe, expect, it } from "vitest";
import { type EmbeddingModel, embedTexts } from "../../../src/tune/pretrained/embedding.js";
import { memoryEmbeddingCache } from "../../../src/tune/pretrained/embedding-cache.js";
import type { ProgressEvent } from "../../../src/types/events.js";
import type { Cost } from "../../../src/types/prediction.js";
import { quietContext } from "./golden-encoder.js";

/** A model whose vector of a text is its length in tokens, one a word, and which writes down its batches. */
function countingModel(tokensPerBatch = 8): EmbeddingModel & { readonly batches: number[][] } {
  const batches: number[][] = [];
  return {
    batches,
    maxTokens: 6,
    tokensPerBatch,
    tokenizer: {
      padId: 0,
      maxId: 1,
      after: [],
      idOf: () => undefined,
      tokenOf: () => undefined,
      encode: (text, max) =>
        text
          .split(" ")
          .slice(0, max)
          .map(() => 1),
    },
    run: async (batch) => {
      batches.push(batch.map((ids) => ids.length));
      return batch.map((ids) => Float32Array.of(ids.length));
    },
  };
}

const texts = ["a", "a b c", "a b", "a", "a b c d e f g h", "b"];
const kept = () => ({ cache: memoryEmbeddingCache(), hash: "model" });

describe("embedding", () => {
  it("gives one vector a text in their order, computing equal texts once and the longest first", async () => {
    const model = countingModel();
    const vectors = await embedTexts(model, kept(), texts, quietContext());
    expect(vectors.map(([length]) => length)).toEqual([1, 3, 2, 1, 6, 1]);
    // No batch above 8 tokens with its padding, and every text is cut to 6.
    expect(model.batches).toEqual([[6], [3, 2], [1, 1]]);
  });

  it("gives a text beyond the budget a batch of its own", async () => {
    const model = countingModel(4);
    await embedTexts(model, kept(), texts, quietContext());
    expect(model.batches).toEqual([[6], [3], [2, 1], [1]]);
  });

  it("takes from the cache what it has, and charges the seconds that took", async () => {
    const model = countingModel();
    const store = kept();
    const spent: Partial<Cost>[] = [];
    const context = quietContext({ spend: (cost) => spent.push(cost) });
    await embedTexts(model, store, texts, context);
    expect(spent).toEqual([]);
    const before = model.batches.length;
    const vectors = await embedTexts(model, store, [...texts, "new"], context);
    expect(vectors.map(([length]) => length)).toEqual([1, 3, 2, 1, 6, 1, 1]);
    expect(model.batches.slice(before)).toEqual([[1]]);
    expect(spent).toHaveLength(1);
    expect(spent[0]!.seconds).toBeGreaterThan(0);
  });

  it("shares the seconds of a batch by tokens", async () => {
    const store = kept();
    const seen: [string, number][] = [];
    const cache = {
      ...store.cache,
      set: async (entries: Parameters<typeof store.cache.set>[0]) => {
        for (const { value } of entries) seen.push([`${value.vector[0]}`, value.seconds]);
      },
    };
    await embedTexts(countingModel(), { ...store, cache }, ["a b c", "a b"], quietContext());
    const [[, three], [, two]] = seen as [[string, number], [string, number]];
    expect(three / two).toBeCloseTo(3 / 2, 6);
  });

  it("neither reads nor writes the cache while latency is measured", async () => {
    const model = countingModel();
    const store = kept();
    await embedTexts(model, store, ["a"], quietContext({ useCache: false }));
    await embedTexts(model, store, ["a"], quietContext());
    await embedTexts(model, store, ["a"], quietContext({ useCache: false }));
    expect(model.batches).toHaveLength(3);
  });

  it("never mixes up two models that share a cache", async () => {
    const cache = memoryEmbeddingCache();
    const model = countingModel();
    await embedTexts(model, { cache, hash: "one" }, ["a"], quietContext());
    await embedTexts(model, { cache, hash: "two" }, ["a"], quietContext());
    expect(model.batches).toHaveLength(2);
  });

  it("tells how far it is, in texts that are left to compute", async () => {
    const events: ProgressEvent[] = [];
    const store = kept();
    await embedTexts(countingModel(), store, ["a"], quietContext());
    await embedTexts(countingModel(), store, texts, quietContext({ log: (event) => events.push(event) }));
    expect(events).toEqual([1, 3, 4].map((done) => ({ kind: "progress", phase: "embedding", done, total: 4 })));
  });

  it("stops between batches when it is told to, and keeps what it has", async () => {
    const controller = new AbortController();
    const model = countingModel();
    const store = kept();
    const stopping = quietContext({ signal: controller.signal, log: () => controller.abort(new Error("interrupted")) });
    await expect(embedTexts(model, store, texts, stopping)).rejects.toThrow("interrupted");
    expect(model.batches).toEqual([[6]]);
    await embedTexts(model, store, texts, quietContext());
    expect(model.batches).toEqual([[6], [3, 2], [1, 1]]);
  });

  it("does nothing for no texts", async () => {
    expect(await embedTexts(countingModel(), kept(), [], quietContext())).toEqual([]);
  });
});

describe("the cache in memory", () => {
  it("forgets the oldest beyond its bound", async () => {
    const cache = memoryEmbeddingCache(8);
    const entry = (key: string) => ({ key, value: { vector: Float32Array.of(1), seconds: 1 } });
    await cache.set([entry("a"), entry("b"), entry("a"), entry("c")]);
    const found = await cache.get(["a", "b", "c"]);
    expect(found.map((value) => value !== undefined)).toEqual([true, false, true]);
  });
});
