import { describe, expect, test } from "vitest";
import { coverageOf, type Setting } from "../../../bench/intervals/intervals.js";
import { drawRows, drawRuns } from "../../../bench/intervals/simulated-runs.js";
import { differenceInterval, type Series, scoreInterval } from "../../../src/compare/metrics/scores.js";
import { unitsOf } from "../../../src/compare/statistics/resampling-units.js";
import { runExcess, runScores, sideWithRuns } from "../../../src/compare/statistics/run-excess.js";
import { tQuantile } from "../../../src/compare/statistics/student.js";
import { random } from "../../../src/lib/random.js";

/** 100 rows of which run i has the first `right[i]` right. */
function seriesOf(right: readonly number[]): Series {
  const truths = Array.from({ length: 100 }, (_, row) => [row % 2]);
  const seeds = right.map((count) => ({
    labelCount: 2,
    isMultiLabel: false,
    truths,
    answers: truths.map(([truth], row) => [row < count ? truth! : 1 - truth!]),
  }));
  return { seeds, groups: truths.map(() => undefined) };
}

const width = ({ low, high }: { low: number; high: number }): number => high - low;

describe("runs apart beyond what rows make of it", () => {
  test("the variance due to rows is that of the run's own part of each row", () => {
    // Two runs, each right where the other is wrong: of equal scores, yet each row differs.
    const rows = Array.from({ length: 50 }, (_, row) => (row < 25 ? [0, 1] : [0, 2]));
    const scored = [1, 2].map((slot) => (counts: Float64Array) => counts[slot]! / counts[0]!);
    const { distances, varianceOfRows } = runScores(unitsOf(3, rows), scored);
    expect(distances).toEqual([0, 0]);
    // The distance of a run on a row is ±1/2: its mean over 50 rows varies by 0.25/49, twice for two runs over one degree.
    expect(varianceOfRows).toBeCloseTo((2 * 0.25) / 49, 12);
    expect(runExcess({ distances, varianceOfRows }).squares).toBeCloseTo(-varianceOfRows, 12);
  });

  test("a side is the root of the squares, and no longer where runs differ by rows alone", () => {
    expect(sideWithRuns(3, [{ degrees: 2, squares: -1 }], 0.025)).toBe(3);
    expect(sideWithRuns(3, [{ degrees: 0, squares: 0 }], 0.025)).toBe(3);
    expect(sideWithRuns(3, [{ degrees: 2, squares: 12 }], 0.025)).toBeCloseTo(
      Math.hypot(3, tQuantile(0.975, 2) * Math.sqrt(2)),
      12,
    );
  });
});

test("three seeds whose scores lie far apart had the interval of one", () => {
  const metrics = ["accuracy", "macroF1"] as const;
  for (const metric of metrics) {
    const [same, apart] = [
      [80, 80, 80],
      [70, 80, 90],
    ].map((right) => scoreInterval(seriesOf(right), metric, random(1)));
    expect(width(apart!)).toBeGreaterThan(1.3 * width(same!));
    const alone = scoreInterval(seriesOf([80]), metric, random(1));
    expect([same!.low, same!.high]).toEqual([alone.low, alone.high]);
    const against = (right: readonly number[], other: readonly number[]): number =>
      width(differenceInterval(seriesOf(right), seriesOf(other), metric));
    expect(against([70, 80, 90], [60])).toBeGreaterThan(1.3 * against([80], [60]));
    expect(against([70, 80, 90], [50, 60, 70])).toBeGreaterThan(against([70, 80, 90], [60]));
  }
});

describe("95 % intervals over seeds and rows, simulated", () => {
  const settings: readonly Setting[] = [
    { metric: "accuracy", rows: 200, deviation: 0.02, runs: [3, 3] },
    { metric: "accuracy", rows: 1000, deviation: 0.02, runs: [5, 3] },
    { metric: "macroF1", rows: 200, deviation: 0.02, runs: [3, 3] },
  ];
  test.each(settings)("$metric, $rows rows, $runs runs", (setting) => {
    const { score, difference, claimed } = coverageOf(setting, setting.metric === "accuracy" ? 200 : 100);
    expect(score).toBeGreaterThanOrEqual(0.92);
    expect(difference).toBeGreaterThanOrEqual(0.92);
    expect(claimed).toBeLessThanOrEqual(0.06);
  });

  test("seeds without luck of their own widen little", () => {
    const draws = random(5);
    const widths = [1, 5].map((runs) => {
      const all = Array.from({ length: 40 }, () => drawRuns(drawRows(300, draws), 0.85, 0, runs, draws));
      return all.reduce((sum, series) => sum + width(scoreInterval(series, "accuracy", draws, 499)), 0);
    });
    expect(widths[1]).toBeLessThan(1.1 * widths[0]!);
  });
});
