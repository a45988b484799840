import { describe, expect, test } from "vitest";
import { advise } from "../../../src/advise/advise.js";
import { compare } from "../../../src/compare/compare.js";
import { metricChoice } from "../../../src/compare/metrics/metric-choice.js";
import { random } from "../../../src/lib/random.js";
import type { Approach } from "../../../src/types/approach.js";
import type { Comparison } from "../../../src/types/comparison.js";
import type { Dataset, Query, Task } from "../../../src/types/data.js";
import { assumptions, fake } from "../fakes.js";

/** Rows with as many of each label as `rowsOf` says. */
function coded(rowsOf: readonly number[]) {
  return { truths: rowsOf.flatMap((rows, label) => new Array<readonly number[]>(rows).fill([label])), labelCount: rowsOf.length };
}

describe("the metric that ranks", () => {
  const single = { isMultiLabel: false };
  test("is the accuracy below three rows of a label in the median, over the labels that have any", () => {
    expect(metricChoice(coded([2, 2, 90]), single)).toEqual({
      primary: "accuracy",
      others: ["macroF1"],
      ranking: "accuracy",
      labelsScored: 3,
      rowsOfLabel: 2,
    });
    expect(metricChoice(coded([3, 3, 1]), single)).toMatchObject({ ranking: "macroF1", rowsOfLabel: 3 });
    expect(metricChoice(coded([0, 0, 0, 5, 4]), single)).toMatchObject({ ranking: "macroF1", labelsScored: 2, rowsOfLabel: 4.5 });
    expect(metricChoice(coded([]), single)).toMatchObject({ labelsScored: 0, rowsOfLabel: 0 });
  });

  test("is micro-F1 where rows may have several labels, however few they are", () => {
    expect(metricChoice(coded([1, 1]), { isMultiLabel: true })).toMatchObject({
      primary: "microF1",
      others: ["macroF1", "exactMatch"],
      ranking: "microF1",
    });
  });
});

describe("77 labels and 200 test rows", () => {
  const labels = Array.from({ length: 77 }, (_, label) => `intent-${label}`);
  const labelOf = (id: string): number => random(5, id).integer(77);
  const part = (name: string, rows: number): Dataset => ({
    name: "intents",
    labels,
    isMultiLabel: false,
    descriptions: {},
    examples: Array.from({ length: rows }, (_, row) => {
      const id = `${name}-${row}`;
      return { id, text: `${id} ${random(6, id).uniform()}`, labels: [labels[labelOf(id)]!] };
    }),
  });
  const task: Task = {
    train: part("train", 1000),
    test: part("test", 200),
    trainHash: "a".repeat(64),
    testHash: "b".repeat(64),
    splitNote: "given",
    warnings: [],
  };
  const rightIn = (name: string, share: number): Approach =>
    fake(name, name.startsWith("tune") ? "tune" : "prompt", ({ id }: Query) => {
      const truth = labelOf(id);
      return labels[random(7, `${name} ${id}`).uniform() < share ? truth : (truth + 1) % 77]!;
    }).approach;

  async function measured(): Promise<Comparison> {
    return await compare(task, [rightIn("tune:a", 0.9), rightIn("tune:b", 0.8), rightIn("prompt:x", 0.7)], {
      seeds: [1],
      assumptions,
    });
  }

  test("macro-F1 is over the labels that have test rows, and accuracy ranks, chooses and is what is said to", async () => {
    const comparison = await measured();
    const tested = new Set(task.test.examples.map((example) => example.labels[0]!)).size;
    expect(tested).toBeLessThan(77);
    expect(comparison.metrics).toMatchObject({ ranking: "accuracy", primary: "accuracy", labelsScored: tested });
    const best = comparison.summaries[0]!;
    const present = best.perLabel.filter(({ support }) => support > 0);
    expect(present).toHaveLength(tested);
    expect(best.macroF1.value).toBeCloseTo(present.reduce((sum, { f1 }) => sum + f1, 0) / tested, 12);
    expect(comparison.best.tune).toMatchObject({ approach: "tune:a", basis: { kind: "validation", metric: "accuracy" } });
    const accuracies = comparison.summaries.map(({ accuracy }) => accuracy.value);
    expect(accuracies).toEqual(accuracies.toSorted((a, b) => b - a));
    expect(advise(comparison).cautions).toContainEqual({
      kind: "few-rows-of-labels",
      labelsScored: tested,
      ofLabels: 77,
      rowsOfLabel: comparison.metrics.rowsOfLabel,
    });
    expect(comparison.factors[0]!.cells["tune:a"]).toMatchObject({
      kind: "score",
      others: [{ metric: "macroF1", labels: { scored: tested, of: 77 } }],
    });
  });
});
