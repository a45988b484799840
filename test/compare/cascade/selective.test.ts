import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { selectiveOf } from "../../../src/compare/cascade/selective.js";
import { exactInterval, exactUpper } from "../../../src/compare/statistics/exact-interval.js";
import type { Selective } from "../../../src/types/cascade.js";
import { drawn, measurement, outcomesOf, type Pair, taskOf } from "./world.js";

const golden = JSON.parse(readFileSync(new URL("../../../golden/cascade.json", import.meta.url), "utf8"));

function found(pairs: readonly Pair[], maxError: number | null): Selective {
  const measurements = [measurement("s", "tune", outcomesOf(pairs).small)];
  return selectiveOf({ task: taskOf(pairs.length), measurements, approach: "s", maxError }) as Selective;
}

test("exact limits are SciPy's", () => {
  for (const { successes, trials, low, high, upper } of golden.exact) {
    const interval = exactInterval(successes, trials);
    expect(interval.low).toBeCloseTo(low, 10);
    expect(interval.high).toBeCloseTo(high, 10);
    expect(exactUpper(successes, trials, 0.05)).toBeCloseTo(upper, 10);
  }
});

test("the error rate above the threshold is higher than asked for in at most one of twenty draws, and many rows are answered", () => {
  // Errors of the rows kept from t on: the mean of 1 − sure over them.
  const truth = (threshold: number): number => {
    let [sum, count] = [0, 0];
    for (let i = 0; i < 4000; i++) {
      const sure = 1 - 0.5 * ((i + 0.5) / 4000) ** 3;
      if (sure < threshold) continue;
      sum += 1 - sure;
      count++;
    }
    return sum / count;
  };
  let [wrong, shown, answered] = [0, 0, 0];
  for (let seed = 0; seed < 40; seed++) {
    const { found: threshold } = found(drawn(600, seed, { small: (sure) => sure, llm: () => 1 }), 0.05);
    if (threshold === null) continue;
    shown++;
    answered += threshold.answered.value;
    expect(threshold.bound).toBeLessThanOrEqual(0.05 + 1e-9);
    if (truth(threshold.threshold) > 0.05) wrong++;
  }
  expect(wrong).toBeLessThanOrEqual(5);
  expect(shown).toBeGreaterThan(35);
  expect(answered / shown).toBeGreaterThan(0.4);
});

test("too few rows can't show a low error rate, and it is said how many could", () => {
  const few = found(drawn(100, 1, { small: () => 1, llm: () => 1 }), 0.02);
  expect(few.found).toBeNull();
  expect(few.leastRows).toBe(149);
  const enough = found(drawn(149, 1, { small: () => 1, llm: () => 1 }), 0.02);
  expect(enough.found).toMatchObject({ rows: 149, errors: 0, threshold: 0 });
});

test("the curve ends with all rows, without those that got no answer, and needs no error rate", () => {
  const { curve, errorRate, found: none } = found(drawn(500, 3, { small: (sure) => sure, llm: () => 1 }), null);
  expect(none).toBeNull();
  expect(curve.at(-1)).toMatchObject({ share: 1, threshold: 0, error: errorRate });
  expect(curve.every(({ share }, i) => i === 0 || share > curve[i - 1]!.share)).toBe(true);
});

test("rows of a group count as what they are worth", () => {
  const rows = drawn(60, 4, { small: (sure) => sure, llm: () => 1 });
  const alike = rows.flatMap((row, i) => Array.from({ length: 10 }, () => ({ ...row, group: `customer ${i}` })));
  const alone = alike.map(({ group, ...row }) => row);
  const width = ({ errorRate }: Selective): number => errorRate.high - errorRate.low;
  expect(width(found(alike, null))).toBeGreaterThan(1.5 * width(found(alone, null)));
});
