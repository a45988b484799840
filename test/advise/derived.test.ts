import { describe, expect, it } from "vitest";
import { contrastBetween, reversed } from "../../src/advise/lookup.js";
import { confusedPairs } from "../../src/compare/details/confused-pairs.js";
import { disagreements } from "../../src/compare/details/disagreements.js";
import { labelDifferences } from "../../src/compare/details/label-differences.js";
import { paretoFront } from "../../src/compare/details/pareto-front.js";
import { isPromptedLlm } from "../../src/compare/language-model.js";
import type { Comparison } from "../../src/types/comparison.js";
import type { Outcome } from "../../src/types/prediction.js";
import { comparisonOf, offlineApproaches } from "../report/fixture.js";

const full = comparisonOf();

describe("paretoFront", () => {
  it("keeps what nothing beats in both, the cheapest first", () => {
    const [a, b, c, d] = [
      { cost: 1, quality: 0.7 },
      { cost: 5, quality: 0.9 },
      { cost: 3, quality: 0.6 },
      { cost: 5, quality: 0.8 },
    ] as const;
    expect(paretoFront([d, c, b, a])).toEqual([a, b]);
    expect(paretoFront([])).toEqual([]);
  });

  it("keeps one of two that are alike", () => {
    expect(
      paretoFront([
        { cost: 1, quality: 0.5 },
        { cost: 1, quality: 0.5 },
      ]),
    ).toHaveLength(1);
  });
});

describe("disagreements", () => {
  const row = (id: string, answer: string | null): Outcome => ({ id, truth: ["a"], answer: answer === null ? null : [answer] });

  function withAnswers(tuned: readonly (string | null)[], prompted: readonly (string | null)[]): Comparison {
    const measurements = full.measurements.map((measurement) => {
      const answers = measurement.approach === full.best.tune!.approach ? tuned : prompted;
      return { ...measurement, outcomes: answers.map((answer, i) => row(`r${i}`, answer)) };
    });
    return { ...full, measurements };
  }

  it("sorts the rows by who is right, and leaves out where both say the same", () => {
    const found = disagreements(withAnswers(["a", "a", "b", "b", "b", null], ["a", "b", "a", "c", "b", null]))!;
    expect(found.onlyTuned.map(({ id }) => id)).toEqual(["r1"]);
    expect(found.onlyPrompted.map(({ id }) => id)).toEqual(["r2"]);
    expect(found.bothWrong.map(({ id }) => id)).toEqual(["r3"]);
  });

  it("counts as the primary contrast does", () => {
    const found = disagreements(full)!;
    expect([found.onlyTuned.length, found.onlyPrompted.length]).toEqual(full.contrasts[0]!.discordant);
  });

  it("needs both arms", () => {
    expect(disagreements({ ...full, best: { ...full.best, prompt: null } })).toBeNull();
  });
});

describe("confusedPairs", () => {
  it("lists mistakes, the commonest first, and rows without an answer", () => {
    const confusion = [
      [7, 2, 1],
      [5, 5, 0],
    ];
    expect(confusedPairs({ ...full.summaries[0]!, confusion }, ["a", "b"])).toEqual([
      { truth: "b", answer: "a", rows: 5, of: 10 },
      { truth: "a", answer: "b", rows: 2, of: 10 },
      { truth: "a", answer: null, rows: 1, of: 10 },
    ]);
  });
});

describe("labelDifferences", () => {
  it("has every label, the largest difference first", () => {
    const found = labelDifferences(full);
    expect(found.map(({ label }) => label).sort()).toEqual([...full.task.labels].sort());
    const sizes = found.map(({ tuned, prompted }) => Math.abs(tuned.f1 - prompted.f1));
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
    expect(labelDifferences({ ...full, best: { ...full.best, tune: null } })).toEqual([]);
  });
});

describe("contrastBetween", () => {
  it("turns a contrast so that the first name comes first", () => {
    const [primary] = full.contrasts;
    const turned = contrastBetween(full, primary!.b, primary!.a)!;
    expect(turned).toMatchObject({ a: primary!.b, b: primary!.a, discordant: [primary!.discordant[1], primary!.discordant[0]] });
    expect(turned.difference).toEqual({
      value: -primary!.difference.value,
      low: -primary!.difference.high,
      high: -primary!.difference.low,
    });
    expect(reversed(turned)).toEqual(primary);
    expect(contrastBetween(full, "baseline:majority", "baseline:nearest-centroid")).toBeUndefined();
  });
});

describe("isPromptedLlm", () => {
  it("is true of what asks a language model alone", () => {
    const isLlm = full.summaries.filter(isPromptedLlm).map(({ approach }) => approach);
    expect(isLlm.sort()).toEqual(["prompt:few-shot@openai:gpt-5-mini", "prompt:zero-shot@openai:gpt-5-mini"]);
    const withoutLlm = comparisonOf({ approaches: offlineApproaches });
    expect(withoutLlm.summaries.some(isPromptedLlm)).toBe(false);
    expect(withoutLlm.best.prompt).toBeNull();
  });
});
