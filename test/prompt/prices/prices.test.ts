import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { listPrices } from "../../../src/prompt/prices/price-table.js";
import {
  batchCostOfUsage,
  costOfUsage,
  findPrice,
  findRecordedPrice,
  loadPrices,
  mostCost,
  priceWarnings,
} from "../../../src/prompt/prices/prices.js";
import { describeModel } from "../../../src/prompt/providers/resolve.js";

const mini = findPrice(listPrices, "openai", "gpt-5-mini")!;

describe("what an answer costs", () => {
  it("is counted by hand", () => {
    // 88 × $0.25 + 74 × $2 a million, 64 of the 74 being reasoning: $22 + $148 a million answers.
    const usage = { inputTokens: 88, cachedInputTokens: 0, outputTokens: 74, reasoningTokens: 64 };
    expect(costOfUsage(mini, usage)).toBeCloseTo(0.00017, 12);
    expect(batchCostOfUsage(mini, usage)).toBeCloseTo(0.000085, 12);
    // 1,000 in, 400 of them read from the cache at a tenth: 600 × 0.25 + 400 × 0.025 = 160.
    expect(costOfUsage(mini, { ...usage, inputTokens: 1000, cachedInputTokens: 400, outputTokens: 0 })).toBeCloseTo(0.00016, 12);
  });

  it("is the same for cached input where no other price is known", () => {
    const gpt4 = findPrice(listPrices, "openai", "gpt-4")!;
    expect(costOfUsage(gpt4, { inputTokens: 100, cachedInputTokens: 50, outputTokens: 10, reasoningTokens: 0 })).toBeCloseTo(
      0.0036,
      12,
    );
    expect(batchCostOfUsage(gpt4, { inputTokens: 1, cachedInputTokens: 0, outputTokens: 1, reasoningTokens: 0 })).toBeNull();
  });

  it("counts what is written to the cache, and the discounts of cache and batch together", () => {
    const haiku = findPrice(listPrices, "anthropic", "claude-haiku-4-5")!;
    // 1,000 in at $1: 200 plain, 300 read at $0.10, 500 written at $1.25 a million; 10 out at $5.
    const usage = {
      inputTokens: 1000,
      cachedInputTokens: 300,
      cacheWriteInputTokens: 500,
      outputTokens: 10,
      reasoningTokens: 0,
    };
    expect(costOfUsage(haiku, usage)).toBeCloseTo((200 + 30 + 625 + 50) * 1e-6, 12);
    // Half of 600 × $0.25 + 400 × $0.025 a million.
    const cached = { inputTokens: 1000, cachedInputTokens: 400, outputTokens: 0, reasoningTokens: 0 };
    expect(batchCostOfUsage(mini, cached)).toBeCloseTo(80e-6, 12);
  });

  it("has the second price where the whole request is long", () => {
    const sonnet = findPrice(listPrices, "anthropic", "claude-sonnet-4-5")!;
    const usage = { inputTokens: 200_000, cachedInputTokens: 0, outputTokens: 100, reasoningTokens: 0 };
    expect(costOfUsage(sonnet, usage)).toBeCloseTo(0.6 + 0.0015, 9);
    expect(costOfUsage(sonnet, { ...usage, inputTokens: 200_001 })).toBeCloseTo(1.200006 + 0.00225, 9);
    const gpt = findPrice(listPrices, "openai", "gpt-5.6")!;
    expect(costOfUsage(gpt, { ...usage, inputTokens: 272_001, outputTokens: 0 })).toBeCloseTo(2.72001, 9);
    expect(costOfUsage(gpt, { ...usage, inputTokens: 272_000, outputTokens: 0 })).toBeCloseTo(1.36, 9);
  });

  it("is at most what the dearest way to bill it comes to", () => {
    const haiku = findPrice(listPrices, "anthropic", "claude-haiku-4-5")!;
    // Everything written to the cache: 1,000 × $1.25 + 10 × $5 a million.
    expect(mostCost(haiku, 1000, 10)).toBeCloseTo(1300e-6, 12);
    expect(mostCost(mini, 1000, 10)).toBeCloseTo(270e-6, 12);
  });

  it("comes to the recorded totals of four models", () => {
    // Tokens of 5,160, 5,160, 5,055 and 5,150 recorded answers; dollars by a calculator.
    const totals: [string, number, number, number][] = [
      ["gpt-3.5-turbo-0125", 508_930, 5_202, 0.262268],
      ["gpt-5-nano-2025-08-07", 495_529, 578_622, 0.25622525],
      ["gpt-5-mini-2025-08-07", 485_602, 196_476, 0.5143525],
      ["gpt-5-2025-08-07", 494_599, 256_882, 3.18706875],
    ];
    for (const [model, inputTokens, outputTokens, usd] of totals) {
      const price = findPrice(listPrices, "openai", model)!;
      expect(costOfUsage(price, { inputTokens, cachedInputTokens: 0, outputTokens, reasoningTokens: 0 })).toBeCloseTo(usd, 9);
    }
  });
});

describe("the price of a model", () => {
  it("is found by its id, or by its id without the date", () => {
    expect(findPrice(listPrices, "openai", "gpt-5-mini-2025-08-07")).toBe(mini);
    expect(findPrice(listPrices, "openai", "gpt-3.5-turbo-0125")).toBe(findPrice(listPrices, "openai", "gpt-3.5-turbo"));
    expect(findPrice(listPrices, "anthropic", "claude-haiku-4-5-20251001")?.output_cost_per_token).toBe(5e-6);
    expect(findPrice(listPrices, "google", "models/gemini-2.0-flash-001")?.input_cost_per_token).toBe(1e-7);
    // A dated row of its own goes before the base: this one cost twice as much.
    expect(findPrice(listPrices, "openai", "gpt-4o-2024-05-13")?.input_cost_per_token).toBe(5e-6);
  });

  it("is one row's under several names, which are data: no date is guessed away", () => {
    expect(findPrice(listPrices, "openai", "gpt-5-mini-2031-01-01")).toBeNull();
    expect(findPrice(listPrices, "anthropic", "claude-haiku-4-5-20990101")).toBeNull();
    for (const [alias, id] of Object.entries(listPrices.aliases!)) {
      expect(listPrices.models).not.toHaveProperty([alias]);
      expect(listPrices.models).toHaveProperty([id]);
    }
  });

  it("is found of what was recorded of any maker", () => {
    for (const model of ["gpt-6-luna-2026-09-22", "claude-haiku-4-5-20251001", "models/gemini-3.5-flash-lite", "deepseek-flash"])
      expect(findRecordedPrice(listPrices, model)).not.toBeNull();
  });

  it("grows with the length of a prompt to claude-haiku-5-5", () => {
    const haiku = findPrice(listPrices, "anthropic", "claude-haiku-5-5")!;
    const usage = { inputTokens: 100_000, cachedInputTokens: 0, outputTokens: 10, reasoningTokens: 0 };
    expect(costOfUsage(haiku, usage)).toBeCloseTo(0.010005, 9);
    expect(costOfUsage(haiku, { ...usage, inputTokens: 100_001 })).toBeCloseTo(0.0500255, 9);
  });

  it("changes on the day that was announced, and says so before", () => {
    const flash = (today: string) => describeModel("google:gemini-3.8-flash", { env: {}, today });
    expect(flash("2026-12-31").price?.input_cost_per_token).toBe(7.5e-7);
    expect(flash("2026-12-31").warnings.join()).toMatch(/changes on 2027-01-01, in 1 days?: to \$1\.5 .* \$7\.5/);
    expect(flash("2027-01-01")).toMatchObject({ price: { output_cost_per_token: 7.5e-6 }, warnings: [] });
  });

  it("is not made up", () => {
    expect(findPrice(listPrices, "openai", "gpt-99")).toBeNull();
    expect(findPrice(listPrices, "openai", "constructor")).toBeNull();
    expect(findPrice(listPrices, "openai", "ft:gpt-4o-mini:acme::abc")).toBeNull();
    expect(findPrice(listPrices, "ollama", "gpt-4o")).toBeNull();
  });

  it("holds for every row: finite, output no cheaper than input, cache and batch no dearer", () => {
    expect(Object.keys(listPrices.models).length).toBeGreaterThan(40);
    for (const [name, price] of Object.entries(listPrices.models)) {
      expect(price.input_cost_per_token).toBeGreaterThan(0);
      // Decision models write nothing that could be billed.
      if (name.startsWith("decide/")) expect(price.output_cost_per_token).toBe(0);
      else expect(price.output_cost_per_token).toBeGreaterThanOrEqual(price.input_cost_per_token);
      expect(price.cache_read_input_token_cost ?? 0).toBeLessThan(price.input_cost_per_token);
      if (price.deprecation_date !== undefined) expect(price.deprecation_date).toMatch(/^20\d\d-\d\d-\d\d$/);
      if (price.replacement !== undefined) expect(findRecordedPrice(listPrices, price.replacement)).not.toBeNull();
      const second = price.input_cost_per_token_above_200k_tokens ?? price.input_cost_per_token_above_272k_tokens;
      expect(second ?? price.input_cost_per_token * 2).toBeCloseTo(price.input_cost_per_token * 2, 12);
      const written = price.cache_creation_input_token_cost ?? price.input_cost_per_token * 1.25;
      expect(Math.abs(written / price.input_cost_per_token - 1.25)).toBeLessThan(0.06);
      if (price.input_cost_per_token_batches !== undefined) {
        expect(price.input_cost_per_token_batches).toBeCloseTo(price.input_cost_per_token / 2, 12);
        expect(price.output_cost_per_token_batches).toBeCloseTo(price.output_cost_per_token / 2, 12);
      }
    }
  });
});

describe("warnings", () => {
  const retired = { ...mini, deprecation_date: "2026-03-01", replacement: "n" };
  it.each([
    ["2026-03-01", "m was retired on 2026-03-01. Its maker names n in its place."],
    ["2026-02-20", "m will be retired on 2026-03-01, in 9 days. Its maker names n in its place."],
    ["2025-12-01", undefined],
  ])("on %s: %s", (today, warning) => {
    expect(priceWarnings(listPrices, "m", retired, today)).toEqual(warning === undefined ? [] : [warning]);
  });

  it("say that the prices are old, but not of those that the user gave", () => {
    const old = { ...listPrices, asOf: "2026-01-01" };
    expect(priceWarnings(old, "gpt-5-mini", mini, "2026-04-01")).toEqual([]);
    expect(priceWarnings(old, "gpt-5-mini", mini, "2026-04-02")[0]).toMatch(
      /^The prices are of 2026-01-01, 91 days old: .*--prices/,
    );
    const luna = findPrice(listPrices, "openai", "gpt-6-luna")!;
    expect(priceWarnings({ ...old, own: new Set(["gpt-6-luna"]) }, "gpt-6-luna", luna, "2026-12-01")).toEqual([]);
    expect(priceWarnings(old, "qwen3", { input_cost_per_token: 0, output_cost_per_token: 0 }, "2026-12-01")).toEqual([]);
  });

  it("say that a price is not known, and which name is near", () => {
    expect(priceWarnings(listPrices, "gpt-5-mino", null, "2026-01-01")[0]).toMatch(
      /price of gpt-5-mino is not known.*gpt-5-mini.*--prices/,
    );
  });
});

describe("a user's own prices", () => {
  async function load(content: string) {
    const folder = await mkdtemp(join(tmpdir(), "crossover-prices-"));
    try {
      await writeFile(join(folder, "prices.json"), content);
      return await loadPrices(join(folder, "prices.json"), listPrices);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  it("go over the list", async () => {
    const table = await load(
      JSON.stringify({
        sample_spec: { input_cost_per_token: "a description" },
        "gpt-5-mini": { input_cost_per_token: 1e-6, output_cost_per_token: 3e-6, mode: "chat" },
        "my-model": {
          input_cost_per_token: 0,
          output_cost_per_token: 0,
          supports_response_schema: false,
          deprecation_date: "soon",
        },
        "an-image": { output_cost_per_image: 0.04 },
      }),
    );
    expect(findPrice(table, "openai", "gpt-5-mini-2025-08-07")).toEqual({
      input_cost_per_token: 1e-6,
      output_cost_per_token: 3e-6,
    });
    expect(findPrice(table, "openai", "my-model")).toEqual({
      input_cost_per_token: 0,
      output_cost_per_token: 0,
      supports_response_schema: false,
    });
    expect(findPrice(table, "openai", "gpt-4o")).toBe(findPrice(listPrices, "openai", "gpt-4o"));
    expect(findPrice(table, "openai", "an-image")).toBeNull();
  });

  it.each([
    ["not json", /not JSON/],
    ["[1]", /expected an object of model ids/],
    ["{}", /no model in it/],
    [
      '{"m": {"input_cost_per_token": -1, "output_cost_per_token": 1}}',
      /input_cost_per_token of "m" is -1; expected USD per token/,
    ],
    ['{"m": {"input_cost_per_token": 1e-6}}', /output_cost_per_token of "m" is missing/],
  ])("that are wrong are told: %s", async (content, message) => {
    await expect(load(content)).rejects.toThrow(message);
  });

  it("that are not there are told", async () => {
    await expect(loadPrices("/nowhere/prices.json", listPrices)).rejects.toThrow(
      "There is no file /nowhere/prices.json: the folder /nowhere does not exist.",
    );
  });
});
