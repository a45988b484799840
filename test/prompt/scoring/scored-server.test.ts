import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { random } from "../../../src/lib/random.js";
import { createClient } from "../../../src/prompt/client/client.js";
import type { LlmClient } from "../../../src/prompt/client/llm-client.js";
import type { CompletionRequest, Llm } from "../../../src/prompt/llm.js";
import { resolveLlm } from "../../../src/prompt/providers/resolve.js";
import { readCompletion } from "../../../src/prompt/reading/read-completion.js";
import { codedPrompt, decoded } from "../../../src/prompt/scoring/codes.js";
import { contentFreeInputs, contentFreePrior } from "../../../src/prompt/scoring/contextual-calibration.js";
import { scored } from "../../../src/prompt/scoring/scored.js";
import { type AnswerForm, type PromptTemplate, promptTemplate, renderRequest } from "../../../src/prompt/template.js";
import { openResponseCache } from "../../../src/store/response-cache.js";
import type { Prediction } from "../../../src/types/prediction.js";
import { startScoringServer } from "../../servers/scoring-openai.js";

const labels = ["card_arrival", "card_linking", "cash"];
const template = promptTemplate({ labels, descriptions: {}, isMultiLabel: false });
const never = new AbortController().signal;
const signals = { wait: never, request: never };

/** A model that counts a label's last word in the text, e-fold each, and leans to cards. */
const leaning = (label: string, _line: string, text: string): number =>
  Math.exp(text.split(label.split("_").at(-1)!).length - 1) * (label === "cash" ? 1 : 4);

function request(asked: PromptTemplate, text: string, form: AnswerForm): CompletionRequest {
  return { ...renderRequest(asked, [], text, form), wantsLogprobs: true };
}

async function ask(client: LlmClient, text: string, form: AnswerForm): Promise<Prediction> {
  const { completion } = await client.ask(() => request(template, text, form), signals);
  return scored(completion, readCompletion(completion, template), template);
}

describe("log-probabilities of a service", () => {
  it.each(["openai:gpt-4o-mini", "openai:some-model"])(
    "are asked of %s with twenty alternatives, only where they are wanted",
    async (spec) => {
      await using server = await startScoringServer({ weightOf: leaning });
      const llm = await resolveLlm(spec, { env: { OPENAI_BASE_URL: server.url } });
      expect(llm.hasLogprobs).toBe(true);
      const wanted = await llm.complete(request(template, "cash!", "json"), never);
      const plain = await llm.complete(renderRequest(template, [], "cash!", "json"), never);
      expect(server.requests[0]).toMatchObject({ logprobs: true, top_logprobs: 20 });
      expect(server.requests[1]).not.toHaveProperty("logprobs");
      expect(server.requests[1]).not.toHaveProperty("top_logprobs");
      expect(wanted.completion.logprobs!.map(({ token }) => token).join("")).toBe(wanted.completion.text);
      expect(plain.completion).not.toHaveProperty("logprobs");
    },
  );

  it.each(["json", "text"] as const)("give the model's own distribution back, in %s", async (form) => {
    await using server = await startScoringServer({ weightOf: leaning });
    const client = createClient(await resolveLlm("openai:gpt-4o-mini", { env: { OPENAI_BASE_URL: server.url } }));
    const { answer, scores, confidence } = await ask(client, "linking, not arrival", form);
    // Weights 4e, 4e and 1: the first of two equals is said.
    const total = 8 * Math.E + 1;
    expect(answer).toEqual(["card_arrival"]);
    expect(scores!["card_arrival"]).toBeCloseTo((4 * Math.E) / total, 6);
    expect(scores!["card_linking"]).toBeCloseTo((4 * Math.E) / total, 6);
    expect(scores!["cash"]).toBeCloseTo(1 / total, 6);
    expect(confidence).toEqual({ value: scores!["card_arrival"], source: "logprob" });
  });

  it.each([
    [400, "Unsupported parameter: 'logprobs' is not supported with this model."],
    [400, "Invalid value for 'top_logprobs': must be less than or equal to 5."],
    [403, "You are not allowed to request logprobs from this model"],
  ])("are left out once they are refused: %i %s", async (status, message) => {
    await using server = await startScoringServer({ weightOf: leaning, refuses: { status, message } });
    const llm = await resolveLlm("openai:gpt-4o-mini", { env: { OPENAI_BASE_URL: server.url } });
    const client = createClient(llm, { backoffSeconds: 0.002 });
    expect(await ask(client, "cash cash cash", "json")).toEqual({ answer: ["cash"], rawAnswer: '{"label":"cash"}' });
    expect(llm.hasLogprobs).toBe(false);
    await ask(client, "arrival", "json");
    expect(server.requests.map(({ logprobs }) => logprobs)).toEqual([true, undefined, undefined]);
  });

  it("are not asked of models and services that have none", async () => {
    const keys = { OPENAI_API_KEY: "k", ANTHROPIC_API_KEY: "k", GOOGLE_GENERATIVE_AI_API_KEY: "k" };
    const specs = ["openai:gpt-5-mini", "anthropic:claude-haiku-4-5", "google:gemini-2.5-flash", "ollama:qwen3:8b"];
    const has = await Promise.all(specs.map(async (spec) => (await resolveLlm(spec, { env: keys })).hasLogprobs));
    expect(has).toEqual([false, false, false, true]);
  });

  it("are stored with the answer, and not paid for twice", async () => {
    const folder = await mkdtemp(join(tmpdir(), "crossover-scores-"));
    try {
      await using server = await startScoringServer({ weightOf: leaning });
      const answers: Prediction[] = [];
      for (let i = 0; i < 2; i++) {
        await using cache = await openResponseCache(join(folder, "answers.db"));
        const llm = await resolveLlm("openai:gpt-4o-mini", { env: { OPENAI_BASE_URL: server.url } });
        answers.push(await ask(createClient(llm, { cache }), "linking", "json"));
      }
      expect(server.requests).toHaveLength(1);
      expect(answers[1]).toEqual(answers[0]);
      expect(answers[1]!.scores!["card_linking"]).toBeGreaterThan(0.5);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe("labels as letters", () => {
  it("give the distribution over twenty labels in one token", async () => {
    const twenty = Array.from({ length: 20 }, (_, i) => `label ${i}`);
    const coded = codedPrompt(promptTemplate({ labels: twenty, descriptions: {}, isMultiLabel: false }), 7);
    await using server = await startScoringServer({ weightOf: (_, line) => 1 + Number(line.split(" ").at(-1)) });
    const client = createClient(await resolveLlm("openai:gpt-4o-mini", { env: { OPENAI_BASE_URL: server.url } }));
    const { completion } = await client.ask(() => request(coded.template, "a text", "text"), signals);
    expect(completion.logprobs).toHaveLength(1);
    const { answer, scores } = decoded(
      scored(completion, readCompletion(completion, coded.template), coded.template),
      coded,
      twenty,
    );
    expect(answer).toEqual(["label 19"]);
    for (const [i, label] of twenty.entries()) expect(scores![label]).toBeCloseTo((1 + i) / 210, 9);
  });
});

describe("contextual calibration through the client", () => {
  it("asks about each content-free text once, and undoes what the model leans to", async () => {
    await using server = await startScoringServer({ weightOf: leaning });
    const llm: Llm = await resolveLlm("openai:gpt-4o-mini", { env: { OPENAI_BASE_URL: server.url } });
    const client = createClient(llm);
    const { prior, requests } = await contentFreePrior(
      (text) => client.ask(() => request(template, text, "text"), signals),
      template,
    );
    expect(requests).toHaveLength(3);
    expect(server.requests.map(({ messages }) => /<text-\w+>\n(.*)\n</.exec(messages.at(-1)!.content)![1]).sort()).toEqual(
      [...contentFreeInputs].sort(),
    );
    expect(prior).toEqual({
      card_arrival: expect.closeTo(4 / 9, 6),
      card_linking: expect.closeTo(4 / 9, 6),
      cash: expect.closeTo(1 / 9, 6),
    });

    // Texts that name their label once or twice: without calibration no one "cash" outweighs the leaning.
    const stream = random(5, "texts");
    const rows = Array.from({ length: 60 }, (_, i) => {
      const label = labels[i % 3]!;
      return { label, text: Array.from({ length: 1 + stream.integer(2) }, () => label.split("_").at(-1)!).join(" and ") };
    });
    const accuracy = async (used: typeof prior): Promise<number> => {
      let right = 0;
      for (const { label, text } of rows) {
        const { completion } = await client.ask(() => request(template, text, "text"), signals);
        const { answer } = scored(completion, readCompletion(completion, template), template, used);
        right += answer![0] === label ? 1 : 0;
      }
      return right / rows.length;
    };
    expect(await accuracy(prior)).toBe(1);
    expect(await accuracy(null)).toBeLessThan(0.95);
  });

  it("is not there where an answer says nothing of the labels", async () => {
    const answered = {
      completion: { text: "Hello", finish: "stop", usage: null, latencySeconds: 0, servedBy: null },
      isCached: false,
      costUsd: 0,
    } as const;
    expect((await contentFreePrior(async () => answered, template)).prior).toBeNull();
  });
});
