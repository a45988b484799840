import { describe, expect, it } from "vitest";
import { learningRateFactor, warmupStepsOf } from "../../../src/tune/training/schedule.js";
import { optimizerGolden } from "../optimizer/golden-optimizer.js";

describe("learning rates", () => {
  it.each(optimizerGolden.schedules)(
    "are those of transformers: $kind, $warmupSteps of $totalSteps steps of warm-up",
    (golden) => {
      const factors = golden.factors.map((_, step) => learningRateFactor(golden, step));
      factors.forEach((factor, step) => {
        expect(factor).toBeCloseTo(golden.factors[step]!, 14);
      });
    },
  );

  it("do not rise again after the end", () => {
    for (const kind of ["linear", "cosine"] as const)
      expect(learningRateFactor({ kind, warmupSteps: 1, totalSteps: 10 }, 15)).toBe(0);
    expect(learningRateFactor({ kind: "constant", warmupSteps: 1, totalSteps: 10 }, 15)).toBe(1);
  });

  it("round warm-up up", () => {
    expect([0, 0.06, 0.1, 1].map((ratio) => warmupStepsOf(ratio, 125))).toEqual([0, 8, 13, 125]);
  });
});
