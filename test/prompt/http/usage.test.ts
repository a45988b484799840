import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isUsage, readUsage } from "../../../src/prompt/http/usage.js";
import { costOfUsage } from "../../../src/prompt/prices/prices.js";

const price = { input_cost_per_token: 1e-6, output_cost_per_token: 1e-5, cache_read_input_token_cost: 1e-7 };

describe("usage", () => {
  it.each([
    [
      "OpenAI's",
      {
        prompt_tokens: 100,
        completion_tokens: 50,
        total_tokens: 150,
        prompt_tokens_details: { cached_tokens: 20 },
        completion_tokens_details: { reasoning_tokens: 40 },
      },
      [100, 20, 50, 40],
    ],
    [
      "with nulls for what there is none of",
      { prompt_tokens: 100, completion_tokens: 2, prompt_tokens_details: null },
      [100, 0, 2, 0],
    ],
    [
      "OpenAI's responses",
      {
        input_tokens: 100,
        output_tokens: 50,
        total_tokens: 150,
        input_tokens_details: { cached_tokens: 20 },
        output_tokens_details: { reasoning_tokens: 40 },
      },
      [100, 20, 50, 40],
    ],
    [
      "Anthropic's, the cache beside the input",
      { input_tokens: 10, output_tokens: 5, cache_read_input_tokens: 90 },
      [100, 90, 5, 0],
    ],
    [
      "Google's, thoughts beside the answer",
      { promptTokenCount: 90, candidatesTokenCount: 6, thoughtsTokenCount: 30, totalTokenCount: 126 },
      [90, 0, 36, 30],
    ],
    ["Google's, thoughts alone", { promptTokenCount: 90, thoughtsTokenCount: 30, totalTokenCount: 120 }, [90, 0, 30, 30]],
    ["DeepSeek's", { prompt_tokens: 100, completion_tokens: 5, total_tokens: 105, prompt_cache_hit_tokens: 64 }, [100, 64, 5, 0]],
    [
      "more cached than read: the cache is beside",
      { prompt_tokens: 15, completion_tokens: 5, prompt_tokens_details: { cached_tokens: 85 } },
      [100, 85, 5, 0],
    ],
    [
      "a total that has the cache beside",
      { prompt_tokens: 60, completion_tokens: 5, total_tokens: 105, prompt_tokens_details: { cached_tokens: 40 } },
      [100, 40, 5, 0],
    ],
    [
      "a total that has reasoning beside",
      { prompt_tokens: 100, completion_tokens: 5, total_tokens: 605, completion_tokens_details: { reasoning_tokens: 500 } },
      [100, 0, 505, 500],
    ],
    [
      "more reasoning than output, without a total",
      { prompt_tokens: 100, completion_tokens: 5, completion_tokens_details: { reasoning_tokens: 500 } },
      [100, 0, 505, 500],
    ],
    [
      "a total that has more than anybody says",
      { prompt_tokens: 100, completion_tokens: 5, total_tokens: 605 },
      [100, 0, 505, 0],
    ],
  ])("%s is read", (_, usage, [inputTokens, cachedInputTokens, outputTokens, reasoningTokens]) => {
    expect(readUsage(usage)).toEqual({ inputTokens, cachedInputTokens, outputTokens, reasoningTokens });
  });

  it("with tokens written to the cache names them", () => {
    const usage = { input_tokens: 10, output_tokens: 5, cache_read_input_tokens: 0, cache_creation_input_tokens: 90 };
    expect(readUsage(usage)).toMatchObject({ inputTokens: 100, cachedInputTokens: 0, cacheWriteInputTokens: 90 });
  });

  it.each([
    undefined,
    null,
    "many",
    {},
    { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
    { prompt_tokens: 0, completion_tokens: 9 },
    { prompt_tokens: 100 },
    { prompt_tokens: -100, completion_tokens: 5 },
    { prompt_tokens: 100, completion_tokens: -5 },
    { prompt_tokens: Number.POSITIVE_INFINITY, completion_tokens: 5 },
    { prompt_tokens: 1e300, completion_tokens: 5 },
    { prompt_tokens: Number.NaN, completion_tokens: 5 },
    { prompt_tokens: "100", completion_tokens: 5 },
    { prompt_tokens: 100.5, completion_tokens: 5 },
    { prompt_tokens: 100, completion_tokens: 5, prompt_tokens_details: { cached_tokens: -7 } },
    { prompt_tokens: 100, completion_tokens: 5, completion_tokens_details: { reasoning_tokens: "8" } },
    { prompt_tokens: 100, completion_tokens: 5, total_tokens: Number.POSITIVE_INFINITY },
  ])("%j is unknown", (usage) => {
    expect(readUsage(usage)).toBeNull();
  });

  it("of any kind makes a bill that is a sum of money, or none", () => {
    const count = fc.oneof(
      fc.integer({ min: 0, max: 5000 }),
      fc.constantFrom(-1, -1e9, 0, 1.5, 1e12, 1e300, Number.POSITIVE_INFINITY, Number.NaN, "7", null, undefined, [], {}),
    );
    const keys = [
      "prompt_tokens",
      "completion_tokens",
      "total_tokens",
      "input_tokens",
      "output_tokens",
      "cache_read_input_tokens",
    ];
    const details = ["prompt_tokens_details", "completion_tokens_details", "input_tokens_details"];
    const hostile = fc.record(
      {
        ...Object.fromEntries(keys.map((key) => [key, count])),
        ...Object.fromEntries(
          details.map((key) => [key, fc.record({ cached_tokens: count, reasoning_tokens: count }, { requiredKeys: [] })]),
        ),
      },
      { requiredKeys: [] },
    );
    let known = 0;
    fc.assert(
      fc.property(hostile, (usage) => {
        const read = readUsage(usage);
        if (read === null) return;
        known++;
        expect(isUsage(read)).toBe(true);
        const usd = costOfUsage(price, read);
        expect(Number.isFinite(usd)).toBe(true);
        // No answer is for nothing: its least token is one that was cached.
        expect(usd).toBeGreaterThanOrEqual(1e-7);
      }),
      { seed: 5, numRuns: 3000 },
    );
    expect(known).toBeGreaterThan(100);
  });
});
