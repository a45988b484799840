import { describe, expect, it } from "vitest";
import { random } from "../../../src/lib/random.js";
import {
  bestF1Threshold,
  commonThreshold,
  decisionThreshold,
  expectedF1Threshold,
} from "../../../src/tune/regression/thresholds.js";
import { probeGolden } from "./golden-probe.js";

function f1(probabilities: readonly number[], truth: readonly boolean[], threshold: number): number {
  const given = probabilities.map((probability) => probability >= threshold);
  const hits = given.filter((isGiven, i) => isGiven && truth[i]).length;
  return (2 * hits) / (given.filter(Boolean).length + truth.filter(Boolean).length);
}

describe("bestF1Threshold", () => {
  it.each(probeGolden.thresholds)("reaches the best F1 of scikit-learn's precision-recall curve ($bestF1)", (golden) => {
    const threshold = bestF1Threshold(golden.probabilities, golden.truth);
    expect(f1(golden.probabilities, golden.truth, threshold)).toBeCloseTo(golden.bestF1, 12);
  });

  it("lies midway between the rows it parts", () => {
    expect(bestF1Threshold([0.9, 0.8, 0.3, 0.1], [true, true, false, false])).toBeCloseTo(0.55, 12);
  });

  it("is one half where no row has the label", () => {
    expect(bestF1Threshold([0.9, 0.2], [false, false])).toBe(0.5);
    expect(bestF1Threshold([], [])).toBe(0.5);
  });

  it("lets everything through where that is best", () => {
    expect(bestF1Threshold([0.4, 0.2], [true, true])).toBeLessThan(0.2);
  });
});

describe("expectedF1Threshold", () => {
  it("gives the label to exactly the rows whose probability is above half of the best expected F1", () => {
    const { uniform } = random(5);
    const probabilities = Array.from({ length: 300 }, () => uniform() ** 4);
    const threshold = expectedF1Threshold(probabilities);
    const given = probabilities.filter((probability) => probability >= threshold);
    const total = probabilities.reduce((sum, p) => sum + p, 0);
    const expectedF1 = (2 * given.reduce((sum, p) => sum + p, 0)) / (given.length + total);
    expect(given.length).toBe(probabilities.filter((probability) => probability > expectedF1 / 2).length);
  });
});

describe("decisionThreshold", () => {
  // One of three rows with the label is last of all: the best F1 is that of giving it to every row.
  const probabilities = Array.from({ length: 12 }, (_, i) => 0.3 - 0.02 * i);
  const isTrue = probabilities.map((_, i) => [3, 10, 11].includes(i));

  it("does not give a rare label to every text because of one unlucky row", () => {
    const own = bestF1Threshold(probabilities, isTrue);
    expect(probabilities.filter((probability) => probability >= own)).toHaveLength(12);
    const expected = expectedF1Threshold(probabilities);
    expect(expected).toBeGreaterThan(own);
    // 3 rows against 80.
    expect(decisionThreshold(probabilities, isTrue)).toBeCloseTo((3 * own + 80 * expected) / 83, 12);
  });

  it("is never below the best one, comes near it with many rows, and is one half without any", () => {
    const sure = [0.9, 0.8, 0.3, 0.1];
    expect(decisionThreshold(sure, [true, true, false, false])).toBeGreaterThanOrEqual(
      bestF1Threshold(sure, [true, true, false, false]),
    );
    const many = (values: readonly number[]): number[] => Array.from({ length: 4000 }, (_, i) => values[i % 12]!);
    const manyTrue = Array.from({ length: 4000 }, (_, i) => isTrue[i % 12]!);
    expect(decisionThreshold(many(probabilities), manyTrue)).toBeCloseTo(bestF1Threshold(probabilities, isTrue), 1);
    expect(decisionThreshold([0.9, 0.2], [false, false])).toBe(0.5);
  });
});

describe("commonThreshold", () => {
  const labelCount = 12;
  /** Rows whose labels, from common to rare, are true with just the probability that is told of them. */
  function calibrated(rows: number, seed: number): { probabilities: Float64Array; truths: number[][] } {
    const { uniform } = random(seed);
    const probabilities = Float64Array.from({ length: rows * labelCount }, (_, i) => uniform() / (1 + (i % labelCount)));
    const truths = Array.from({ length: rows }, (_, row) =>
      Array.from({ length: labelCount }, (_label, k) => k).filter((k) => uniform() < probabilities[row * labelCount + k]!),
    );
    return { probabilities, truths };
  }
  const { probabilities, truths } = calibrated(400, 3);
  const fresh = calibrated(2000, 4);
  const microF1 = (thresholds: readonly number[], rows = fresh): number => {
    let [hits, given, actual] = [0, 0, 0];
    for (const [row, labels] of rows.truths.entries())
      for (const [label, threshold] of thresholds.entries()) {
        const isGiven = rows.probabilities[row * labelCount + label]! >= threshold;
        if (isGiven) given++;
        if (labels.includes(label)) actual++;
        if (isGiven && labels.includes(label)) hits++;
      }
    return (2 * hits) / (given + actual);
  };
  const common = commonThreshold(probabilities, truths, labelCount);

  it("tuned rows of several labels have a lower micro-F1, which decides, than they could: rare labels are not given more freely", () => {
    const own = Array.from({ length: labelCount }, (_, k) =>
      bestF1Threshold(
        truths.map((_truth, row) => probabilities[row * labelCount + k]!),
        truths.map((labels) => labels.includes(k)),
      ),
    );
    expect(microF1(new Array<number>(labelCount).fill(common))).toBeGreaterThan(microF1(own) + 0.01);
  });

  it("comes within a hair of the best micro-F1 that one threshold has", () => {
    const every = Array.from({ length: 199 }, (_, i) =>
      microF1(new Array<number>(labelCount).fill((i + 1) / 200), { probabilities, truths }),
    );
    expect(microF1(new Array<number>(labelCount).fill(common), { probabilities, truths })).toBeGreaterThan(
      Math.max(...every) - 0.003,
    );
  });
});
