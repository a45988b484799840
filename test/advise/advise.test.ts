import { describe, expect, it } from "vitest";
import { advise, rules } from "../../src/advise/advise.js";
import { decide } from "../../src/advise/decision.js";
import { roleOf, sentenceOf } from "../../src/advise/words/findings/findings.js";
import type { Comparison } from "../../src/types/comparison.js";
import { busy, comparisonOf, offlineApproaches, withContrast, withSummary } from "../report/fixture.js";

const few = "prompt:few-shot@openai:gpt-5-mini";
// Requests a month are told: what they cost decides between equals.
const full = comparisonOf({ told: busy });
const offline = comparisonOf({ approaches: offlineApproaches });
const won = withContrast(full, {
  verdict: "a-better",
  difference: { value: 0.045, low: 0.03, high: 0.06 },
  moreRows: null,
  pValue: 0.001,
  adjustedPValue: 0.008,
});
const lost = withContrast(full, {
  verdict: "b-better",
  difference: { value: -0.045, low: -0.06, high: -0.03 },
  moreRows: null,
  pValue: 0.001,
  adjustedPValue: 0.008,
});
const equal = withContrast(full, {
  verdict: "equivalent",
  difference: { value: 0.001, low: -0.006, high: 0.008 },
  moreRows: null,
});
const open = withContrast(full, {
  verdict: "undecided",
  difference: { value: 0.005, low: -0.03, high: 0.04 },
  moreRows: { low: 743, high: null, unit: "rows", aim: "equivalence" },
});

describe("advise", () => {
  it("recommends a clear winner of either arm", () => {
    expect(advise(won)).toMatchObject({
      choice: "tune:probe",
      evidence: "shown",
      headline: `Fine-tune: use tune:probe; it beats ${few} by 4.5 points of accuracy (95% interval +3.0 to +6.0).`,
      confidence: "Shown on these test rows: the whole 95% interval lies beyond your margin of 1 point.",
    });
    expect(advise(lost)).toMatchObject({
      choice: few,
      headline: `Prompt: use ${few}; it beats tune:probe by 4.5 points of accuracy (95% interval +3.0 to +6.0).`,
    });
  });

  it("chooses nobody by an interval beyond the margin that the test does not confirm, and says so", () => {
    const advice = advise(
      withContrast(full, {
        verdict: "undecided",
        difference: { value: 0.375, low: 0.25, high: 0.5 },
        pValue: 0.5,
        adjustedPValue: 1,
        moreRows: null,
      }),
    );
    expect(advice.choice).toBeNull();
    expect(advice.headline).toBe(
      `Not enough evidence to choose: tune:probe is 37.5 points of accuracy ahead of ${few} (95% interval +25.0 to +50.0), but on so few ` +
        "rows the test does not exclude chance.",
    );
    expect(advice.confidence).not.toContain("fits what was measured");
  });

  it("names nobody as ahead of an equal", () => {
    const level = withContrast(full, { verdict: "undecided", difference: { value: 0, low: -0.18, high: 0.18 }, moreRows: null });
    expect(advise(level).headline).toContain(`tune:probe and ${few} come out level in accuracy`);
  });

  it("takes the cheaper one of two that are equivalent, and says what both cost a month", () => {
    const advice = advise(equal);
    expect(advice.choice).toBe("tune:probe");
    expect(advice.headline).toMatch(
      /^Use tune:probe: it and prompt:few-shot@openai:gpt-5-mini are equal within your margin of 1 point, and it wins by its lower price: \$[\d.]+ against \$[\d.]+ at 1,000,000 requests a month\.$/,
    );
    expect(advice.reasons.map(({ kind }) => kind)).toContain("monthly-bill");
  });

  it("takes none by a price that depends on what nobody told, and asks for that", () => {
    const { requestsPerMonth: _, usdPerLabel: __, ...untold } = equal.assumptions;
    const advice = advise({ ...equal, assumptions: untold });
    expect(advice).toMatchObject({ choice: null, evidence: "untold" });
    expect(advice.headline).toMatch(/^Cost decides: .*\(--requests-per-month, --usd-per-label\)\.$/);
    expect(advice.headline).not.toMatch(/wins|above about/);
    expect(advice.nextSteps[0]!.command).toBe("crossover view RUN --requests-per-month 100000 --usd-per-label 0.10");
  });

  it("does not take a difference of a few dollars for a reason", () => {
    const few = { ...equal, assumptions: { ...equal.assumptions, requestsPerMonth: 1000, usdPerLabel: 0 } };
    expect(advise(few).headline).not.toContain("lower price");
  });

  it("calls nothing shown of which a caution says that chance is not excluded", () => {
    const won = { verdict: "a-better", difference: { value: 0.06, low: 0.02, high: 0.1 }, pValue: 0.031 } as const;
    const shown = advise(withContrast(open, { ...won, adjustedPValue: 0.041 }));
    expect(shown.evidence).toBe("shown");
    const unsure = advise(withContrast(open, { ...won, adjustedPValue: 0.156 }));
    expect(unsure).toMatchObject({ choice: "tune:probe", evidence: "chance" });
    expect(unsure.cautions.map(({ kind }) => kind)).toContain("chance-not-excluded");
    expect(unsure.headline).not.toMatch(/^Fine-tune/);
    expect(unsure.confidence).not.toMatch(/^Shown/);
  });

  it("says where a lead is real but may be too small to matter", () => {
    const ahead = { difference: { value: 0.016, low: 0.006, high: 0.027 }, pValue: 0.004 };
    expect(advise(withContrast(open, ahead))).toMatchObject({
      choice: "tune:probe",
      evidence: "not-worse",
      confidence: "The lead is real, but may be smaller than your margin of 1 point.",
    });
  });

  it("calls no lead real that the test does not confirm", () => {
    const unconfirmed = { difference: { value: 0.016, low: 0.006, high: 0.027 }, pValue: 0.06 };
    const advice = advise(withContrast(open, unconfirmed));
    expect(advice.confidence).toBe("At least as good, within your margin of 1 point; whether it is better is open.");
    expect(advice.headline).toContain("though the test does not exclude chance");
    expect(advice.reasons[0]).toMatchObject({ kind: "not-worse", leadIsShown: false });
    const dearer = { difference: { value: -0.016, low: -0.027, high: -0.006 }, pValue: 0.06 };
    expect(advise(withContrast(open, dearer)).reasons[0]).toMatchObject({ kind: "undecided", leadIsShown: false });
    expect(advise(withContrast(open, { ...dearer, pValue: 0.01 })).reasons[0]).toMatchObject({ leadIsShown: true });
  });

  it("tells an end of an interval from the margin that it must not be taken for", () => {
    const advice = advise(withContrast(won, { difference: { value: 0.0304, low: 0.0104, high: 0.0504 } }));
    expect(advice.headline).toContain("(95% interval +1.04 to +5.0)");
    const within = advise(withContrast(equal, { difference: { value: 0.0004, low: -0.0096, high: 0.00996 } }));
    expect(sentenceOf(within.reasons[0]!)).toContain("+0.04 points of accuracy (95% interval −0.96 to +0.996)");
  });

  it("breaks a tie by what the two need, then by latency, then not at all", () => {
    const samePrice = withSummary(equal, few, { usdPerThousand: null });
    expect(advise(samePrice).headline).toContain("wins by its independence of any service.");
    const prompted = full.summaries.find(({ approach }) => approach === few)!;
    const sameNeeds = withSummary(samePrice, few, { facts: { ...prompted.facts, artifactBytes: 1000 } });
    expect(advise(sameNeeds).headline).toContain("wins by its shorter latency.");
    const advice = advise(withSummary(sameNeeds, few, { latency: null }));
    expect(advice.choice).toBeNull();
    expect(advice.evidence).toBe("shown");
    expect(advice.headline).toContain("Either will do");
  });

  it("takes the cheaper one where it is shown not to be worse", () => {
    const advice = advise(withContrast(open, { difference: { value: 0.015, low: -0.004, high: 0.034 } }));
    expect(advice).toMatchObject({
      choice: "tune:probe",
      evidence: "not-worse",
      confidence: "At least as good, within your margin of 1 point; whether it is better is open.",
    });
    expect(advice.headline).toContain("it is at most 0.4 points of accuracy worse than");
  });

  it("does not take the dearer one because it is not shown to be worse", () => {
    expect(advise(withContrast(open, { difference: { value: -0.015, low: -0.034, high: 0.004 } })).choice).toBeNull();
  });

  it("says that there is not enough evidence, and what would settle it", () => {
    const advice = advise(open);
    expect(advice).toMatchObject({
      choice: null,
      evidence: "open",
      headline: `Not enough evidence to choose: tune:probe is 0.5 points of accuracy ahead of ${few}, but that is within the uncertainty (95% interval −3.0 to +4.0). Showing that they differ by less than your margin takes at least 740 more test rows.`,
      confidence: "Open: any difference from −3.0 to +4.0 points fits what was measured.",
    });
    expect(advice.nextSteps[0]).toEqual({
      text: "Label at least 740 more test rows and give them in a file of their own.",
      command: "crossover run FILE --test TEST_FILE",
    });
  });

  it("takes a stand-in's defeat for no answer", () => {
    const advice = advise(offline);
    expect(advice).toMatchObject({ choice: null, evidence: "no-llm" });
    expect(advice.headline).toMatch(
      /^Not answered yet: no language model was measured\. .* a language model has to beat that\.$/,
    );
    expect(advice.confidence).toMatch(/^Open/);
    expect(advice.reasons.map(({ kind }) => kind)).toContain("above-baseline");
    expect(advice.nextSteps.map(({ command }) => command)).toEqual([
      "crossover run FILE --llm openai:gpt-6-luna",
      "crossover run FILE --llm ollama:qwen3:8b",
      "crossover run FILE --llm recorded:batch-output.jsonl",
    ]);
  });

  it("never claims a winner over an LLM that was not measured, whatever the verdict", () => {
    for (const verdict of ["a-better", "b-better", "equivalent", "undecided"] as const) {
      expect(advise(withContrast(offline, { verdict })).headline).toMatch(/^Not answered yet: no language model was measured/);
    }
  });

  it("has no choice where one arm is missing", () => {
    const summaries = full.summaries.filter(({ arm }) => arm !== "tune");
    const advice = advise({ ...full, summaries, best: { ...full.best, tune: null } });
    expect(advice).toMatchObject({
      choice: null,
      evidence: "open",
      confidence: "Nothing is shown: there is nothing to compare.",
    });
    expect(advice.headline).toBe(
      `Not enough evidence to choose: only prompting was measured, so ${few} has nothing to be compared with.`,
    );
    expect(advice.nextSteps).toContainEqual({
      text: "Measure the tuned arm too: it needs no key and no network.",
      command: "crossover run FILE --approaches +tune",
    });
  });

  it("has nothing to say of nothing but how to begin", () => {
    const nothing: Comparison = comparisonOf({ approaches: [] });
    expect(advise(nothing)).toMatchObject({ choice: null, headline: "Not enough evidence: nothing was measured." });
  });

  it("advises against shipping what does not beat the most frequent label", () => {
    const contrasts = won.contrasts.map((item) =>
      item.b === "baseline:majority" ? { ...item, difference: { value: 0, low: -0.02, high: 0.02 } } : item,
    );
    expect(advise({ ...won, contrasts })).toMatchObject({
      choice: null,
      headline: "Ship neither yet: nothing is shown to beat baseline:majority, which gives every text the most frequent label.",
    });
  });

  it("puts each finding where its kind belongs, and says no step twice", () => {
    for (const comparison of [full, offline, won, lost, equal, open]) {
      const { reasons, cautions, whatWouldChange, nextSteps } = advise(comparison);
      expect(new Set(reasons.map(roleOf))).toEqual(new Set(["reason"]));
      expect(cautions.every((finding) => roleOf(finding) === "caution")).toBe(true);
      expect(whatWouldChange.every((finding) => roleOf(finding) === "change")).toBe(true);
      expect(new Set(nextSteps.map(({ text }) => text)).size).toBe(nextSteps.length);
      expect(reasons.length + cautions.length + whatWouldChange.length).toBe(
        rules.flatMap((rule) => rule(comparison, decide(comparison))).length,
      );
    }
  });

  it("is plain data: it survives JSON", () => {
    for (const comparison of [full, offline, open]) {
      const advice = advise(comparison);
      expect(JSON.parse(JSON.stringify(advice))).toEqual(advice);
    }
  });
});
