import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { filePrompt } from "../../../src/prompt/file-prompt.js";
import { readPromptFolder } from "../../../src/prompt/files/read-prompt-folder.js";
import type { LocalForm } from "../../../src/prompt/forms/local-form.js";
import { optimizedPrompt } from "../../../src/prompt/optimized.js";
import { type PromptOptions, prompt } from "../../../src/prompt/prompt.js";
import { openResponseCache } from "../../../src/store/response-cache.js";
import type { Dataset } from "../../../src/types/data.js";
import { approachContract, recordingContext } from "../../contract/approach.js";
import { fakeEncoder } from "../../contract/fake-encoder.js";
import { askApproach, writeFiles } from "../files/saved-prompt.js";
import { fakeScoringLlm, type Knowledge, scoredText } from "./fake-scoring-llm.js";

const words: Readonly<Record<string, string>> = { refund: "money", login: "password", parcel: "box" };
const labels = Object.keys(words);
const labelOf = (text: string): string => labels.find((label) => text.includes(words[label]!)) ?? labels[0]!;
const dataset = (count: number, prefix: string): Dataset => ({
  name: "tickets",
  labels,
  descriptions: {},
  isMultiLabel: false,
  examples: Array.from({ length: count }, (_, i) => {
    const label = labels[i % 3]!;
    return { id: `${prefix}${i}`, text: `${prefix} number${i} about my ${words[label]} ${i * 7919}`, labels: [label] };
  }),
});
const train = dataset(120, "train");
const test = dataset(40, "test").examples.map(({ id, text }) => ({ id, text }));
const knowsPlain: Knowledge = { labelOf, knows: ({ scored }) => scored.layout === "plain" };

async function fitted(knowledge: Knowledge, options: Partial<PromptOptions> = {}, rows: Dataset = train) {
  const llm = fakeScoringLlm(knowledge);
  const context = recordingContext();
  await using predictor = await prompt({ llm, encoder: fakeEncoder(64), ...options }).fit(rows, context);
  const asked = [...llm.requests];
  const files = await predictor.files();
  const { form } = JSON.parse(new TextDecoder().decode(files.get("prompt.json"))) as { form?: LocalForm };
  const predictions = await predictor.predict(test, context);
  const right = predictions.filter(({ answer }, i) => answer?.[0] === labelOf(test[i]!.text)).length / test.length;
  const spent = (key: "labels" | "seconds"): number => context.spent.reduce((sum, cost) => sum + (cost[key] ?? 0), 0);
  const notes = context.events.flatMap((event) => (event.kind === "note" ? [event.text] : []));
  return { llm, asked, form, predictions, right, spent, notes, facts: predictor.facts };
}

approachContract("a prompt in a form of its own", () => prompt({ llm: fakeScoringLlm(knowsPlain), demos: 6 }));

describe("the form of a prompt", () => {
  it("is the one in which the model knows most, and rows are asked in it alone", async () => {
    const { form, right, llm, asked, facts, notes } = await fitted(knowsPlain);
    expect(form).toMatchObject({ layout: "plain", answer: "name", rows: 48 });
    expect(right).toBeGreaterThan(0.9);
    const later = llm.requests.slice(asked.length);
    expect(later.map(({ scored }) => scored!.layout)).toEqual(test.map(() => "plain"));
    expect(facts.chosen).toEqual({ form: expect.stringMatching(/^plain text, labels by name, .*; chosen on 48 training rows$/) });
    expect(notes).toContainEqual(expect.stringMatching(/^local:fake is asked in the form that did best: plain text/));
  });

  it("can be letters, which are then read as labels", async () => {
    const { form, right, predictions } = await fitted({ labelOf, knows: ({ scored }) => scored.labels[0] === "A" });
    expect(form).toMatchObject({ layout: "chat", answer: "letter" });
    expect(right).toBeGreaterThan(0.9);
    expect(Object.keys(predictions[0]!.scores!)).toEqual(labels);
  });

  it("takes out what the model likes for no reason", async () => {
    const lean = { refund: 12, parcel: -6 };
    const { form, right, predictions } = await fitted({ labelOf, knows: () => true, lean });
    expect(form!.bias).not.toBe("none");
    expect(right).toBeGreaterThan(0.9);
    for (const { scores, confidence, answer } of predictions) {
      expect(Object.values(scores!).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
      expect(confidence).toEqual({ value: scores![answer![0]!], source: "logprob" });
    }
  });

  it("is chosen on training rows alone, none of them shown as an example, and charged with their labels", async () => {
    const { asked, spent } = await fitted(knowsPlain, { method: "few-shot", demos: 6 });
    const about = new Set(asked.map(scoredText));
    const texts = new Set(train.examples.map(({ text }) => text));
    expect(about.size).toBe(48);
    for (const text of about) expect(texts).toContain(text);
    // In plain text all examples are lines of the one message.
    const shown = asked.flatMap(({ messages }) =>
      [...messages[0]!.content.matchAll(/^Text: (.*)\nLabel: /gm)].map(([, text]) => text!),
    );
    expect(new Set(shown).size).toBe(6);
    for (const text of shown) expect(about).not.toContain(text);
    expect(spent("labels")).toBe(48 + 6);
    // Those that are found for each text may be any: all labels are paid for anyway.
    expect((await fitted(knowsPlain, { method: "nearest", demos: 4 })).spent("labels")).toBe(120);
  });

  it("takes as many rows as the time allows, the same ones again where answers are stored, and counts their time", async () => {
    const cache = await openResponseCache(join(await mkdtemp(join(tmpdir(), "crossover-form-")), "answers.db"));
    // Three forms of two seconds each.
    const slow = { ...knowsPlain, seconds: 2 };
    const first = await fitted(slow, { cache });
    expect(first.form!.rows).toBe(32);
    const again = await fitted(slow, { cache });
    expect(again.asked).toHaveLength(0);
    expect(again.form).toEqual(first.form);
    expect(again.spent("seconds")).toBeGreaterThanOrEqual(8 * 3 * 2);
    await cache[Symbol.asyncDispose]();
  });

  it("is saved with the prompt, asked again as it was, and left out where another model is asked", async () => {
    const llm = fakeScoringLlm({ ...knowsPlain, lean: { refund: 5 } });
    const before = await askApproach(
      prompt({ llm, demos: 6 }),
      train,
      llm,
      test.map(({ text }) => text),
    );
    const source = await readPromptFolder(await writeFiles(await before.predictor.files()));
    const again = fakeScoringLlm({ ...knowsPlain, lean: { refund: 5 } });
    const after = await askApproach(
      filePrompt({ source, llm: again }),
      train,
      again,
      test.map(({ text }) => text),
    );
    expect(after.predictions).toEqual(before.predictions);
    expect(again.requests).toHaveLength(test.length);
    const program = source.programFor(train, { ...again, spec: "local:other" });
    expect(program.form).toBeUndefined();
    expect(source.programFor(train, again).form).toMatchObject({ layout: "plain" });
  });

  it("is that of the prompt that a search found, too", async () => {
    const llm = fakeScoringLlm(knowsPlain);
    const context = recordingContext();
    const approach = optimizedPrompt({ llm, optimizer: "random-search", optimizerCalls: 300 });
    await using predictor = await approach.fit(train, context);
    const predictions = await predictor.predict(test, context);
    expect(predictions.filter(({ answer }, i) => answer?.[0] === labelOf(test[i]!.text)).length).toBeGreaterThan(36);
    expect(predictor.facts.chosen).toMatchObject({ form: expect.stringMatching(/^plain text/), prompt: expect.anything() });
    expect(llm.requests.every(({ scored }) => scored !== undefined)).toBe(true);
  });

  it("is none where rows are too few, labels are many, thoughts come first, or a user wants another way", async () => {
    const none = async (options: Partial<PromptOptions>, rows: Dataset = train) => (await fitted(knowsPlain, options, rows)).form;
    expect((await fitted(knowsPlain, {}, dataset(9, "train"))).form).toMatchObject({ rows: 9 });
    await expect(none({}, dataset(7, "train"))).rejects.toThrow("It was asked to write.");
    await expect(none({ method: "cot" })).rejects.toThrow("It was asked to write.");
    await expect(none({ confidence: "stated" })).rejects.toThrow("It was asked to write.");
  });
});
