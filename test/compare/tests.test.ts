/** @file The significance tests and their distributions: known values, and what they do under a true null. */
import { describe, expect, test } from "vitest";
import { differenceTest, type Series } from "../../src/compare/metrics/scores.js";
import { holm } from "../../src/compare/statistics/holm.js";
import { mcnemarExact, mcnemarMidP, signFlipMidP } from "../../src/compare/statistics/mcnemar.js";
import { normalCdf, normalQuantile } from "../../src/compare/statistics/normal.js";
import { binomialCdf, binomialLogPmf, binomialSampler } from "../../src/lib/binomial.js";
import { random } from "../../src/lib/random.js";
import { golden } from "./golden.js";
import { drawPair, type Population } from "./population.js";

const { distributions } = golden;

/** Relative error, and absolute where the reference underflows. */
function expectRelative(actual: number, expected: number, tolerance: number): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(tolerance * Math.abs(expected) + 1e-300);
}

describe("distributions, as scipy.stats", () => {
  test.each(distributions.normalCdf)("normal probability below %f", (z, expected) => {
    expectRelative(normalCdf(z), expected, 1e-12);
  });
  test.each(distributions.normalQuantile)("normal quantile of %f", (p, expected) => {
    expect(normalQuantile(p)).toBeCloseTo(expected, 9);
  });
  test("normal quantile at the ends", () => {
    expect([normalQuantile(0), normalQuantile(1)]).toEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
  });
  test.each(distributions.binomial)("binomial: $k of $n with $p", ({ k, n, p, logPmf, cdf }) => {
    expectRelative(binomialLogPmf(k, n, p), logPmf, 1e-9);
    expectRelative(binomialCdf(k, n, p), cdf, 1e-9);
  });
  test("binomial at the edges", () => {
    expect([binomialCdf(-1, 5, 0.5), binomialCdf(5, 5, 0.5), binomialCdf(2, 5, 0), binomialCdf(2, 5, 1)]).toEqual([0, 1, 1, 0]);
    expect(binomialLogPmf(6, 5, 0.5)).toBe(Number.NEGATIVE_INFINITY);
    expect([binomialLogPmf(0, 5, 0), binomialLogPmf(5, 5, 1)]).toEqual([0, 0]);
  });

  test.each([
    [5, 0.3],
    [40, 0.93],
    [1000, 0.004],
    [1000, 0.4],
    [100_000, 0.5],
  ])("binomial draws of %i with %f have the right distribution", (n, p) => {
    const draw = binomialSampler(random(1, `${n} ${p}`));
    const draws = Array.from({ length: 20_000 }, () => draw(n, p));
    // Share of draws at or below some counts against the distribution function: 4 standard errors.
    for (const z of [-1.5, -0.5, 0, 0.5, 1.5]) {
      const k = Math.round(n * p + z * Math.sqrt(n * p * (1 - p)));
      const expected = binomialCdf(k, n, p);
      const share = draws.filter((value) => value <= k).length / draws.length;
      expect(Math.abs(share - expected)).toBeLessThan(4 * Math.sqrt(0.25 / draws.length));
    }
    expect(draws.every((value) => Number.isInteger(value) && value >= 0 && value <= n)).toBe(true);
  });
});

describe("McNemar", () => {
  test.each(distributions.mcnemar)("only a right $onlyA, only b right $onlyB", ({ onlyA, onlyB, exact, midP }) => {
    expectRelative(mcnemarExact(onlyA, onlyB), exact, 1e-9);
    expectRelative(mcnemarMidP(onlyA, onlyB), midP, 1e-9);
  });

  test("6 against 1: exact .125, mid-p .070; nothing discordant: 1", () => {
    expect(mcnemarExact(6, 1)).toBeCloseTo(0.125, 12);
    expect(mcnemarMidP(6, 1)).toBeCloseTo(0.0703125, 12);
    expect([mcnemarExact(0, 0), mcnemarMidP(0, 0), mcnemarMidP(9, 9)]).toEqual([1, 1, 1]);
  });

  test("differences of one make the sign-flip test McNemar's; larger ones are counted out exactly", () => {
    expect(signFlipMidP([1, 1, -1, 1, 0, 1, 1, 1])).toBeCloseTo(mcnemarMidP(6, 1), 12);
    // Seeds double every difference; that is no more evidence.
    expect(signFlipMidP([2, 2, -2, 2, 0, 2, 2, 2])).toBeCloseTo(mcnemarMidP(6, 1), 12);
    expect(signFlipMidP(golden.signFlip.differences)).toBeCloseTo(golden.signFlip.midP, 12);
    expect([signFlipMidP([]), signFlipMidP([0, 0]), signFlipMidP([3, -3])]).toEqual([1, 1, 1]);
    // Two signs: ++, +−, −+, −−; |sum| 5 twice, 1 twice. Mid-p of 5: half of ½.
    expect(signFlipMidP([3, 2])).toBe(0.25);
  });

  test("very many groups: the normal approximation agrees with the exact distribution", () => {
    const rng = random(5);
    const differences = Array.from({ length: 3000 }, () => rng.integer(7) - 3);
    const exact = signFlipMidP(differences);
    const deviation = Math.sqrt(differences.reduce((sum, d) => sum + d * d, 0));
    const sum = differences.reduce((total, d) => total + d, 0);
    expect(exact).toBeCloseTo(2 * normalCdf(-Math.abs(sum) / deviation), 3);
    const many = Array.from({ length: 12 }, () => differences).flat();
    const manyDeviation = deviation * Math.sqrt(12);
    expect(signFlipMidP(many)).toBeCloseTo(2 * normalCdf((-12 * Math.abs(sum)) / manyDeviation), 6);
  });
});

describe("the permutation test of macro-F1", () => {
  const { truth, a, b, labelCount } = golden.bootstrap;
  const part = (answers: readonly number[]): Series => {
    const rows = golden.permutation.rows;
    return {
      seeds: [
        {
          labelCount,
          isMultiLabel: false,
          truths: truth.slice(0, rows).map((label) => [label]),
          answers: answers.slice(0, rows).map((label) => [label]),
        },
      ],
      groups: new Array<undefined>(rows).fill(undefined),
    };
  };

  test("as scipy.stats.permutation_test", () => {
    const p = differenceTest(part(a), part(b), "macroF1", random(2));
    // Four standard errors of 9,999 permutations.
    expect(Math.abs(p - golden.permutation.pValue)).toBeLessThan(0.018);
  });

  test("of an approach with itself: 1", () => {
    expect(differenceTest(part(a), part(a), "macroF1", random(2))).toBe(1);
  });
});

test("Holm's adjustment, in the order given", () => {
  // .005·4, max(.02, .01·3), max(.03, .03·2), max(.06, .04·1)
  expect(holm([0.01, 0.04, 0.03, 0.005]).map((p) => Number(p.toFixed(12)))).toEqual([0.03, 0.06, 0.06, 0.02]);
  expect(holm([0.6, 0.7])).toEqual([1, 1]);
  expect(holm([])).toEqual([]);
});

describe("by simulation, under a true null", () => {
  const uneven: Population = {
    rows: 300,
    shares: [0.7, 0.2, 0.1],
    recallA: [0.95, 0.8, 0.6],
    recallB: [0.95, 0.8, 0.6],
    shared: 0.5,
  };

  function rejections(population: Population, repetitions: number, metric: "accuracy" | "macroF1"): number {
    const rng = random(11, metric);
    let rejected = 0;
    for (let i = 0; i < repetitions; i++) {
      const [a, b] = drawPair(population, rng);
      if (differenceTest(a, b, metric, rng, 199) < 0.05) rejected++;
    }
    return rejected / repetitions;
  }

  // 1,000 repetitions have a standard error of .7 points.
  test("McNemar's mid-p test rejects about 5 %", () => {
    const share = rejections(uneven, 1000, "accuracy");
    expect(share).toBeGreaterThan(0.03);
    expect(share).toBeLessThan(0.07);
  });

  test("grouped rows: the sign-flip test does; McNemar's by rows would reject far too often", () => {
    const grouped: Population = { ...uneven, rows: 480, groupSize: 4 };
    const share = rejections(grouped, 1000, "accuracy");
    expect(share).toBeGreaterThan(0.03);
    expect(share).toBeLessThan(0.07);
    expect(rejections({ ...grouped, hideGroups: true }, 1000, "accuracy")).toBeGreaterThan(0.12);
  });

  test("the permutation test of macro-F1 does", () => {
    const share = rejections(uneven, 600, "macroF1");
    expect(share).toBeGreaterThan(0.025);
    expect(share).toBeLessThan(0.08);
  });
});
