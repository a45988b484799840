/** @file Intervals of differences, of few groups, and of labels with few rows: reference values, and what they cover. */
import { describe, expect, test } from "vitest";
import { differenceInterval, type Series, scoreInterval } from "../../../src/compare/metrics/scores.js";
import { effectiveUnits } from "../../../src/compare/statistics/jackknife.js";
import { tQuantile } from "../../../src/compare/statistics/student.js";
import { type Random, random } from "../../../src/lib/random.js";
import type { Metric } from "../../../src/types/scores.js";
import { golden } from "../golden.js";
import { drawGrouped, drawPair, drawSparse, sparseLabels } from "../population.js";

const { truth, a, b, groups, labelCount } = golden.bootstrap;

function series(answers: readonly number[], groupOf?: readonly number[]): Series {
  const truths = truth.map((label) => [label]);
  return {
    seeds: [{ labelCount, isMultiLabel: false, truths, answers: answers.map((label) => [label]) }],
    groups: truth.map((_, row) => (groupOf === undefined ? undefined : `group ${groupOf[row]}`)),
  };
}

test.each(golden.distributions.tQuantile)(
  "Student's t: quantile %f with %f degrees of freedom, as scipy.stats.t",
  (p, degrees, t) => {
    expect(Math.abs(tQuantile(p, degrees) / t - 1)).toBeLessThan(1e-9);
  },
);

describe("the interval of a difference", () => {
  const cases = {
    accuracyDifference: differenceInterval(series(a), series(b), "accuracy"),
    groupedAccuracyDifference: differenceInterval(series(a, groups), series(b, groups), "accuracy"),
    macroF1Difference: differenceInterval(series(a), series(b), "macroF1"),
  } as const;
  test.each(Object.keys(cases) as (keyof typeof cases)[])(
    "%s: SciPy's t interval, or each unit left out in turn in NumPy",
    (name) => {
      expect(cases[name].low).toBeCloseTo(golden.bootstrap[name].low, 9);
      expect(cases[name].high).toBeCloseTo(golden.bootstrap[name].high, 9);
    },
  );
});

test("groups count as many as equal ones would be worth; rows without a group each for itself", () => {
  expect(effectiveUnits(["x", "x", "y", "y", undefined])).toBeCloseTo(25 / 9, 12);
  expect(effectiveUnits(new Array<undefined>(40).fill(undefined))).toBe(40);
  expect(effectiveUnits([])).toBe(0);
});

describe("by simulation", () => {
  const draws = 500;

  /** Share of draws in which two approaches that are equally good differ by an interval without 0. */
  function exclusions(metric: Metric, draw: (rng: Random) => readonly [Series, Series]): number {
    const rng = random(21, metric);
    let excluded = 0;
    for (let i = 0; i < draws; i++) {
      const { low, high } = differenceInterval(...draw(rng), metric);
      if (low > 0 || high < 0) excluded++;
    }
    return excluded / draws;
  }

  // 500 draws of 5 % have a standard error of 1 point. The bootstrap's intervals excluded 0 in 8 to 20 % of them.
  test.each([
    [20, "equal", 0.5],
    [40, "equal", 0.5],
    [60, "equal", 0.5],
    [20, "unequal", 0.5],
    [40, "unequal", 0.5],
    [60, "unequal", 0.2],
  ] as const)("%i groups of %s size: the difference of equals excludes 0 in about 5 %%", (count, sizes, dependence) => {
    for (const metric of ["accuracy", "macroF1"] as const) {
      const share = exclusions(metric, (rng) => drawGrouped({ groups: count, sizes, dependence }, rng));
      expect(share).toBeLessThan(0.08);
      // Not by never excluding it.
      expect(share).toBeGreaterThan(0.01);
    }
  });

  test("a handful of differing rows: the interval of the difference covers the truth", () => {
    const population = {
      rows: 200,
      shares: [0.5, 0.3, 0.2],
      recallA: [0.98, 0.98, 0.98],
      recallB: [0.97, 0.98, 0.99],
      shared: 0.5,
    };
    // Of all texts: .5·.98 + .3·.98 + .2·.98 against .5·.97 + .3·.98 + .2·.99.
    const difference = 0.98 - 0.977;
    const rng = random(22);
    let covered = 0;
    for (let i = 0; i < draws; i++) {
      const { low, high } = differenceInterval(...drawPair(population, rng), "accuracy");
      if (low <= difference && difference <= high) covered++;
    }
    // The bootstrap's covered it in 84 %.
    expect(covered / draws).toBeGreaterThan(0.92);
    expect(covered / draws).toBeLessThan(0.985);
  });

  test("77 labels, 200 rows: macro-F1 is neither far too low nor sure of it", () => {
    const rng = random(23);
    const population = sparseLabels(77);
    let [sum, covered] = [0, 0];
    for (let i = 0; i < draws; i++) {
      const { value, low, high } = scoreInterval(drawSparse(population, 200, rng), "macroF1", rng);
      sum += value;
      if (low <= population.macroF1 && population.macroF1 <= high) covered++;
    }
    // With absent labels counted as 0 it was 8 points too low, and the interval held the truth in 5 %.
    expect(Math.abs(sum / draws - population.macroF1)).toBeLessThan(0.035);
    expect(covered / draws).toBeGreaterThan(0.91);
  });
});
