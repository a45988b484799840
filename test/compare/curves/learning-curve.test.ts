import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { curveFitter, curveScore } from "../../../src/compare/curves/curve-families.js";
import { type CurvePoint, fitLearningCurve, fittedScore, reachOf } from "../../../src/compare/curves/learning-curve.js";
import { learningCurveBand } from "../../../src/compare/curves/learning-curve-band.js";
import { random } from "../../../src/lib/random.js";

interface Golden {
  readonly curves: readonly {
    readonly name: string;
    readonly sizes: readonly number[];
    readonly scores: readonly number[];
    readonly runs: number;
    readonly fits: Readonly<
      Record<
        "pow3" | "pow4" | "mmf4",
        {
          readonly parameters: readonly [number, number, number, number];
          readonly error: number;
          readonly scores: readonly (readonly [size: number, score: number])[];
        }
      >
    >;
  }[];
}

/** By `golden/make_curves.py`. */
const golden = JSON.parse(readFileSync(new URL("../../../golden/curves.json", import.meta.url), "utf8")) as Golden;

const sizes = [16, 32, 64, 128, 256, 512, 1024];
const pointsOf = (scoreAt: (size: number) => number, at = sizes): CurvePoint[] =>
  at.map((size) => ({ size, score: scoreAt(size), runs: 3 }));

describe("curves fitted as SciPy fits them", () => {
  const families = ["pow3", "pow4", "mmf4"] as const;
  const cases = golden.curves.flatMap((curve) => families.map((family) => ({ ...curve, family, expected: curve.fits[family] })));

  test.each(cases)("$family: $name", ({ sizes: at, scores, runs, family, expected }) => {
    const weights = at.map((size) => size * runs);
    const found = curveFitter(family, at, weights)(scores);
    const error = at.reduce((sum, size, i) => sum + weights[i]! * (scores[i]! - curveScore(family, found, size)) ** 2, 0);
    // Never a worse minimum, and the same curve.
    expect(error).toBeLessThanOrEqual(expected.error * (1 + 1e-6) + 1e-9);
    for (const [size, score] of expected.scores) {
      const beyond = size > at.at(-1)!;
      expect(Math.abs(curveScore(family, found, size) - score)).toBeLessThan(beyond ? 2e-3 : 2e-4);
    }
    if (family === "pow3") {
      const [ceiling, rise, exponent] = expected.parameters;
      expect(found.ceiling).toBeCloseTo(ceiling, 4);
      expect(found.rise / rise).toBeCloseTo(1, 3);
      expect(found.exponent / exponent).toBeCloseTo(1, 3);
    }
  });
});

describe("a learning curve", () => {
  const power = (size: number): number => 0.95 - 1.2 * size ** -0.5;

  test("finds a power law again, and says what it scores with four times the rows", () => {
    const points = pointsOf(power);
    const curve = fitLearningCurve(points);
    if (curve.kind === "refused") throw new Error(curve.reason);
    expect(curve.family).not.toBe("last1");
    expect(fittedScore(curve, 4096)).toBeCloseTo(power(4096), 3);
    expect(curve.scatter).toBeLessThan(1e-3);
  });

  test("stays where it is when the scores have stopped to rise", () => {
    const jagged = [0.5, 0.79, 0.8, 0.795, 0.802, 0.797, 0.8];
    const curve = fitLearningCurve(pointsOf((size) => jagged[sizes.indexOf(size)]!));
    if (curve.kind === "refused") throw new Error(curve.reason);
    expect(fittedScore(curve, 4096)).toBeCloseTo(0.8, 2);
  });

  test("leaves out sizes at which no more is scored than by chance", () => {
    const points = pointsOf(power).map((point, index) =>
      index < 2 ? { ...point, score: 0.42, low: 0.38 } : { ...point, low: 0.6 },
    );
    const curve = fitLearningCurve(points, { chance: 0.4 });
    if (curve.kind === "refused") throw new Error(curve.reason);
    expect(curve.sizes).toEqual(sizes.slice(2));
    const atChance = points.map((point) => ({ ...point, low: 0.39 }));
    expect(fitLearningCurve(atChance, { chance: 0.4 })).toEqual({ kind: "refused", reason: "too-few-sizes" });
  });

  test.each([
    ["no size", [], "no-scores"],
    ["a score that is none", [{ size: 16, score: Number.NaN }], "no-scores"],
    ["no training rows", pointsOf(power, [0, 16, 32, 64]), "no-scores"],
    ["one size", pointsOf(power, [64]), "too-few-sizes"],
    ["two sizes", pointsOf(power, [64, 128]), "too-few-sizes"],
    ["four points at three sizes", pointsOf(power, [64, 64, 128, 256]), "too-few-sizes"],
    ["equal scores", pointsOf(() => 0.5), "not-rising"],
    ["all right", pointsOf(() => 1), "not-rising"],
    ["all wrong", pointsOf(() => 0), "not-rising"],
    ["falling scores", pointsOf((size) => 1 - power(size)), "not-rising"],
  ] as const)("refuses %s", (_, points, reason) => {
    expect(fitLearningCurve(points)).toEqual({ kind: "refused", reason });
  });

  test("is flagged beyond four times what was measured, and refused beyond eight", () => {
    const points = pointsOf(power);
    const curve = fitLearningCurve(points);
    if (curve.kind === "refused") throw new Error(curve.reason);
    const band = learningCurveBand(curve, points, [points.map(({ score }) => score)], [512, 1024, 4096, 4097, 8192, 8193]);
    expect(band.map((at) => (at.kind === "estimate" ? at.reach : at.reason))).toEqual([
      "measured",
      "measured",
      "near",
      "far",
      "far",
      "too-far",
    ]);
    expect(reachOf(Number.NaN, 1024)).toBe("too-far");
  });

  test("has no interval beyond all right and all wrong, where the replicates' luck goes there", () => {
    const points = pointsOf(power);
    const curve = fitLearningCurve(points, { families: ["last1"] });
    if (curve.kind === "refused") throw new Error(curve.reason);
    const replicates = [-2, -1, 0, 1, 2].map((luck) => points.map(({ score }) => score + luck));
    for (const at of learningCurveBand(curve, points, replicates, [16, 1024, 4096])) {
      if (at.kind === "refused") throw new Error(at.reason);
      expect([at.low, at.high, at.predictionLow, at.predictionHigh]).toEqual([0, 1, 0, 1]);
    }
  });

  test("has intervals that hold what more rows score, as often as they say", () => {
    const truth = (size: number): number => 0.9 - 1.5 * size ** -0.6;
    let covered = { curve: 0, measured: 0 };
    const tasks = 150;
    for (let task = 0; task < tasks; task++) {
      const draw = random(task, "band");
      const measure = (size: number): number => Math.min(1, Math.max(0, truth(size) + 0.012 * draw.normal()));
      const points = pointsOf(measure);
      const curve = fitLearningCurve(points, { families: ["pow3"] });
      if (curve.kind === "refused") continue;
      const replicates = Array.from({ length: 120 }, () => points.map(({ score }) => score + 0.012 * draw.normal()));
      const [at] = learningCurveBand(curve, points, replicates, [2048], { confidence: 0.9 });
      if (at!.kind === "refused") throw new Error("2,048 is twice what was measured");
      const next = measure(2048);
      covered = {
        curve: covered.curve + Number(at!.low <= truth(2048) && truth(2048) <= at!.high),
        measured: covered.measured + Number(at!.predictionLow <= next && next <= at!.predictionHigh),
      };
    }
    expect(covered.curve / tasks).toBeGreaterThan(0.8);
    expect(covered.measured / tasks).toBeGreaterThan(0.85);
    expect(covered.measured / tasks).toBeLessThan(1);
  });
});
