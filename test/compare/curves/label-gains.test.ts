/** @file What further labels are expected to bring, where the truth is known. */
import { describe, expect, test } from "vitest";
import { labelGains } from "../../../src/compare/curves/label-gains.js";
import { type CurvePoint, fitLearningCurve } from "../../../src/compare/curves/learning-curve.js";
import { random } from "../../../src/lib/random.js";

const sizes = [16, 32, 64, 128, 256, 512];
const largest = 512;

/** A curve measured on so many test rows whose luck all sizes share, with luck of its own at each. */
function measured(truth: (size: number) => number, seed: number) {
  const draws = random(seed, "measured");
  const [ofRows, ofRun] = [0.02, 0.01];
  const shared = ofRows * draws.normal();
  const within = (score: number): number => Math.min(1, Math.max(0, score));
  const points = sizes.map((size): CurvePoint => {
    return { size, score: within(truth(size) + shared + ofRun * draws.normal()), runs: 3 };
  });
  const replicates = Array.from({ length: 100 }, () => {
    const again = ofRows * draws.normal();
    return points.map(({ score }) => within(score + again + ofRun * draws.normal()));
  });
  const curve = fitLearningCurve(points);
  if (curve.kind === "refused") throw new Error(curve.reason);
  return labelGains(curve, points, replicates, { seed });
}

const shapes: Readonly<Record<string, (ceiling: number, exponent: number) => (size: number) => number>> = {
  "a power law": (ceiling, exponent) => (size) => ceiling - 1.2 * size ** -exponent,
  "two power laws": (ceiling, exponent) => (size) => ceiling - 0.8 * size ** -exponent - 0.3 * size ** (-exponent / 2),
  "no power law: a step in the logarithm": (ceiling, exponent) => (size) =>
    ceiling - 0.4 / (1 + Math.exp(2 * exponent * (Math.log(size) - 5))),
};

describe("the gain of further labels", () => {
  test("is told at round numbers, up to four times all, and grows with them", () => {
    const gains = measured(shapes["a power law"]!(0.95, 0.5), 1);
    expect(gains.map(({ more }) => more)).toEqual([100, 200, 500, 1000]);
    for (const [index, { gain }] of gains.entries()) {
      expect(gain.low).toBeLessThanOrEqual(gain.value);
      expect(gain.high).toBeGreaterThanOrEqual(gain.value);
      if (index > 0) expect(gain.value).toBeGreaterThanOrEqual(gains[index - 1]!.gain.value);
    }
  });

  test.each(Object.keys(shapes))("lies in its interval in at least 90 %% of tasks: %s", (name) => {
    const draws = random(3, name);
    const covered = Array.from({ length: 60 }, (_, seed) => {
      const truth = shapes[name]!(0.85 + 0.1 * draws.uniform(), 0.4 + 0.3 * draws.uniform());
      const { more, gain } = measured(truth, seed).at(-1)!;
      const gained = truth(largest + more) - truth(largest);
      return gain.low <= gained && gained <= gain.high ? 1 : 0;
    });
    expect(covered.reduce<number>((sum, each) => sum + each, 0)).toBeGreaterThanOrEqual(54);
  });
});
