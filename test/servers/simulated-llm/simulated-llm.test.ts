import { once } from "node:events";
import { existsSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { readTask } from "../../../src/data/data.js";
import { type PromptOptions, prompt } from "../../../src/prompt/prompt.js";
import { loadEncoder } from "../../../src/tune/pretrained/encoder.js";
import type { Dataset, Query } from "../../../src/types/data.js";
import type { Prediction } from "../../../src/types/prediction.js";
import { recordingContext } from "../../contract/approach.js";
import { bundleChild } from "../child-process.js";
import { randomFaults } from "../faults.js";
import { encoderModel } from "./encoder-model.js";
import { constantModel, modelsByName } from "./model.js";
import { readTexts, recordedModel } from "./recorded-model.js";
import { type SimulatedLlm, startSimulatedLlm } from "./simulated-llm.js";

const { train, test } = await readTask({ path: "examples/support-tickets.csv", seed: 42 });
const rows: readonly Query[] = test.examples.slice(0, 40);
const encoder = await loadEncoder("minilm-l6", { threads: 1 });
afterAll(() => encoder[Symbol.asyncDispose]());
const model = encoderModel({ encoder });

async function ask(
  server: Pick<SimulatedLlm, "url">,
  llm: string,
  options: Partial<PromptOptions> & { readonly train?: Dataset; readonly rows?: readonly Query[] } = {},
): Promise<Prediction[]> {
  const { train: task = train, rows: asked = rows, ...rest } = options;
  const env = { OPENAI_BASE_URL: server.url, ANTHROPIC_BASE_URL: server.url, ANTHROPIC_API_KEY: "key" };
  const context = recordingContext();
  await using predictor = await prompt({ llm, env, backoffSeconds: 0.01, ...rest }).fit(task, context);
  return predictor.predict(asked, context);
}

const labelsOf = (predictions: readonly Prediction[]) => predictions.map(({ answer }) => answer?.[0]);
const post = (url: string, body: unknown) =>
  fetch(url, { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body) });
const hello = { model: "m", max_tokens: 10, messages: [{ role: "user", content: "hello" }] };

describe("both protocols", () => {
  it("give the same labels, also where the schema is the input of a tool, with usage", async () => {
    await using server = await startSimulatedLlm({ model });
    const expected = labelsOf(await ask(server, "openai:gpt-4o-mini"));
    expect(new Set(expected).size).toBeGreaterThan(4);
    // The newer model is asked by a format, the older one by a tool.
    for (const llm of ["openai:some-model", "anthropic:claude-sonnet-4-5", "anthropic:claude-3-haiku-20240307"]) {
      const predictions = await ask(server, llm);
      expect(labelsOf(predictions)).toEqual(expected);
      for (const { usage } of predictions) {
        expect(usage!.inputTokens).toBeGreaterThan(200);
        expect(usage!.outputTokens).toBeGreaterThan(0);
      }
    }
    expect(server.requests.map(({ isToolAnswer }) => isToolAnswer)).toContain(true);
    expect(server.answered).toBe(160);
  });

  it("have error forms of their own", async () => {
    await using server = await startSimulatedLlm({ model: modelsByName({ known: constantModel("x") }) });
    const openai = await post(`${server.url}/chat/completions`, hello);
    expect(openai.status).toBe(404);
    expect(await openai.json()).toEqual({
      error: { message: "The model 'm' does not exist", type: "invalid_request_error", param: null, code: "model_not_found" },
    });
    const anthropic = await post(`${server.url}/messages`, hello);
    expect(anthropic.status).toBe(404);
    expect(await anthropic.json()).toMatchObject({ type: "error", error: { type: "not_found_error" } });
    expect((await post(`${server.url}/chat/completions`, "{")).status).toBe(400);
    expect((await post(`${server.url}/messages`, { model: "m" })).status).toBe(400);
    await using overloaded = await startSimulatedLlm({ model, fault: () => "503" });
    expect((await post(`${overloaded.url}/messages`, hello)).status).toBe(529);
    expect((await post(`${overloaded.url}/chat/completions`, hello)).status).toBe(503);
  });
});

describe("limits", () => {
  it("refuse with Retry-After and the headers of the protocol, and admit what comes at their pace", async () => {
    await using server = await startSimulatedLlm({ model: constantModel("x"), requestsPerSecond: 20, burst: 2 });
    const all = await Promise.all(Array.from({ length: 4 }, () => post(`${server.url}/chat/completions`, hello)));
    expect(all.map(({ status }) => status).sort()).toEqual([200, 200, 429, 429]);
    const refused = all.find(({ status }) => status === 429)!;
    expect(refused.headers.get("retry-after")).toBe("1");
    expect(Number(refused.headers.get("retry-after-ms"))).toBeLessThanOrEqual(50);
    expect(refused.headers.get("x-ratelimit-limit-requests")).toBe("2");
    expect(refused.headers.get("x-ratelimit-remaining-requests")).toBe("0");
    const anthropic = await post(`${server.url}/messages`, hello);
    expect(anthropic.headers.get("anthropic-ratelimit-requests-limit")).toBe("2");
    expect(server.refused).toBeGreaterThanOrEqual(2);
  });

  it("hold for a run, which is answered whole", async () => {
    await using server = await startSimulatedLlm({ model: constantModel("how_to"), requestsPerSecond: 40, burst: 4 });
    const startedAt = performance.now();
    expect(labelsOf(await ask(server, "openai:gpt-4o-mini", { attempts: 20 }))).toEqual(rows.map(() => "how_to"));
    // 36 more than the burst, at 40 a second.
    expect(performance.now() - startedAt).toBeGreaterThan(890);
  });

  it("latency is from arrival to answer, jitter included, and many wait together", async () => {
    await using server = await startSimulatedLlm({ model: constantModel("how_to"), latencyMs: 60, jitterMs: 20 });
    const predictions = await ask(server, "openai:gpt-4o-mini", { maxConcurrency: 40 });
    for (const { latencySeconds } of predictions) expect(latencySeconds).toBeGreaterThan(0.039);
    expect(server.mostOpen).toBeGreaterThanOrEqual(8);
  });
});

describe("what is reported", () => {
  it("counts the beginning that requests share as cached, from the second on, in steps of 128", async () => {
    const long = {
      ...train,
      descriptions: Object.fromEntries(train.labels.map((label) => [label, "some words on this ".repeat(50)])),
    };
    await using server = await startSimulatedLlm({ model: constantModel("how_to"), promptCacheTokens: 1024 });
    const predictions = await ask(server, "openai:gpt-4o-mini", { train: long, maxConcurrency: 1 });
    const cached = predictions.map(({ usage }) => usage!.cachedInputTokens);
    expect(cached[0]).toBe(0);
    expect(cached[1]).toBeGreaterThan(1024);
    expect(cached[1]! % 128).toBe(0);
    expect(new Set(cached.slice(1)).size).toBe(1);
    expect(server.usage.cachedInputTokens).toBe(39 * cached[1]!);
    // Too short to be kept.
    await using short = await startSimulatedLlm({ model: constantModel("how_to"), promptCacheTokens: 1024 });
    await ask(short, "openai:gpt-4o-mini");
    expect(short.usage.cachedInputTokens).toBe(0);
  });

  it("an answer that is too long is cut, and says so", async () => {
    await using server = await startSimulatedLlm({ model: constantModel("one two three four five six seven") });
    const body = (await (await post(`${server.url}/chat/completions`, { ...hello, max_tokens: 3 })).json()) as {
      choices: { message: { content: string }; finish_reason: string }[];
    };
    expect(body.choices[0]).toMatchObject({ message: { content: "one two" }, finish_reason: "length" });
  });
});

it("goes wrong at random, the same way in every run, and rows are answered all the same", async () => {
  const fault = randomFaults(0.3, ["429", "500", "503", "half a JSON", "closed connection", "empty choices"], 1);
  for (const llm of ["openai:gpt-4o-mini", "anthropic:claude-sonnet-4-5"]) {
    await using server = await startSimulatedLlm({ model: constantModel("how_to"), fault });
    expect(labelsOf(await ask(server, llm, { attempts: 10 }))).toEqual(rows.map(() => "how_to"));
    expect(server.requests.length).toBeGreaterThan(45);
  }
});

const spam = "../shared/data/sms-spam";
describe.skipIf(!existsSync(spam))("recorded answers", () => {
  it("are given again, with their usage, and what is not known gets the default", async () => {
    const texts = await readTexts(`${spam}/messages.csv`);
    const recording = `${spam}/openai-batch-output.gpt-5.jsonl.gz`;
    const recorded = await recordedModel({ recording, texts, otherwise: "ham" });
    await using server = await startSimulatedLlm({ model: recorded });
    const sms = { ...train, labels: ["ham", "spam"], descriptions: {} };
    const asked = [...texts.filter(({ id }) => ["2388", "3526"].includes(id)), { id: "new", text: "no such message" }];
    const predictions = await ask(server, "openai:gpt-5", { train: sms, rows: asked });
    expect(labelsOf(predictions)).toEqual(["ham", "ham", "ham"]);
    // As the recording has it for message 2388.
    const [known] = predictions.filter((_, i) => asked[i]!.id === "2388");
    expect(known!.usage).toEqual({ inputTokens: 88, cachedInputTokens: 0, outputTokens: 74, reasoningTokens: 64 });
    expect(predictions[2]!.usage!.reasoningTokens).toBe(0);
  });
});

it("is asked as Ollama and as llama.cpp are: by an address, without a key, for nothing", async () => {
  await using server = await startSimulatedLlm({ model: constantModel("how_to") });
  const { origin } = new URL(server.url);
  for (const [llm, env] of [
    ["ollama:qwen3:8b", { OLLAMA_HOST: origin }],
    ["openai:any-name", { OPENAI_BASE_URL: `${origin}/v1` }],
  ] as const) {
    const context = recordingContext();
    await using predictor = await prompt({ llm, env }).fit(train, context);
    const predictions = await predictor.predict(rows, context);
    expect(labelsOf(predictions)).toEqual(rows.map(() => "how_to"));
    expect(predictions.map(({ costUsd }) => costUsd)).toEqual(rows.map(() => 0));
  }
  expect(server.requests.map(({ model: name }) => name)).toEqual(expect.arrayContaining(["qwen3:8b", "any-name"]));
});

it("runs in a process of its own, and tells what it saw", async () => {
  await using script = await bundleChild("test/servers/simulated-llm/serve.ts");
  const child = script.start(JSON.stringify({ model: { kind: "encoder" }, latencyMs: 1 }));
  const [url] = String((await once(child.stdout!, "data"))[0]).split("\n");
  await using here = await startSimulatedLlm({ model });
  expect(labelsOf(await ask({ url: url! }, "openai:gpt-4o-mini"))).toEqual(labelsOf(await ask(here, "openai:gpt-4o-mini")));
  expect(await (await fetch(`${url}/stats`)).json()).toMatchObject({ requests: 40, answered: 40, refused: 0 });
});
