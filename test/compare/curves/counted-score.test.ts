import { expect, test } from "vitest";
import { crossedBootstrap } from "../../../src/compare/curves/crossed-bootstrap.js";
import type { CountedScore, MeasuredArm, WeightedScore } from "../../../src/compare/curves/measured-arm.js";
import { random } from "../../../src/lib/random.js";

const rowCount = 60;
const draws = random(3);
const [hits, given] = [0.7, 0.9].map((share) => Float64Array.from({ length: rowCount }, () => Number(draws.uniform() < share)));
const ratio = (top: number, bottom: number): number => top / bottom;

test("a score of counts is drawn as the same score of weights is", () => {
  const counted: CountedScore = { counts: [hits!, given!], score: ([top, bottom]) => ratio(top!, bottom!) };
  const weighed: WeightedScore = (weights) => {
    const sum = (counts: Float64Array): number => counts.reduce((total, count, row) => total + count * weights[row]!, 0);
    return ratio(sum(hits!), sum(given!));
  };
  const groups = Array.from({ length: rowCount }, (_, row) => (row < 10 ? "one" : undefined));
  const drawn = [counted, weighed].map((rows) => {
    const arm: MeasuredArm = { kind: "line", runs: [{ seed: 1, rows }] };
    const found = crossedBootstrap([arm], { replicates: 50, groups });
    if (found.kind === "refused") throw new Error(found.reason);
    return found.arms[0]!.means.map(([mean]) => mean!);
  });
  expect(new Set(drawn[0]).size).toBeGreaterThan(10);
  for (const [replicate, mean] of drawn[0]!.entries()) expect(mean).toBeCloseTo(drawn[1]![replicate]!, 12);
});

test("counts of unequal length are refused", () => {
  const rows: CountedScore = { counts: [hits!, given!.slice(1)], score: ([top, bottom]) => ratio(top!, bottom!) };
  expect(crossedBootstrap([{ kind: "line", runs: [{ seed: 1, rows }] }])).toEqual({ kind: "refused", reason: "no-scores" });
});
