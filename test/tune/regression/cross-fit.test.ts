import { describe, expect, it } from "vitest";
import { outOfFoldProbabilities } from "../../../src/tune/regression/cross-fit.js";
import { contractData, recordingContext } from "../../contract/approach.js";
import { fakeEncoder } from "../../contract/fake-encoder.js";

const encoder = fakeEncoder();

describe("outOfFoldProbabilities", () => {
  it("doubts a wrong label, which a model that had seen the row would not", async () => {
    const { train } = contractData();
    const wrong = "login-1-0";
    const examples = train.examples.map((example) => (example.id === wrong ? { ...example, labels: ["parcel"] } : example));
    const held = await outOfFoldProbabilities({ ...train, examples }, encoder, recordingContext(), 1);
    expect(held.size).toBe(36);
    const own = examples.map(({ id, labels }) => ({ id, probability: held.get(id)![labels[0]!]! }));
    own.sort((a, b) => a.probability - b.probability);
    expect(own[0]!.id).toBe(wrong);
    for (const row of held.values()) expect(Object.values(row).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
  });

  it("names every label, also those that no row has", async () => {
    const { train } = contractData();
    const held = await outOfFoldProbabilities({ ...train, labels: [...train.labels, "unseen"] }, encoder, recordingContext(), 1);
    expect(Object.keys(held.get("login-1-0")!)).toEqual(["refund", "login", "parcel", "unseen"]);
    expect(held.get("login-1-0")!["unseen"]).toBe(0);
  });

  it("works where a row has several labels", async () => {
    const { train } = contractData(true);
    const held = await outOfFoldProbabilities(train, encoder, recordingContext(), 1);
    expect(held.size).toBe(train.examples.length);
    expect(held.get("refund-0-0")!["refund"]).toBeGreaterThan(held.get("refund-0-0")!["parcel"]!);
  });

  it("is empty where no row can be held out, and stops at an aborted signal", async () => {
    const { train } = contractData();
    const three = { ...train, examples: [train.examples[0]!, train.examples[12]!, train.examples[24]!] };
    expect((await outOfFoldProbabilities(three, encoder, recordingContext(), 1)).size).toBe(0);
    const aborted = recordingContext({ signal: AbortSignal.abort(new Error("stopped")) });
    await expect(outOfFoldProbabilities(train, encoder, aborted, 1)).rejects.toThrow("stopped");
  });
});
