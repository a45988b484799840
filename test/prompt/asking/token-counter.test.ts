import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { estimateProgram } from "../../../src/prompt/asking/estimate.js";
import { assumedOutput, pilotOf, pilotOutput } from "../../../src/prompt/asking/output-estimate.js";
import { tokenCounter } from "../../../src/prompt/asking/token-counter.js";
import { mostMessageTokens } from "../../../src/prompt/asking/tokens.js";
import { noDemos } from "../../../src/prompt/demos/balanced-demos.js";
import type { Message, ModelCard } from "../../../src/prompt/llm.js";
import { listPrices } from "../../../src/prompt/prices/price-table.js";
import { costOfUsage, findPrice } from "../../../src/prompt/prices/prices.js";
import { readRecording } from "../../../src/prompt/recorded/recording.js";
import { promptTemplate } from "../../../src/prompt/template.js";
import type { Usage } from "../../../src/types/prediction.js";

const messages: readonly Message[] = [
  { role: "system", content: "Classify a text." },
  { role: "user", content: "they released another Italian one today and it has a cosign option" },
];

describe("tokens of a prompt", () => {
  it("are those of OpenAI's vocabularies", async () => {
    const o200k = await tokenCounter({ provider: "openai", model: "gpt-4o-mini" });
    const cl100k = await tokenCounter({ provider: "openai", model: "gpt-3.5-turbo-0125" });
    // "tiktoken is great!" is the example of OpenAI's cookbook, six tokens in both.
    expect([o200k.count("hello world"), cl100k.count("hello world")]).toEqual([2, 2]);
    expect(o200k.count("tiktoken is great!")).toBe(6);
    expect(cl100k.count("tiktoken is great!")).toBe(6);
    expect(o200k.basis).toContain("o200k_base");
    expect(cl100k.basis).toContain("cl100k_base");
  });

  it("take what looks like a special token for the letters it is made of", async () => {
    const { count } = await tokenCounter({ provider: "openai", model: "gpt-5" });
    expect(count("<|endoftext|>")).toBeGreaterThan(3);
  });

  it("of other makers are counted with OpenAI's vocabulary times a factor that is said", async () => {
    const claude = await tokenCounter({ provider: "anthropic", model: "claude-haiku-4-5" });
    const gpt = await tokenCounter({ provider: "openai", model: "gpt-4o" });
    const text = "word ".repeat(1000);
    expect(claude.count(text) / gpt.count(text)).toBeCloseTo(1.15, 2);
    expect(claude.basis).toBe("counted with OpenAI's o200k_base times 1.15, which stands in for Claude's");
    expect(claude.tolerance).toBeGreaterThan(gpt.tolerance);
    expect((await tokenCounter({ provider: "ollama", model: "qwen3:8b" })).basis).toContain("stands in");
  });

  it.each(["a".repeat(100_000), " ".repeat(100_000), "!".repeat(100_000), "漢".repeat(30_000), "😀".repeat(10_000)])(
    "are counted in a moment, and never above the cap: %#",
    async (text) => {
      const counter = await tokenCounter({ provider: "openai", model: "gpt-4o" });
      const startedAt = performance.now();
      const tokens = counter.countMessages([{ role: "user", content: text }]);
      expect(performance.now() - startedAt).toBeLessThan(5000);
      expect(tokens).toBeGreaterThan(100);
      expect(tokens).toBeLessThan(mostMessageTokens([{ role: "user", content: text }]));
    },
  );

  it("of a long text are those of the text as a whole, though it is counted in pieces", async () => {
    const { countTokens } = await import("gpt-tokenizer/encoding/o200k_base");
    const { count } = await tokenCounter({ provider: "openai", model: "gpt-4o" });
    const text = "The card I ordered last week has not arrived yet; what is going on?  I am at home.\n".repeat(100);
    expect(count(text)).toBe(countTokens(text));
  });

  it("count a schema, and the framing of each message", async () => {
    const counter = await tokenCounter({ provider: "openai", model: "gpt-4o" });
    const bare = messages.reduce((sum, { content }) => sum + counter.count(content), 0);
    expect(counter.countMessages(messages)).toBe(bare + 2 * 4 + 3);
    const schema = { type: "object" as const, properties: {}, required: [], additionalProperties: false as const };
    expect(counter.countMessages(messages, schema)).toBe(bare + 11 + counter.count(JSON.stringify(schema)));
  });
});

describe("how long answers will be", () => {
  const usage = (outputTokens: number): Usage => ({ inputTokens: 100, cachedInputTokens: 0, outputTokens, reasoningTokens: 0 });

  it("is the mean of a pilot, with the interval of Student's t", () => {
    // Mean 20, s² = 62.5, n = 5: 2.776 · √(62.5 · (1/5 + 1/∞)) = 9.815.
    const found = pilotOutput(pilotOf([10, 15, 20, 25, 30].map(usage)), 1e9)!;
    expect(found.tokens).toBe(20);
    expect(found.high - found.tokens).toBeCloseTo(9.815, 1);
    expect(found.tokens - found.low).toBeCloseTo(9.815, 1);
    expect(pilotOutput(pilotOf([usage(1)]), 10)).toBeNull();
  });

  it("is assumed, and says so, where nothing was asked", () => {
    expect(assumedOutput({ model: "gpt-4o", isReasoning: false }, 3)).toMatchObject({ tokens: 3, low: 3, high: 6 });
    expect(assumedOutput({ model: "gpt-5", isReasoning: true }, 1)).toMatchObject({ tokens: 50, low: 10, high: 143 });
    expect(assumedOutput({ model: "gpt-5", isReasoning: true }, 1).basis).toContain("measured on SMS messages");
    expect(assumedOutput({ model: "qwen3:8b", isReasoning: true }, 1).basis).toContain("a guess");
  });
});

describe("the estimate of a run", () => {
  it("has its price, its range, and what it rests on", async () => {
    const card: ModelCard = {
      spec: "openai:gpt-5-mini",
      provider: "openai",
      model: "gpt-5-mini",
      baseUrl: "x",
      price: findPrice(listPrices, "openai", "gpt-5-mini"),
      isReasoning: true,
      needs: [],
      warnings: [],
    };
    const task = { labels: ["ham", "spam"], descriptions: {}, isMultiLabel: false };
    const program = { template: promptTemplate(task), demos: noDemos, answer: "direct", samples: 1, shortlist: null } as const;
    const options = { isTextOnly: false, maxConcurrency: 8 };
    const queries = ["one", "two", "two"].map((text, i) => ({ id: String(i), text }));
    const found = await estimateProgram(card, program, undefined, queries, options);
    expect(found.calls).toBe(2);
    expect(found.usd).toBeGreaterThan(found.usdRange!.low);
    expect(found.usd).toBeLessThan(found.usdRange!.high);
    expect(found.basis).toMatch(/^Tokens of prompts are counted with.*29 reasoning tokens/);
    const pilot = Array.from({ length: 20 }, (_, i) => ({
      ...found,
      cachedInputTokens: 0,
      inputTokens: 100,
      outputTokens: 40 + i,
      reasoningTokens: 0,
    }));
    const measured = await estimateProgram(card, program, undefined, queries, { ...options, pilot: pilotOf(pilot) });
    expect(measured.outputTokens).toBe(99);
    expect(measured.basis).toContain("as long as 20 earlier ones to the same prompt");
    const free = await estimateProgram({ ...card, price: null }, program, undefined, queries, options);
    expect([free.usd, free.usdRange]).toEqual([null, undefined]);
  });
});

const recorded = resolve(import.meta.dirname, "../../../../shared/data/sms-spam");

describe.skipIf(!existsSync(recorded))("against the bills of four recorded models", () => {
  const models = ["gpt-3.5-turbo-0125", "gpt-5-nano", "gpt-5-mini", "gpt-5"];
  const prompts = (): Map<string, readonly Message[]> =>
    new Map(
      gunzipSync(readFileSync(join(recorded, "openai-batch-input.gpt-5.jsonl.gz")))
        .toString("utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as { custom_id: string; body: { messages: readonly Message[] } })
        .map(({ custom_id: id, body }) => [id, body.messages]),
    );

  it.each(models)("%s: input to the token, dollars within a tenth by a pilot of 200 answers", async (model) => {
    const { rows, model: servedBy } = await readRecording(join(recorded, `openai-batch-output.${model}.jsonl.gz`));
    const counter = await tokenCounter({ provider: "openai", model: servedBy });
    const inputs = prompts();
    const usages: Usage[] = [];
    let counted = 0;
    for (const [id, row] of rows) {
      if ("error" in row || row.usage === null) continue;
      usages.push(row.usage);
      counted += counter.countMessages(inputs.get(id)!);
    }
    const price = findPrice(listPrices, "openai", servedBy)!;
    const billed = usages.reduce((sum, { inputTokens }) => sum + inputTokens, 0);
    expect(counted).toBe(billed);
    const bill = usages.reduce((sum, usage) => sum + costOfUsage(price, usage), 0);
    const usd = (outputTokens: number): number =>
      costOfUsage(price, { inputTokens: counted / usages.length, cachedInputTokens: 0, outputTokens, reasoningTokens: 0 }) *
      usages.length;
    // The file is in the order of a shuffle: its first rows are a fair sample.
    const pilot = pilotOutput(pilotOf(usages.slice(0, 200)), usages.length)!;
    expect(Math.abs(usd(pilot.tokens) / bill - 1)).toBeLessThan(0.1);
    expect(usd(pilot.low)).toBeLessThanOrEqual(bill);
    expect(usd(pilot.high)).toBeGreaterThanOrEqual(bill);
    // The assumption rests on these very files: this only shows that its figures are theirs.
    const assumed = assumedOutput({ model: servedBy, isReasoning: model.startsWith("gpt-5") }, 1);
    expect(Math.abs(usd(assumed.tokens) / bill - 1)).toBeLessThan(0.02);
    expect(usd(assumed.low)).toBeLessThanOrEqual(bill);
    expect(usd(assumed.high)).toBeGreaterThanOrEqual(bill);
  });
});
