import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { drawTask, powerLaw } from "../../../bench/curves/simulated-task.js";
import { crossedBootstrap } from "../../../src/compare/curves/crossed-bootstrap.js";
import { dataAdvantage, dataAdvantageInterval } from "../../../src/compare/curves/data-advantage.js";
import { random } from "../../../src/lib/random.js";

type Points = readonly (readonly [size: number, score: number])[];

/** By `golden/make_curves.py`. */
const golden = JSON.parse(readFileSync(new URL("../../../golden/curves.json", import.meta.url), "utf8")) as {
  readonly dataAdvantage: readonly { readonly baseline: Points; readonly better: Points; readonly rows: number }[];
};

const curve = (points: Points) => ({ sizes: points.map(([size]) => size), scores: points.map(([, score]) => score) });

describe("the data advantage", () => {
  test.each(golden.dataAdvantage)("is NumPy's, $rows", ({ baseline, better, rows }) => {
    expect(dataAdvantage(curve(better), curve(baseline))).toMatchObject({ kind: "advantage", labels: expect.closeTo(rows, 8) });
    expect(dataAdvantage(curve(baseline), curve(better))).toMatchObject({ labels: expect.closeTo(-rows, 8) });
  });

  test("of curves a hundred labels apart is a hundred, over the scores that both reach", () => {
    const first = curve([
      [100, 0.5],
      [500, 0.9],
    ]);
    const second = curve([
      [200, 0.5],
      [700, 1],
    ]);
    const found = dataAdvantage(first, second);
    expect(found).toEqual({ kind: "advantage", labels: expect.closeTo(100, 9), window: [0.5, 0.9] });
  });

  test("asks where a score is reached first, when a curve falls again", () => {
    const jagged = curve([
      [100, 0.5],
      [200, 0.7],
      [300, 0.6],
      [400, 0.9],
    ]);
    const straight = curve([
      [100, 0.5],
      [200, 0.7],
      [300, 0.7],
      [400, 0.9],
    ]);
    expect(dataAdvantage(jagged, straight)).toMatchObject({ labels: 0 });
  });

  test.each([
    ["one size", [[100, 0.5]], "too-few-sizes"],
    ["no size", [], "too-few-sizes"],
    [
      "higher scores throughout",
      [
        [100, 0.95],
        [500, 0.99],
      ],
      "no-overlap",
    ],
    [
      "equal scores",
      [
        [100, 0.6],
        [500, 0.6],
      ],
      "no-overlap",
    ],
    [
      "a score that is none",
      [
        [100, Number.NaN],
        [500, 0.6],
      ],
      "no-scores",
    ],
  ] as const)("is refused of %s", (_, points, reason) => {
    const other = curve([
      [100, 0.5],
      [500, 0.9],
    ]);
    expect(dataAdvantage(curve(points), other)).toEqual({ kind: "refused", reason });
    expect(dataAdvantage(other, curve(points))).toEqual({ kind: "refused", reason });
  });

  test("has an interval that holds the truth", () => {
    const tuned = powerLaw(0.4, 0.95, 0.5);
    const prompted = (labels: number): number => tuned(2 * labels);
    const sizes = [16, 32, 64, 128, 256, 512];
    const task = { tuned, prompted, sizes, seeds: 3, rows: 2000, runDeviation: 0.01, lasting: 0.3, shared: 0.4, own: 0.2 };
    const arms = drawTask(task, random(3, "advantage"));
    const drawn = crossedBootstrap([arms.prompted, arms.tuned], { replicates: 500 });
    if (drawn.kind === "refused") throw new Error(drawn.reason);
    const truth = dataAdvantage({ sizes, scores: sizes.map(prompted) }, { sizes, scores: sizes.map(tuned) });
    const found = dataAdvantageInterval(drawn.arms[0]!, drawn.arms[1]!);
    if (truth.kind === "refused" || found.kind === "refused") throw new Error("refused");
    expect(truth.labels).toBeGreaterThan(50);
    expect(found.low).toBeLessThan(truth.labels);
    expect(found.high).toBeGreaterThan(truth.labels);
    expect(found.high - found.low).toBeLessThan(200);
    expect(found.overlapping).toBe(1);
  });
});
