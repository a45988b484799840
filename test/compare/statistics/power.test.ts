import { describe, expect, test } from "vitest";
import { verdictOf } from "../../../src/compare/contrasts.js";
import { mcnemarMidP } from "../../../src/compare/statistics/mcnemar.js";
import { mcnemarPower, minimumDetectableEffect, moreNeeded, unitsNeeded } from "../../../src/compare/statistics/power.js";
import { random } from "../../../src/lib/random.js";
import type { Estimate } from "../../../src/types/scores.js";
import { golden } from "../golden.js";

describe("power of McNemar's test", () => {
  test.each(golden.power)("as a sum over scipy.stats.binom: $onlyA, $onlyB on $rows rows", ({ onlyA, onlyB, rows, power }) => {
    expect(mcnemarPower({ onlyA, onlyB }, rows)).toBeCloseTo(power["mid-p"], 9);
    expect(mcnemarPower({ onlyA, onlyB }, rows, { test: "exact" })).toBeCloseTo(power.exact, 9);
  });

  test("the published figures (dallascard/NLP-power-analysis), which are of the exact test", () => {
    // .80 against .82 with agreement .975 on 500 rows; .70 against .72 with as little agreement as there can be on 1,000.
    expect(mcnemarPower({ onlyA: 0.0225, onlyB: 0.0025 }, 500, { test: "exact" })).toBeCloseTo(0.8, 2);
    expect(mcnemarPower({ onlyA: 0.3, onlyB: 0.28 }, 1000, { test: "exact" })).toBeCloseTo(0.12, 2);
  });

  test("by simulation", () => {
    const rng = random(1);
    const truth = { onlyA: 0.1, onlyB: 0.05 };
    let found = 0;
    for (let i = 0; i < 4000; i++) {
      let [a, b] = [0, 0];
      for (let row = 0; row < 150; row++) {
        const u = rng.uniform();
        if (u < truth.onlyA) a++;
        else if (u < truth.onlyA + truth.onlyB) b++;
      }
      if (mcnemarMidP(a, b) <= 0.05) found++;
    }
    // Four standard errors.
    expect(Math.abs(found / 4000 - mcnemarPower(truth, 150))).toBeLessThan(0.03);
  });

  test("no discordant rows, no power; under the null the level", () => {
    expect(mcnemarPower({ onlyA: 0, onlyB: 0 }, 100)).toBe(0);
    const level = mcnemarPower({ onlyA: 0.1, onlyB: 0.1 }, 2000);
    expect(level).toBeGreaterThan(0.045);
    expect(level).toBeLessThan(0.052);
  });
});

describe("minimum detectable effect", () => {
  test("at 10 % disagreement: 3.9 points on 500 rows, 2.0 on 2,000", () => {
    expect(minimumDetectableEffect(0.1, 500)! * 100).toBeCloseTo(3.9, 1);
    expect(minimumDetectableEffect(0.1, 2000)! * 100).toBeCloseTo(2.0, 1);
  });

  test("none where even the greatest possible difference goes unseen", () => {
    expect(minimumDetectableEffect(0.02, 50)).toBeNull();
  });

  test("more power asks for a larger difference", () => {
    expect(minimumDetectableEffect(0.1, 500, { power: 0.95 })!).toBeGreaterThan(minimumDetectableEffect(0.1, 500)!);
  });
});

/** The interval of a difference `value` with discordant share `discordant` on `rows` rows, by the normal approximation. */
function interval(value: number, discordant: number, rows: number): Estimate {
  const half = 1.959964 * Math.sqrt((discordant - value * value) / rows);
  return { value, low: value - half, high: value + half };
}

/** Rows needed were the difference seen the true one. */
function rowsNeeded(difference: Estimate, rows: number, margin: number): number | null {
  return unitsNeeded(difference.value, { difference, units: rows, margin });
}

describe("rows needed for a given difference", () => {
  test("a difference beyond the margin: (z.975 + z.80)² · variance / (difference − margin)²", () => {
    const needed = rowsNeeded(interval(0.03, 0.1, 300), 300, 0.01)!;
    expect(300 + needed).toBeCloseTo((1.959964 + 0.841621) ** 2 * ((0.1 - 0.0009) / 0.02 ** 2), -1);
  });

  test("no difference: until the interval lies within the margin", () => {
    const needed = rowsNeeded(interval(0, 0.1, 500), 500, 0.02)!;
    // Power .8 to be inside on both sides: z.975 + z.90.
    expect(500 + needed).toBeCloseTo((1.959964 + 1.281552) ** 2 * (0.1 / 0.02 ** 2), -1);
  });

  test("it cannot be said where the difference is the margin, or neither can ever be shown", () => {
    expect(rowsNeeded(interval(0.01, 0.1, 500), 500, 0.01)).toBeNull();
    expect(rowsNeeded(interval(0, 0.1, 500), 500, 0)).toBeNull();
    expect(rowsNeeded({ value: 0.02, low: Number.NaN, high: Number.NaN }, 500, 0.01)).toBeNull();
  });

  test("by simulation: with so many rows the verdict falls about four times in five", () => {
    const [onlyA, onlyB, margin] = [0.08, 0.04, 0.01];
    const rows = 400 + rowsNeeded(interval(onlyA - onlyB, onlyA + onlyB, 400), 400, margin)!;
    const rng = random(2);
    let decided = 0;
    for (let i = 0; i < 600; i++) {
      let [a, b] = [0, 0];
      for (let row = 0; row < rows; row++) {
        const u = rng.uniform();
        if (u < onlyA) a++;
        else if (u < onlyA + onlyB) b++;
      }
      if (verdictOf(interval((a - b) / rows, (a + b) / rows, rows), mcnemarMidP(a, b), margin) === "a-better") decided++;
    }
    expect(Math.abs(decided / 600 - 0.8)).toBeLessThan(0.07);
  });
});

describe("the range of rows needed", () => {
  const margin = 0.01;
  const range = (difference: Estimate, units: number) => moreNeeded({ difference, units, margin });
  const needAt = (truth: number, difference: Estimate, units: number) => unitsNeeded(truth, { difference, units, margin });

  test("reaches over the 80 % interval of the difference, where that leaves out the margin", () => {
    const seen = interval(0.05, 0.1, 200);
    const reach = (1.281552 / 1.959964) * (seen.high - seen.value);
    expect(range(seen, 200)).toEqual({
      low: needAt(0.05 + reach, seen, 200),
      high: needAt(0.05 - reach, seen, 200),
      aim: "difference",
    });
    expect(range(seen, 200)!.high! / range(seen, 200)!.low).toBeGreaterThan(5);
  });

  test("has no upper bound where the truth may be the margin", () => {
    const seen = interval(0.03, 0.1, 300);
    const found = range(seen, 300)!;
    expect(found).toMatchObject({ high: null, aim: "difference" });
    expect(found.low).toBeGreaterThan(0);
    expect(found.low).toBeLessThan(rowsNeeded(seen, 300, margin)!);
  });

  test("is about equivalence where the difference looks small", () => {
    const seen = interval(0.001, 0.03, 2000);
    expect(range(seen, 2000)).toMatchObject({ low: needAt(0, seen, 2000), aim: "equivalence" });
  });

  test("one test row, which one of the two got right, does not ask for one more row", () => {
    expect(range({ value: 1, low: 0.025, high: 1 }, 1)).toBeNull();
    expect(range({ value: 0.5, low: -0.475, high: 1 }, 1)).toBeNull();
  });

  test("nor does an interval beyond the margin that the test does not confirm", () => {
    expect(range({ value: 0.375, low: 0.25, high: 0.5 }, 40)).toBeNull();
    expect(range({ value: -0.375, low: -0.5, high: -0.25 }, 40)).toBeNull();
    expect(range({ value: 0.02, low: Number.NaN, high: Number.NaN }, 500)).toBeNull();
  });

  test("by simulation: the range holds the true need in at least 80 % of pilots, the pilot's own difference is near it in a third at most", () => {
    const [onlyA, onlyB, rows] = [0.08, 0.04, 300];
    const need = rowsNeeded(interval(onlyA - onlyB, onlyA + onlyB, rows), rows, margin)!;
    const rng = random(4);
    let [said, held, near] = [0, 0, 0];
    for (let i = 0; i < 1500; i++) {
      let [a, b] = [0, 0];
      for (let row = 0; row < rows; row++) {
        const u = rng.uniform();
        if (u < onlyA) a++;
        else if (u < onlyA + onlyB) b++;
      }
      const seen = interval((a - b) / rows, (a + b) / rows, rows);
      const found = verdictOf(seen, mcnemarMidP(a, b), margin) === "undecided" ? range(seen, rows) : null;
      if (found === null) continue;
      said++;
      if (found.low <= need && need <= (found.high ?? Number.POSITIVE_INFINITY)) held++;
      const own = rowsNeeded(seen, rows, margin);
      if (own !== null && own > need / 1.5 && own < need * 1.5) near++;
    }
    expect(said).toBeGreaterThan(500);
    expect(held / said).toBeGreaterThan(0.8);
    expect(near / said).toBeLessThan(1 / 3);
  });
});

describe("verdict", () => {
  test.each([
    [{ value: 0.05, low: 0.02, high: 0.08 }, 0.001, "a-better"],
    [{ value: -0.05, low: -0.08, high: -0.02 }, 0.001, "b-better"],
    [{ value: 0.001, low: -0.008, high: 0.009 }, 0.8, "equivalent"],
    [{ value: 0.05, low: 0.005, high: 0.09 }, 0.03, "undecided"],
    [{ value: 0.0, low: -0.03, high: 0.03 }, 1, "undecided"],
    // The interval of a handful of groups may lie beyond the margin where the exact test knows better.
    [{ value: 0.05, low: 0.02, high: 0.08 }, 0.125, "undecided"],
    [{ value: Number.NaN, low: Number.NaN, high: Number.NaN }, 1, "undecided"],
  ] as const)("%o with p = %f: %s", (difference, p, verdict) => {
    expect(verdictOf(difference, p, 0.01)).toBe(verdict);
  });
});
