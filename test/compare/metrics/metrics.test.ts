import { describe, expect, test } from "vitest";
import { auroc, calibration, expectedCalibrationError } from "../../../src/compare/metrics/calibration.js";
import { confusionMatrix, failureCounts } from "../../../src/compare/metrics/confusion.js";
import type { CodedRows } from "../../../src/compare/metrics/label-indices.js";
import { codeOutcomes } from "../../../src/compare/metrics/label-indices.js";
import {
  accuracy,
  answeredAccuracy,
  balancedAccuracy,
  hammingLoss,
  labelCounts,
  labelScores,
  macroAverage,
  matthewsCorrelation,
  microAverage,
  perLabelScores,
  samplesF1,
  weightedAverage,
} from "../../../src/compare/metrics/metrics.js";
import type { Outcome } from "../../../src/types/prediction.js";
import { golden } from "../golden.js";

const exact = 12;

describe.each(golden.singleLabel)("as scikit-learn: $name", (expected) => {
  const coded: CodedRows = {
    labelCount: expected.labelCount,
    isMultiLabel: false,
    truths: expected.truth.map((label) => [label]),
    answers: expected.answers.map((label) => (label === null ? null : [label])),
  };
  const counts = labelCounts(coded);

  test("accuracy, balanced accuracy, Matthews correlation", () => {
    expect(accuracy(coded)).toBeCloseTo(expected.accuracy, exact);
    expect(balancedAccuracy(counts)).toBeCloseTo(expected.balancedAccuracy, exact);
    if (expected.mcc !== undefined) {
      expect(matthewsCorrelation(counts, coded.truths.length, false)).toBeCloseTo(expected.mcc, exact);
    }
  });

  test("precision, recall and F1 of each label and on average", () => {
    for (const [label, score] of perLabelScores(counts).entries()) {
      const { support, ...expectedScore } = expected.perLabel[label]!;
      expectClose(score, expectedScore);
      expect(counts.support[label]).toBe(support);
    }
    expectClose(macroAverage(counts), expected.macro);
    expectClose(weightedAverage(counts), expected.weighted);
    expectClose(microAverage(counts), expected.micro);
  });

  test("confusion matrix, its last column the rows without an answer", () => {
    expect(confusionMatrix(coded)).toEqual(expected.confusion);
  });
});

test("the values printed in scikit-learn's documentation", () => {
  const [first, second, third] = golden.singleLabel;
  expect(first!.macro.precision).toBeCloseTo(0.222, 3);
  expect(first!.micro.precision).toBeCloseTo(0.333, 3);
  expect(first!.weighted.precision).toBeCloseTo(0.222, 3);
  expect(first!.perLabel.map((score) => score.precision)).toEqual([2 / 3, 0, 0]);
  expect(second!.balancedAccuracy).toBe(0.625);
  expect([third!.macro.precision, third!.macro.recall, third!.macro.f1].map((x) => x.toFixed(2))).toEqual([
    "0.50",
    "0.56",
    "0.49",
  ]);
  expect([third!.weighted.precision, third!.weighted.recall, third!.weighted.f1].map((x) => x.toFixed(2))).toEqual([
    "0.70",
    "0.60",
    "0.61",
  ]);
});

test("a row without an answer is wrong, missed by its label, and false for none", () => {
  const coded: CodedRows = { labelCount: 2, isMultiLabel: false, truths: [[0], [0], [1], [1]], answers: [[0], null, [1], null] };
  const counts = labelCounts(coded);
  expect(accuracy(coded)).toBe(0.5);
  expect(answeredAccuracy(coded)).toBe(1);
  expect(perLabelScores(counts)).toEqual([
    { precision: 1, recall: 0.5, f1: 2 / 3 },
    { precision: 1, recall: 0.5, f1: 2 / 3 },
  ]);
  // (c·s − Σpt) / √((s² − Σp²)(s² − Σt²)) = (2·4 − 4) / √((16 − 2)(16 − 8))
  expect(matthewsCorrelation(counts, 4, false)).toBeCloseTo(4 / Math.sqrt(14 * 8), exact);
  expect(answeredAccuracy({ ...coded, answers: [null, null, null, null] })).toBeNull();
});

test("a label's F1 counts as estimable from 20 test rows on", () => {
  const truths = Array.from({ length: 39 }, (_, row) => [row < 20 ? 0 : 1]);
  const scores = labelScores(labelCounts({ labelCount: 2, isMultiLabel: false, truths, answers: truths }), ["a", "b"]);
  expect(scores.map(({ label, support, isEstimable }) => [label, support, isEstimable])).toEqual([
    ["a", 20, true],
    ["b", 19, false],
  ]);
});

describe("multi-label, as scikit-learn", () => {
  const expected = golden.multiLabel;
  const coded: CodedRows = {
    labelCount: expected.labelCount,
    isMultiLabel: true,
    truths: expected.truth,
    answers: expected.answers,
  };
  const counts = labelCounts(coded);

  test("scores", () => {
    expect(accuracy(coded)).toBeCloseTo(expected.subsetAccuracy, exact);
    expect(hammingLoss(coded)).toBeCloseTo(expected.hammingLoss, exact);
    expect(samplesF1(coded)).toBeCloseTo(expected.samplesF1, exact);
    expect(microAverage(counts).f1).toBeCloseTo(expected.microF1, exact);
    expect(macroAverage(counts).f1).toBeCloseTo(expected.macroF1, exact);
    expect(weightedAverage(counts).f1).toBeCloseTo(expected.weightedF1, exact);
    expect(matthewsCorrelation(counts, coded.truths.length, true)).toBeCloseTo(expected.meanMcc, exact);
    for (const [label, { f1 }] of perLabelScores(counts).entries()) expect(f1).toBeCloseTo(expected.f1[label]!, exact);
  });

  test("no answer is wrong even where no label is right", () => {
    expect(accuracy({ labelCount: 2, isMultiLabel: true, truths: [[], []], answers: [[], null] })).toBe(0.5);
  });

  test("the order of a row's labels is of no account", () => {
    expect(accuracy({ labelCount: 3, isMultiLabel: true, truths: [[0, 2]], answers: [[2, 0]] })).toBe(1);
  });

  test("the confusion matrix shows found, missed and wrongly added labels", () => {
    const rows: CodedRows = { labelCount: 3, isMultiLabel: true, truths: [[0, 1], [2], [1]], answers: [[0, 2], [2], null] };
    expect(confusionMatrix(rows)).toEqual([
      [1, 0, 1, 0],
      [0, 0, 1, 2],
      [0, 0, 1, 0],
    ]);
  });
});

describe("probabilities, as scikit-learn", () => {
  test("log loss, Brier score and calibration error", () => {
    const expected = golden.probabilities.singleLabel;
    const result = calibration(
      scored(
        expected.truth.map((label) => [label]),
        expected.probabilities,
      ),
      {
        labels: ["0", "1", "2", "3"],
        isMultiLabel: false,
      },
    );
    expect(result?.logLoss).toBeCloseTo(expected.logLoss, exact);
    expect(result?.brier).toBeCloseTo(expected.brier, exact);
    expect(result?.ece).toBeCloseTo(expected.ece, exact);
  });

  test("multi-label: each label a question of its own", () => {
    const expected = golden.probabilities.multiLabel;
    const result = calibration(scored(expected.truth, expected.probabilities), { labels: ["0", "1", "2"], isMultiLabel: true });
    expect(result?.logLoss).toBeCloseTo(expected.logLoss, exact);
    expect(result?.brier).toBeCloseTo(expected.brier, exact);
  });

  test("none where an answered row has no probabilities; rows without an answer are left out", () => {
    const space = { labels: ["0", "1"], isMultiLabel: false };
    const rows = scored(
      [[0], [1]],
      [
        [0.8, 0.2],
        [0.4, 0.6],
      ],
    );
    const bare: Outcome = { id: "x", truth: ["0"], answer: ["0"] };
    const silent: Outcome = { id: "y", truth: ["0"], answer: null, failure: "refused" };
    expect(calibration([...rows, bare], space)).toBeNull();
    expect(calibration([silent], space)).toBeNull();
    expect(calibration([...rows, silent], space)).toEqual(calibration(rows, space));
  });

  test("the area under the ROC curve counts ties half", () => {
    const { scores, isPositive, value } = golden.probabilities.auroc;
    expect(auroc(scores, isPositive)).toBeCloseTo(value, exact);
    expect(auroc([1, 1], [true, false])).toBe(0.5);
    expect(auroc([1, 2], [true, true])).toBeNull();
  });

  test("the calibration error keeps ties together and does not depend on the order of the rows", () => {
    // 30 rows, one confidence: one bin. Split over bins, the hits at the front would look like miscalibration.
    const confidences = new Array<number>(30).fill(0.5);
    const hits = confidences.map((_, row) => row < 15);
    expect(expectedCalibrationError(confidences, hits)).toBeCloseTo(0, exact);
    const mixed = [0.9, 0.1, 0.9, 0.4, 0.1];
    const right = [true, false, false, true, true];
    const reversed = expectedCalibrationError(mixed.toReversed(), right.toReversed(), 3);
    expect(expectedCalibrationError(mixed, right, 3)).toBeCloseTo(reversed, exact);
    // Bins {.1, .1}, {.4}, {.9, .9}: (|1 − .2| + |1 − .4| + |1 − 1.8|) / 5
    expect(reversed).toBeCloseTo(2.2 / 5, exact);
  });
});

test("failures are counted by reason", () => {
  const failures = (["refused", "missing", "refused"] as const).map(
    (failure): Outcome => ({ id: failure, truth: [], answer: null, failure }),
  );
  expect(failureCounts([...failures, { id: "ok", truth: ["a"], answer: ["a"] }])).toEqual({ refused: 2, missing: 1 });
});

test("an unknown label is not counted as anything", () => {
  const space = { labels: ["a"], isMultiLabel: false };
  expect(() => codeOutcomes([{ id: "1", truth: ["a"], answer: ["b"] }], space)).toThrow('"b" is not one of the 1 labels');
});

function expectClose<Score extends object>(actual: Score, expected: { readonly [Key in keyof Score]: number }): void {
  for (const key of Object.keys(expected) as (keyof Score)[]) expect(actual[key]).toBeCloseTo(expected[key], exact);
}

/** Outcomes with labels "0", "1", … and the probabilities given. */
function scored(truths: readonly (readonly number[])[], probabilities: readonly (readonly number[])[]): Outcome[] {
  return truths.map((truth, row) => ({
    id: String(row),
    truth: truth.map(String),
    answer: ["0"],
    scores: Object.fromEntries(probabilities[row]!.map((probability, label) => [String(label), probability])),
  }));
}
