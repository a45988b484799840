import { describe, expect, test } from "vitest";
import { noFacts } from "../../../src/compare/define-approach.js";
import { labelNoise } from "../../../src/compare/noise/label-noise.js";
import { suspectedLabels } from "../../../src/compare/noise/suspected-labels.js";
import { wrongShare } from "../../../src/compare/noise/wrong-share.js";
import { runsByApproach } from "../../../src/compare/summary.js";
import { noCost } from "../../../src/lib/cost.js";
import { type Random, random } from "../../../src/lib/random.js";
import type { TaskFacts } from "../../../src/types/data.js";
import type { Measurement } from "../../../src/types/measurement.js";
import type { Outcome } from "../../../src/types/prediction.js";
import { identified } from "../../identity.js";

const labels = ["a", "b", "c", "d", "e"];

const factsOf = (testRows: number): TaskFacts => ({
  name: "simulated",
  labels,
  isMultiLabel: false,
  trainRows: 100,
  testRows,
  trainHash: "a".repeat(64),
  testHash: "b".repeat(64),
  splitNote: "",
  warnings: [],
});

interface Simulated {
  readonly tuned: readonly Outcome[];
  readonly prompted: readonly Outcome[];
  readonly isWrong: readonly boolean[];
}

/**
 * Two approaches on texts of which a quarter are hard: those each of them misses with a probability of one half, both for the same wrong label in
 * most cases, and less surely. Some labels are replaced by another one.
 */
function simulate(rows: number, noise: number, draw: Random): Simulated {
  const other = (label: string): string => labels[(labels.indexOf(label) + 1 + draw.integer(4)) % 5]!;
  const answered = (id: string, given: string, real: string, decoy: string, isHard: boolean): Outcome => {
    const isMissed = draw.uniform() < (isHard ? 0.5 : 0.02);
    const answer = isMissed ? (draw.uniform() < 0.8 ? decoy : other(real)) : real;
    const top = Math.min(0.99, Math.max(0.3, (isMissed ? 0.6 : 0.85) + 0.12 * draw.normal()));
    const scores = Object.fromEntries(labels.map((label) => [label, label === answer ? top : (1 - top) / 4]));
    return { id, truth: [given], answer: [answer], scores };
  };
  const all = Array.from({ length: rows }, (_, row) => {
    const real = labels[draw.integer(5)]!;
    const decoy = other(real);
    const isWrong = draw.uniform() < noise;
    const given = isWrong ? other(real) : real;
    const isHard = draw.uniform() < 0.25;
    const id = `row ${row}`;
    return { isWrong, sides: [0, 1].map(() => answered(id, given, real, decoy, isHard)) };
  });
  return {
    tuned: all.map(({ sides }) => sides[0]!),
    prompted: all.map(({ sides }) => sides[1]!),
    isWrong: all.map(({ isWrong }) => isWrong),
  };
}

function measurement(approach: string, arm: "tune" | "prompt", outcomes: readonly Outcome[]): Measurement {
  return {
    ...identified(approach, arm),
    split: "test",
    trainSize: 100,
    seed: 1,
    outcomes,
    latencies: [],
    fitCost: noCost,
    predictCost: noCost,
    facts: noFacts,
  };
}

function noiseOf({ tuned, prompted }: Pick<Simulated, "tuned" | "prompted">, facts = factsOf(tuned.length)) {
  const runs = runsByApproach([measurement("tune:x", "tune", tuned), measurement("prompt:y", "prompt", prompted)], facts);
  return labelNoise(runs.get("tune:x")!, runs.get("prompt:y")!, facts, "accuracy", 1);
}

describe("with labels that are known to be wrong", () => {
  test.each([0, 0.02, 0.1])("a share of %d replaced: how sure the list is is told, and holds", (noise) => {
    const draw = random(11, `noise ${noise}`);
    let [covered, told, error] = [0, 0, 0];
    const simulations = 60;
    for (let i = 0; i < simulations; i++) {
      const { tuned, prompted, isWrong } = simulate(600, noise, draw);
      const alike = suspectedLabels(tuned, prompted, factsOf(600)).filter(({ by }) => by !== "confident");
      const real = alike.filter(({ row }) => isWrong[row]).length / alike.length;
      const found = noiseOf({ tuned, prompted })!;
      expect(found.alike).toBe(alike.length);
      if (found.wrongShare === null) continue;
      told++;
      error += (found.wrongShare.value - real) / simulations;
      if (found.wrongShare.low <= real && real <= found.wrongShare.high) covered++;
    }
    expect(told).toBe(simulations);
    expect(covered / told).toBeGreaterThan(0.88);
    expect(Math.abs(error)).toBeLessThan(0.1);
  });

  test("the first of the list are oftener wrong labels than the rest, and six times as often as any row", () => {
    const { tuned, prompted, isWrong } = simulate(3000, 0.05, random(3, "ranks"));
    const suspects = suspectedLabels(tuned, prompted, factsOf(3000));
    const precision = (by: string): number => {
      const rows = suspects.filter((suspect) => suspect.by === by);
      return rows.filter(({ row }) => isWrong[row]).length / rows.length;
    };
    expect(precision("alike-and-confident")).toBeGreaterThan(1.3 * precision("alike"));
    expect(precision("alike-and-confident")).toBeGreaterThan(6 * 0.05);
    expect(suspects.map(({ by }) => by)).toEqual(
      suspects.map(({ by }) => by).toSorted((x, y) => order.indexOf(x) - order.indexOf(y)),
    );
    // A wrong label that is read right by both, as most are, is on the list with the right label.
    expect(suspects.filter(({ row }) => isWrong[row]).length / isWrong.filter(Boolean).length).toBeGreaterThan(0.7);
  });
});

const order = ["alike-and-confident", "alike", "confident"];

describe("what suspects would change", () => {
  const say = (id: string, given: string, answer: string): Outcome => ({ id, truth: [given], answer: [answer] });
  // 40 rows: 30 both right, 4 only the first, 6 both wrong alike.
  const sides = (ofPrompted: (row: number) => string) => ({
    tuned: Array.from({ length: 40 }, (_, row) => say(`row ${row}`, row < 34 ? "a" : "b", "a")),
    prompted: Array.from({ length: 40 }, (_, row) => say(`row ${row}`, row < 34 ? "a" : "b", ofPrompted(row))),
  });

  test("no row is taken away: the scores stand, and what would be without the suspects stands beside", () => {
    const found = noiseOf(sides((row) => (row >= 30 && row < 34 ? "c" : "a")))!;
    expect(found.suspects).toHaveLength(6);
    expect(found.suspects[0]).toEqual({ id: "row 34", given: "b", suggested: "a", by: "alike" });
    expect(found.rows).toBe(40);
    expect(found.ceiling).toEqual({ ifAll: 1 - 6 / 40, expected: null });
    expect(found.wrongShare).toBeNull();
    expect(found.leftOut!.rows).toBe(34);
    expect(found.leftOut!.difference.value).toBeCloseTo(4 / 34, 12);
    expect(found.corrected.rows).toBe(40);
    expect(found.corrected.difference.value).toBeCloseTo(4 / 40, 12);
  });

  test("a row that one of the two answers as it is labelled is no suspect, whoever that is", () => {
    const found = noiseOf(sides((row) => (row < 34 ? "a" : "b")))!;
    expect(found.suspects).toEqual([]);
    expect(found.ceiling.ifAll).toBe(1);
  });

  test("all rows suspected, no rows shared, several labels: said so, and no number made up", () => {
    const wrong = Array.from({ length: 8 }, (_, row) => say(`row ${row}`, "a", "b"));
    expect(noiseOf({ tuned: wrong, prompted: wrong })!.leftOut).toBeNull();
    const failed = wrong.map((outcome): Outcome => ({ ...outcome, answer: null, failure: "error" }));
    const half = (from: number) => wrong.map((outcome, row) => (row % 2 === from ? outcome : failed[row]!));
    expect(noiseOf({ tuned: half(0), prompted: half(1) })).toBeNull();
    expect(noiseOf({ tuned: wrong, prompted: wrong }, { ...factsOf(8), isMultiLabel: true })).toBeNull();
  });
});

test("the share is that of the mixture, and is not told where right and wrong look the same", () => {
  const spread = (mean: number, count: number): number[] => Array.from({ length: count }, (_, i) => mean + 0.02 * ((i % 5) - 2));
  const [right, alone] = [spread(0.9, 100), spread(0.5, 20)];
  const found = wrongShare({ right, alone, alike: [...spread(0.9, 15), ...spread(0.5, 5)] })!;
  expect(found.value).toBeCloseTo(0.75, 12);
  expect(found.low).toBeLessThan(0.75);
  expect(wrongShare({ right, alone: spread(0.9, 20), alike: spread(0.9, 10) })).toBeNull();
  expect(wrongShare({ right, alone: spread(0.5, 4), alike: spread(0.9, 10) })).toBeNull();
});

test("of both approaches' shares the smaller one is told, with the lower of the low ends", () => {
  const sided = (sure: number, unsure: number, alike: number): Outcome[] =>
    Array.from({ length: 100 }, (_, row) => {
      const value = (row < 70 ? sure : row < 80 ? unsure : alike) + 0.01 * (row % 5);
      return { id: `row ${row}`, truth: ["a"], answer: [row < 80 ? "a" : "b"], confidence: { value, source: "stated" } };
    });
  // Each errs alone on ten rows, and both alike on twenty; the first is as sure of these as where it is right, the second half so.
  const erring = (outcomes: Outcome[], from: number): Outcome[] =>
    outcomes.map((outcome, row) => (row >= from && row < from + 10 ? { ...outcome, answer: ["c"] } : outcome));
  const first = erring(sided(0.9, 0.5, 0.9), 70);
  const second = erring(
    sided(0.9, 0.9, 0.7).map((outcome, row) =>
      row < 10 ? { ...outcome, confidence: { value: 0.5 + 0.01 * (row % 5), source: "stated" } } : outcome,
    ),
    0,
  );
  for (const [tuned, prompted, by] of [
    [first, second, "prompt:y"],
    [second, first, "tune:x"],
  ] as const) {
    const { wrongShare: share, alike } = noiseOf({ tuned, prompted })!;
    expect(alike).toBe(20);
    expect(share!.by).toBe(by);
    expect(share!.value).toBeCloseTo(0.5, 6);
    expect(share!.low).toBeLessThan(0.5);
  }
});
