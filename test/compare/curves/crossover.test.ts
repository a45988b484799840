import { describe, expect, test } from "vitest";
import { drawTask, powerLaw, randomTask, type SimulatedTask, trueCrossover } from "../../../bench/curves/simulated-task.js";
import { type CrossedReplicates, crossedBootstrap, repeatedBootstrap } from "../../../src/compare/curves/crossed-bootstrap.js";
import { type Crossover, crossover } from "../../../src/compare/curves/crossover.js";
import { type LabelCount, reachedForGood } from "../../../src/compare/curves/label-count.js";
import type { MeasuredArm } from "../../../src/compare/curves/measured-arm.js";
import { random } from "../../../src/lib/random.js";

const task: SimulatedTask = {
  tuned: powerLaw(0.4, 0.95, 0.5),
  prompted: 0.8,
  sizes: [16, 32, 64, 128, 256, 512, 1024],
  seeds: 3,
  rows: 1000,
  runDeviation: 0.02,
  lasting: 0.3,
  shared: 0.4,
  own: 0.2,
};

function replicated(arms: readonly MeasuredArm[], options = {}): CrossedReplicates {
  const drawn = crossedBootstrap(arms, { replicates: 500, ...options });
  if (drawn.kind === "refused") throw new Error(drawn.reason);
  return drawn;
}

function crossed(of: SimulatedTask, seed = 1, options = {}): Crossover {
  const { tuned, prompted } = drawTask(of, random(seed, "task"));
  const { arms } = replicated([tuned, prompted]);
  const found = crossover(arms[0]!, arms[1]!, options);
  if (found.kind === "refused") throw new Error(found.reason);
  return found;
}

const bound = (count: LabelCount): number => count.labels ?? (count.censored === "before" ? 0 : Number.POSITIVE_INFINITY);

/** Rows of which the first `right` are right. */
const rowsWith = (right: number, rows = 200): Uint8Array => Uint8Array.from({ length: rows }, (_, row) => Number(row < right));
const curveOf = (rights: Readonly<Record<number, readonly number[]>>): MeasuredArm => ({
  kind: "curve",
  runs: Object.entries(rights).flatMap(([size, runs]) =>
    runs.map((right, seed) => ({ size: Number(size), seed, rows: rowsWith(right) })),
  ),
});
const lineOf = (right: number): MeasuredArm => ({ kind: "line", runs: [{ seed: 0, rows: rowsWith(right) }] });

describe("the crossed bootstrap", () => {
  test("knows the error of one run over many rows", () => {
    const { arms } = replicated([lineOf(160)], { replicates: 4000 });
    const values = arms[0]!.means.map(([score]) => score!);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    expect(arms[0]!.scores[0]).toBeCloseTo(0.8, 12);
    expect(mean).toBeCloseTo(0.8, 2);
    // The standard error of a share, with t of 199 degrees of freedom for the estimated deviation.
    expect(deviation / Math.sqrt((0.8 * 0.2) / 199)).toBeGreaterThan(0.95);
    expect(deviation / Math.sqrt((0.8 * 0.2) / 199)).toBeLessThan(1.06);
    expect(arms[0]!.coversRuns).toBe(false);
  });

  test("has Student's t of the mean of three runs where the rows have no chance", () => {
    // Each run is all that its rows are, so that nothing but the runs' luck is left.
    const flat = (score: number, seed: number) => ({ size: 16, seed, rows: new Float64Array(50).fill(score) });
    const { arms } = replicated([{ kind: "curve", runs: [flat(0.6, 1), flat(0.7, 2), flat(0.8, 3)] }], { replicates: 8000 });
    const values = arms[0]!.means.map(([score]) => score!).sort((a, b) => a - b);
    // 0.7 ± 4.303 · 0.1 / √3
    expect(values[Math.floor(0.975 * 8000)]).toBeCloseTo(0.7 + 0.2484, 1);
    expect(values[Math.floor(0.025 * 8000)]).toBeCloseTo(0.7 - 0.2484, 1);
    const spread = (numbers: readonly number[]): number => {
      const sorted = [...numbers].sort((a, b) => a - b);
      return sorted[Math.floor(0.75 * 8000)]! - sorted[Math.floor(0.25 * 8000)]!;
    };
    // One more run varies by √(1 + s) times as much as the mean of s.
    expect(spread(arms[0]!.singles.map(([score]) => score!)) / spread(values)).toBeCloseTo(2, 1);
  });

  test("draws the same rows for all approaches, sizes and runs", () => {
    const { arms } = replicated([curveOf({ 16: [100], 32: [120] }), lineOf(100)]);
    for (const [replicate, scores] of arms[0]!.means.entries()) {
      expect(scores[0]).toBeCloseTo(arms[1]!.means[replicate]![0]!, 12);
      expect(scores[1]).toBeGreaterThan(scores[0]!);
    }
  });

  test("draws groups, and leaves out rows that do not count", () => {
    const groups = Array.from({ length: 200 }, (_, row) => `customer ${Math.floor(row / 20)}`);
    const deviation = (options: object): number => {
      const { arms } = replicated([lineOf(160)], options);
      const values = arms[0]!.means.map(([score]) => score!).sort((a, b) => a - b);
      return values[375]! - values[125]!;
    };
    expect(deviation({ groups })).toBeGreaterThan(2 * deviation({}));
    const counted = Uint8Array.from({ length: 200 }, (_, row) => Number(row >= 100));
    expect(replicated([lineOf(160)], { counted }).arms[0]!.scores[0]).toBeCloseTo(0.6, 12);
  });

  test("asked again of the same rows, draws nothing twice and answers as if it were asked for the first time", () => {
    const { tuned, prompted } = drawTask(task, random(3, "task"));
    const { tuned: other } = drawTask({ ...task, seeds: 2 }, random(4, "task"));
    let calls = 0;
    const score = (weights: Float64Array): number => {
      calls++;
      return weights[0]! / 2000;
    };
    const line: MeasuredArm = { kind: "line", runs: [{ seed: 0, rows: score }] };
    const options = { replicates: 200, counted: Uint8Array.from({ length: task.rows }, (_, row) => Number(row % 3 > 0)) };
    const again = repeatedBootstrap(options);
    for (const arms of [[tuned, prompted], [other, line], [prompted], [other, prompted], [line, tuned, other]]) {
      const before = calls;
      const drawn = again(arms);
      const ofDrawing = calls - before;
      expect(drawn).toEqual(crossedBootstrap(arms, options));
      if (arms.includes(line)) expect(ofDrawing).toBe(arms[0] === other ? 201 : 0);
    }
  });

  test("takes a score that is no mean of rows", () => {
    const rows = rowsWith(160);
    const squared = (weights: Float64Array): number => {
      let [right, all] = [0, 0];
      for (const [row, weight] of weights.entries()) {
        right += weight * rows[row]!;
        all += weight;
      }
      return (right / all) ** 2;
    };
    const { arms } = replicated([{ kind: "line", runs: [{ seed: 0, rows: squared }] }, lineOf(160)]);
    expect(arms[0]!.scores[0]).toBeCloseTo(0.64, 12);
    // The same rows were drawn.
    const [first, second] = [arms[0]!.means[7]![0]!, arms[1]!.means[7]![0]!];
    expect(Math.sign(first - 0.64)).toBe(Math.sign(second - 0.8));
  });

  test.each([
    ["no approach", [], "no-runs"],
    ["an approach without a run", [{ kind: "curve", runs: [] }], "no-runs"],
    ["no rows", [{ kind: "line", runs: [{ seed: 0, rows: [] }] }], "no-rows"],
    ["a score that is no number", [{ kind: "line", runs: [{ seed: 0, rows: [1, Number.NaN] }] }], "no-scores"],
    ["runs over different rows", [lineOf(10), { kind: "line", runs: [{ seed: 0, rows: [1, 0] }] }], "no-scores"],
    ["a curve at size 0", [curveOf({ 0: [100] })], "no-scores"],
  ] as const)("refuses %s", (_, arms, reason) => {
    expect(crossedBootstrap(arms as readonly MeasuredArm[])).toEqual({ kind: "refused", reason });
  });
});

describe("a crossover", () => {
  test("is where the curves cross", () => {
    const found = crossed({ ...task, rows: 4000, seeds: 5 });
    const truth = trueCrossover(task);
    expect(truth).toBeGreaterThan(150);
    expect(Math.abs(Math.log2(found.labels.labels! / truth))).toBeLessThan(0.4);
    expect(bound(found.low)).toBeLessThan(found.labels.labels!);
    expect(bound(found.high)).toBeGreaterThan(found.labels.labels!);
    expect(bound(found.safeLabels)).toBeGreaterThan(found.labels.labels!);
    expect(bound(found.safeLabels)).toBeLessThan(bound(found.high));
    // One run may be unlucky.
    expect(bound(found.single.safeLabels)).toBeGreaterThan(bound(found.safeLabels));
    expect(found.probabilities.map(({ labels }) => labels)).toEqual(task.sizes);
    expect(found.probabilities[0]!.average).toBe(0);
    expect(found.probabilities.at(-1)!.average).toBe(1);
    expect(bound(crossed({ ...task, rows: 4000, seeds: 5 }, 1, { confidence: 0.5 }).high)).toBeLessThan(bound(found.high));
  });

  test("is out of sight where prompting loses already, and where it is never overtaken", () => {
    const before = crossed({ ...task, prompted: 0.2 });
    expect([before.labels, before.low, before.high]).toEqual(Array(3).fill({ labels: null, censored: "before" }));
    const after = crossed({ ...task, prompted: 0.99 });
    expect([after.labels, after.low, after.high]).toEqual(Array(3).fill({ labels: null, censored: "after" }));
    expect(after.safeLabels).toEqual({ labels: null, censored: "after" });
  });

  test("may have one end in sight", () => {
    const found = crossed({ ...task, rows: 200, prompted: task.tuned(900) });
    expect(found.low.labels).not.toBeNull();
    expect(found.high).toEqual({ labels: null, censored: "after" });
  });

  test("of two curves lies within the sizes of both", () => {
    const { tuned } = drawTask(task, random(5, "task"));
    const few: MeasuredArm = curveOf({ 32: [120, 124], 256: [130, 134] });
    const all = tuned.runs.map((run) => ({ ...run, rows: (run.rows as Uint8Array).slice(0, 200) }));
    const { arms } = replicated([{ kind: "curve", runs: all } as MeasuredArm, few]);
    const found = crossover(arms[0]!, arms[1]!);
    if (found.kind === "refused") throw new Error(found.reason);
    expect([found.smallest, found.largest]).toEqual([32, 256]);
    expect(found.probabilities.map(({ labels }) => labels)).toEqual([32, 64, 128, 256]);
  });

  test("says whether it knows of the runs' luck", () => {
    expect(crossed(task).coversRuns).toBe(true);
    expect(crossed({ ...task, seeds: 1 }).coversRuns).toBe(false);
  });

  test("lets a size with one run have the luck of its neighbor", () => {
    const { arms } = replicated([curveOf({ 16: [80, 120], 32: [140] })]);
    const spread = (at: number): number => {
      const values = arms[0]!.means.map((scores) => scores[at]!).sort((a, b) => a - b);
      return values[375]! - values[125]!;
    };
    expect(spread(1)).toBeGreaterThan(spread(0));
  });

  test("of one size is on one side of it", () => {
    const { arms } = replicated([curveOf({ 64: [180, 182] }), lineOf(60)]);
    expect(crossover(arms[0]!, arms[1]!)).toMatchObject({
      labels: { labels: null, censored: "before" },
      smallest: 64,
      largest: 64,
    });
  });

  test("is refused where nothing learns, where sizes do not overlap, and of an approach with itself", () => {
    const curve = curveOf({ 16: [100, 104], 32: [140, 142] });
    const { arms } = replicated([curve, curve, lineOf(120), lineOf(100), curveOf({ 64: [150], 128: [160] })]);
    expect(crossover(arms[2]!, arms[3]!)).toEqual({ kind: "refused", reason: "no-curve" });
    expect(crossover(arms[0]!, arms[4]!)).toEqual({ kind: "refused", reason: "no-common-sizes" });
    expect(crossover(arms[0]!, arms[1]!)).toEqual({ kind: "refused", reason: "level" });
  });

  test("is read from where a probability is reached for good", () => {
    const sizes = [10, 20, 40, 80];
    expect(reachedForGood(sizes, [0, 0.6, 0.4, 0.6], 0.5)).toEqual({ labels: 57 });
    expect(reachedForGood(sizes, [0.6, 0.7, 0.8, 0.9], 0.5)).toEqual({ labels: null, censored: "before" });
    expect(reachedForGood(sizes, [0, 0.1, 0.2, 0.3], 0.5)).toEqual({ labels: null, censored: "after" });
    expect(reachedForGood(sizes, [0, 0.5, 1, 1], 0.5)).toEqual({ labels: 20 });
  });
});

describe("over tasks whose crossing is known", () => {
  test("the 90 % interval covers it, and null tasks are left alone", () => {
    let [covered, tasks, claims, nulls] = [0, 0, 0, 0];
    for (let seed = 0; seed < 60; seed++) {
      const drawn = { ...randomTask(seed, "crossing"), rows: 200 };
      const truth = trueCrossover(drawn);
      if (truth < 16 || truth > drawn.sizes.at(-1)!) continue;
      const arms = drawTask(drawn, drawn.random);
      const { arms: replicates } = replicated([arms.tuned, arms.prompted], { replicates: 300, seed });
      const found = crossover(replicates[0]!, replicates[1]!, { confidence: 0.9 });
      if (found.kind === "refused") continue;
      tasks++;
      if (bound(found.low) <= truth && truth <= bound(found.high)) covered++;
    }
    for (let seed = 0; seed < 60; seed++) {
      const drawn = { ...randomTask(seed, "null"), rows: 200 };
      const arms = drawTask(drawn, drawn.random);
      const { arms: replicates } = replicated([arms.tuned, arms.prompted], { replicates: 300, seed });
      const found = crossover(replicates[0]!, replicates[1]!);
      if (found.kind === "refused") continue;
      nulls++;
      const { average } = found.probabilities.at(-1)!;
      if (average <= 0.025 || average >= 0.975) claims++;
    }
    expect(tasks).toBeGreaterThan(40);
    expect(covered / tasks).toBeGreaterThan(0.83);
    expect(claims / nulls).toBeLessThan(0.1);
  });
});
