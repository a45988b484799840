import { describe, expect, it } from "vitest";
import { advise } from "../../src/advise/advise.js";
import { decide } from "../../src/advise/decision.js";
import { nextLarger, sharedModel } from "../../src/advise/model-size.js";
import { missingArm } from "../../src/advise/rules/language-model.js";
import type { Comparison } from "../../src/types/comparison.js";
import { busy, comparisonOf, withContrast } from "../report/fixture.js";

const full = comparisonOf({ told: busy });

/** With the prompted model's size known. */
function ofSize(comparison: Comparison, totalParameters: number | null): Comparison {
  const summaries = comparison.summaries.map((summary) =>
    summary.arm === "prompt" ? { ...summary, facts: { ...summary.facts, totalParameters } } : summary,
  );
  return { ...comparison, summaries };
}

const better = (verdict: "a-better" | "b-better", value: number): Comparison =>
  withContrast(full, {
    verdict,
    difference: { value, low: value - 0.015, high: value + 0.015 },
    adjustedPValue: 0.001,
    moreRows: null,
  });
const lost = better("a-better", 0.045);
const won = better("b-better", -0.045);

/** With the models of both arms. */
function ofModels(comparison: Comparison, tuned: string, prompted: string): Comparison {
  const models = { tune: tuned, prompt: prompted };
  const summaries = comparison.summaries.map((summary) =>
    summary.arm === "tune" || summary.arm === "prompt" ? { ...summary, model: models[summary.arm] } : summary,
  );
  return { ...comparison, summaries };
}

describe("one model, tuned and prompted", () => {
  it.each([
    ["smollm2", "local:smollm2", "smollm2"],
    ["org/name@0a1b2c3", "local:org/name", "org/name"],
    ["models/a.gguf", "local:models/a.gguf", "models/a.gguf"],
  ])("is named as one: %s and %s", (tuned, prompted, name) => {
    for (const comparison of [won, lost]) {
      const models = ofModels(comparison, tuned, prompted);
      expect(sharedModel(decide(models), models)).toBe(name);
      expect(advise(models).headline).toContain(`same weights, ${name}`);
    }
  });

  it.each([
    ["minilm-l6", "local:smollm2"],
    ["smollm2", "openai:smollm2"],
  ])("is not what two models are: %s and %s", (tuned, prompted) => {
    const models = ofModels(won, tuned, prompted);
    expect(sharedModel(decide(models), models)).toBeUndefined();
    expect(advise(models).headline).not.toContain("same weights");
  });
});

describe("a language model of known size", () => {
  it("that does not win is named with its size in the headline, and the next larger ones with what they take", () => {
    const comparison = { ...ofSize(lost, 134_515_008), llmOffer: { model: "openai:some-model", usd: 0.02 } };
    const { headline } = advise(comparison);
    expect(headline).toContain("135 million parameters");
    expect(headline).toContain("larger language models");
    expect(missingArm(comparison, decide(comparison))).toMatchObject([
      {
        kind: "larger-model",
        parameters: 134_515_008,
        next: { model: "local:Qwen/Qwen3-0.6B" },
        offer: { model: "openai:some-model" },
      },
    ]);
  });

  it("that wins, or whose size is not known, is not", () => {
    for (const comparison of [ofSize(won, 134_515_008), ofSize(lost, null)]) {
      expect(advise(comparison).headline).not.toContain("parameters");
      expect(missingArm(comparison, decide(comparison))).toEqual([]);
    }
  });
});

it("the next larger model is at least half as large again, and there is none after the largest", () => {
  expect(nextLarger({ model: "a", parameters: 135e6 })?.model).toBe("local:Qwen/Qwen3-0.6B");
  expect(nextLarger({ model: "a", parameters: 0.6e9 })?.model).toBe("local:Qwen/Qwen3-1.7B");
  expect(nextLarger({ model: "a", parameters: 8e9 })).toBeUndefined();
});
