import { describe, expect, it } from "vitest";
import { advise } from "../../src/advise/advise.js";
import { sentenceOf } from "../../src/advise/wordings.js";
import { renderJson } from "../../src/report/json.js";
import type { Comparison } from "../../src/types.js";
import { frozenComparison } from "./frozen.js";

const comparison = frozenComparison();
const advice = advise(comparison);
interface Report extends Omit<Comparison, "measurements"> {
  readonly format: number;
  readonly advice: {
    readonly choice: string;
    readonly headline: string;
    readonly reasons: readonly { readonly sentence: string }[];
  };
  readonly measurements: readonly { readonly rows: number }[];
}

const report = JSON.parse(renderJson(comparison, advice)) as Report;

describe("renderJson", () => {
  it("names its format", () => {
    expect(report.format).toBe(2);
  });

  it("has every statistic unrounded", () => {
    expect(report.summaries).toEqual(comparison.summaries);
    expect(report.contrasts).toEqual(comparison.contrasts);
    expect(report.factors).toEqual(comparison.factors);
    expect(report.task).toEqual(comparison.task);
  });

  it("has the advice with its findings in words", () => {
    expect(report.advice).toMatchObject({ choice: advice.choice, headline: advice.headline });
    expect(report.advice.reasons.map(({ sentence }) => sentence)).toEqual(advice.reasons.map((finding) => sentenceOf(finding)));
  });

  it("leaves the rows to the forms that are made for them", () => {
    const [first] = report.measurements;
    expect(first!.rows).toBe(comparison.measurements[0]!.outcomes.length);
    expect(first).not.toHaveProperty("outcomes");
  });
});
