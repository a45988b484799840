/** @file Labels that an LLM was never offered are not labels that it gets wrong. */
import { describe, expect, it } from "vitest";
import { advise } from "../../src/advise/advise.js";
import { neverAnswered } from "../../src/compare/never-answered.js";
import { summarize } from "../../src/compare/summarize.js";
import { random } from "../../src/lib/random.js";
import type { Comparison } from "../../src/types/comparison.js";
import type { Outcome } from "../../src/types/prediction.js";
import { measuredOf } from "../report/fixture.js";

const labels = ["a", "b", "c", "d", "e", "f", "g", "h"];
const model = "prompt:recorded@m";

/** A tuned model right in this share of rows, and an LLM that is right in 95 % of the labels it was offered, and never gives the others. */
function comparison(tuned: number, offered: readonly string[]): Comparison {
  const base = measuredOf({
    labels,
    testRows: 800,
    approaches: [
      { name: "tune:probe", arm: "tune", skill: 0.9 },
      { name: model, arm: "prompt", skill: 0.9, isLlm: true, usdPerMillion: null },
    ],
  });
  const measurements = base.measurements.map((measurement) => {
    const isLlm = measurement.approach === model;
    const outcomes = measurement.outcomes.map(({ id, truth, usage }, row): Outcome => {
      const isRight = random(3, `${measurement.approach} ${row}`).uniform() < (isLlm ? 0.95 : tuned);
      const choices = isLlm ? offered : labels;
      const other = choices.find((label) => !truth.includes(label))!;
      return { id, truth, answer: isRight && choices.includes(truth[0]!) ? truth : [other], ...(usage && { usage }) };
    });
    return { ...measurement, outcomes };
  });
  return summarize({ task: base.task, assumptions: base.assumptions, measurements, failed: [] });
}

describe("labels that an LLM never answered", () => {
  it("are named with the difference on the others, and the headline turns on them", () => {
    const cut = comparison(0.9, labels.slice(0, 6));
    const primary = cut.contrasts[0]!;
    expect(primary.verdict).toBe("a-better");
    expect(primary.offered).toMatchObject({ neverAnswered: ["g", "h"], verdict: "b-better" });
    const rows = cut.measurements[0]!.outcomes.filter(({ truth }) => !["g", "h"].includes(truth[0]!));
    expect(primary.offered!.rows).toBe(rows.length);
    const advice = advise(cut);
    expect(advice.evidence).toBe("disputed");
    expect(advice.cautions).toContainEqual(
      expect.objectContaining({
        kind: "labels-never-answered",
        approach: model,
        labels: ["g", "h"],
        difference: primary.difference,
        offeredDifference: primary.offered!.difference,
      }),
    );
  });

  it("change nothing where the tuned one wins on the others too", () => {
    const advice = advise(comparison(1, labels.slice(0, 6)));
    expect(advice).toMatchObject({ choice: "tune:probe", evidence: "shown" });
  });

  it("are none where every label is answered", () => {
    expect(comparison(0.9, labels).contrasts.every(({ offered }) => offered === undefined)).toBe(true);
  });
});

describe("neverAnswered", () => {
  const series = (rows: readonly (readonly [truth: number, answer: number])[]) => ({
    seeds: [
      { labelCount: 3, isMultiLabel: false, truths: rows.map(([truth]) => [truth]), answers: rows.map(([, answer]) => [answer]) },
    ],
    groups: rows.map(() => undefined),
  });
  const repeated = (truth: number, answer: number, times: number) =>
    Array.from({ length: times }, () => [truth, answer] as const);

  it("decides by how likely all rows of a label are missed by chance", () => {
    // Half of the others' rows are found: .5^5 = .031 is above .05 / 3, .5^6 = .0156 below.
    const others = [...repeated(0, 0, 10), ...repeated(0, 1, 10), ...repeated(1, 1, 10), ...repeated(1, 0, 10)];
    expect(neverAnswered(series([...others, ...repeated(2, 0, 5)]))).toEqual([]);
    expect(neverAnswered(series([...others, ...repeated(2, 0, 6)]))).toEqual([2]);
  });

  it("is silent on one that gives a single label, and on labels without a row", () => {
    expect(neverAnswered(series([...repeated(0, 0, 50), ...repeated(1, 0, 50)]))).toEqual([]);
    expect(neverAnswered(series([...repeated(0, 0, 50), ...repeated(1, 1, 50)]))).toEqual([]);
  });
});
