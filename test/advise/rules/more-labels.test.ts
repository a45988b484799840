/** @file What further labels bring, and for what. */
import { describe, expect, it } from "vitest";
import { decide } from "../../../src/advise/decision.js";
import { moreLabels } from "../../../src/advise/rules/more-labels.js";
import { sentenceOf, stepsOf } from "../../../src/advise/words/findings/findings.js";
import type { Comparison } from "../../../src/types/comparison.js";
import type { LabelGain, LearningCurve } from "../../../src/types/curves.js";
import { comparisonOf, offlineApproaches } from "../../report/fixture.js";

const full = comparisonOf();
const tuned = full.best.tune!.approach;
const gains: readonly LabelGain[] = [
  { more: 50, gain: { value: 0.004, low: -0.003, high: 0.012 } },
  { more: 100, gain: { value: 0.013, low: 0.002, high: 0.021 } },
  { more: 500, gain: { value: 0.031, low: 0.01, high: 0.06 } },
];
const withCurve = (comparison: Comparison, approach = tuned, own = gains): Comparison => {
  const points = [{ labels: 240, seeds: 3, score: { value: 0.92, low: 0.9, high: 0.94 } }];
  const fit = { kind: "fitted", shape: "pow3", expected: [], gains: own } as const;
  const curve: LearningCurve = { approach, arm: "tune", metric: "accuracy", points, fit };
  return { ...comparison, curves: [curve] };
};
const found = (comparison: Comparison) => {
  const [finding] = moreLabels(comparison);
  if (finding?.kind !== "more-labels") throw new Error(`found ${finding?.kind ?? "nothing"}`);
  return finding;
};

describe("moreLabels", () => {
  it("tells of the fewest labels that are expected to bring as much as the margin", () => {
    const finding = found(withCurve(full));
    expect(finding).toMatchObject({ approach: tuned, labels: 240, more: 100, isEnough: true, aim: { by: "margin", gain: 0.01 } });
    expect(finding).not.toHaveProperty("best");
    const [step] = stepsOf(finding);
    expect(step).toMatchObject({
      command: "crossover run FILE",
      text: expect.stringMatching(/100 more rows.*\+1\.3 points.*\+0\.2 to \+2\.1/),
    });
  });

  it("tells what they cost where a label's price was told, and nothing of it where it was not", () => {
    const priced = withCurve({ ...full, assumptions: { ...full.assumptions, usdPerLabel: 0.25 } });
    expect(found(priced).usd).toBe(25);
    expect(stepsOf(found(priced))[0]!.text).toContain("$25");
    const { usdPerLabel: _, ...free } = full.assumptions;
    expect(found(withCurve({ ...full, assumptions: free }))).not.toHaveProperty("usd");
  });

  it("aims at what is needed where nothing is good enough", () => {
    const summaries = full.summaries.map((summary) => ({ ...summary, accuracy: { value: 0.92, low: 0.9, high: 0.94 } }));
    const demanding = withCurve({ ...full, summaries, assumptions: { ...full.assumptions, needed: 0.945 } });
    expect(decide(demanding).ground).toBe("not-good-enough");
    const finding = found(demanding);
    expect(finding).toMatchObject({ more: 500, isEnough: true, aim: { by: "needed" } });
    expect(finding.aim.gain).toBeCloseTo(0.025, 10);
  });

  it("asks for no labels where even the most are not expected to be enough", () => {
    const level = found(withCurve(full, tuned, gains.slice(0, 1)));
    expect(level).toMatchObject({ more: 50, isEnough: false });
    expect(stepsOf(level)).toEqual([]);
    expect(sentenceOf(level)).toMatch(/^Even with 290 labels/);
  });

  it("aims at overtaking a prompt that is ahead", () => {
    const [primary, ...others] = full.contrasts;
    const difference = { value: -0.02, low: -0.04, high: -0.005 };
    const behind = withCurve({ ...full, contrasts: [{ ...primary!, difference, verdict: "b-better" }, ...others] });
    expect(found(behind)).toMatchObject({ more: 500, aim: { by: "lead", gain: 0.02, other: full.best.prompt!.approach } });
  });

  it("names the best approach where the curve is another one's, and is silent without a fitted curve", () => {
    expect(found(withCurve(full, "tune:other"))).toMatchObject({ approach: "tune:other", best: tuned });
    expect(moreLabels({ ...full, curves: [] })).toEqual([]);
    expect(moreLabels(withCurve(full, tuned, []))).toEqual([]);
  });

  it("is told where no language model was measured too", () => {
    const offline = comparisonOf({ approaches: offlineApproaches });
    expect(found(withCurve(offline, offline.best.tune!.approach)).isEnough).toBe(true);
  });
});
