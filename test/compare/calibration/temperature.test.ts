import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { claimsOf } from "../../../src/compare/calibration/claims.js";
import { fitTemperature } from "../../../src/compare/calibration/temperature.js";
import { reliability } from "../../../src/compare/metrics/reliability.js";
import type { Temperature } from "../../../src/types/calibration.js";
import type { Outcome } from "../../../src/types/prediction.js";

const golden = JSON.parse(readFileSync(new URL("../../../golden/calibration.json", import.meta.url), "utf8")) as {
  readonly distributions: readonly {
    readonly name: string;
    readonly probabilities: readonly (readonly number[])[];
    readonly truth: readonly number[];
    readonly temperature: number;
    readonly interval: readonly [number, number];
    readonly logLoss: { readonly before: number; readonly after: number };
    readonly confidences: readonly number[];
  }[];
  readonly events: {
    readonly probabilities: readonly number[];
    readonly hits: readonly boolean[];
    readonly temperature: number;
    readonly interval: readonly [number, number];
  };
};

/** Rows with a distribution over labels "0", "1", …, answered with the likeliest. */
function distributed(probabilities: readonly (readonly number[])[], truth: readonly number[]): Outcome[] {
  return probabilities.map((row, i) => ({
    id: String(i),
    truth: [String(truth[i]!)],
    answer: [String(row.indexOf(Math.max(...row)))],
    scores: Object.fromEntries(row.map((probability, label) => [String(label), probability])),
  }));
}

const spaceOf = (count: number, isMultiLabel = false) => ({
  labels: Array.from({ length: count }, (_, label) => String(label)),
  isMultiLabel,
});

/** Fitted on the rows that it is then measured on. */
function fitted(outcomes: readonly Outcome[], labels: number): Temperature {
  const claims = claimsOf(outcomes, spaceOf(labels))!;
  return fitTemperature(claims, claims);
}

const confident = (truth: string, value: number, isRight = true): Outcome => ({
  id: "row",
  truth: [truth],
  answer: [isRight ? truth : "another"],
  confidence: { value, source: "stated" },
});

describe("the temperature of probabilities, as scikit-learn", () => {
  test.each(golden.distributions)("$name", ({ probabilities, truth, temperature, interval, logLoss, confidences }) => {
    const outcomes = distributed(probabilities, truth);
    const found = fitted(outcomes, probabilities[0]!.length);
    if (found.kind !== "fitted") throw new Error(found.reason);
    expect(found.value.value).toBeCloseTo(temperature, 4);
    expect(found.value.low).toBeCloseTo(interval[0], 2);
    expect(found.value.high).toBeCloseTo(interval[1], 2);
    expect(found.validationLogLoss.before).toBeCloseTo(logLoss.before, 9);
    expect(found.validationLogLoss.after).toBeCloseTo(logLoss.after, 9);
    expect(found.validationRows).toBe(truth.length);
    const claims = claimsOf(outcomes, spaceOf(probabilities[0]!.length))!;
    const scaled = claims.confidences(temperature);
    for (const [row, confidence] of confidences.entries()) expect(scaled[row]).toBeCloseTo(confidence, 9);
    // No answer changes: what came true is the same at every temperature.
    expect(found.reliability.bins.reduce((sum, { claims, accuracy }) => sum + claims * accuracy, 0)).toBeCloseTo(
      reliability(claims.confidences(1), claims.hits).bins.reduce((sum, { claims, accuracy }) => sum + claims * accuracy, 0),
      9,
    );
  });

  test("of confidences alone, whose log-odds are divided", () => {
    const { probabilities, hits, temperature, interval } = golden.events;
    const outcomes = probabilities.map((value, row) => confident("yes", value, hits[row]));
    const found = fitted(outcomes, 2);
    if (found.kind !== "fitted") throw new Error(found.reason);
    expect(found.value.value).toBeCloseTo(temperature, 4);
    expect(found.value.low).toBeCloseTo(interval[0], 2);
    expect(found.value.high).toBeCloseTo(interval[1], 2);
  });
});

test("twice as sure as it should be: the temperature is about 2, and the error falls to what so few rows show", () => {
  const [{ probabilities, truth }] = golden.distributions as [(typeof golden.distributions)[0]];
  const claims = claimsOf(distributed(probabilities, truth), spaceOf(3))!;
  const before = reliability(claims.confidences(1), claims.hits);
  const found = fitTemperature(claims, claims);
  if (found.kind !== "fitted") throw new Error(found.reason);
  expect(found.value.low).toBeGreaterThan(1);
  expect(before.excess).toBeGreaterThan(0.1);
  expect(found.reliability.ece).toBeLessThan(0.6 * before.ece);
  expect(Math.abs(found.reliability.excess)).toBeLessThan(0.05);
});

describe("where no temperature can be told, it is not told", () => {
  test("every validation row right", () => {
    const outcomes = distributed(
      Array.from({ length: 40 }, () => [0.7, 0.3]),
      new Array<number>(40).fill(0),
    );
    expect(fitted(outcomes, 2)).toEqual({ kind: "not-fitted", reason: "no-minimum" });
  });

  test("no validation rows", () => {
    const claims = claimsOf(distributed([[0.7, 0.3]], [0]), spaceOf(2))!;
    expect(fitTemperature(null, claims)).toEqual({ kind: "not-fitted", reason: "no-validation-rows" });
  });

  test("more labels than scores are kept of", () => {
    const claims = claimsOf(distributed([[0.7, 0.2]], [1]), spaceOf(300))!;
    expect(fitTemperature(claims, claims)).toEqual({ kind: "not-fitted", reason: "scores-cut" });
    expect(claimsOf(distributed([[0.7, 0.2]], [1]), spaceOf(300, true))).toBeNull();
    // How sure it is of its answer is known all the same.
    expect(claims.confidences(1)[0]).toBeCloseTo(0.7, 12);
  });
});

test("probabilities of 0 and 1: a temperature that would have to be huge is not told, and a single miss is no infinity", () => {
  const rows = (wrong: number) => Array.from({ length: 30 }, (_, row) => (row < wrong ? [0, 1] : [1, 0]));
  const claims = claimsOf(distributed(rows(10), new Array<number>(30).fill(0)), spaceOf(2))!;
  expect(fitTemperature(claims, claims)).toEqual({ kind: "not-fitted", reason: "no-minimum" });
  expect(Number.isFinite(claims.logLoss!(1))).toBe(true);
  const found = fitted(distributed(rows(1), new Array<number>(30).fill(0)), 2);
  if (found.kind !== "fitted") throw new Error(found.reason);
  // 29 of 30 came true: that is what it should have claimed.
  expect(found.reliability.bins).toHaveLength(1);
  expect(found.reliability.bins[0]!.confidence).toBeCloseTo(29 / 30, 6);
});

test("an only label is claimed for sure, and rightly", () => {
  const { confidences, hits } = claimsOf(distributed([[1], [1]], [0, 0]), spaceOf(1))!;
  expect(reliability(confidences(1), hits)).toEqual({ ece: 0, excess: 0, bins: [{ claims: 2, confidence: 1, accuracy: 1 }] });
});

test("equal confidences share a bin, and the order of rows changes nothing", () => {
  const confidences = [0.9, 0.6, 0.9, 0.6, 0.9, 0.9];
  const hits = [true, false, true, true, false, true];
  const { bins, ece } = reliability(confidences, hits);
  expect(bins.map(({ claims }) => claims)).toEqual([2, 4]);
  expect(bins[1]!.accuracy).toBe(0.75);
  expect(ece).toBeCloseTo((2 * 0.1 + 4 * 0.15) / 6, 12);
  expect(reliability([...confidences].reverse(), [...hits].reverse()).ece).toBeCloseTo(ece, 12);
});

test("several labels a row: each is claimed by itself", () => {
  const outcomes: Outcome[] = [{ id: "a", truth: ["0"], answer: ["0"], scores: { "0": 0.9, "1": 0.2 } }];
  const claims = claimsOf(outcomes, spaceOf(2, true))!;
  expect([...(claims.confidences(1) as Float64Array)]).toEqual([0.9, 0.2]);
  expect(claims.hits).toEqual([true, false]);
  expect(claims.logLoss!(1)).toBeCloseTo((-Math.log(0.9) - Math.log(0.8)) / 2, 12);
});

test("an answer without a confidence of its own: the others would be a biased sample", () => {
  expect(claimsOf([confident("0", 0.9), { id: "b", truth: ["0"], answer: ["0"] }], spaceOf(2))).toBeNull();
  expect(claimsOf([{ id: "b", truth: ["0"], answer: null, failure: "refused" }], spaceOf(2))).toBeNull();
});
