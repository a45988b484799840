import { describe, expect, it } from "vitest";
import { bestF1Threshold } from "../../src/tune/thresholds.js";
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
