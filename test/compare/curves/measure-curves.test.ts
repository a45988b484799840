/** @file Learning curves of a comparison: which points are measured, in which order, and what happens when something is in the way. */
import { describe, expect, test } from "vitest";
import { type CompareOptions, compare } from "../../../src/compare/compare.js";
import { estimateCurves } from "../../../src/compare/curves/curve-schedule.js";
import { curveSizes } from "../../../src/compare/curves/curve-sizes.js";
import { nestedSubsets } from "../../../src/compare/curves/nested-subset.js";
import { pointPlanner } from "../../../src/compare/curves/point-planner.js";
import { mainMeasurements } from "../../../src/compare/main-measurements.js";
import { taskFacts } from "../../../src/compare/task-facts.js";
import { BudgetError, UserError } from "../../../src/lib/errors.js";
import { measurementKey } from "../../../src/lib/text/measurement-key.js";
import type { Approach } from "../../../src/types/approach.js";
import type { Dataset, Query } from "../../../src/types/data.js";
import type { Measurement } from "../../../src/types/measurement.js";
import { assumptions, dataset, fake, labelOf, majority, rowOf, task, wrongEvery } from "../fakes.js";

describe("the sizes of a curve", () => {
  test("go up in steps of two from 8 rows a label, without those near to all rows", () => {
    expect(curveSizes(10_003, 77)).toEqual([616, 1232, 2464, 4928]);
    expect(curveSizes(400, 2)).toEqual([16, 32, 64, 128, 256]);
    expect(curveSizes(400, 2, Math.SQRT2)).toHaveLength(9);
  });
  test("start lower where a label has few rows, and never below a row a label", () => {
    expect(curveSizes(532, 8)).toEqual([64, 128, 256]);
    expect(curveSizes(200, 77)).toEqual([77]);
    expect(curveSizes(20, 3)).toEqual([]);
    expect(curveSizes(0, 0)).toEqual([]);
  });
});

describe("nested subsets", () => {
  const all = dataset("train", 400);
  const subset = nestedSubsets(all, 7);
  test("are each within the next larger one, and the largest is all rows", () => {
    for (const size of [3, 16, 50, 128]) {
      const [small, large] = [subset(size), subset(2 * size)].map(({ examples }) => examples.map(({ id }) => id));
      expect(small).toHaveLength(size);
      expect(large!.slice(0, size)).toEqual(small);
    }
    expect(
      subset(400)
        .examples.map(({ id }) => id)
        .sort(),
    ).toEqual(all.examples.map(({ id }) => id).sort());
  });
  test("have every label, and labels in their shares to within a row", () => {
    const counts = (size: number): number[] =>
      ["billing", "login", "other"].map((label) => subset(size).examples.filter(({ labels }) => labels[0] === label).length);
    expect(counts(3)).toEqual([1, 1, 1]);
    for (const size of [20, 50, 100, 200]) {
      for (const [index, share] of [0.6, 0.3, 0.1].entries())
        expect(Math.abs(counts(size)[index]! - share * size)).toBeLessThan(2);
    }
  });
  test("differ with the seed, and not with anything else", () => {
    const ids = (seed: number): string[] => nestedSubsets(all, seed)(50).examples.map(({ id }) => id);
    expect(ids(7)).toEqual(ids(7));
    expect(ids(7)).not.toEqual(ids(8));
  });
  test("take rows with several labels, or none, by the rarest", () => {
    const examples = all.examples.map((example, row) => ({
      ...example,
      labels: [[], ["billing"], ["billing", "other"]][row % 3]!,
    }));
    const few = nestedSubsets({ ...all, examples, isMultiLabel: true }, 1)(30).examples;
    for (const count of [0, 1, 2]) expect(few.filter(({ labels }) => labels.length === count).length).toBeGreaterThan(7);
  });
});

describe("the order of points", () => {
  const candidate = (approach: string, seconds: number, isBest = false, fullScore = 0.9) => ({
    approach,
    isBest,
    fullScore,
    expectedSeconds: (size: number) => (seconds * size) / 100,
  });
  const plan = { sizes: [16, 32, 64, 128, 256], allRows: 500, seedsOf: () => [1, 2, 3], levels: [0.7] };
  const runUntilSpent = (planner: ReturnType<typeof pointPlanner>, budget: number, score: (size: number) => number) => {
    const made: string[] = [];
    for (let left = budget; ; ) {
      const point = planner.next(left);
      if (point === undefined) return made;
      const seconds = point.size / 100;
      left -= seconds;
      planner.add(point, score(point.size), seconds);
      made.push(`${point.size}`);
    }
  };
  test("every size is seen before seeds are repeated everywhere, and all are measured in the end", () => {
    const made = runUntilSpent(pointPlanner({ ...plan, candidates: [candidate("a", 1)] }), 100, (size) => size / 500);
    expect(made).toHaveLength(15);
    expect(new Set(made.slice(0, 7)).size).toBeGreaterThanOrEqual(4);
  });
  test("further seeds go first to where the curve passes the prompt", () => {
    const made = runUntilSpent(
      pointPlanner({ ...plan, levels: [0.22], candidates: [candidate("a", 1)] }),
      100,
      (size) => size / 500,
    );
    // 64 scores .128 and 128 scores .256: the crossing lies between. Of what costs alike, that comes first.
    const thirds = [64, 256].map((size) => made.lastIndexOf(String(size)));
    expect(thirds[0]).toBeLessThan(thirds[1]!);
  });
  test("nothing is begun that does not fit the time, and what points take corrects what is expected", () => {
    const planner = pointPlanner({ ...plan, candidates: [candidate("slow", 1000)] });
    expect(planner.next(100)).toBeUndefined();
    expect(planner.next(200)?.size).toBe(16);
    planner.add({ approach: "slow", size: 16, seed: 1 }, 0.5, 1);
    expect(planner.next(100)).toBeDefined();
    expect(planner.left(7).points).toBe(2 + 2);
  });
});

/** A tuned approach that gets better with rows: wrong on every second row of the test set where it has few. */
function learner(name: string, onFit: (rows: number) => void = () => {}) {
  let rows = 0;
  const answer = (query: Query, seed: number): string => wrongEvery(Math.max(2, Math.floor(rows / 16)), seed)(query);
  return fake(name, "tune", answer, {
    fitCost: { labels: 200 },
    onFit: (_, train) => {
      rows = train.examples.length;
      onFit(rows);
    },
  });
}

const frozen = task();
const options = (extra: Partial<CompareOptions> = {}): CompareOptions => ({
  seeds: [1],
  assumptions,
  curve: { level: "quick" },
  ...extra,
});
const zero = () => fake("prompt:zero-shot@m", "prompt", (query) => ({ answer: [wrongEvery(4)(query)], costUsd: 0.002 }));
const points = (measurements: readonly Measurement[]): Measurement[] => {
  const main = new Set(mainMeasurements(measurements, taskFacts(frozen)).map(measurementKey));
  return measurements.filter((each) => !main.has(measurementKey(each)));
};

describe("a comparison with learning curves", () => {
  test("measures what learns from labels at every size and seed, and nothing else", async () => {
    const few = fake("prompt:few-shot@m", "prompt", (query) => ({ answer: [labelOf(rowOf(query))], costUsd: 0.004 }), {
      fitCost: { labels: 8 },
    });
    const approaches = [learner("tune:probe"), zero(), few, fake("baseline:majority", "baseline", majority)].map(
      ({ approach }) => approach,
    );
    const { measurements, summaries } = await compare(frozen, approaches, options());
    const made = points(measurements);
    expect(new Set(made.map(({ approach }) => approach))).toEqual(new Set(["tune:probe"]));
    const bySize = (size: number): number[] =>
      made
        .filter(({ trainSize }) => trainSize === size)
        .map(({ seed }) => seed)
        .sort();
    expect(bySize(24)).toEqual([1, 2, 3, 4, 5]);
    expect(bySize(96)).toEqual([1, 2, 3]);
    // All rows are learned from with as many seeds: the scores of the comparison are their means. What is billed, or learns nothing, is asked once.
    const seedsOf = new Map(summaries.map(({ approach, seeds }) => [approach, seeds]));
    expect(seedsOf.get("tune:probe")).toEqual([1, 2, 3]);
    expect([seedsOf.get("prompt:few-shot@m"), seedsOf.get("prompt:zero-shot@m"), seedsOf.get("baseline:majority")]).toEqual([
      [1],
      [1],
      [1],
    ]);
    expect(made.every(({ outcomes }) => outcomes.length === 120 && outcomes.every((outcome) => !("scores" in outcome)))).toBe(
      true,
    );
  });

  test("full curves ask billed prompts too, and end for them where the budget ends, with the comparison whole", async () => {
    const asked: number[] = [];
    const few = fake("prompt:few-shot@m", "prompt", (query) => ({ answer: [labelOf(rowOf(query))], costUsd: 0.004 }), {
      fitCost: { labels: 8 },
      onFit: (_, train) => {
        asked.push(train.examples.length);
        if (asked.length > 3) throw new BudgetError("the budget is spent");
      },
    });
    const { measurements, failed } = await compare(
      frozen,
      [learner("tune:probe").approach, few.approach],
      options({ curve: { level: "full" } }),
    );
    expect(failed).toEqual([]);
    expect(asked).toHaveLength(4);
    expect(points(measurements).filter(({ arm }) => arm === "prompt")).toHaveLength(2);
    expect(points(measurements).filter(({ arm }) => arm === "tune").length).toBeGreaterThan(20);
  });

  test("an approach that can't learn from few rows has a curve from where it can; the comparison stands", async () => {
    const picky = learner("tune:probe", (rows) => {
      if (rows < 48) throw new UserError("too few rows");
    });
    const { measurements, failed } = await compare(frozen, [picky.approach, zero().approach], options());
    expect(failed).toEqual([]);
    expect(Math.min(...points(measurements).map(({ trainSize }) => trainSize))).toBe(48);
  });

  test("a further seed that can't be trained on all rows ends neither the curve nor the comparison", async () => {
    const wholes: number[] = [];
    const fickle = learner("tune:probe", (rows) => {
      if (rows === 200) wholes.push(rows);
      if (wholes.length > 1 && rows === 200) throw new UserError("it does not converge");
    });
    const { measurements, summaries, failed } = await compare(frozen, [fickle.approach, zero().approach], options());
    expect([failed, wholes.length]).toEqual([[], 2]);
    expect(summaries.find(({ approach }) => approach === "tune:probe")!.seeds).toEqual([1]);
    expect(points(measurements)).toHaveLength(13);
  });

  test("seeds that the comparison has itself are not measured again", async () => {
    const wholes: number[] = [];
    const probe = learner("tune:probe", (rows) => void (rows === 200 && wholes.push(rows)));
    const { summaries } = await compare(frozen, [probe.approach, zero().approach], options({ seeds: [1, 2] }));
    expect(summaries.find(({ approach }) => approach === "tune:probe")!.seeds).toEqual([1, 2, 3]);
    expect(wholes).toHaveLength(3);
  });

  test("one that is stopped in its curves answers, and measures no point twice when it is resumed", async () => {
    const kept: Measurement[] = [];
    const stop = new AbortController();
    const onMeasurement = async (measurement: Measurement): Promise<void> => {
      kept.push(measurement);
      if (kept.length === 6) stop.abort();
    };
    const approaches = (): Approach[] => [learner("tune:probe").approach, zero().approach];
    const stopped = await compare(frozen, approaches(), options({ onMeasurement, signal: stop.signal }));
    // The answer with the points that there are.
    expect([stopped.measurements, stopped.contrasts.length > 0]).toEqual([kept, true]);
    const again: Measurement[] = [];
    const resumed = await compare(
      frozen,
      approaches(),
      options({ finished: kept, onMeasurement: async (each) => void again.push(each) }),
    );
    const whole = await compare(frozen, approaches(), options());
    const keys = (measurements: readonly Measurement[]): string[] => measurements.map(measurementKey).sort();
    expect(keys([...kept, ...again])).toEqual(keys(whole.measurements));
    expect(keys(resumed.measurements)).toEqual(keys(whole.measurements));
  });

  test("the first answer is there before the curves, and once", async () => {
    const order: string[] = [];
    const approaches = [learner("tune:probe").approach, zero().approach];
    await compare(frozen, approaches, {
      ...options(),
      onFirstAnswer: ({ summaries }) => order.push(`answer of ${summaries.length}`),
      onMeasurement: async ({ trainSize }) => void order.push(trainSize < 200 ? "point" : "main"),
    });
    expect(order.slice(0, 4)).toEqual(["main", "main", "answer of 2", "point"]);
    expect(order.filter((each) => each.startsWith("answer"))).toHaveLength(1);
  });

  test("a first answer comes before a long wait, of those that are quick", async () => {
    const dear = learner("tune:full");
    const slow = { ...dear.approach, estimate: async () => ({ calls: 0, inputTokens: 0, outputTokens: 0, usd: 0, seconds: 60 }) };
    const answers: string[][] = [];
    await compare(frozen, [slow, learner("tune:probe").approach, zero().approach], {
      seeds: [1],
      assumptions,
      onFirstAnswer: ({ summaries }) => answers.push(summaries.map(({ approach }) => approach).sort()),
    });
    expect(answers).toEqual([["prompt:zero-shot@m", "tune:probe"]]);
  });
});

describe("what curves are expected to take", () => {
  const priced = (name: string, seconds: number, usd: number | null) => ({
    ...learner(name).approach,
    estimate: async (train: Dataset) => ({
      calls: 0,
      inputTokens: 0,
      outputTokens: 0,
      usd,
      seconds: (seconds * train.examples.length) / 200 + 5,
      embeddingSeconds: 5,
    }),
  });
  const own = { seconds: 0, seeds: [1] };
  // 24, 48, 96 and all 200 rows; 5 seeds of the first two, 3 of 96, 2 more of all.
  test("is the sum over sizes and seeds, of what is not embedded before, within the time", async () => {
    const whole = await estimateCurves(frozen, [priced("tune:a", 2, 0)], { level: "quick" }, own);
    expect(whole).toMatchObject({ points: 15, of: 15, usd: 0 });
    expect(whole.seconds).toBeCloseTo(0.01 * (5 * 24 + 5 * 48 + 3 * 96 + 2 * 200));
    const part = await estimateCurves(frozen, [priced("tune:a", 2, 0)], { level: "quick", seconds: 2 }, own);
    expect(part).toMatchObject({ points: 6, of: 15 });
    expect(part.seconds).toBeLessThanOrEqual(2);
  });
  test("a quick one leaves out what is billed; a full one says what it may cost, or that nobody knows", async () => {
    const approaches = [priced("tune:a", 2, 0), priced("tune:b", 2, 0.1)];
    expect((await estimateCurves(frozen, approaches, { level: "quick" }, own)).of).toBe(15);
    const full = await estimateCurves(frozen, approaches, { level: "full" }, own);
    expect(full.usd).toBeCloseTo(0.1 * (full.of / 2));
    expect((await estimateCurves(frozen, [...approaches, priced("tune:c", 2, null)], { level: "full" }, own)).usd).toBeNull();
  });
});
