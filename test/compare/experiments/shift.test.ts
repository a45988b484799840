/** @file What is lost on rows unlike those learned from, and which arm loses more, with approaches whose every answer is known beforehand. */
import { describe, expect, test } from "vitest";
import { cellWords } from "../../../src/advise/words/factor-cells.js";
import { type CompareOptions, compare } from "../../../src/compare/compare.js";
import { type Job, jobsIn, keyOf } from "../../../src/compare/experiments/experiment-jobs.js";
import { isShift } from "../../../src/compare/experiments/experiment-kinds.js";
import { shiftedRows } from "../../../src/compare/experiments/shifted-rows.js";
import { keptFits } from "../../../src/compare/fits/kept-fits.js";
import { UserError } from "../../../src/lib/errors.js";
import { random } from "../../../src/lib/random.js";
import { measurementKey } from "../../../src/lib/text/measurement-key.js";
import { checkShift } from "../../../src/run/check-shift.js";
import type { Approach } from "../../../src/types/approach.js";
import type { Comparison } from "../../../src/types/comparison.js";
import type { Dataset, Example, Task } from "../../../src/types/data.js";
import type { Measurement } from "../../../src/types/measurement.js";
import { assumptions, fake } from "../fakes.js";
import { reader, textTask } from "./texts.js";

/** A quarter of the rows comes from "mail", the others from "web"; each row has a day, later ones later days. */
function sourced(task: Task, column: string, told: (row: number, example: Example) => string | undefined): Task {
  const part = (dataset: Dataset): Dataset => ({
    ...dataset,
    shiftColumn: column,
    examples: dataset.examples.map((example, row) => {
      const shift = told(row, example);
      return shift === undefined ? example : { ...example, shift };
    }),
  });
  return { ...task, train: part(task.train), test: part(task.test) };
}

const usual = textTask({ a: 80, b: 80, c: 80 });
const bySource = sourced(usual, "source", (row) => (row % 4 === 0 ? "mail" : row % 4 === 1 ? "app" : "web"));

/** Knows rows of a source only if it learned from some of it; of others it gives the first label. */
function narrow(name: string, isKnown: (train: Dataset) => boolean, arm: "tune" | "prompt" = "tune"): Approach {
  const { approach } = fake(name, arm, () => "", { fitCost: { labels: 100 } });
  return {
    ...approach,
    async fit(train, context) {
      const predictor = await approach.fit(train, context);
      const knows = isKnown(train);
      return {
        ...predictor,
        predict: async (queries) =>
          queries.map(({ id }) => ({ answer: [knows || !isMail(id) ? id.split("-")[1]! : train.labels[0]!] })),
      };
    },
  };
}

const isMail = (id: string): boolean => bySource.test.examples.find((each) => each.id === id)?.shift === "mail";
const hasMail = ({ examples }: Dataset): boolean => examples.some(({ shift }) => shift === "mail");

function run(task: Task, approaches: readonly Approach[], options: Partial<CompareOptions> = {}): Promise<Comparison> {
  return compare(task, approaches, { seeds: [1], assumptions, curve: { level: "quick" }, experiments: true, ...options });
}

describe("the rows that are held out", () => {
  test("are the longest quarter where no column is named, of both parts by the same length", () => {
    const { train, test: asked } = usual;
    const words = random(1, "words");
    const long = (part: Dataset): Dataset => ({
      ...part,
      examples: part.examples.map((each) => ({ ...each, text: `${each.text}${" x".repeat(words.integer(100))}` })),
    });
    const task = { ...usual, train: long(train), test: long(asked) };
    const { part, unlike, alike, test: other } = shiftedRows(task)!;
    if (part.by !== "length") throw new Error(part.by);
    expect(unlike.examples.every(({ text }) => text.length < part.from)).toBe(true);
    expect(other.examples.every(({ text }) => text.length >= part.from)).toBe(true);
    expect(unlike.examples.length / 240).toBeCloseTo(3 / 4, 1);
    expect(alike.examples).toHaveLength(unlike.examples.length);
    const longOfAlike = alike.examples.filter(({ text }) => text.length >= part.from).length / alike.examples.length;
    expect(longOfAlike).toBeGreaterThan(0.15);
    expect(longOfAlike).toBeLessThan(0.35);
    expect(alike.examples.every((each) => task.train.examples.includes(each))).toBe(true);
  });

  test("are the last quarter of numbers and of dates", () => {
    for (const told of [
      (row: number) => `${row}`,
      (row: number) => new Date(Date.UTC(2024, 0, 1 + row)).toISOString().slice(0, 10),
    ]) {
      const { part, unlike, test: other } = shiftedRows(sourced(usual, "when", told))!;
      // Rows 180 to 239, which are all but 20 of the last label: it has rows enough to be learned.
      expect(part).toEqual({ by: "order", column: "when", from: told(180) });
      expect(unlike.examples).toHaveLength(180);
      expect(other.examples).toHaveLength(60);
    }
  });

  test("are those of the value whose share is nearest to a quarter, and rows without a value are on no side", () => {
    const found = shiftedRows(bySource)!;
    expect(found.part).toEqual({ by: "value", column: "source", value: "app" });
    expect(found.unlike.examples.every(({ shift }) => shift !== "app")).toBe(true);
    const gaps = sourced(usual, "source", (row) => (row % 4 === 0 ? "mail" : row % 4 === 1 ? undefined : "web"));
    const { part, unlike, test: other } = shiftedRows(gaps)!;
    expect(part).toMatchObject({ value: "mail" });
    expect(unlike.examples).toHaveLength(120);
    expect([...unlike.examples, ...other.examples].every(({ shift }) => shift !== undefined)).toBe(true);
  });

  test("have no label that is left nothing to learn from: that would be a new label", () => {
    const late = sourced(usual, "when", (row, { labels }) => (labels[0] === "c" ? "2" : row % 8 === 0 ? "2" : "1"));
    const { unlike, test: other } = shiftedRows(late)!;
    const learned = new Set(unlike.examples.flatMap(({ labels }) => labels));
    expect([...learned].sort()).toEqual(["a", "b"]);
    expect(other.examples.length).toBeGreaterThan(0);
    expect(other.examples.every(({ labels }) => learned.has(labels[0]!))).toBe(true);
  });

  test("of many rows quick fits take a part, the same number on both sides", () => {
    const { unlike, alike } = shiftedRows(bySource, 64, 3)!;
    expect([unlike.examples.length, alike.examples.length]).toEqual([64, 64]);
  });

  test.each([
    ["texts of one length", { ...usual, train: same(usual.train), test: same(usual.test) }],
    ["few rows", textTask({ a: 10, b: 10 })],
    ["few test rows", textTask({ a: 80, b: 80 }, { testRows: { a: 10, b: 10 } })],
  ])("are none of %s", async (_, task) => {
    expect(shiftedRows(task)).toBeNull();
    expect(() => checkShift(task)).not.toThrow();
    const found = await run(task, [reader("tune:probe", "tune").approach]);
    expect(found.experiments?.shifts ?? []).toEqual([]);
  });

  test("by a column that can't be held out by, a run is refused before anything is measured, and a comparison goes without", async () => {
    const constant = sourced(usual, "source", () => "web");
    expect(() => checkShift(constant)).toThrow(UserError);
    expect(() => checkShift(constant)).toThrow(/--shift.*"source".*1 value/);
    expect((await run(constant, [reader("tune:probe", "tune").approach])).experiments!.shifts).toEqual([]);
    const unclear = sourced(usual, "created", (row) => `0${1 + (row % 9)}/04/2024`);
    const probe = reader("tune:probe", "tune");
    await expect(run(unclear, [probe.approach])).rejects.toThrow(/created/);
    expect(probe.fits).toEqual([]);
  });
});

function same(part: Dataset): Dataset {
  return {
    ...part,
    examples: part.examples.map((each, row) => ({ ...each, text: `${each.labels[0]} ${String(row).padStart(4, "0")}` })),
  };
}

const mailOnly = sourced(usual, "source", (row) => (row % 4 === 0 ? "mail" : "web"));

describe("what is lost on them", () => {
  test("an approach that knows a source only by learning from it loses its rows; one that always does loses none", async () => {
    const found = await run(mailOnly, [narrow("tune:probe", hasMail), narrow("tune:other", () => true)]);
    const of = (approach: string) => found.experiments!.shifts.find((each) => each.approach === approach)!;
    const lost = of("tune:probe");
    expect(lost).toMatchObject({ part: { by: "value", column: "source", value: "mail" }, rows: 60 });
    // A third of the rows has the label that it gives to all.
    expect(lost.loss).toMatchObject({
      trainRows: 180,
      seeds: 3,
      metric: "accuracy",
      alike: 1,
      unlike: expect.closeTo(1 / 3, 12),
    });
    expect(lost.loss!.difference.value).toBeCloseTo(2 / 3, 12);
    expect(lost.loss!.difference.low).toBeGreaterThan(0.4);
    expect(lost.loss!.pValue).toBeLessThan(1e-6);
    expect(of("tune:other").loss).toMatchObject({ alike: 1, unlike: 1, difference: { value: 0 }, pValue: 1 });
  });

  test("a prompt that learned from no rows loses nothing by construction: it is not asked", async () => {
    const zero = reader("prompt:zero-shot@m", "prompt", { needs: 0, costUsd: 0.01 });
    const found = await run(mailOnly, [narrow("tune:probe", hasMail), zero.approach]);
    const { loss } = found.experiments!.shifts.find(({ approach }) => approach === "prompt:zero-shot@m")!;
    expect(loss).toBeNull();
    expect(zero.asked).toHaveLength(1);
    const cell = found.factors.find(({ factor }) => factor === "flexibility")!.cells["prompt:zero-shot@m"]!;
    expect(cellWords(cell).detail).toMatch(/by construction/);
  });

  test("examples in a prompt are drawn from the other rows, and money is spent on one seed alone", async () => {
    const trained: Dataset[] = [];
    const few = reader("prompt:few-shot@m", "prompt", { costUsd: 0.01, onFit: (train) => void trained.push(train) });
    const found = await run(mailOnly, [few.approach], { curve: { level: "full" } });
    const shifts = found.measurements.filter(({ experiment }) => experiment?.kind === "shift");
    expect(shifts.map(({ seed, trainSize }) => [seed, trainSize])).toEqual([
      [1, 180],
      [1, 180],
    ]);
    expect(trained.filter((train) => train.examples.length === 180 && !hasMail(train)).length).toBeGreaterThan(0);
    const quick = await run(mailOnly, [
      reader("prompt:few-shot@m", "prompt", { costUsd: 0.01 }).approach,
      narrow("tune:probe", hasMail),
    ]);
    expect(quick.experiments!.shifts.map(({ approach }) => approach)).toEqual(["tune:probe"]);
  });

  test("the first of the two fits is begun only where there is time for both", async () => {
    const { approach } = reader("tune:probe", "tune");
    const own = (await run(mailOnly, [approach], { experiments: false })).measurements[0]!;
    const made = new Map<string, Measurement>();
    await using fits = keptFits([approach], () => false);
    const jobs = (): Job[] =>
      jobsIn(
        { task: mailOnly, seeds: [1], fits, level: "quick" },
        made,
        new Set(),
      )({ approach, own, refitSeconds: () => 10 }).filter(({ experiment, seed }) => isShift(experiment) && seed === 1);
    expect(jobs().map(({ seconds }) => seconds)).toEqual([20, 20]);
    made.set(keyOf(jobs()[0]!), own);
    expect(jobs()[1]!.seconds).toBe(10);
  });
});

describe("which arm loses more", () => {
  const capitals = (name: string, arm: "tune" | "prompt", isCaseSensitive: boolean): Approach =>
    reader(name, arm, { isCaseSensitive, needs: arm === "tune" ? 1 : 0 }).approach;

  test("is told of each way of changing texts, with the rows' losses in pairs", async () => {
    const found = await run(usual, [capitals("tune:probe", "tune", true), capitals("prompt:labels", "prompt", false)]);
    const differences = found.experiments!.lossDifferences!;
    expect(differences.map(({ of }) => (of.kind === "shift" ? "shift" : of.how))).toEqual([
      "typos",
      "case",
      "punctuation",
      "shift",
    ]);
    const byCase = differences[1]!;
    const own = (approach: string) =>
      found.experiments!.perturbed.find((each) => each.approach === approach && each.how === "case")!;
    expect(byCase).toMatchObject({ a: "tune:probe", b: "prompt:labels", rows: 240, metric: "accuracy", lossB: 0 });
    expect(byCase.lossA).toBeCloseTo(-own("tune:probe").difference.value, 12);
    expect(byCase.difference.value).toBeCloseTo(byCase.lossA - byCase.lossB, 12);
    // The other one loses nothing, so that the interval is that of the one's own loss.
    expect(byCase.difference.low).toBeCloseTo(-own("tune:probe").difference.high, 12);
    expect(byCase.difference.high).toBeCloseTo(-own("tune:probe").difference.low, 12);
    expect(byCase.pValue).toBeLessThan(1e-6);
    expect(byCase.adjustedPValue).toBeCloseTo(3 * byCase.pValue, 15);
    expect(differences[2]).toMatchObject({ difference: { value: 0 }, pValue: 1, adjustedPValue: 1 });
    const words = (approach: string): string =>
      cellWords(found.factors.find(({ factor }) => factor === "flexibility")!.cells[approach]!).detail!;
    expect(words("tune:probe")).toMatch(/another case cost it [\d.]+ points more than prompt:labels/);
    expect(words("prompt:labels")).toMatch(/another case cost it [\d.]+ points less than tune:probe/);
  });

  test("on unlike rows it is what the trained one loses, against a prompt that loses nothing", async () => {
    const found = await run(mailOnly, [narrow("tune:probe", hasMail), reader("prompt:labels", "prompt", { needs: 0 }).approach]);
    const shift = found.experiments!.lossDifferences!.find(({ of }) => of.kind === "shift")!;
    expect(shift).toMatchObject({ a: "tune:probe", b: "prompt:labels", rows: 60, lossB: 0, lossA: expect.closeTo(2 / 3, 12) });
    expect(shift.adjustedPValue).toBe(shift.pValue);
    expect(shift.pValue).toBeLessThan(1e-6);
  });

  test("is not told of approaches that do as well, nor where one was not tried", async () => {
    const alike = await run(usual, [capitals("tune:probe", "tune", true), capitals("prompt:labels", "prompt", true)]);
    for (const { of, difference, adjustedPValue } of alike.experiments!.lossDifferences!) {
      if (of.kind === "shift") continue;
      expect([difference.value, adjustedPValue]).toEqual([0, 1]);
    }
    const billed = reader("prompt:few-shot@m", "prompt", { costUsd: 0.01 });
    const alone = await run(usual, [capitals("tune:probe", "tune", true), billed.approach]);
    expect(alone.experiments!.lossDifferences).toBeUndefined();
  });

  test("of rows of one group the group counts once", async () => {
    const grouped = textTask({ a: 80, b: 80, c: 80 }, { groupSize: 40 });
    const found = await run(grouped, [capitals("tune:probe", "tune", true), capitals("prompt:labels", "prompt", false)]);
    const of = ({ experiments }: Comparison) =>
      experiments!.lossDifferences!.find((each) => each.of.kind === "perturbed" && each.of.how === "case")!;
    const single = of(await run(usual, [capitals("tune:probe", "tune", true), capitals("prompt:labels", "prompt", false)]));
    // Of two groups a label.
    expect(of(found).pValue).toBeGreaterThanOrEqual(2 ** -6);
    expect(of(found).difference.value).toBeCloseTo(single.difference.value, 1);
  });
});

test("a comparison that was interrupted between the two fits makes none twice", async () => {
  const approaches = (): Approach[] => [narrow("tune:probe", hasMail), reader("prompt:labels", "prompt", { needs: 0 }).approach];
  const whole = await run(mailOnly, approaches());
  const first = whole.measurements.findIndex(({ experiment }) => experiment?.kind === "shift");
  const again: string[] = [];
  const resumed = await run(mailOnly, approaches(), {
    finished: whole.measurements.slice(0, first + 1),
    onMeasurement: async (each) => void again.push(measurementKey(each)),
  });
  expect(again.sort()).toEqual(
    whole.measurements
      .slice(first + 1)
      .map(measurementKey)
      .sort(),
  );
  expect(resumed.experiments!.shifts).toEqual(whole.experiments!.shifts);
  expect(resumed.experiments!.lossDifferences).toEqual(whole.experiments!.lossDifferences);
});
