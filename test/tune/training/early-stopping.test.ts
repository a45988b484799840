import { describe, expect, it } from "vitest";
import { isStale, lowestLoss } from "../../../src/tune/training/early-stopping.js";
import { accuracyOf, macroF1Of, microF1Of } from "../../../src/tune/training/objectives/label-scores.js";

const evaluations = (...losses: number[]) => losses.map((loss, i) => ({ step: i + 1, loss }));

describe("the evaluation with the lowest loss", () => {
  it.each([
    [[3, 1, 2], 2],
    [[2, 1, 1], 2],
    [[Number.NaN, 5, 4], 3],
    [[2, Number.NaN, 3], 1],
    [[Number.NaN], 1],
  ])("of %j is the one after step %i", (losses, step) => {
    expect(lowestLoss(evaluations(...losses))?.step).toBe(step);
  });

  it("is none before the first", () => {
    expect(lowestLoss([])).toBeUndefined();
  });
});

describe("training has gone on long enough", () => {
  it("when so many evaluations were no better than one before them", () => {
    expect(isStale(evaluations(3, 2), 1)).toBe(false);
    expect(isStale(evaluations(3, 2, 2), 1)).toBe(true);
    expect(isStale(evaluations(3, 2, 2.5), 2)).toBe(false);
    expect(isStale(evaluations(3, 2, 2.5, 1.9), 2)).toBe(false);
    expect(isStale(evaluations(3, 2, 2.5, 2.1), 2)).toBe(true);
    expect(isStale(evaluations(1, Number.NaN), 1)).toBe(true);
  });

  it("never without patience, and not before the first evaluation", () => {
    expect(isStale(evaluations(1, 2, 3, 4, 5))).toBe(false);
    expect(isStale([], 1)).toBe(false);
  });
});

describe("scores of labels", () => {
  it("are scikit-learn's", () => {
    const sets = (labels: readonly number[]): number[][] => labels.map((label) => [label]);
    // The example in the documentation of f1_score: 0.26 for average="macro".
    const [truths, answers] = [sets([0, 1, 2, 0, 1, 2]), sets([0, 2, 1, 0, 0, 1])];
    expect(macroF1Of(truths, answers)).toBeCloseTo(0.8 / 3, 12);
    expect(accuracyOf(truths, answers)).toBeCloseTo(2 / 6, 12);
  });

  it("count whole sets of labels, and labels that only answers have", () => {
    const [truths, answers] = [
      [[0, 1], [1], []],
      [[1, 0], [1, 2], []],
    ];
    expect(accuracyOf(truths!, answers!)).toBeCloseTo(2 / 3, 12);
    // F1 of labels 0 and 1 is 1, of label 2 it is 0.
    expect(macroF1Of(truths!, answers!)).toBeCloseTo(2 / 3, 12);
    expect(macroF1Of([[]], [[]])).toBe(1);
    // Of four decisions that are true and two that are answered one is both.
    expect(microF1Of([[0], [0, 1], [2]], [[0], [], [1]])).toBeCloseTo(2 / 6, 12);
    expect(microF1Of([[]], [[]])).toBe(1);
  });
});
