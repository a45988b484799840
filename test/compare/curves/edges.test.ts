/** @file Whatever was measured, what is said of it is a number or a kind. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { crossedBootstrap } from "../../../src/compare/curves/crossed-bootstrap.js";
import { crossover } from "../../../src/compare/curves/crossover.js";
import { dataAdvantageInterval } from "../../../src/compare/curves/data-advantage.js";
import { curvePoints, extrapolatedCrossover } from "../../../src/compare/curves/extrapolated-crossover.js";
import { fitLearningCurve } from "../../../src/compare/curves/learning-curve.js";
import { learningCurveBand } from "../../../src/compare/curves/learning-curve-band.js";
import type { MeasuredArm } from "../../../src/compare/curves/measured-arm.js";

/** Places of values that are no numbers. */
function notNumbers(value: unknown, place = ""): string[] {
  if (typeof value === "number") return Number.isFinite(value) ? [] : [`${place} is ${value}`];
  if (ArrayBuffer.isView(value)) return notNumbers([...(value as Float64Array)], place);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => notNumbers(inner, `${place}.${key}`));
}

const rowCounts = fc.integer({ min: 0, max: 8 });
const rightRows = (rows: number): fc.Arbitrary<number[]> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.array(fc.constantFrom(0, 1), { minLength: rows, maxLength: rows }) },
    { weight: 2, arbitrary: fc.constantFrom(0, 1).map((score) => Array<number>(rows).fill(score)) },
  );
const arm = (rows: number): fc.Arbitrary<MeasuredArm> =>
  fc.oneof(
    {
      weight: 1,
      arbitrary: fc
        .array(fc.record({ seed: fc.nat(2), rows: rightRows(rows) }), { maxLength: 2 })
        .map((runs) => ({ kind: "line" as const, runs })),
    },
    {
      weight: 4,
      arbitrary: fc
        .array(fc.record({ size: fc.constantFrom(1, 2, 16, 32, 64, 1000), seed: fc.nat(3), rows: rightRows(rows) }), {
          maxLength: 12,
        })
        .map((runs) => ({ kind: "curve" as const, runs })),
    },
  );
const pairs = rowCounts.chain((rows) =>
  fc.record({ tuned: arm(rows), prompted: arm(rows), isGrouped: fc.boolean(), rows: fc.constant(rows) }),
);

test("any scores of any runs", () => {
  const kinds = new Set<string>();
  fc.assert(
    fc.property(pairs, ({ tuned, prompted, isGrouped, rows }) => {
      const groups = Array.from({ length: rows }, (_, row) => (row % 3 === 0 ? undefined : row % 2));
      const drawn = crossedBootstrap([tuned, prompted], { replicates: 25, ...(isGrouped && { groups }) });
      expect(notNumbers(drawn)).toEqual([]);
      kinds.add(drawn.kind);
      if (drawn.kind === "refused") return;
      const [first, second] = [drawn.arms[0]!, drawn.arms[1]!];
      const points = curvePoints(first);
      const curve = fitLearningCurve(points, { chance: 0.1 });
      const band = curve.kind === "fitted" ? learningCurveBand(curve, points, first.means, [1, 100, 5000, 1e9]) : curve;
      const found = [crossover(first, second), dataAdvantageInterval(first, second), extrapolatedCrossover(first, second), curve];
      for (const result of [...found, band]) expect(notNumbers(result)).toEqual([]);
      for (const { kind } of found) kinds.add(kind);
    }),
    { seed: 5, numRuns: 150 },
  );
  expect([...kinds].sort()).toEqual(["advantage", "crossover", "extrapolated", "fitted", "refused", "replicates"]);
});
