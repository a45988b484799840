import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { UserError } from "../../../src/lib/errors.js";
import { programPredictor } from "../../../src/prompt/asking/program-predictor.js";
import { createBudget } from "../../../src/prompt/client/budget.js";
import { createClient } from "../../../src/prompt/client/client.js";
import { requestKey } from "../../../src/prompt/client/request-key.js";
import { noDemos } from "../../../src/prompt/demos/balanced-demos.js";
import { type CompletionRequest, LlmError } from "../../../src/prompt/llm.js";
import type { PromptProgram } from "../../../src/prompt/program.js";
import { promptTemplate } from "../../../src/prompt/template.js";
import { openResponseCache } from "../../../src/store/response-cache.js";
import { recordingContext } from "../../contract/approach.js";
import { failureOf, run, serve } from "../ask-server.js";
import { fakeLlm } from "../fake-llm.js";

const template = promptTemplate({ labels: ["ham", "spam"], descriptions: {}, isMultiLabel: false });
const program: PromptProgram = { template, demos: noDemos, answer: "direct", samples: 5, shortlist: null };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "crossover-program-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Answers by which time it is that the same is asked. */
const inTurn =
  (...answers: (string | LlmError)[]) =>
  ({ repeat = 0 }: CompletionRequest) =>
    answers[repeat % answers.length]!;

async function ask(
  llm: ReturnType<typeof fakeLlm>,
  options: { program?: PromptProgram; repeat?: number; clientOptions?: Parameters<typeof createClient>[1] } = {},
) {
  const context = recordingContext();
  const client = createClient(llm, { backoffSeconds: 0.001, attempts: 1, ...options.clientOptions });
  await using predictor = await programPredictor(
    options.program ?? program,
    { llm, client, repeat: options.repeat ?? 0 },
    context,
  );
  const [prediction] = await predictor.predict([{ id: "1", text: "hello" }], context);
  const notes = context.events.flatMap((event) => (event.kind === "note" ? [event.text] : []));
  return { prediction: prediction!, notes, usd: context.spent.reduce((sum, { usd = 0 }) => sum + usd, 0) };
}

describe("several answers to each text", () => {
  it("are drawn at temperature .7, each a request of its own, and the majority counts with its share", async () => {
    const llm = fakeLlm(inTurn("ham", "spam", "spam", "ham", "spam"));
    const { prediction } = await ask(llm);
    expect(prediction).toMatchObject({ answer: ["spam"], confidence: { value: 0.6, source: "votes" } });
    expect(llm.requests.map(({ temperature }) => temperature)).toEqual([0.7, 0.7, 0.7, 0.7, 0.7]);
    expect(llm.requests.map(({ repeat }) => repeat)).toEqual([0, 1, 2, 3, 4]);
    expect(new Set(llm.requests.map((request) => requestKey(llm, request))).size).toBe(5);
  });

  it("are paid for each, and take as long as the slowest", async () => {
    const llm = fakeLlm(inTurn("ham"), { price: { input_cost_per_token: 0.001, output_cost_per_token: 0.01 } });
    const { prediction, usd } = await ask(llm);
    expect(prediction.costUsd).toBeCloseTo(5 * (10 * 0.001 + 2 * 0.01), 12);
    expect(usd).toBeCloseTo(prediction.costUsd!, 12);
    expect(prediction.usage).toMatchObject({ inputTokens: 50, outputTokens: 10 });
    expect(prediction.latencySeconds).toBe(0.5);
  });

  it("are none of another repetition's, and none of a single answer's", async () => {
    const llm = fakeLlm(inTurn("ham"));
    await ask(llm, { repeat: 1 });
    expect(llm.requests.map(({ repeat }) => repeat)).toEqual([5, 6, 7, 8, 9]);
    const single = fakeLlm(inTurn("ham"));
    await ask(single, { program: { ...program, samples: 1 } });
    expect(single.requests).toHaveLength(1);
    expect(single.requests[0]).not.toHaveProperty("temperature");
    expect(llm.requests.map((request) => requestKey(llm, request))).not.toContain(requestKey(single, single.requests[0]!));
  });

  it("come from the store the second time, and only those that it lacks are asked for", async () => {
    await using cache = await openResponseCache(join(folder, "answers.db"));
    const first = fakeLlm(inTurn("ham", "spam", new LlmError("request", "refused for good"), "ham", "ham"));
    const { prediction, notes } = await ask(first, { clientOptions: { cache } });
    expect(prediction).toMatchObject({ answer: ["ham"], confidence: { value: 0.6 } });
    expect(notes).toEqual(["1 of 1 rows lack some of their answers: refused for good"]);
    const second = fakeLlm(inTurn("spam"));
    const again = await ask(second, { clientOptions: { cache } });
    expect(second.requests.map(({ repeat }) => repeat)).toEqual([2]);
    expect(again.prediction).toMatchObject({ answer: ["ham"], confidence: { value: 0.6 }, isCached: false });
    expect((await ask(second, { clientOptions: { cache } })).prediction.isCached).toBe(true);
    expect(second.requests).toHaveLength(1);
  });

  it("have no answer only where none of them has, and the reason is named", async () => {
    const { prediction, notes } = await ask(fakeLlm(() => new LlmError("request", "refused for good")));
    expect(prediction).toEqual({ answer: null, failure: "error" });
    expect(notes).toEqual(["1 of 1 rows got no answer: refused for good"]);
  });

  it("are each asked for once more where they cannot be read", async () => {
    const llm = fakeLlm((request) => (request.messages.length === 2 ? "the weather is nice" : "spam"));
    expect((await ask(llm)).prediction).toMatchObject({ answer: ["spam"], confidence: { value: 1 } });
    expect(llm.requests).toHaveLength(10);
    expect(llm.requests.every(({ temperature }) => temperature === 0.7)).toBe(true);
  });

  it("that are paid for are stored also where the money runs out between them", async () => {
    await using cache = await openResponseCache(join(folder, "answers.db"));
    const llm = fakeLlm(inTurn("ham"), { price: { input_cost_per_token: 0, output_cost_per_token: 1 } });
    const worstUsd = template.maxOutputTokens;
    const error = await failureOf(ask(llm, { clientOptions: { cache, budget: createBudget(worstUsd + 5) } }));
    expect(error).toBeInstanceOf(UserError);
    expect(await cache.count()).toBe(llm.requests.length);
    expect(llm.requests.length).toBeGreaterThan(0);
    expect(llm.requests.length).toBeLessThan(5);
  });

  it("have a temperature and a seed each on the wire, and one temperature less in the key where the service takes none", async () => {
    await using server = await serve();
    const { predictions } = await run(server, [{ id: "1", text: "money please" }], { method: "self-consistency" });
    expect(predictions[0]).toMatchObject({ answer: ["refund"], confidence: { value: 1, source: "votes" } });
    expect(server.requests.map(({ body }) => body.temperature)).toEqual([0.7, 0.7, 0.7, 0.7, 0.7]);
    expect(server.requests.map(({ body }) => body.seed).sort()).toEqual([0, 1, 2, 3, 4]);
    const request = { messages: [], maxOutputTokens: 1 };
    const [plain, drawn] = [request, { ...request, temperature: 0.7 }];
    const [taking, refusing] = [fakeLlm(() => ""), fakeLlm(() => "", { parameters: {} })];
    expect(requestKey(taking, plain)).not.toBe(requestKey(taking, drawn));
    expect(requestKey(taking, { ...request, temperature: 0.8 })).not.toBe(requestKey(taking, drawn));
    expect(requestKey(refusing, plain)).toBe(requestKey(refusing, drawn));
  });

  it("differ by the model's own chance where it takes no temperature, which is said", async () => {
    const { prediction, notes } = await ask(fakeLlm(inTurn("ham", "ham", "spam"), { parameters: {} }));
    expect(prediction).toMatchObject({ answer: ["ham"], confidence: { value: 0.8 } });
    expect(notes).toEqual(["openai:fake takes no temperature: its 5 answers to a text differ as it draws them."]);
  });

  it("are at least one", async () => {
    const error = await failureOf(
      ask(
        fakeLlm(() => "ham"),
        { program: { ...program, samples: 0 } },
      ),
    );
    expect(String(error)).toMatch(/asks for 0 answers to each text/);
  });
});

describe("a prompt that needs an encoder", () => {
  it("says so where there is none", async () => {
    const error = await failureOf(
      ask(
        fakeLlm(() => "ham"),
        { program: { ...program, shortlist: 1 } },
      ),
    );
    expect(error).toBeInstanceOf(UserError);
    expect(String(error)).toMatch(/shortlists its labels by an encoder, and none was given/);
  });
});
