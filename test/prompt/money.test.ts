import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BudgetError, UserError } from "../../src/lib/errors.js";
import { createBudget } from "../../src/prompt/client/budget.js";
import { prompt } from "../../src/prompt/prompt.js";
import { resolveLlm } from "../../src/prompt/providers/resolve.js";
import { openResponseCache, type ResponseCache } from "../../src/store/response-cache.js";
import { recordingContext } from "../contract/approach.js";
import type { Fault, ReceivedRequest } from "../servers/faulty-openai.js";
import { failureOf, key, queries, run, serve, train } from "./ask-server.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "crossover-prompt-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe("money and keys", () => {
  const open = (): Promise<ResponseCache> => openResponseCache(join(folder, "answers.db"));
  const from =
    (count: number, fault: Fault) =>
    ({ index }: ReceivedRequest): Fault | undefined =>
      index >= count ? fault : undefined;

  it("a key refused in the middle stops the run, and a second run asks only what is missing", async () => {
    await using cache = await open();
    const rows = queries(40);
    {
      await using server = await serve({ fault: from(15, "401") });
      expect(await failureOf(run(server, rows, { cache, maxConcurrency: 4 }))).toBeInstanceOf(UserError);
    }
    const stored = await cache.count();
    expect(stored).toBe(15);
  });

  it("finds every stored answer again, free for the budget and charged at list price", async () => {
    await using cache = await open();
    await using server = await serve();
    const rows = queries(10);
    const first = await run(server, rows, { cache });
    const budget = createBudget(0);
    const second = await run(server, rows, { cache, budget });
    expect(server.requests).toHaveLength(10);
    expect(second.usd).toBeCloseTo(first.usd, 12);
    expect(second.predictions.every(({ isCached }) => isCached === true)).toBe(true);
    expect(second.predictions.map(({ latencySeconds }) => latencySeconds)).toEqual(
      first.predictions.map(({ latencySeconds }) => latencySeconds),
    );
    expect(budget.spentUsd).toBe(0);
  });

  it("asks once what is asked twice at the same time", async () => {
    await using server = await serve({ latencyMs: 10 });
    const { predictions, usd } = await run(
      server,
      Array.from({ length: 20 }, (_, i) => ({ id: `q${i}`, text: "money" })),
      { maxConcurrency: 20 },
    );
    expect(predictions.every(({ answer }) => answer?.[0] === "refund")).toBe(true);
    expect(server.requests).toHaveLength(1);
    // The cost is that of doing it without a memory.
    expect(usd).toBeCloseTo(20 * (100 * 1.5e-7 + 2 * 6e-7), 12);
  });

  it("holds the budget with many requests open, and gets as far as the money goes", async () => {
    await using server = await serve({ latencyMs: 5, usage: { prompt_tokens: 300, completion_tokens: 10 } });
    await using cache = await open();
    const perCall = 300 * 2.5e-6 + 10 * 1e-5;
    const budget = createBudget(40.5 * perCall);
    const rows = queries(100);
    const error = await failureOf(run(server, rows, { model: "gpt-4o", budget, cache }));
    expect(error).toBeInstanceOf(BudgetError);
    expect(budget.spentUsd).toBeLessThanOrEqual(budget.limitUsd);
    expect(budget.spentUsd).toBeCloseTo(server.requests.length * perCall, 9);
    expect(await cache.count()).toBe(server.requests.length);
    expect(server.requests.length).toBeGreaterThanOrEqual(36);
    // Resumed with more money, it pays only for the rest.
    const more = createBudget(1000 * perCall, budget.spentUsd);
    const { predictions } = await run(server, rows, { model: "gpt-4o", budget: more, cache });
    expect(predictions).toHaveLength(100);
    expect(server.requests).toHaveLength(100);
    expect(more.spentUsd).toBeCloseTo(100 * perCall, 9);
  });

  it("counts a request that timed out against the budget as if it had cost the most", async () => {
    await using server = await serve({ fault: () => "silence" });
    const budget = createBudget(0.01);
    await run(server, queries(1), { budget, timeoutSeconds: 0.02, attempts: 2 });
    expect(budget.spentUsd).toBeGreaterThan(0);
    expect(budget.spentUsd).toBeLessThanOrEqual(0.01);
  });

  it("cannot keep a budget without a price", async () => {
    await using server = await serve();
    const llm = {
      ...(await resolveLlm("openai:gpt-4o", { env: { OPENAI_API_KEY: key, OPENAI_BASE_URL: server.url } })),
      price: null,
    };
    const error = await failureOf(run(server, queries(1), { llm, budget: createBudget(1) }));
    expect(String(error)).toMatch(/price is not known/);
    expect(server.requests).toHaveLength(0);
  });

  it("never shows the key: not in errors, notes, files or the store, though the service repeats it", async () => {
    await using cache = await open();
    await using server = await serve({ fault: from(4, "401") });
    const context = recordingContext();
    const approach = prompt({
      llm: "openai:gpt-4o-mini",
      env: { OPENAI_API_KEY: key, OPENAI_BASE_URL: server.url },
      cache,
      maxConcurrency: 2,
    });
    await using predictor = await approach.fit(train, context);
    const error = await failureOf(predictor.predict(queries(30), context));
    expect(server.requests[0]!.authorization).toBe(`Bearer ${key}`);
    expect(error).toBeInstanceOf(UserError);
    const shown = [String(error), (error as Error).stack, JSON.stringify(context.events), JSON.stringify(predictor.facts)];
    for (const bytes of (await predictor.files()).values()) shown.push(new TextDecoder().decode(bytes));
    const files = await readdir(folder);
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) shown.push(await readFile(join(folder, file), "latin1"));
    for (const text of shown) expect(text).not.toContain("FAKEKEY");
  });

  it("ends open requests when it is interrupted, and throws the reason", async () => {
    await using server = await serve({ latencyMs: 2000 });
    const controller = new AbortController();
    const context = recordingContext({ signal: controller.signal });
    const approach = prompt({ llm: "openai:gpt-4o-mini", env: { OPENAI_API_KEY: key, OPENAI_BASE_URL: server.url } });
    await using predictor = await approach.fit(train, context);
    setTimeout(() => controller.abort(new Error("interrupted")), 50);
    const startedAt = performance.now();
    await expect(predictor.predict(queries(5), context)).rejects.toThrow("interrupted");
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });
});

describe("pace", () => {
  it("never opens more requests than allowed", async () => {
    await using server = await serve({ latencyMs: 10 });
    await run(server, queries(60), { maxConcurrency: 5 });
    expect(server.mostOpen).toBe(5);
    expect(server.requests).toHaveLength(60);
  });

  it("asks no more while the service says that nothing remains", async () => {
    await using server = await serve({
      headers: { "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "80ms" },
    });
    const startedAt = performance.now();
    await run(server, queries(3), { maxConcurrency: 1 });
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(160);
  });
});
