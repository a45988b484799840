import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { UserError } from "../../../src/lib/errors.js";
import { postForm } from "../../../src/prompt/batch/batch-http.js";
import { createBudget } from "../../../src/prompt/client/budget.js";
import { ServiceError } from "../../../src/prompt/http/failure.js";
import { listPrices } from "../../../src/prompt/prices/price-table.js";
import { batchCostOfUsage, findPrice } from "../../../src/prompt/prices/prices.js";
import { prompt } from "../../../src/prompt/prompt.js";
import { openResponseCache } from "../../../src/store/response-cache.js";
import type { Prediction } from "../../../src/types/prediction.js";
import { failureOf, key, queries, train, truth } from "../ask-server.js";
import { runBatches, serveBatches } from "./ask-batches.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "crossover-batches-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const labels = (predictions: readonly Prediction[]): unknown[] =>
  predictions.map(({ answer, failure }) => answer?.[0] ?? failure);
const rows = queries(40);

describe.each(["openai:gpt-4o-mini", "anthropic:claude-haiku-4-5"])("asking %s in batches", (llm) => {
  it("hands over one batch, and bills it at the price of batches", async () => {
    await using server = await serveBatches();
    const budget = createBudget(1);
    const { predictions, notes, events } = await runBatches(server, rows, folder, { llm, budget });
    expect(labels(predictions)).toEqual(rows.map(truth));
    expect(server.batches).toHaveLength(1);
    expect(new Set(server.batches[0]!.keys).size).toBe(40);
    expect(server.requests).toHaveLength(40);
    const [provider, model] = llm.split(":");
    const price = findPrice(listPrices, provider!, model!)!;
    const usd = predictions.reduce((sum, { usage }) => sum + batchCostOfUsage(price, usage!)!, 0);
    expect(predictions.reduce((sum, { costUsd }) => sum + costUsd!, 0)).toBeCloseTo(usd, 12);
    expect(budget.spentUsd).toBeCloseTo(usd, 12);
    // Nobody waited for one answer.
    expect(predictions.every(({ latencySeconds }) => latencySeconds === undefined)).toBe(true);
    expect(notes.join("\n")).toContain(`40 requests are at ${llm} as batch_0`);
    expect(events).toContainEqual({ kind: "progress", phase: "batch", subject: `batch_0 at ${llm}`, done: 40, total: 40 });
  });

  it("sends what a request of its own would be", async () => {
    await using server = await serveBatches();
    await runBatches(server, rows.slice(0, 1), folder, { llm });
    const context = { seed: 1, signal: new AbortController().signal, useCache: true, spend: () => {}, log: () => {} };
    const env = { OPENAI_API_KEY: key, OPENAI_BASE_URL: server.url, ANTHROPIC_API_KEY: key, ANTHROPIC_BASE_URL: server.url };
    await using single = await prompt({ llm, env }).fit(train, context);
    await single.predict(rows.slice(0, 1), context);
    const [batched, alone] = server.requests;
    expect({ ...batched, index: 0, key: null }).toEqual({ ...alone, index: 0, key: null });
  });

  it("asks once more what could not be read, what expired and what failed, and names what is refused", async () => {
    await using server = await serveBatches({
      say: (text) => (text.includes("money please 4\n") ? "The weather is nice." : undefined),
      batches: {
        lineFault: ({ batch, line }) =>
          batch > 0 ? undefined : ({ 1: "expired", 3: "500", 5: "400", 7: "missing" } as const)[line as 1],
      },
    });
    const { predictions, notes } = await runBatches(server, rows, folder, { llm });
    expect(labels(predictions)).toEqual(rows.map((row, i) => (i === 5 ? "error" : truth(row))));
    expect(notes.join("\n")).toMatch(/1 of 40 rows got no answer: .* answered 400/);
    // Four of them: one by another question.
    expect(server.batches.slice(1).flatMap(({ keys }) => keys)).toHaveLength(4);
  });

  it.each([0, 3, 39])("with one broken line (%s) ask once more for that row alone", async (at) => {
    await using server = await serveBatches({
      batches: { lineFault: ({ batch, line }) => (batch === 0 && line === at ? "broken" : undefined) },
    });
    const { predictions } = await runBatches(server, rows, folder, { llm });
    expect(labels(predictions)).toEqual(rows.map(truth));
    expect(server.batches.slice(1).flatMap(({ keys }) => keys)).toHaveLength(1);
  });

  it("take each row's own answer once, whatever stands beside it in the output", async () => {
    const faults = { 1: "twice", 3: "stranger", 5: "no object", 7: "error first", 39: "twice" } as const;
    await using server = await serveBatches({
      batches: { lineFault: ({ batch, line }) => (batch === 0 ? faults[line as 1] : undefined) },
    });
    const budget = createBudget(1);
    const { predictions } = await runBatches(server, rows, folder, { llm, budget });
    expect(labels(predictions)).toEqual(rows.map(truth));
    expect(server.batches).toHaveLength(1);
    expect(predictions.reduce((sum, { costUsd }) => sum + costUsd!, 0)).toBeCloseTo(budget.spentUsd, 12);
    expect(budget.uncertainUsd).toBe(0);
  });

  it("goes on through a service that fails now and then, and hands over nothing twice", async () => {
    await using server = await serveBatches({
      batches: {
        delayMs: 50,
        callFault: ({ kind, call }) => {
          if (call > 0) return undefined;
          if (kind === "create") return "lost answer";
          return kind === "answers" ? "cut" : "503";
        },
      },
    });
    const { predictions } = await runBatches(server, rows, folder, { llm });
    expect(labels(predictions)).toEqual(rows.map(truth));
    expect(server.batches).toHaveLength(1);
  });

  it("leaves a batch at the service when it is stopped, and finds it again", async () => {
    await using server = await serveBatches({ batches: { delayMs: 1500 } });
    await using cache = await openResponseCache(join(folder, "answers.db"));
    const stop = new AbortController();
    const stopped = runBatches(server, rows, folder, { llm, cache, signal: stop.signal });
    while (server.batches.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    stop.abort(new Error("stopped"));
    expect(await failureOf(stopped)).toHaveProperty("message", "stopped");
    const { predictions } = await runBatches(server, rows, folder, { llm, cache });
    expect(labels(predictions)).toEqual(rows.map(truth));
    expect(server.batches).toHaveLength(1);
    // Nothing is left to find.
    const files = (await readdir(folder, { recursive: true })).filter((name) => /\.(jsonl|settled)$/.test(name));
    expect(files).toEqual([]);
  });

  it("stops where a batch was cancelled, keeps what was answered, and asks the rest in another one when it goes on", async () => {
    await using server = await serveBatches({ batches: { isCancelled: (batch) => batch === 0 } });
    await using cache = await openResponseCache(join(folder, "answers.db"));
    const error = await failureOf(runBatches(server, rows, folder, { llm, cache }));
    expect(error).toBeInstanceOf(UserError);
    expect(String(error)).toMatch(/batch_0 .* was cancelled .* resume/);
    expect(await cache.count()).toBe(20);
    const { predictions } = await runBatches(server, rows, folder, { llm, cache });
    expect(labels(predictions)).toEqual(rows.map(truth));
    expect(server.batches.map(({ keys }) => keys.length)).toEqual([40, 20]);
  });

  it("writes no key to disk", async () => {
    await using server = await serveBatches({ batches: { delayMs: 300 } });
    const running = runBatches(server, rows, folder, { llm });
    while (server.batches.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    const names = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    expect(names.length).toBeGreaterThan(1);
    for (const { parentPath, name } of names) expect(await readFile(join(parentPath, name), "utf8")).not.toContain(key);
    await running;
  });
});

describe("batches", () => {
  it("are cut in two where the service has too much waiting, until they fit", async () => {
    await using server = await serveBatches({ batches: { delayMs: 20, mostEnqueued: 15 } });
    const { predictions } = await runBatches(server, rows, folder);
    expect(labels(predictions)).toEqual(rows.map(truth));
    // Each was answered once: what did not fit was answered not at all.
    expect(server.requests).toHaveLength(40);
    expect(server.batches.map(({ keys }) => keys.length)).toEqual([40, 20, 10, 10, 20, 10, 10]);
  });

  it("hold a budget that is less than all of them could cost, by being several", async () => {
    await using server = await serveBatches();
    const { predictions } = await runBatches(server, rows.slice(0, 2), join(folder, "first"));
    const each = predictions[0]!.costUsd!;
    const budget = createBudget(60 * each);
    const all = await runBatches(server, rows, folder, { budget });
    expect(labels(all.predictions)).toEqual(rows.map(truth));
    expect(server.batches.length).toBeGreaterThan(3);
    expect(budget.spentUsd).toBeLessThanOrEqual(budget.limitUsd);
  });

  it.each([40, 4])("refused as a whole stop the run of %s rows, run not at all and cost nothing", async (count) => {
    let isRefusing = true;
    await using server = await serveBatches({
      batches: { refusal: () => (isRefusing ? "The model is not enabled for batches" : undefined) },
    });
    const budget = createBudget(1);
    const error = await failureOf(runBatches(server, rows.slice(0, count), folder, { budget }));
    expect(error).toBeInstanceOf(UserError);
    expect(String(error)).toMatch(/refused the batch .*not enabled.*None of it runs/);
    expect(String(error)).not.toMatch(/goes on/);
    expect(budget.spentUsd).toBe(0);
    isRefusing = false;
    const { predictions } = await runBatches(server, rows.slice(0, count), folder, { budget });
    expect(labels(predictions)).toEqual(rows.slice(0, count).map(truth));
  });

  it("end at once with the reason where the key is refused, or the server has none", async () => {
    const server = await serveBatches();
    const context = { seed: 1, signal: new AbortController().signal, useCache: true, spend: () => {}, log: () => {} };
    const batch = { folder, gatherSeconds: 0.05, pollSeconds: 0.01 };
    const env = { OPENAI_BASE_URL: server.url.replace("/v1", "/v2") };
    await using predictor = await prompt({ llm: "openai:gpt-4o-mini", env, batch }).fit(train, context);
    const error = await failureOf(predictor.predict(rows, context));
    expect(error).toBeInstanceOf(UserError);
    expect(String(error)).toMatch(/takes no batches at .*\/v2.*--batch/);
    await server[Symbol.asyncDispose]();
  });

  it("are not had by other providers", async () => {
    const context = { seed: 1, signal: new AbortController().signal, useCache: true, spend: () => {}, log: () => {} };
    const approach = prompt({ llm: "ollama:qwen3:8b", env: {}, batch: { folder } });
    await expect(approach.fit(train, context)).rejects.toThrow(/ollama:qwen3:8b cannot be asked in batches/);
    await expect(approach.estimate(train, [])).rejects.toThrow(UserError);
  });

  it("cost half in the plan, and take up to a day", async () => {
    const env = { OPENAI_API_KEY: key };
    const single = await prompt({ llm: "openai:gpt-4o-mini", env }).estimate(train, rows);
    const batched = await prompt({ llm: "openai:gpt-4o-mini", env, batch: { folder } }).estimate(train, rows);
    expect(batched.usd).toBeCloseTo(single.usd! / 2, 12);
    expect(batched.seconds).toBe(24 * 3600);
    expect(batched.basis).toContain("most that the service promises");
  });
});

it("a proxy's page in answer to a batch's file is the service's fault, not a bug", async () => {
  const server = createServer((message, response) => message.resume().on("end", () => response.end("<html>maintenance</html>")));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/files`);
  const error = await failureOf(postForm(url, {}, new FormData(), new AbortController().signal));
  server.closeAllConnections();
  server.close();
  expect(error).toBeInstanceOf(ServiceError);
  expect(String(error)).toContain("maintenance");
});
