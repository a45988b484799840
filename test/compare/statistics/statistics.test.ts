/** @file `crossover/statistics` as somebody uses it who has arrays and nothing else. */
import { describe, expect, test } from "vitest";
import {
  accuracy,
  auroc,
  balancedAccuracy,
  bootstrapInterval,
  brierScore,
  differenceInterval,
  differenceTest,
  expectedCalibrationError,
  holm,
  logLoss,
  macroF1,
  matthewsCorrelation,
  mcnemar,
  mcnemarExact,
  mcnemarMidP,
  mcnemarPower,
  microF1,
  minimumDetectableEffect,
  moreRowsNeeded,
  permutationTest,
  rowsNeeded,
  scoreInterval,
} from "../../../src/compare/statistics/statistics.js";
import { UserError } from "../../../src/lib/errors.js";
import { golden } from "../golden.js";

const name = (label: number): string => `label ${label}`;

describe("metrics, as scikit-learn", () => {
  test.each(golden.singleLabel)("$name", ({ truth, answers, ...expected }) => {
    const [truths, given] = [truth.map(name), answers.map((answer) => (answer === null ? null : name(answer)))];
    expect(accuracy(truths, given)).toBeCloseTo(expected.accuracy, 12);
    expect(macroF1(truths, given)).toBeCloseTo(expected.macro.f1, 12);
    expect(microF1(truths, given)).toBeCloseTo(expected.micro.f1, 12);
    expect(balancedAccuracy(truths, given)).toBeCloseTo(expected.balancedAccuracy, 12);
    if (expected.mcc !== undefined) expect(matthewsCorrelation(truths, given)).toBeCloseTo(expected.mcc, 12);
    // Numbers are labels too.
    expect(macroF1(truth, answers)).toBeCloseTo(expected.macro.f1, 12);
  });

  test("rows with several labels", () => {
    const { truth, answers, subsetAccuracy, macroF1: macro, microF1: micro, meanMcc } = golden.multiLabel;
    expect(accuracy(truth, answers)).toBeCloseTo(subsetAccuracy, 12);
    expect(macroF1(truth, answers)).toBeCloseTo(macro, 12);
    expect(microF1(truth, answers)).toBeCloseTo(micro, 12);
    expect(matthewsCorrelation(truth, answers)).toBeCloseTo(meanMcc, 12);
  });

  test("of yes and no", () => {
    expect(accuracy([true, false, true], [true, true, true])).toBeCloseTo(2 / 3, 12);
    expect(macroF1([true, false, true], [true, true, true])).toBeCloseTo(0.4, 12);
  });
});

describe("probabilities, as scikit-learn", () => {
  const named = (row: readonly number[]): Record<string, number> =>
    Object.fromEntries(row.map((probability, label) => [name(label), probability]));

  test("one label a row", () => {
    const { truth, probabilities, logLoss: loss, brier, ece } = golden.probabilities.singleLabel;
    const rows = probabilities.map(named);
    expect(logLoss(truth.map(name), rows)).toBeCloseTo(loss, 10);
    expect(brierScore(truth.map(name), rows)).toBeCloseTo(brier, 10);
    const confidences = probabilities.map((row) => Math.max(...row));
    const isRight = probabilities.map((row, i) => row[truth[i]!] === confidences[i]);
    expect(expectedCalibrationError(confidences, isRight)).toBeCloseTo(ece, 10);
  });

  test("several labels a row", () => {
    const { truth, probabilities, logLoss: loss, brier } = golden.probabilities.multiLabel;
    const truths = truth.map((row) => row.map(name));
    expect(logLoss(truths, probabilities.map(named))).toBeCloseTo(loss, 10);
    expect(brierScore(truths, probabilities.map(named))).toBeCloseTo(brier, 10);
  });

  test("area under the ROC curve", () => {
    const { scores, isPositive, value } = golden.probabilities.auroc;
    expect(auroc(scores, isPositive)).toBeCloseTo(value, 12);
    expect(auroc([1, 2], [true, true])).toBeNull();
  });
});

describe("McNemar's test", () => {
  test("of 6 rows against 1: p = .0703", () => {
    expect(mcnemarMidP(6, 1)).toBeCloseTo(0.0703125, 12);
    const right = (only: number, other: number): boolean[] => [
      ...new Array<boolean>(only).fill(true),
      ...new Array<boolean>(other).fill(false),
      ...new Array<boolean>(20).fill(true),
    ];
    const b = [...new Array<boolean>(6).fill(false), true, ...new Array<boolean>(20).fill(true)];
    expect(mcnemar(right(6, 1), b)).toEqual({ onlyA: 6, onlyB: 1, pValue: mcnemarMidP(6, 1) });
  });

  test.each(golden.distributions.mcnemar)("as scipy.stats.binom: $onlyA against $onlyB", ({ onlyA, onlyB, exact, midP }) => {
    expect(mcnemarMidP(onlyA, onlyB)).toBeCloseTo(midP, 9);
    expect(mcnemarExact(onlyA, onlyB)).toBeCloseTo(exact, 9);
  });

  test("with groups is the sign-flip test over them", () => {
    const { differences, midP } = golden.signFlip;
    const rows = differences.flatMap((difference, group) =>
      Array.from({ length: Math.abs(difference) }, () => ({ a: difference > 0, b: difference < 0, group })),
    );
    const of = (side: "a" | "b"): boolean[] => rows.map((row) => row[side]);
    const groups = rows.map(({ group }) => group);
    expect(mcnemar(of("a"), of("b"), { groups }).pValue).toBeCloseTo(midP, 12);
    expect(mcnemar(of("a"), of("b")).pValue).not.toBeCloseTo(midP, 2);
  });
});

describe("intervals, as SciPy", () => {
  const { truth, a, b, groups, ...expected } = golden.bootstrap;

  test("the bootstrap of a mean of numbers", () => {
    const right = a.map((answer, row) => Number(answer === truth[row]));
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    const { value, low, high } = bootstrapInterval(right, mean);
    expect(value).toBeCloseTo(accuracy(truth, a), 12);
    expect(Math.abs(low - expected.accuracyOfA.low)).toBeLessThanOrEqual(1 / 200 + 1e-9);
    expect(Math.abs(high - expected.accuracyOfA.high)).toBeLessThanOrEqual(1 / 200 + 1e-9);
  });

  test("the bootstrap of groups", () => {
    const right = a.map((answer, row) => Number(answer === truth[row]));
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    const { low, high } = bootstrapInterval(right, mean, { groups });
    const { groupedAccuracyOfA: reference } = expected;
    expect(Math.abs(low - reference.low)).toBeLessThanOrEqual(1 / 200 + 1e-9);
    expect(Math.abs(high - reference.high)).toBeLessThanOrEqual(1 / 200 + 1e-9);
  });

  test("macro-F1: as a statistic of one's own, and as the reports have it", () => {
    const { low, high, deviation } = expected.macroF1OfA;
    const pairs = truth.map((label, row) => [label, a[row]!] as const);
    const own = bootstrapInterval(
      pairs,
      (rows) =>
        macroF1(
          rows.map(([label]) => label),
          rows.map(([, answer]) => answer),
        ),
      { replicates: 2999 },
    );
    const fast = scoreInterval(truth, a, { metric: "macroF1" });
    for (const interval of [own, fast]) {
      expect(Math.abs(interval.low - low)).toBeLessThan(8 * deviation[0]);
      expect(Math.abs(interval.high - high)).toBeLessThan(8 * deviation[1]);
    }
  });

  test("differences, by rows and by groups", () => {
    const close = (actual: { low: number; high: number }, reference: { low: number; high: number }): void => {
      expect(actual.low).toBeCloseTo(reference.low, 9);
      expect(actual.high).toBeCloseTo(reference.high, 9);
    };
    close(differenceInterval(truth, a, b), expected.accuracyDifference);
    close(differenceInterval(truth, a, b, { groups }), expected.groupedAccuracyDifference);
    close(differenceInterval(truth, a, b, { metric: "macroF1" }), expected.macroF1Difference);
  });

  test("of what never differs: no width, or within the range that is given that of an exact interval", () => {
    const all = new Array<number>(40).fill(1);
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(bootstrapInterval(all, mean)).toEqual({ value: 1, low: 1, high: 1 });
    // scipy.stats.binomtest(40, 40).proportion_ci(method="exact").low
    expect(bootstrapInterval(all, mean, { range: [0, 1] }).low).toBeCloseTo(0.9119027, 6);
  });
});

describe("the permutation test", () => {
  const { truth, a, b } = golden.bootstrap;
  const { rows, pValue } = golden.permutation;
  const [truths, first, second] = [truth.slice(0, rows), a.slice(0, rows), b.slice(0, rows)];

  test("of macro-F1, as scipy.stats.permutation_test: with a difference of one's own, and as the reports have it", () => {
    const own = permutationTest(first, second, (x, y) => macroF1(truths, x) - macroF1(truths, y), { permutations: 4999 });
    // Four standard errors of so many permutations.
    expect(Math.abs(own - pValue)).toBeLessThan(0.026);
    expect(Math.abs(differenceTest(truths, first, second, { metric: "macroF1" }) - pValue)).toBeLessThan(0.018);
  });

  test("of numbers whose groups change places together", () => {
    const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
    const difference = (x: readonly number[], y: readonly number[]): number => sum(x) - sum(y);
    const ones = new Array<number>(12).fill(1);
    const zeros = new Array<number>(12).fill(0);
    // 2^-11 of all arrangements are as extreme; two groups leave half of them.
    expect(permutationTest(ones, zeros, difference)).toBeLessThan(0.003);
    const halves = ones.map((_, row) => (row < 6 ? "x" : "y"));
    expect(permutationTest(ones, zeros, difference, { groups: halves })).toBeGreaterThan(0.4);
  });

  test("of accuracy is McNemar's", () => {
    const { pValue: p } = mcnemar(
      a.map((answer, row) => answer === truth[row]),
      b.map((answer, row) => answer === truth[row]),
    );
    expect(differenceTest(truth, a, b)).toBe(p);
  });
});

test("Holm's adjustment, as R's p.adjust", () => {
  expect(holm([0.01, 0.04, 0.03, 0.005]).map((p) => Number(p.toFixed(12)))).toEqual([0.03, 0.06, 0.06, 0.02]);
});

describe("power", () => {
  test.each(golden.power)("of $onlyA against $onlyB on $rows rows, as scipy.stats.binom", ({ onlyA, onlyB, rows, power }) => {
    expect(mcnemarPower({ onlyA, onlyB }, rows)).toBeCloseTo(power["mid-p"], 9);
  });

  test.each([
    { onlyA: 0.0225, onlyB: 0.0025, wanted: 0.8 },
    { onlyA: 0.06, onlyB: 0.04, wanted: 0.8 },
    { onlyA: 0.2, onlyB: 0.05, wanted: 0.95 },
    { onlyA: 0.5, onlyB: 0, wanted: 0.8 },
  ])("rows needed for $onlyA against $onlyB: enough, and one less is not", ({ onlyA, onlyB, wanted }) => {
    const rows = rowsNeeded({ onlyA, onlyB }, { power: wanted })!;
    expect(mcnemarPower({ onlyA, onlyB }, rows)).toBeGreaterThanOrEqual(wanted);
    expect(mcnemarPower({ onlyA, onlyB }, rows - 1)).toBeLessThan(wanted);
    for (const more of [1.05, 1.3, 2])
      expect(mcnemarPower({ onlyA, onlyB }, Math.ceil(rows * more))).toBeGreaterThan(wanted - 0.01);
  });

  test("no difference needs no number, and the least one that is found is that of as many rows", () => {
    expect(rowsNeeded({ onlyA: 0.1, onlyB: 0.1 })).toBeNull();
    expect(rowsNeeded({ onlyA: 0.1, onlyB: 0.0999999 })).toBeNull();
    const effect = minimumDetectableEffect(0.1, 2000)!;
    expect(rowsNeeded({ onlyA: (0.1 + effect) / 2, onlyB: (0.1 - effect) / 2 })).toBeCloseTo(2000, -2);
    expect(moreRowsNeeded({ value: 0.02, low: -0.02, high: 0.06 }, 400, 0.01)!.low).toBeGreaterThan(400);
  });
});

describe("what cannot be computed is a UserError that names the argument", () => {
  test.each<[string, () => unknown, RegExp]>([
    ["lengths that differ", () => accuracy(["a", "b"], ["a"]), /truth.*2.*answers.*1/],
    ["no rows", () => macroF1([], []), /truth/],
    ["no rows of numbers", () => bootstrapInterval([], () => 0), /rows/],
    ["no p-values", () => holm([]), /pValues/],
    ["a truth that is missing", () => accuracy(["a", null as unknown as string], ["a", "a"]), /truth\[1\]/],
    ["one label here, a list there", () => microF1(["a", ["b"]], ["a", "b"]), /truth\[1\]/],
    ["groups of another length", () => mcnemar([true, false], [true, true], { groups: ["x"] }), /groups.*1/],
    ["counts that are none", () => mcnemarMidP(-1, 2), /onlyA/],
    ["half a row", () => mcnemarExact(1, 2.5), /onlyB/],
    ["a p-value above 1", () => holm([0.2, 1.2]), /pValues\[1\]/],
    ["a probability above 1", () => logLoss(["a"], [{ a: 1.5 }]), /probabilities\[0\].*1\.5/],
    ["a confidence that is no number", () => expectedCalibrationError([Number.NaN], [true]), /confidences\[0\]/],
    ["a difference that does not change its sign", () => permutationTest([1, 2], [3, 5], (x) => x[0]!), /difference/],
    ["shares above 1 together", () => rowsNeeded({ onlyA: 0.7, onlyB: 0.6 }), /onlyA/],
    ["no power at all", () => rowsNeeded({ onlyA: 0.2, onlyB: 0.1 }, { power: 1 }), /power/],
    ["no replicates", () => scoreInterval(["a"], ["a"], { replicates: 0 }), /replicates/],
    ["a confidence of 95", () => bootstrapInterval([1], () => 0, { confidence: 95 }), /confidence/],
  ])("%s", (_, compute, message) => {
    expect(compute).toThrow(UserError);
    expect(compute).toThrow(message);
  });
});
