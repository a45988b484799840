import { describe, expect, it } from "vitest";
import { calibratedScores, meanScores } from "../../../src/prompt/scoring/contextual-calibration.js";

describe("contextual calibration", () => {
  it("is the paper's formula: W = diag(p_cf)⁻¹, renormalized", () => {
    // By hand: the mean of the three is (0.7, 0.3); 0.6/0.7 = 6/7 and 0.4/0.3 = 4/3 are 9/23 and 14/23 of their sum.
    const prior = meanScores([
      { negative: 0.8, positive: 0.2 },
      { negative: 0.7, positive: 0.3 },
      { negative: 0.6, positive: 0.4 },
    ]);
    expect(prior).toEqual({ negative: expect.closeTo(0.7, 12), positive: expect.closeTo(0.3, 12) });
    expect(calibratedScores({ negative: 0.6, positive: 0.4 }, prior)).toEqual({
      negative: expect.closeTo(9 / 23, 12),
      positive: expect.closeTo(14 / 23, 12),
    });
  });

  it("changes nothing where the prompt leans to none, and makes a text without content even", () => {
    const even = { a: 1 / 3, b: 1 / 3, c: 1 / 3 };
    const scores = { a: 0.5, b: 0.3, c: 0.2 };
    for (const label of ["a", "b", "c"] as const) {
      expect(calibratedScores(scores, even)[label]).toBeCloseTo(scores[label], 12);
      expect(calibratedScores(scores, scores)[label]).toBeCloseTo(1 / 3, 12);
    }
  });
});
