import { expect, it } from "vitest";
import { crossover } from "../../../src/advise/rules/crossover.js";
import type { Comparison } from "../../../src/types/comparison.js";
import type { Crossover, CrossoverReading, LabelsEstimate } from "../../../src/types/curves.js";
import { comparisonOf } from "../../report/fixture.js";

const full = comparisonOf();
const [tuned, prompted] = [full.best.tune!.approach, full.best.prompt!.approach];

const found = (labels: Partial<LabelsEstimate>): CrossoverReading => ({
  kind: "crossover",
  rows: 100,
  labels: { value: 100, low: 50, high: 200, side: {}, ...labels },
  safeLabels: { value: 150 },
  single: { labels: { value: 100 }, safeLabels: { value: 180 } },
  points: [16, 240].map((count) => ({ labels: count, difference: 0, probability: 0.5, singleProbability: 0.5 })),
  coversSeeds: true,
});
const pair = (changes: Partial<Crossover> = {}): Crossover => ({
  tuned,
  prompted,
  metric: "accuracy",
  found: found({}),
  isPromptCurve: false,
  ...changes,
});
const withPairs = (comparison: Comparison, ...crossovers: Crossover[]): Comparison => ({ ...comparison, crossovers });

it("is said of the best pair; without curves, or without a pair, nothing is", () => {
  const other = pair({ prompted: "prompt:other" });
  expect(crossover(withPairs(full, pair(), other))).toEqual([{ kind: "crossover", ...pair() }]);
  expect(crossover(withPairs(full, other))).toEqual([]);
  expect(crossover(full)).toEqual([]);
  expect(crossover(withPairs({ ...full, best: { ...full.best, tune: null } }, pair()))).toEqual([]);
});

it("names the best tuned approach where the curve is another one's", () => {
  expect(crossover(withPairs(full, pair({ tuned: "tune:other" })))).toMatchObject([{ tuned: "tune:other", best: tuned }]);
});

it.each<[string, Partial<LabelsEstimate>, boolean]>([
  ["another number by a factor of two", { value: 200 }, true],
  ["nearly the same number", { value: 150 }, false],
  ["out of sight", { value: null, side: { value: "after" } }, true],
])("tells what other rows say only where it is another answer: %s", (_, labels, isTold) => {
  const [finding] = crossover(
    withPairs(full, pair({ asWrong: found(labels), offered: { neverAnswered: ["x"], found: found(labels) } })),
  );
  expect([finding !== undefined && "asWrong" in finding, finding !== undefined && "offered" in finding]).toEqual([
    isTold,
    isTold,
  ]);
});
