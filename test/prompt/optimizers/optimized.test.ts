import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { mcnemarMidP } from "../../../src/compare/statistics/mcnemar.js";
import { readTask } from "../../../src/data/data.js";
import { createBudget } from "../../../src/prompt/client/budget.js";
import { type OptimizedPromptOptions, optimizedPrompt } from "../../../src/prompt/optimized.js";
import { prompt } from "../../../src/prompt/prompt.js";
import { loadEncoder } from "../../../src/tune/pretrained/encoder.js";
import type { Approach } from "../../../src/types/approach.js";
import type { Dataset } from "../../../src/types/data.js";
import type { PredictorFacts } from "../../../src/types/identity.js";
import { approachContract, recordingContext } from "../../contract/approach.js";
import { startFaultyServer } from "../../servers/faulty-openai.js";
import { encoderModel, readAhead } from "../../servers/simulated-llm/encoder-model.js";
import { startSimulatedLlm } from "../../servers/simulated-llm/simulated-llm.js";

const encoder = await loadEncoder("minilm-l6", { threads: 1 });
const model = encoderModel({ encoder });
const server = await startSimulatedLlm({ model });
/** The same reader, but for the instruction, which it does not heed. */
const deafServer = await startSimulatedLlm({ model: encoderModel({ encoder, instructionWeight: 0 }) });
const contractServer = await startFaultyServer({ keywords: { refund: "refund", login: "password" }, otherwise: "parcel" });
afterAll(async () => {
  for (const each of [server, deafServer, contractServer, encoder]) await each[Symbol.asyncDispose]();
});

const optionsFor = ({ url }: { readonly url: string }) => ({
  llm: "openai:gpt-4o-mini",
  env: { OPENAI_API_KEY: "key", OPENAI_BASE_URL: url },
  maxConcurrency: 8,
});

/** The labels as letters that say nothing: what they mean has to be learned from the rows. */
function coded(data: Dataset, rows: number): Dataset {
  const codeOf = new Map(data.labels.map((label, i) => [label, String.fromCharCode(65 + i)]));
  const examples = data.examples.slice(0, rows).map((row) => ({ ...row, labels: row.labels.map((label) => codeOf.get(label)!) }));
  return { ...data, labels: [...codeOf.values()], descriptions: {}, examples };
}
const tickets = await readTask({ path: "examples/support-tickets.csv", seed: 42 });
const train = coded(tickets.train, 300);
const test = coded(tickets.test, 188);
await readAhead(
  encoder,
  [...train.examples, ...test.examples].map(({ text }) => text),
);

interface Measured {
  readonly right: readonly boolean[];
  readonly facts: PredictorFacts;
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly notes: readonly string[];
  readonly usd: number;
}

async function measure(approach: Approach, context = recordingContext({ seed: 1 })): Promise<Measured> {
  await using predictor = await approach.fit(train, context);
  const usd = context.spent.reduce((sum, cost) => sum + (cost.usd ?? 0), 0);
  const predictions = await predictor.predict(test.examples, recordingContext());
  return {
    right: predictions.map(({ answer }, i) => answer?.[0] === test.examples[i]!.labels[0]),
    facts: predictor.facts,
    files: await predictor.files(),
    notes: context.events.flatMap((event) => (event.kind === "note" ? [event.text] : [])),
    usd,
  };
}

approachContract("prompt:optimized", () =>
  optimizedPrompt({ ...optionsFor(contractServer), optimizerCalls: 150, optimizer: "random-search" }),
);

describe("prompt:optimized on labels that say nothing by themselves", () => {
  const budgeted = { optimizerCalls: 900 };

  it("beats zero-shot on rows held back, and says what was chosen and how much of its score is luck", {
    timeout: 60_000,
  }, async () => {
    const zeroShot = await measure(prompt(optionsFor(server)));
    const before = server.requests.length;
    const optimized = await measure(optimizedPrompt({ ...optionsFor(server), ...budgeted }));
    const asked = server.requests.length - before - test.examples.length;
    const won = optimized.right.filter((isRight, i) => isRight && !zeroShot.right[i]).length;
    const lost = optimized.right.filter((isRight, i) => !isRight && zeroShot.right[i]).length;
    expect(won).toBeGreaterThan(lost);
    expect(mcnemarMidP(won, lost)).toBeLessThan(0.001);

    const { chosen, humanWords } = optimized.facts;
    expect(optimized.notes).toContainEqual(expect.stringMatching(/^Optimizes with \S+: the budget judges about \d+ prompts/));
    expect(chosen["prompt"]).toMatch(/^the best one found: \+[\d.]+ points on \d+ rows held back, one-sided p < 0.001$/);
    expect(chosen["selection accuracy"]).toBeGreaterThan(0.15);
    expect(chosen["expected optimism"]).toBeGreaterThan(0.02);
    expect(humanWords).toBe(0);
    // All calls of the search, and no more than it may make; equal texts under one prompt are sent once.
    const calls = Number(/^([\d,]+) calls/.exec(String(chosen["search cost"]))![1]!.replace(",", ""));
    expect(calls).toBeLessThanOrEqual(900);
    expect(asked).toBeLessThanOrEqual(calls);
    expect(asked).toBeGreaterThan(calls * 0.9);
    const tried = new TextDecoder().decode(optimized.files.get("prompts-tried.jsonl")).trim().split("\n");
    expect(tried).toHaveLength(Number(chosen["prompts tried"]));
    expect(optimized.files.has("prompt.json")).toBe(true);
  });

  it.each(["instructions", "gepa"] as const)(
    "keeps the prompt it began with where the instruction cannot matter: %s",
    { timeout: 60_000 },
    async (optimizer) => {
      const { facts, files } = await measure(optimizedPrompt({ ...optionsFor(deafServer), ...budgeted, optimizer }));
      expect(facts.chosen["prompt"]).toMatch(/^the one to begin with/);
      expect(facts.chosen["expected optimism"]).toBe(0);
      expect(JSON.parse(new TextDecoder().decode(files.get("prompt.json"))).template.instruction).toBeNull();
    },
  );

  it("goes on where it was stopped, without a cache, and ends as if it had not been", { timeout: 60_000 }, async () => {
    const folder = await mkdtemp(join(tmpdir(), "crossover-optimized-"));
    try {
      const options: OptimizedPromptOptions = { ...optionsFor(server), optimizerCalls: 400, optimizer: "miprov2" };
      const whole = await measure(optimizedPrompt(options), {
        ...recordingContext({ seed: 2 }),
        checkpointFolder: join(folder, "a"),
      });
      const begun = server.requests.length;
      const stop = new AbortController();
      const log = (): void => {
        if (server.requests.length - begun > 150) stop.abort(new Error("stopped by the test"));
      };
      const stopped = { ...recordingContext({ seed: 2, signal: stop.signal }), log, checkpointFolder: join(folder, "b") };
      await expect(optimizedPrompt(options).fit(train, stopped)).rejects.toThrow("stopped by the test");
      const context = { ...recordingContext({ seed: 2 }), checkpointFolder: join(folder, "b") };
      const resumed = await measure(optimizedPrompt(options), context);
      const { "search cost": _, ...same } = whole.facts.chosen;
      expect(resumed.facts.chosen).toMatchObject(same);
      // Calls and dollars; the time is another.
      expect(String(resumed.facts.chosen["search cost"]).split(", ").slice(0, 2)).toEqual(
        String(whole.facts.chosen["search cost"]).split(", ").slice(0, 2),
      );
      expect(resumed.files.get("prompt.json")).toEqual(whole.files.get("prompt.json"));
      expect(resumed.usd).toBeCloseTo(whole.usd, 9);
      // Nothing of it is a secret.
      expect(await readFile(join(folder, "b", "search.jsonl"), "utf8")).not.toContain("OPENAI");
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it("keeps to its own dollars within the run's", { timeout: 60_000 }, async () => {
    const budget = createBudget(1);
    const approach = optimizedPrompt({ ...optionsFor(server), optimizer: "bootstrap", optimizerUsd: 0.01, budget });
    await using _ = await approach.fit(train, recordingContext());
    expect(budget.spentUsd).toBeLessThanOrEqual(0.01);
    expect(budget.spentUsd).toBeGreaterThan(0.004);
  });
});

describe("prompt:optimized", () => {
  it("plans the calls of the search beside those of the rows", async () => {
    const options = { ...optionsFor(server), optimizerCalls: 500 };
    const plain = await prompt(optionsFor(server)).estimate(train, test.examples);
    const planned = await optimizedPrompt(options).estimate(train, test.examples);
    expect(planned.calls).toBe(plain.calls + 500);
    expect(planned.usd).toBeGreaterThan(plain.usd! * 3);
    const cheap = await optimizedPrompt({ ...options, optimizerUsd: 0.01 }).estimate(train, test.examples);
    expect(cheap.usd! - planned.usd! * (test.examples.length / planned.calls)).toBeCloseTo(0.01, 3);
    const few = await optimizedPrompt(options).estimate({ ...train, examples: train.examples.slice(0, 8) }, test.examples);
    expect(few.calls).toBe(plain.calls);
  });

  it("refuses what cannot be done before anything is asked", async () => {
    const before = server.requests.length;
    const make = (options: object): Approach => optimizedPrompt({ ...optionsFor(server), ...options });
    expect(() => make({ optimizer: "mipro" })).toThrow(/"mipro" is not an optimizer. Did you mean "miprov2"\?/);
    expect(() => make({ llm: "recorded:answers.jsonl" })).toThrow(/cannot be optimized/);
    expect(() => make({ optimizerCalls: 0.5 })).toThrow(/optimizerCalls is 0.5; expected a whole number/);
    await expect(
      make({ llm: "openai:unheard-of", optimizerUsd: 1, env: { OPENAI_API_KEY: "FAKEKEY" } }).fit(train, recordingContext()),
    ).rejects.toThrow(/its price is not known/);
    expect(server.requests.length).toBe(before);
  });
});
