/** @file The crossovers of a comparison whose truth is known. */
import { describe, expect, test } from "vitest";
import { compare } from "../../../src/compare/compare.js";
import { random } from "../../../src/lib/random.js";
import type { Comparison } from "../../../src/types/comparison.js";
import type { Crossover, CrossoverReading } from "../../../src/types/curves.js";
import type { Query } from "../../../src/types/data.js";
import type { Prediction } from "../../../src/types/prediction.js";
import { assumptions, fake, labelOf, labels, rowOf, task } from "../fakes.js";

type Answer = (query: Query, seed: number) => string | Prediction;

/** Right where the row's own difficulty lies below the skill: rows are as hard for one as for the other, but for some luck. */
function skilled(skill: (rows: number, seed: number) => number, name: string, luck = 0.1) {
  let rows = 0;
  const answer: Answer = (query, seed) => {
    const row = rowOf(query);
    const difficulty = random(row, "difficulty").uniform();
    const chance = random(row * 131 + seed, `${name} ${rows}`).uniform();
    const isRight = difficulty + luck * (chance - 0.5) < skill(rows, seed);
    return isRight ? labelOf(row) : labels[(labels.indexOf(labelOf(row) as (typeof labels)[number]) + 1) % 3]!;
  };
  const onFit = (size: number): void => {
    rows = size;
  };
  return { answer, onFit };
}

function tuned(skill: (rows: number, seed: number) => number, name = "tune:probe") {
  const { answer, onFit } = skilled(skill, name);
  return fake(name, "tune", answer, { fitCost: { labels: 1 }, onFit: (_, train) => onFit(train.examples.length) });
}

function prompt(
  skill: number,
  change: (answer: string, row: number) => string | Prediction = (answer) => answer,
  name = "prompt:zero-shot@m",
) {
  const { answer } = skilled(() => skill, name);
  return fake(name, "prompt", (query, seed) => {
    const given = change(answer(query, seed) as string, rowOf(query));
    return typeof given === "string" ? { answer: [given], costUsd: 0.002 } : given;
  });
}

const many = task({ trainRows: 800, testRows: 1500 });
/** .6 at 16 rows, .7 at 64, .8 at 256, .85 at 512. */
const growing = (rows: number): number => 0.4 + 0.05 * Math.log2(rows);
const run = (approaches: ReturnType<typeof fake>[], frozen = many): Promise<Comparison> =>
  compare(
    frozen,
    approaches.map(({ approach }) => approach),
    { seeds: [1], assumptions, curve: { level: "quick", seconds: 120 } },
  );
const readingOf = (crossover: Crossover | undefined): Extract<CrossoverReading, { kind: "crossover" }> => {
  if (crossover?.found.kind !== "crossover") throw new Error(`no crossover: ${JSON.stringify(crossover)}`);
  return crossover.found;
};
/** No number of a report may be one that is not a number. */
const hasOddNumbers = (value: unknown): boolean =>
  typeof value === "number"
    ? !Number.isFinite(value)
    : typeof value === "object" && value !== null && Object.values(value).some(hasOddNumbers);

describe("where a tuned curve meets a prompt", () => {
  test("the number of labels is found, and its interval holds the truth", async () => {
    const { crossovers, curves, factors } = await run([tuned(growing), prompt(0.75)]);
    expect(crossovers).toHaveLength(1);
    const { labels: found, safeLabels, rows, points, coversSeeds } = readingOf(crossovers![0]);
    // .75 at 128 rows.
    expect(found.low!).toBeLessThan(128);
    expect(found.high!).toBeGreaterThan(128);
    expect(found.value!).toBeGreaterThan(70);
    expect(found.value!).toBeLessThan(230);
    expect(safeLabels.value!).toBeGreaterThanOrEqual(found.value!);
    expect([rows, coversSeeds]).toEqual([1500, true]);
    expect(points[0]!.probability).toBeLessThan(0.05);
    expect(points.at(-1)!.probability).toBeGreaterThan(0.95);
    const cells = factors.find(({ factor }) => factor === "data")!.cells;
    const sizes = [24, 96, 800];
    expect(cells["tune:probe"]).toMatchObject({
      crossover: crossovers![0],
      curve: { points: sizes.map((size) => ({ labels: size })) },
    });
    expect(cells["prompt:zero-shot@m"]).toMatchObject({ crossover: crossovers![0] });
    const [curve] = curves!;
    expect(curve!.points.map(({ labels: size }) => size)).toEqual([24, 48, 96, 192, 384, 800]);
    expect(curve!.fit.kind).toBe("fitted");
    for (const { score } of curve!.points) expect(score.low <= score.value && score.value <= score.high).toBe(true);
  });

  test("what lies outside of the sizes is censored, with its side, and reached beyond only where a curve says so", async () => {
    const { crossovers } = await run([tuned(growing), prompt(0.3), prompt(0.95, undefined, "prompt:few-shot@m")]);
    const [low, high] = ["prompt:zero-shot@m", "prompt:few-shot@m"].map(
      (name) => crossovers!.find(({ prompted }) => prompted === name)!,
    );
    expect(readingOf(low).labels).toMatchObject({ value: null, side: { value: "before" } });
    expect(readingOf(high).labels).toMatchObject({ value: null, side: { value: "after" } });
    // .95 at 2,048 rows.
    expect(high!.beyond === null || (high!.beyond!.labels > 800 && high!.beyond!.labels <= 6400)).toBe(true);
    expect(low).not.toHaveProperty("beyond");
  });

  test("nothing is said of more labels where no curve could be fitted", async () => {
    const falling = (rows: number): number => 0.8 - 0.0003 * rows;
    const { crossovers, curves } = await run([tuned(falling), prompt(0.95)]);
    expect(curves![0]!.fit).toEqual({ kind: "refused", reason: "not-rising" });
    expect(readingOf(crossovers![0]).labels).toMatchObject({ value: null, side: { value: "after" } });
    expect(crossovers![0]).not.toHaveProperty("beyond");
  });

  test("rows that the prompt has no answer to are left out, and counted as wrong beside it", async () => {
    const gone: Prediction = { answer: null, failure: "missing" };
    const recorded = prompt(0.75, (answer, row) => (row % 5 === 0 ? gone : answer));
    const [crossover] = (await run([tuned(growing), recorded])).crossovers!;
    const found = readingOf(crossover);
    expect(found.rows).toBe(1200);
    expect(found.labels.high!).toBeGreaterThan(128);
    const wrong = crossover!.asWrong!;
    if (wrong.kind !== "crossover") throw new Error(wrong.reason);
    expect(wrong.rows).toBe(1500);
    // .75 of 4 rows in 5 is .6: below what 24 rows reach.
    expect(wrong.labels.side.value).toBe("before");
  });

  test("a crossover is the same whatever other approaches are measured", async () => {
    const gone: Prediction = { answer: null, failure: "missing" };
    const recording = (each: number) =>
      prompt(0.75, (answer, row) => (row % each === 0 ? gone : answer), `prompt:recorded@m${each}`);
    const small = task({ trainRows: 150, testRows: 200 });
    const [alone] = (await run([tuned(growing), recording(5)], small)).crossovers!;
    const other = tuned((rows) => growing(rows) - 0.03, "tune:tfidf");
    const { crossovers } = await run([other, recording(7), tuned(growing), recording(5)], small);
    expect(crossovers!.map(({ tuned, prompted }) => `${tuned}, ${prompted}`).toSorted()).toEqual([
      "tune:probe, prompt:recorded@m5",
      "tune:probe, prompt:recorded@m7",
      "tune:tfidf, prompt:recorded@m5",
      "tune:tfidf, prompt:recorded@m7",
    ]);
    expect(crossovers!.find(({ tuned, prompted }) => tuned === "tune:probe" && prompted === alone!.prompted)).toEqual(alone);
  });

  test("labels that an LLM never answers are named, with the crossover on the other rows", async () => {
    const [crossover] = (await run([tuned(growing), prompt(0.85, (answer) => (answer === "other" ? "login" : answer))]))
      .crossovers!;
    expect(crossover!.offered!.neverAnswered).toEqual(["other"]);
    expect(crossover!.offered!.found.rows).toBeLessThan(1500);
  });

  test("a curve that is the prompt's own line at every size says that there is nothing to meet", async () => {
    const same = (name: string, arm: "tune" | "prompt") =>
      fake(name, arm, (query) => (rowOf(query) % 4 === 0 ? "other" : labelOf(rowOf(query))), {
        fitCost: { labels: arm === "tune" ? 1 : 0 },
        ...(arm === "prompt" && { predictCost: { usd: 1 } }),
      });
    const { crossovers } = await run([same("tune:probe", "tune"), same("prompt:zero-shot@m", "prompt")]);
    expect(crossovers![0]!.found).toEqual({ kind: "refused", rows: 1500, reason: "level" });
  });

  test.each([
    ["20 test rows", 0.75, task({ trainRows: 400, testRows: 20 })],
    ["an LLM at chance", 0.33, many],
    ["few training rows", 0.7, task({ trainRows: 60, testRows: 200 })],
    ["an LLM without one usable answer", 0, many],
    ["rows in groups", 0.75, task({ trainRows: 400, testRows: 300, groupSize: 30 })],
  ])("%s: numbers or a reason, never what is no number", async (_, skill, frozen) => {
    const found = await run([tuned(growing), prompt(skill)], frozen);
    expect(hasOddNumbers([found.curves, found.crossovers])).toBe(false);
    for (const { found: reading } of found.crossovers ?? []) {
      if (reading.kind === "crossover")
        for (const { probability } of reading.points) expect(probability >= 0 && probability <= 1).toBe(true);
    }
  });
});
