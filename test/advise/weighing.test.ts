/** @file The decision by criteria and limits: what outranks what. */
import { describe, expect, test } from "vitest";
import { advise } from "../../src/advise/advise.js";
import { decide } from "../../src/advise/decision.js";
import { weigh } from "../../src/advise/weighing.js";
import type { Comparison } from "../../src/types/comparison.js";
import type { Contrast } from "../../src/types/contrast.js";
import type { Assumptions } from "../../src/types/prices.js";
import { comparisonOf, offlineApproaches, withContrast } from "../report/fixture.js";

const few = "prompt:few-shot@openai:gpt-5-mini";
const full = comparisonOf();
const summaryOf = (name: string) => full.summaries.find(({ approach }) => approach === name)!;
const [tuned, prompted] = [summaryOf("tune:probe"), summaryOf(few)];
const under = (comparison: Comparison, changes: Partial<Assumptions>): Comparison => ({
  ...comparison,
  assumptions: { ...comparison.assumptions, ...changes },
});
const contrast = (verdict: Contrast["verdict"], low: number, high: number, pValue = 0.5): Contrast => ({
  ...full.contrasts[0]!,
  verdict,
  difference: { value: (low + high) / 2, low, high },
  pValue,
});
/** At so many requests the LLM's bill is the larger by far, whatever labels cost. */
const busy: Partial<Assumptions> = { requestsPerMonth: 50_000_000, usdPerLabel: 0, machine: "shared" };

describe("weighing", () => {
  const { assumptions } = full;
  const sideOf = (found: Contrast, changes: Partial<Assumptions> = {}) =>
    weigh(tuned, prompted, found, { ...assumptions, ...changes }).for;
  test("accuracy outranks everything by default", () => {
    expect(sideOf(contrast("b-better", -0.06, -0.03), busy)).toBe("second");
    expect(sideOf(contrast("a-better", 0.03, 0.06))).toBe("first");
  });
  test("the cheaper one is chosen only where it is not worse by more than the margin", () => {
    expect(sideOf(contrast("equivalent", -0.005, 0.005), busy)).toBe("first");
    expect(sideOf(contrast("undecided", -0.005, 0.03), busy)).toBe("first");
    expect(sideOf(contrast("undecided", -0.03, 0.04), busy)).toBeNull();
  });
  test("cost that depends on what nobody told leaves the choice open, whatever comes after it", () => {
    expect(sideOf(contrast("equivalent", -0.005, 0.005), { usdPerLabel: 0 })).toBeNull();
  });
  test("a lead that is real is chosen where nothing can speak for the other", () => {
    const lead = contrast("undecided", 0.002, 0.03, 0.01);
    const weights = { accuracy: 1, cost: 0, independence: 0, latency: 0 };
    expect(sideOf(lead, { weights })).toBe("first");
    expect(sideOf(contrast("undecided", 0.002, 0.03, 0.2), { weights })).toBeNull();
    expect(sideOf(contrast("undecided", -0.03, -0.002, 0.01), { weights })).toBe("second");
  });
  test("by other weights something else counts for more", () => {
    const weights = { accuracy: 1, cost: 3, independence: 0, latency: 0 };
    expect(sideOf(contrast("b-better", -0.06, -0.03), { ...busy, weights })).toBe("first");
    const even = { accuracy: 1, cost: 1, independence: 0, latency: 0 };
    expect(sideOf(contrast("b-better", -0.06, -0.03), { ...busy, weights: even })).toBeNull();
  });
});

describe("a verdict of its own", () => {
  const lost = withContrast(full, {
    verdict: "b-better",
    difference: { value: -0.045, low: -0.06, high: -0.03 },
    adjustedPValue: 0.001,
    pValue: 0.001,
    moreRows: null,
  });
  test("by weights says that the scores say otherwise", () => {
    const weights = { accuracy: 1, cost: 3, independence: 0, latency: 0 };
    const advice = advise(under(lost, { ...busy, weights }));
    expect(advice).toMatchObject({ choice: "tune:probe", evidence: "asked-for" });
    expect(advice.reasons[0]).toMatchObject({ kind: "outweighed", approach: "tune:probe", other: few, by: ["cost"] });
  });
  test("by limits: what asks a service is no choice where texts may not leave", () => {
    const advice = advise(under(lost, { isPrivate: true }));
    expect(advice).toMatchObject({ choice: "tune:probe", evidence: "asked-for" });
    expect(advice.reasons[0]).toMatchObject({ kind: "limits-decide", broken: ["private"] });
  });
  test("none keeps a limit that both break", () => {
    const decision = decide(under(lost, { maxLatencySeconds: 1e-9 }));
    expect(decision).toMatchObject({ ground: "none-within-limits", choice: null, broken: ["latency"] });
    expect(advise(under(lost, { maxLatencySeconds: 1e-9 })).evidence).toBe("none");
  });
  test("none is good enough where every interval lies below what is needed, and only there", () => {
    const best = Math.max(tuned.accuracy.high, prompted.accuracy.high);
    expect(decide(under(full, { needed: best + 0.001 }))).toMatchObject({ ground: "not-good-enough", choice: null });
    expect(decide(under(full, { needed: best - 0.001 })).ground).not.toBe("not-good-enough");
    expect(advise(under(full, { needed: best + 0.001 }))).toMatchObject({ choice: null, evidence: "none" });
  });
  test("a choice whose interval includes what is needed is never called shown", () => {
    const won = withContrast(full, {
      verdict: "a-better",
      difference: { value: 0.045, low: 0.03, high: 0.06 },
      adjustedPValue: 0.001,
      moreRows: null,
    });
    const advice = advise(under(won, { needed: tuned.accuracy.value }));
    expect(advice).toMatchObject({ choice: "tune:probe", evidence: "perhaps-too-low" });
    expect(advice.cautions).toContainEqual(expect.objectContaining({ kind: "needed-open", needed: tuned.accuracy.value }));
    expect(advise(under(won, { needed: tuned.accuracy.low })).evidence).toBe("shown");
  });
  test("the question is not answered where no language model was measured, however clear the lead over a stand-in", () => {
    const offline = comparisonOf({ approaches: offlineApproaches });
    const advice = advise({ ...offline, llmOffer: { model: "openai:some-model", usd: 0.035 } });
    expect(advice).toMatchObject({ choice: null, evidence: "no-llm" });
    expect(advice.reasons[0]).toMatchObject({ kind: "not-answered", approach: "tune:probe", labels: 600, offer: { usd: 0.035 } });
    expect(advice.nextSteps[0]!.command).toContain("--llm openai:some-model");
  });
  test("a rule that reads no text and leads in another metric that counts outranks the choice", () => {
    const ahead = comparisonOf({
      approaches: [
        { name: "baseline:majority", arm: "baseline", skill: 0, p50: 0.000_001 },
        { name: "tune:probe", arm: "tune", skill: 0.5, hasScores: true },
      ],
    });
    const { metrics, summaries } = ahead;
    const [other] = metrics.others;
    const lifted = summaries.map((summary) =>
      summary.arm === "baseline" ? { ...summary, macroF1: { value: 0.99, low: 0.98, high: 1 } } : summary,
    );
    expect(other).toBe("macroF1");
    expect(decide({ ...ahead, summaries: lifted })).toMatchObject({ ground: "no-signal", ahead: "macroF1" });
  });
});
