import { describe, expect, test } from "vitest";
import type { CodedRows } from "../../../src/compare/metrics/label-indices.js";
import { accuracy, labelCounts, macroAverage } from "../../../src/compare/metrics/metrics.js";
import { differenceInterval, type Series, scoreInterval } from "../../../src/compare/metrics/scores.js";
import { bootstrapInterval } from "../../../src/compare/statistics/bootstrap.js";
import { totalCounts, unitCount, unitsOf } from "../../../src/compare/statistics/resampling-units.js";
import { random } from "../../../src/lib/random.js";
import type { Estimate } from "../../../src/types/scores.js";
import { golden } from "../golden.js";
import { drawPair, type Population, trueAccuracy, trueMacroF1 } from "../population.js";

const { truth, a, b, groups, labelCount } = golden.bootstrap;

function series(answers: readonly number[], groupOf?: readonly number[]): Series {
  const truths = truth.map((label) => [label]);
  return {
    seeds: [{ labelCount, isMultiLabel: false, truths, answers: answers.map((label) => [label]) }],
    groups: truth.map((_, row) => (groupOf === undefined ? undefined : `group ${groupOf[row]}`)),
  };
}

describe("the interval of scipy.stats.bootstrap with method BCa", () => {
  // Slot 0 counts rows, slot 1 right ones. As few groups as these have their interval by the jackknife otherwise.
  const grouped = unitsOf(
    2,
    truth.map((label, row) => (a[row] === label ? [0, 1] : [0])),
    groups.map(String),
  );
  const cases = {
    accuracyOfA: scoreInterval(series(a), "accuracy", random(1)),
    groupedAccuracyOfA: bootstrapInterval(grouped, (counts) => counts[1]! / counts[0]!, { random: random(1), range: [0, 1] }),
    macroF1OfA: scoreInterval(series(a), "macroF1", random(1)),
  } as const;
  test.each(Object.keys(cases) as (keyof typeof cases)[])("%s", (name) => {
    const expected = golden.bootstrap[name];
    // Four standard deviations of SciPy's own runs; ends of an accuracy also jump by one row.
    const tolerance = (end: 0 | 1): number =>
      Math.max(4 * expected.deviation[end], name.startsWith("macro") ? 0 : 1 / truth.length);
    expect(Math.abs(cases[name].low - expected.low)).toBeLessThanOrEqual(tolerance(0) + 1e-9);
    expect(Math.abs(cases[name].high - expected.high)).toBeLessThanOrEqual(tolerance(1) + 1e-9);
  });

  test("BCa is not the percentile interval here: the acceleration matters", () => {
    const units = unitsOf(1, [...new Array<number[]>(57).fill([0]), ...new Array<number[]>(3).fill([])]);
    const interval = bootstrapInterval(units, (counts) => (counts[0]! / 60) ** 8, { random: random(1), range: [0, 1] });
    const plain = { low: 0.9 ** 8, high: 1 };
    expect(interval.low).toBeLessThan(plain.low - 0.02);
    expect(interval.high).toBeLessThan(plain.high);
  });
});

test("the same seed gives the same interval, another seed nearly the same", () => {
  const run = (seed: number): Estimate => scoreInterval(series(b), "macroF1", random(seed));
  expect(run(7)).toEqual(run(7));
  expect(run(8)).not.toEqual(run(7));
  expect(run(8).low).toBeCloseTo(run(7).low, 1);
});

test("swapping the approaches turns the interval around", () => {
  const forth = differenceInterval(series(a), series(b), "accuracy");
  const back = differenceInterval(series(b), series(a), "accuracy");
  expect(back.value).toBeCloseTo(-forth.value, 12);
  expect(back.low).toBeCloseTo(-forth.high, 2);
});

describe("where no replicate differs", () => {
  const perfect = (rows: number): Series => ({
    seeds: [
      {
        labelCount: 2,
        isMultiLabel: false,
        truths: Array.from({ length: rows }, (_, row) => [row % 2]),
        answers: Array.from({ length: rows }, (_, row) => [row % 2]),
      },
    ],
    groups: new Array<undefined>(rows).fill(undefined),
  });

  test("a perfect score keeps the width of Clopper and Pearson's interval", () => {
    // scipy.stats.binomtest(40, 40).proportion_ci(method="exact").low
    const interval = scoreInterval(perfect(40), "accuracy", random(1));
    expect(interval).toEqual({ value: 1, low: expect.closeTo(0.9119027, 6), high: 1 });
    expect(scoreInterval(perfect(40), "macroF1", random(1)).low).toBeCloseTo(0.9119027, 6);
  });

  test("approaches that never differ on few rows are not proven equal", () => {
    const interval = differenceInterval(perfect(40), perfect(40), "accuracy");
    expect(interval).toEqual({ value: 0, low: expect.closeTo(-0.0880973, 6), high: expect.closeTo(0.0880973, 6) });
  });
});

describe("seeds", () => {
  test("the score is the mean over seeds, and rows are drawn for all seeds at once", () => {
    const [one, two] = [series(a).seeds[0]!, series(b).seeds[0]!];
    const both: Series = { seeds: [one, two], groups: truth.map(() => undefined) };
    const mean =
      (scoreInterval(series(a), "accuracy", random(1)).value + scoreInterval(series(b), "accuracy", random(1)).value) / 2;
    expect(scoreInterval(both, "accuracy", random(1)).value).toBeCloseTo(mean, 12);
    // The same answers twice are no more rows.
    const twice: Series = { seeds: [one, one], groups: both.groups };
    for (const metric of ["accuracy", "macroF1"] as const) {
      const [single, double] = [scoreInterval(series(a), metric, random(1)), scoreInterval(twice, metric, random(1))];
      expect(double.value).toBeCloseTo(single.value, 12);
      expect(double.low).toBeCloseTo(single.low, 12);
      expect(double.high).toBeCloseTo(single.high, 12);
    }
  });
});

describe("the resampled score is the score of metrics.ts", () => {
  const cases: readonly (CodedRows & { readonly name: string })[] = [
    ...golden.singleLabel.map((each) => ({
      name: each.name,
      labelCount: each.labelCount,
      isMultiLabel: false,
      truths: each.truth.map((label) => [label]),
      answers: each.answers.map((label) => (label === null ? null : [label])),
    })),
    { name: "multi-label", ...golden.multiLabel, isMultiLabel: true, truths: golden.multiLabel.truth },
  ];
  test.each(cases)("$name", (coded) => {
    const one: Series = { seeds: [coded], groups: coded.truths.map(() => undefined) };
    const macroF1 = scoreInterval(one, "macroF1", random(1), 99);
    expect(macroF1.value).toBeCloseTo(macroAverage(labelCounts(coded)).f1, 12);
    expect(scoreInterval(one, "accuracy", random(1), 99).value).toBeCloseTo(accuracy(coded), 12);
    expect(macroF1.low).toBeLessThan(macroF1.high);
  });
});

test("3,080 rows of 77 labels are a few hundred kinds of row: a replicate costs that much", () => {
  const rng = random(9);
  const rows = Array.from({ length: 3080 }, (_, row) => {
    const truth = row % 77;
    const answer = (right: number): number => (rng.uniform() < right ? truth : (truth + 1 + rng.integer(6)) % 77);
    return [truth, 77 + answer(0.92), 154 + answer(0.88)];
  });
  const units = unitsOf(231, rows);
  expect(unitCount(units)).toBe(3080);
  expect(units.multiplicities.length).toBeLessThan(700);
});

describe("units", () => {
  test("rows that add the same are one kind; groups are drawn whole", () => {
    const rows = [[0], [0], [0, 1], [0, 0], [0]];
    const plain = unitsOf(2, rows);
    expect([...plain.multiplicities]).toEqual([3, 1, 1]);
    expect([...totalCounts(plain)]).toEqual([6, 1]);
    const grouped = unitsOf(2, rows, ["x", undefined, "x", "y", "y"]);
    expect(unitCount(grouped)).toBe(3);
    expect([...totalCounts(grouped)]).toEqual([6, 1]);
  });
});

/** Share of 95 % intervals, over repeated test sets, that hold the true difference. */
function coverage(population: Population, repetitions: number, interval: "accuracy" | "macroF1"): number {
  const rng = random(3, "coverage");
  const trueScore = interval === "accuracy" ? trueAccuracy : trueMacroF1;
  const truth = trueScore(population, "a") - trueScore(population, "b");
  let covered = 0;
  for (let i = 0; i < repetitions; i++) {
    const [first, second] = drawPair(population, rng);
    const { low, high } = differenceInterval(first, second, interval);
    if (low - 1e-9 <= truth && truth <= high + 1e-9) covered++;
  }
  return covered / repetitions;
}

describe("by simulation, intervals cover about 95 %", () => {
  // The standard error is 1.1 to 1.5 points. Small test sets and rare classes cost the bootstrap some points.
  const uneven: Population = {
    rows: 300,
    shares: [0.7, 0.2, 0.1],
    recallA: [0.95, 0.8, 0.6],
    recallB: [0.9, 0.7, 0.6],
    shared: 0.7,
  };

  test("difference in accuracy, unequal classes", () => {
    const share = coverage(uneven, 400, "accuracy");
    expect(share).toBeGreaterThan(0.92);
    expect(share).toBeLessThan(0.98);
  });

  test("difference in macro-F1, unequal classes", () => {
    const share = coverage(uneven, 250, "macroF1");
    expect(share).toBeGreaterThan(0.9);
    expect(share).toBeLessThan(0.98);
  });

  test("difference in accuracy, rows in groups: by rows the interval would be far too narrow", () => {
    const grouped: Population = { ...uneven, rows: 960, groupSize: 8 };
    const share = coverage(grouped, 200, "accuracy");
    expect(share).toBeGreaterThan(0.9);
    expect(share).toBeLessThan(0.98);
    expect(coverage({ ...grouped, hideGroups: true }, 100, "accuracy")).toBeLessThan(0.8);
  });
});
