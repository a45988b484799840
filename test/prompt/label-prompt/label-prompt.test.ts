import { describe, expect, it } from "vitest";
import { labelPrompt } from "../../../src/prompt/label-prompt/label-prompt.js";
import { defaultTemplates } from "../../../src/prompt/label-prompt/label-vectors.js";
import type { Dataset } from "../../../src/types/data.js";
import { approachContract, contractData, recordingContext } from "../../contract/approach.js";
import { fakeEncoder } from "../../contract/fake-encoder.js";

approachContract("prompt:labels", () => labelPrompt({ encoder: fakeEncoder() }));
approachContract(
  "prompt:labels, multi-label",
  () => labelPrompt({ encoder: fakeEncoder() }),
  () => contractData(true),
);

const train: Dataset = {
  name: "t",
  labels: ["refund_request", "login"],
  isMultiLabel: false,
  descriptions: { login: "cannot open the account, $& password" },
  examples: [],
};

describe("prompt:labels", () => {
  it("fills the description, or the label's words, into every template, character for character", async () => {
    const encoder = fakeEncoder();
    await using _ = await labelPrompt({ encoder }).fit(train, recordingContext());
    expect(encoder.calls[0]).toEqual([
      "refund request",
      "a message that says that refund request",
      "this is about refund request",
      "cannot open the account, $& password",
      "a message that says that cannot open the account, $& password",
      "this is about login",
    ]);
  });

  it("answers with the nearest label, by the cosine to the mean of its sentences", async () => {
    const encoder = fakeEncoder(64);
    const context = recordingContext();
    await using predictor = await labelPrompt({ encoder }).fit(train, context);
    const [prediction] = await predictor.predict([{ id: "1", text: "account password" }], context);
    expect(prediction!.answer).toEqual(["login"]);
    // The same by hand.
    const sentences = (label: string, description: string): string[] =>
      defaultTemplates.map((t) => t.replace("{label}", label).replace("{description}", () => description));
    const mean = async (texts: readonly string[]): Promise<number[]> => {
      const vectors = await encoder.embed(texts, context);
      const sum = Array.from(vectors[0]!, (_, j) => vectors.reduce((total, vector) => total + vector[j]!, 0));
      const length = Math.hypot(...sum);
      return sum.map((value) => value / length);
    };
    const [text] = await encoder.embed(["account password"], context);
    const cosine = (other: readonly number[]): number => other.reduce((total, value, j) => total + value * text![j]!, 0);
    const refund = cosine(await mean(sentences("refund request", "refund request")));
    const login = cosine(await mean(sentences("login", "cannot open the account, $& password")));
    const expected = Math.exp(login / 0.05) / (Math.exp(login / 0.05) + Math.exp(refund / 0.05));
    expect(prediction!.scores!["login"]).toBeCloseTo(expected, 6);
  });

  it("uses no label, counts what a person wrote, and says what it needs", async () => {
    const context = recordingContext();
    await using predictor = await labelPrompt({ encoder: fakeEncoder() }).fit(train, context);
    expect(context.spent.every(({ labels }) => (labels ?? 0) === 0)).toBe(true);
    expect(predictor.facts).toMatchObject({
      humanWords: 6,
      trainedParameters: 0,
      totalParameters: 1000,
      needs: ["encoder fake-32"],
    });
    expect([...(await predictor.files()).keys()]).toEqual(["prompt.md", "examples.jsonl", "prompt.json"]);
  });

  it("takes templates of one's own, and refuses those that name no label", async () => {
    const encoder = fakeEncoder();
    await using predictor = await labelPrompt({ encoder, templates: ["about {label}"] }).fit(train, recordingContext());
    expect(encoder.calls[0]).toEqual(["about refund request", "about login"]);
    expect(predictor.facts.humanWords).toBe(8);
    expect(() => labelPrompt({ encoder, templates: ["always the same"] })).toThrow(/neither \{description\} nor \{label\}/);
    expect(() => labelPrompt({ encoder, templates: [] })).toThrow(/no templates/);
  });
});
