import { describe, expect, it } from "vitest";
import { advise } from "../../src/advise/advise.js";
import { sentenceOf } from "../../src/advise/words/findings/findings.js";
import { renderJson } from "../../src/report/json.js";
import type { Comparison } from "../../src/types/comparison.js";
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
    expect(report.format).toBe(5);
  });

  it("has every statistic unrounded", () => {
    expect(report.summaries).toMatchObject(comparison.summaries);
    expect(report.contrasts).toEqual(comparison.contrasts);
    expect(report.factors).toMatchObject(comparison.factors);
    expect(report.task).toEqual(comparison.task);
  });

  it("has words beside what is numbers by kind", () => {
    const words = { text: expect.any(String) as string };
    for (const row of report.factors) {
      expect(row.measure).toMatchObject(words);
      for (const cell of Object.values(row.cells)) expect(cell).toMatchObject(words);
    }
    expect(report.best).toMatchObject({ tune: { basis: words }, prompt: { basis: words } });
    expect(report.money.breakEvens.length).toBeGreaterThan(0);
    for (const each of report.money.breakEvens) expect(each).toMatchObject({ basis: words });
    for (const { usdPerThousand } of report.summaries) expect(usdPerThousand).toMatchObject({ basis: words });
    expect(report.failed).toMatchObject([{ reason: "no server answers at http://localhost:11434" }]);
  });

  it("claims nothing of how recorded answers came about but what the user told", () => {
    const recorded = (recording: { readonly labels: number | null; readonly words: number | null }): Comparison => ({
      ...comparison,
      summaries: comparison.summaries.map((summary) => ({ ...summary, facts: { ...summary.facts, recording } })),
      measurements: comparison.measurements.map((measurement) => ({
        ...measurement,
        facts: { ...measurement.facts, recording },
      })),
    });
    const none = { usd: null, seconds: null, inputTokens: null, outputTokens: null };
    for (const [labels, words] of [
      [null, null],
      [12, 340],
    ] as const) {
      const { summaries, measurements } = JSON.parse(renderJson(recorded({ labels, words }), advice));
      expect(summaries[0]).toMatchObject({ fitCost: { ...none, labels }, facts: { humanWords: words } });
      expect(measurements[0]).toMatchObject({ fitCost: { ...none, labels }, facts: { humanWords: words } });
    }
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

it("writes the cells of a confusion matrix that are not zero where a matrix of all labels would be longer than a string can be", () => {
  const labels = Array.from({ length: 5000 }, (_, i) => `label ${i}`);
  const confusion = labels.map((_, truth) => {
    const counts = new Array<number>(labels.length + 1).fill(0);
    counts[truth === 7 ? 9 : truth] = 2;
    return counts;
  });
  const [summary] = comparison.summaries;
  const wide = { ...comparison, task: { ...comparison.task, labels }, summaries: [{ ...summary!, confusion }] };
  const [written] = JSON.parse(renderJson(wide, advice)).summaries;
  expect(written.confusion).toBeUndefined();
  expect(written.confusionCells).toHaveLength(5000);
  expect(written.confusionCells[7]).toEqual([7, 9, 2]);
});
