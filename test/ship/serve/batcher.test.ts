import { setMaxListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { BudgetError, UserError } from "../../../src/lib/errors.js";
import type { LoadedPredictor } from "../../../src/ship/load-predictor.js";
import { createBatcher } from "../../../src/ship/serve/batcher.js";
import { renewedPredictor } from "../../../src/ship/serve/renewed-predictor.js";
import { gated, predictionFor, serving, tinyClassifier } from "./serving.js";

const limits = { mostTexts: 8, mostCharacters: 1000 };
const never = new AbortController().signal;
setMaxListeners(0, never);
const many = (count: number, name: string): string[] => Array.from({ length: count }, (_, i) => `${name} ${i}`);

describe("requests that wait together", () => {
  it("are one pass, and get what each would alone", async () => {
    const { predictor, served } = await tinyClassifier();
    await using _ = predictor;
    await using to = await serving(served);
    const texts = many(24, "The parcel is late, for the time").map((text, i) => text.repeat(1 + (i % 5)));
    const alone = [];
    for (const text of texts) alone.push((await to.post("/predict", { text })).body);
    const passesBefore = await passes(to.get);
    const together = await Promise.all(texts.map(async (text) => (await to.post("/predict", { text })).body));
    expect((await passes(to.get)) - passesBefore).toBeLessThan(texts.length);
    for (const [i, { answer, probabilities }] of together.entries()) {
      expect(answer).toBe(alone[i].answer);
      for (const [label, probability] of Object.entries(alone[i].probabilities))
        expect(probabilities[label]).toBeCloseTo(probability as number, 5);
    }
  });

  it("are taken when the pass before ends, within the bounds of a pass", async () => {
    const gate = gated();
    const batcher = createBatcher(gate.classify, limits);
    const first = batcher.classify(["login 0"], never);
    await new Promise(setImmediate);
    const others = many(10, "spam").map((text) => batcher.classify([text], never));
    expect(batcher.waitingTexts).toBe(10);
    gate.open();
    await Promise.all([first, ...others]);
    expect(gate.calls.map(({ length }) => length)).toEqual([1, 8, 2]);
    expect(batcher.waitingTexts).toBe(0);
  });

  it("hold no more characters than a pass may, but for one text", async () => {
    const gate = gated();
    const batcher = createBatcher(gate.classify, { mostTexts: 8, mostCharacters: 10 });
    const all = batcher.classify(["12345", "12345", "1", "x".repeat(99), "1"], never);
    gate.open();
    expect(await all).toHaveLength(5);
    expect(gate.calls.map(({ length }) => length)).toEqual([2, 1, 1, 1]);
  });

  it("get a share beside one of thousands of texts", async () => {
    const gate = gated();
    const batcher = createBatcher(gate.classify, limits);
    const long = batcher.classify(many(5000, "refund"), never);
    const short = batcher.classify(["login"], never);
    gate.open();
    expect((await short)[0]!.answer).toEqual(["login"]);
    expect(gate.calls.length).toBeLessThan(4);
    const found = await long;
    expect(found).toHaveLength(5000);
    expect(found.every(({ answer }) => answer![0] === "refund")).toBe(true);
  });

  it("do not share a failure that one of them causes", async () => {
    const batcher = createBatcher(async (texts) => {
      if (texts.includes("poison")) throw new Error("bad text");
      return texts.map(predictionFor);
    }, limits);
    const found = await Promise.allSettled(["login", "poison", "spam"].map((text) => batcher.classify([text], never)));
    expect(found.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  });

  it("leave the queue when their client leaves, and are not computed", async () => {
    const gate = gated();
    const batcher = createBatcher(gate.classify, limits);
    const leaving = new AbortController();
    const first = batcher.classify(["login"], never);
    await new Promise(setImmediate);
    const gone = batcher.classify(many(20, "spam"), leaving.signal);
    leaving.abort(new Error("gone"));
    await expect(gone).rejects.toThrow("gone");
    expect(batcher.waitingTexts).toBe(0);
    gate.open();
    await first;
    expect(gate.calls).toEqual([["login"]]);
    await expect(batcher.classify(["x"], leaving.signal)).rejects.toThrow("gone");
  });
});

async function passes(get: (path: string) => Promise<{ text: string }>): Promise<number> {
  return Number(/crossover_pass_texts_count (\d+)/.exec((await get("/metrics")).text)![1]);
}

describe("a predictor that gave up", () => {
  const opener = (asksLlm: boolean, error: Error | null) => {
    const state = { opened: 0, disposed: 0 };
    const open = async (): Promise<LoadedPredictor> => {
      const own = state.opened++;
      const classify = async (texts: readonly string[]) => {
        if (own === 0 && error !== null) throw error;
        return texts.map(predictionFor);
      };
      const dispose = async (): Promise<void> => {
        state.disposed++;
      };
      return { asksLlm, classify, [Symbol.asyncDispose]: dispose } as unknown as LoadedPredictor;
    };
    return { state, open };
  };

  it("is opened again after a rest, where a service was asked", async () => {
    const { state, open } = opener(true, new UserError("the key is not valid any more"));
    let time = 0;
    await using renewed = await renewedPredictor(open, () => time);
    await expect(renewed.classify(["x"], never)).rejects.toThrow("key");
    await expect(renewed.classify(["x"], never)).rejects.toThrow("key");
    expect(state.opened).toBe(1);
    time = 6000;
    expect(await renewed.classify(["spam"], never)).toHaveLength(1);
    expect(state.opened).toBe(2);
    await renewed[Symbol.asyncDispose]();
    expect(state.disposed).toBe(2);
  });

  it.each([
    ["its budget is used up", true, new BudgetError("used up")],
    ["it is a model on this machine", false, new Error("bug")],
  ])("is not where %s", async (_, asksLlm, error) => {
    const { state, open } = opener(asksLlm, error);
    let time = 0;
    await using renewed = await renewedPredictor(open, () => time);
    for (; time < 20_000; time += 6000) await expect(renewed.classify(["x"], never)).rejects.toThrow();
    expect(state.opened).toBe(1);
  });
});
