/** @file How sure a prompt's answers are, from the option to the prediction. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PromptOptions, prompt } from "../../../src/prompt/prompt.js";
import type { Dataset } from "../../../src/types/data.js";
import type { Prediction } from "../../../src/types/prediction.js";
import { recordingContext } from "../../contract/approach.js";
import { fakeEncoder } from "../../contract/fake-encoder.js";
import { type ScoringServer, startScoringServer } from "../../servers/scoring-openai.js";

const labels = ["arrival", "linking", "cash"];
const train: Dataset = {
  name: "cards",
  labels,
  isMultiLabel: false,
  descriptions: {},
  examples: labels.flatMap((label) =>
    [1, 2, 3].map((i) => ({ id: `${label}${i}`, text: `about ${label} ${i}`, labels: [label] })),
  ),
};

/** Leans to the first two labels by four to one, and is moved by each word that names a label, by a factor of e. */
const weightOf = (_: string, line: string, text: string): number => {
  // Of a letter its line says what it stands for.
  const label = line.split(": ").at(-1)!;
  return (label === "cash" ? 1 : 4) * Math.E ** (text.split(label).length - 1);
};

let server: ScoringServer;
beforeAll(async () => {
  server = await startScoringServer({ weightOf });
});
afterAll(() => server[Symbol.asyncDispose]());

async function answered(options: Partial<PromptOptions>): Promise<{ prediction: Prediction; notes: string[]; asked: number }> {
  const context = recordingContext();
  const before = server.requests.length;
  const approach = prompt({ llm: "openai:gpt-5-chat-latest", env: { OPENAI_BASE_URL: server.url }, ...options });
  await using predictor = await approach.fit(train, context);
  const [prediction] = await predictor.predict([{ id: "q", text: "cash" }], context);
  const notes = context.events.flatMap((event) => (event.kind === "note" ? [event.text] : []));
  return { prediction: prediction!, notes, asked: server.requests.length - before };
}

describe("an answer's confidence", () => {
  it("is not asked for unless told", async () => {
    const { prediction } = await answered({});
    expect(prediction.confidence).toBeUndefined();
    expect(server.requests.at(-1)!.logprobs).toBeUndefined();
  });

  it("is by its log-probabilities where they are wanted: e to 4 to 4 for the text that says cash", async () => {
    const { prediction } = await answered({ confidence: "logprob" });
    expect(prediction.answer).not.toEqual(["cash"]);
    expect(prediction.scores!["cash"]).toBeCloseTo(Math.E / (8 + Math.E), 6);
    expect(prediction.confidence).toEqual({ value: expect.closeTo(4 / (8 + Math.E), 6), source: "logprob" });
  });

  it.each(["few-shot", "zero-shot", "nearest"] as const)("is by letters that stand for the labels, %s", async (method) => {
    const { prediction, notes } = await answered({ confidence: "codes", method, encoder: fakeEncoder() });
    expect(prediction.scores).toEqual({
      arrival: expect.closeTo(4 / (8 + Math.E), 6),
      linking: expect.closeTo(4 / (8 + Math.E), 6),
      cash: expect.closeTo(Math.E / (8 + Math.E), 6),
    });
    expect(prediction.answer).toEqual([expect.stringMatching(/^(arrival|linking)$/)]);
    expect(prediction.confidence).toEqual({ value: expect.closeTo(4 / (8 + Math.E), 6), source: "logprob" });
    const { messages } = server.requests.at(-1)! as { messages: { role: string; content: string }[] };
    expect(messages[0]!.content).toMatch(/^- [A-C]: cash$/m);
    // Examples answer in letters too.
    for (const { role, content } of messages) if (role === "assistant") expect(content).toMatch(/^[A-C]$/);
    expect(notes).toEqual([]);
  });

  it("has no letters where they cannot be, and says why", async () => {
    const { prediction, notes } = await answered({ confidence: "codes", method: "cot" });
    expect(prediction.answer).not.toBeNull();
    expect(notes).toContain("Labels are asked for by their names, not as letters: thoughts come before the answer.");
  });

  it("is calibrated by what the prompt leans to, asked about once: e to 1 to 1", async () => {
    const { prediction, notes, asked } = await answered({ confidence: "calibrated" });
    expect(prediction.answer).toEqual(["cash"]);
    expect(prediction.confidence).toEqual({ value: expect.closeTo(Math.E / (2 + Math.E), 6), source: "logprob" });
    expect(asked).toBe(3 + 1);
    expect(notes).toEqual([]);
  });

  it("is not calibrated, and says why, where each text has a prompt of its own", async () => {
    const { prediction, notes } = await answered({
      confidence: "calibrated",
      method: "nearest",
      demos: 3,
      encoder: fakeEncoder(),
    });
    expect(notes).toEqual(["Answers are not calibrated: each text has a prompt of its own."]);
    expect(prediction.confidence?.source).toBe("logprob");
  });
});
