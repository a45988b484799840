/** @file Experiments of a comparison, with approaches whose every answer is known beforehand. */
import { describe, expect, test } from "vitest";
import { cellWords } from "../../../src/advise/words/factor-cells.js";
import { type CompareOptions, compare } from "../../../src/compare/compare.js";
import { experimentUsd } from "../../../src/compare/experiments/experiment-estimate.js";
import { mainMeasurements } from "../../../src/compare/main-measurements.js";
import { taskFacts } from "../../../src/compare/task-facts.js";
import { BudgetError, UserError } from "../../../src/lib/errors.js";
import { measurementKey } from "../../../src/lib/text/measurement-key.js";
import type { Approach } from "../../../src/types/approach.js";
import type { Comparison } from "../../../src/types/comparison.js";
import type { Task } from "../../../src/types/data.js";
import type { FactorCell } from "../../../src/types/factors.js";
import type { Measurement } from "../../../src/types/measurement.js";
import { assumptions, fake, majority } from "../fakes.js";
import { reader, textTask } from "./texts.js";

const usual = textTask({ billing: 120, login: 60, other: 40 });

function run(task: Task, approaches: readonly Approach[], options: Partial<CompareOptions> = {}): Promise<Comparison> {
  return compare(task, approaches, { seeds: [1], assumptions, curve: { level: "quick" }, experiments: true, ...options });
}

const experimentsIn = ({ measurements }: Pick<Comparison, "measurements">): Measurement[] =>
  measurements.filter(({ experiment }) => experiment !== undefined);

const flexibility = ({ factors }: Comparison, approach: string): FactorCell =>
  factors.find(({ factor }) => factor === "flexibility")!.cells[approach]!;

/** Whether any number in it is none. */
function hasOddNumbers(value: unknown): boolean {
  if (typeof value === "number") return !Number.isFinite(value);
  return typeof value === "object" && value !== null && Object.values(value).some(hasOddNumbers);
}

describe("a new label", () => {
  test.each([1, 4, 9])("a learner that needs %i rows of a label needs as many, to within the step", async (needs) => {
    const found = await run(usual, [reader("tune:probe", "tune", { needs }).approach]);
    const [learned] = found.experiments!.newLabels;
    expect(learned).toMatchObject({ approach: "tune:probe", label: "login", trainRows: 60, testRows: 60 });
    expect(learned!.fullRecall.value).toBe(1);
    const { labels, above } = learned!.enough!;
    expect(above).toBeLessThan(needs);
    expect(labels).toBeGreaterThanOrEqual(needs);
    expect(labels).toBeLessThanOrEqual(Math.max(1, 2 * above!));
    for (const { labels: rows, recall } of learned!.points) expect(recall.value).toBe(rows >= needs ? 1 : 0);
    // In words it is as open as it is in numbers.
    const range = above! + 1 < labels ? `${above! + 1} to ${labels} labels` : `${labels} label`;
    expect(cellWords(flexibility(found, "tune:probe")).text.startsWith(range)).toBe(true);
    // Nothing else is moved by it: the other labels were read before and after.
    expect(learned!.otherLabels).toMatchObject({ rows: 160, difference: { value: 0 } });
  });

  test("what the other labels lose by it is told: a new label that takes their rows", async () => {
    // Once it knows "login", it gives it to all rows of "other".
    const greedy = reader("tune:probe", "tune");
    const approach: Approach = {
      ...greedy.approach,
      async fit(train, context) {
        const predictor = await greedy.approach.fit(train, context);
        const knows = train.examples.some(({ labels }) => labels[0] === "login");
        return {
          ...predictor,
          predict: async (queries, asking) =>
            (await predictor.predict(queries, asking)).map((each, row) => {
              return knows && queries[row]!.text.includes("other") ? { answer: ["login"] } : each;
            }),
        };
      },
    };
    const { otherLabels } = (await run(usual, [approach])).experiments!.newLabels[0]!;
    expect(otherLabels!.difference.value).toBeCloseTo(-40 / 160, 12);
    expect(otherLabels!.difference.high).toBeLessThan(0);
  });

  test("a prompt that learns from no labels knows it by its name: nothing is asked again", async () => {
    const zero = reader("prompt:zero-shot@m", "prompt", { needs: 0, costUsd: 0.01 });
    const found = await run(usual, [reader("tune:probe", "tune").approach, zero.approach]);
    const prompted = found.experiments!.newLabels.find(({ approach }) => approach === "prompt:zero-shot@m")!;
    expect(prompted).toMatchObject({ enough: { labels: 0, above: null }, fullRecall: { value: 1 } });
    expect(prompted.points).toHaveLength(1);
    expect(zero.fits).toHaveLength(1);
    expect(zero.asked).toHaveLength(1);
  });

  test("of many training rows quick experiments take a part, full ones all", async () => {
    const many = textTask({ a: 1200, b: 900, c: 600 }, { testRows: { a: 40, b: 40, c: 40 } });
    const sizes = async (level: "quick" | "full"): Promise<number[]> => {
      const found = await run(many, [reader("tune:probe", "tune", { needs: 5 }).approach], { curve: { level } });
      const [learned] = found.experiments!.newLabels;
      expect(learned).toMatchObject({
        label: "b",
        enough: { labels: 8, above: 4 },
        fullRecall: { value: 1 },
        otherLabels: { rows: 80 },
      });
      expect(learned!.trainRows / learned!.wholeRows).toBeCloseTo(1 / 3, 2);
      const fitted = experimentsIn(found).filter(({ experiment }) => experiment!.kind === "new-label");
      expect(Math.max(...fitted.map(({ trainSize }) => trainSize))).toBeLessThanOrEqual(learned!.wholeRows);
      expect(learned!.points.every(({ labels }) => labels < learned!.trainRows)).toBe(true);
      return [learned!.wholeRows, learned!.trainRows];
    };
    expect((await sizes("quick"))[0]).toBe(1024);
    expect(await sizes("full")).toEqual([2700, 900]);
  });

  test("one that is not found with all rows either is said not to be", async () => {
    const found = await run(usual, [reader("tune:probe", "tune", { needs: 100 }).approach]);
    expect(found.experiments!.newLabels[0]!.enough).toBeNull();
    expect(hasOddNumbers(found.experiments)).toBe(false);
  });

  test("an approach that can't learn from a row alone is tried with more", async () => {
    const picky = reader("tune:probe", "tune", {
      needs: 3,
      onFit: ({ examples }) => {
        const rows = examples.filter(({ labels }) => labels[0] === "login").length;
        if (rows > 0 && rows < 3) throw new UserError("too few rows of a label");
      },
    });
    const { enough } = (await run(usual, [picky.approach])).experiments!.newLabels[0]!;
    expect(enough).toMatchObject({ labels: 4, above: 0 });
  });

  test.each([
    ["two labels", textTask({ a: 60, b: 60 }), "two-labels"],
    ["labels of three rows", textTask({ a: 3, b: 3, c: 3 }), "no-label"],
  ] as const)("of %s none is held out, and the reason is told", async (_, task, why) => {
    const found = await run(task, [reader("tune:probe", "tune").approach]);
    expect(found.experiments!.newLabels).toEqual([]);
    expect(flexibility(found, "tune:probe")).toMatchObject({ kind: "adaptation", newLabel: why });
    expect(hasOddNumbers(found.experiments)).toBe(false);
  });

  test("where rows have several labels the others are scored without it", async () => {
    const task = textTask({ a: 60, b: 60, c: 60 }, { isMultiLabel: true });
    const found = await run(task, [reader("tune:probe", "tune", { needs: 3 }).approach]);
    const [learned] = found.experiments!.newLabels;
    // Of every three rows of one label one has the next label too.
    expect(learned).toMatchObject({
      label: "b",
      testRows: 80,
      fullRecall: { value: 1 },
      otherLabels: { metric: "microF1", rows: 180 },
    });
    expect(learned!.enough!.labels).toBe(4);
    expect(hasOddNumbers(found.experiments)).toBe(false);
  });
});

describe("texts typed otherwise", () => {
  test("a classifier that reads capitals as other words loses by case, and by nothing that it does not look at", async () => {
    const sensitive = reader("tune:probe", "tune", { isCaseSensitive: true });
    const blind = reader("tune:other", "tune");
    const found = await run(usual, [sensitive.approach, blind.approach]);
    const of = (approach: string, how: string) =>
      found.experiments!.perturbed.find((each) => each.approach === approach && each.how === how)!;
    for (const how of ["punctuation"]) {
      for (const approach of ["tune:probe", "tune:other"]) {
        expect(of(approach, how)).toMatchObject({ rows: 220, answersChanged: 0, difference: { value: 0 }, pValue: 1 });
      }
    }
    expect(of("tune:other", "case")).toMatchObject({ answersChanged: 0, difference: { value: 0 } });
    const lost = of("tune:probe", "case");
    // In upper case nothing is read, and "billing" is said: wrong for the 100 rows of the others, which are half of them in upper case.
    const upper = sensitive.asked.flat().filter((text) => text === text.toUpperCase() && /LOGIN|OTHER/.test(text)).length;
    expect(upper).toBeGreaterThan(30);
    expect(lost.answersChanged).toBeCloseTo(upper / 220, 12);
    expect(lost.difference.value).toBeCloseTo(-upper / 220, 12);
    expect(lost.difference.high).toBeLessThan(0);
    expect(lost.pValue).toBeLessThan(1e-6);
  });

  test("a trained model is asked again, not trained again, and disposed of in the end", async () => {
    const probe = reader("tune:probe", "tune");
    const found = await run(textTask({ a: 60, b: 60 }), [probe.approach]);
    const whole = found.measurements.filter(({ trainSize }) => trainSize === 120);
    const changed = whole.filter(({ experiment }) => experiment !== undefined);
    expect(changed).toHaveLength(3);
    // One training a seed, and none for changed texts.
    const seeds = new Set(whole.map(({ seed }) => seed)).size;
    expect(whole).toHaveLength(changed.length + seeds);
    expect(probe.fits.filter((rows) => rows === 120)).toHaveLength(seeds);
    expect(probe.disposals()).toBe(probe.fits.length);
    // Charged as if it had been.
    for (const { fitCost } of whole) expect(fitCost.labels).toBe(100);
  });

  test("rows keep their ids and groups, and intervals know the groups", async () => {
    const grouped = textTask({ a: 60, b: 60, c: 60 }, { groupSize: 20 });
    const alone = textTask({ a: 60, b: 60, c: 60 });
    const [widths, rows] = [[] as number[], [] as number[]];
    for (const task of [grouped, alone]) {
      const found = await run(task, [reader("tune:probe", "tune", { isCaseSensitive: true }).approach]);
      const { difference } = found.experiments!.perturbed.find(({ how }) => how === "case")!;
      widths.push(difference.high - difference.low);
      const asked = experimentsIn(found).find(({ experiment }) => experiment!["how"] === "case")!;
      rows.push(asked.outcomes.length);
      const inTest = new Map(task.test.examples.map(({ id, group }) => [id, group]));
      for (const { id, group } of asked.outcomes) expect(inTest.get(id)).toBe(group);
      expect(asked.outcomes.every(({ id }) => inTest.has(id))).toBe(true);
    }
    expect(rows).toEqual([180, 180]);
    expect(widths[0]).not.toBeCloseTo(widths[1]!, 6);
  });

  test("where nothing can be changed nothing is asked", async () => {
    const plain = textTask({ a: 60, b: 60 });
    const bare = (part: Task["train"]): Task["train"] => ({
      ...part,
      examples: part.examples.map((each, row) => ({ ...each, text: `東${row}` })),
    });
    const found = await run({ ...plain, train: bare(plain.train), test: bare(plain.test) }, [
      reader("tune:probe", "tune").approach,
    ]);
    expect(found.experiments?.perturbed ?? []).toEqual([]);
    expect(hasOddNumbers(found.experiments)).toBe(false);
  });
});

describe("what is asked, and what is not", () => {
  const few = (onFit: (rows: number) => void = () => {}): ReturnType<typeof reader> =>
    reader("prompt:few-shot@m", "prompt", { costUsd: 0.01, onFit: ({ examples }) => onFit(examples.length) });

  test("nothing that is billed is asked for quick experiments, and full ones ask a few times", async () => {
    const quick = few();
    const found = await run(usual, [reader("tune:probe", "tune").approach, quick.approach]);
    expect(quick.asked).toHaveLength(1);
    expect(flexibility(found, "prompt:few-shot@m")).toEqual({ kind: "not-measured", why: "billed" });
    const full = await run(usual, [few().approach], { curve: { level: "full" } });
    const asked = experimentsIn(full);
    expect(asked.filter(({ experiment }) => experiment!.kind === "perturbed")).toHaveLength(3);
    expect(asked.filter(({ experiment }) => experiment!.kind === "new-label").length).toBeLessThanOrEqual(5);
    expect(new Set(asked.map(({ seed }) => seed))).toEqual(new Set([1]));
  });

  test("a spent budget ends them for what is billed, with the comparison whole", async () => {
    const poor = few((rows) => {
      if (rows < 220) throw new BudgetError("the budget is spent");
    });
    const found = await run(usual, [poor.approach, reader("tune:probe", "tune").approach], { curve: { level: "full" } });
    expect(found.failed).toEqual([]);
    expect(found.experiments!.newLabels.map(({ approach }) => approach)).toEqual(["tune:probe"]);
    expect(poor.fits.filter((rows) => rows < 220 && rows > 160)).toHaveLength(1);
  });

  test("recordings and baselines are left as they are, and the table says why", async () => {
    const recorded = fake("prompt:recorded@m", "prompt", majority, {
      facts: { recording: { labels: null, words: null } },
    });
    const replay: Approach = { ...recorded.approach, traits: { learnsFrom: "unknown" } };
    const floor = fake("baseline:majority", "baseline", majority);
    const found = await run(usual, [reader("tune:probe", "tune").approach, replay, floor.approach]);
    expect(new Set(experimentsIn(found).map(({ approach }) => approach))).toEqual(new Set(["tune:probe"]));
    expect(flexibility(found, "prompt:recorded@m")).toEqual({ kind: "not-measured", why: "recorded-answers" });
    expect(flexibility(found, "baseline:majority")).toEqual({ kind: "not-measured", why: "baseline" });
  });

  test("one that takes longer than there is time is not begun, and a kept model still is asked", async () => {
    const slow = reader("tune:full", "tune", { fitSeconds: 1000 });
    const approach: Approach = {
      ...slow.approach,
      estimate: async () => ({ calls: 0, inputTokens: 0, outputTokens: 0, usd: 0, seconds: 1000 }),
    };
    const measured = await run(usual, [approach], { curve: { level: "quick", seconds: 5 } });
    // Fitting is charged with 1,000 seconds, but the clock did not see them: only a new fit is judged by what is expected.
    expect(experimentsIn(measured).filter(({ experiment }) => experiment!.kind === "perturbed")).toHaveLength(3);
    const none = await run(usual, [reader("tune:probe", "tune").approach], { curve: { level: "quick", seconds: 0 } });
    expect(experimentsIn(none)).toEqual([]);
    expect(flexibility(none, "tune:probe")).toEqual({ kind: "not-measured", why: "no-experiment" });
  });

  test("without experiments there are none, and every cell has words", async () => {
    const plain = await run(usual, [reader("tune:probe", "tune").approach], { experiments: false });
    expect(experimentsIn(plain)).toEqual([]);
    const found = await run(usual, [reader("tune:probe", "tune").approach, few().approach]);
    for (const { factor, cells } of found.factors) {
      if (factor !== "flexibility" && factor !== "skill") continue;
      for (const cell of Object.values(cells)) expect(cellWords(cell).text).not.toMatch(/undefined|NaN|^$/);
    }
  });

  test("experiments have no part in choice, scores or prices", async () => {
    const approaches = (): Approach[] => [reader("tune:probe", "tune").approach, few().approach];
    const [without, found] = [await run(usual, approaches(), { experiments: false }), await run(usual, approaches())];
    const main = ({ measurements }: Comparison) => mainMeasurements(measurements, taskFacts(usual)).map(measurementKey);
    expect(main(found)).toEqual(main(without));
    expect(found.best).toEqual(without.best);
    expect(found.contrasts).toEqual(without.contrasts);
    expect(found.curves?.map(({ approach, points }) => [approach, points.length])).toEqual(
      without.curves?.map(({ approach, points }) => [approach, points.length]),
    );
  });
});

describe("a comparison that was interrupted", () => {
  test("goes on with its experiments, and makes none twice", async () => {
    const approaches = (): Approach[] => [
      reader("tune:probe", "tune", { needs: 4 }).approach,
      reader("tune:other", "tune").approach,
    ];
    const whole = await run(usual, approaches());
    const total = experimentsIn(whole).length;
    expect(total).toBeGreaterThan(12);
    for (const stopAfter of [1, Math.floor(total / 2), total - 1]) {
      const kept: Measurement[] = [];
      const stop = new AbortController();
      const onMeasurement = async (measurement: Measurement): Promise<void> => {
        kept.push(measurement);
        if (kept.filter(({ experiment }) => experiment !== undefined).length === stopAfter) stop.abort();
      };
      const stopped = await run(usual, approaches(), { onMeasurement, signal: stop.signal });
      expect(experimentsIn(stopped)).toHaveLength(stopAfter);
      const again: Measurement[] = [];
      const resumed = await run(usual, approaches(), {
        finished: kept,
        onMeasurement: async (each) => void again.push(each),
      });
      const keys = (measurements: readonly Measurement[]): string[] => measurements.map(measurementKey).sort();
      expect(keys([...kept, ...again])).toEqual(keys(whole.measurements));
      expect(keys(resumed.measurements)).toEqual(keys(whole.measurements));
      const results = ({ experiments }: Comparison) => {
        const newLabels = experiments!.newLabels.map(({ enough, points, ...rest }) => {
          return {
            ...rest,
            enough: enough && { ...enough, fitSeconds: 0 },
            points: points.map((each) => ({ ...each, fitSeconds: 0 })),
          };
        });
        return { ...experiments, newLabels };
      };
      expect(results(resumed)).toEqual(results(whole));
    }
  });
});

describe("how far scores lie apart", () => {
  test("over seeds it is what the runs of most rows say", async () => {
    // The share of rows that it gets right is its seed's.
    const shares: Readonly<Record<number, number>> = { 1: 0.9, 2: 0.8, 3: 0.7 };
    const shaky = fake("tune:probe", "tune", ({ id }, seed) => {
      const [, label, row] = id.split("-");
      return Number(row) % 10 < 10 * shares[seed]! ? label! : label === "a" ? "b" : "a";
    });
    const found = await run(textTask({ a: 60, b: 60 }), [shaky.approach], {
      seeds: [1, 2, 3],
      curve: { level: "quick", seconds: 0 },
    });
    const [spread] = found.experiments!.spreads;
    expect(spread).toMatchObject({ approach: "tune:probe", over: "seeds", runs: 3, labels: 120 });
    expect(spread!.deviation).toBeCloseTo(0.1, 12);
  });

  test("over wordings it is what the same prompt says in other words", async () => {
    const saying = (rights: number): Approach =>
      fake("prompt:labels", "prompt", ({ id }) => {
        const [, label, row] = id.split("-");
        return Number(row) % 10 < rights ? label! : label === "a" ? "b" : "a";
      }).approach;
    const found = await run(textTask({ a: 60, b: 60 }), [{ ...saying(9), reworded: [saying(7), saying(8)] }]);
    expect(found.experiments!.spreads).toEqual([
      {
        approach: "prompt:labels",
        over: "wordings",
        runs: 3,
        labels: 120,
        metric: "accuracy",
        deviation: expect.closeTo(0.1, 12),
      },
    ]);
    const skill = found.factors.find(({ factor }) => factor === "skill")!.cells["prompt:labels"];
    expect(skill).toMatchObject({ kind: "effort", spreads: [{ over: "wordings", runs: 3 }] });
  });

  test("over orders of examples it is what the same prompt says with its examples in other orders, apart from its wordings", async () => {
    const saying = (rights: number): Approach =>
      fake("prompt:few-shot@m", "prompt", ({ id }) => {
        const [, label, row] = id.split("-");
        return Number(row) % 10 < rights ? label! : label === "a" ? "b" : "a";
      }).approach;
    const approach = { ...saying(9), reworded: [saying(9)], reordered: [saying(7), saying(8)] };
    const found = await run(textTask({ a: 60, b: 60 }), [approach]);
    const spreads = found.experiments!.spreads.map(({ over, runs, deviation }) => [over, runs, Number(deviation.toFixed(9))]);
    expect(spreads).toEqual([
      ["wordings", 2, 0],
      ["orders", 3, 0.1],
    ]);
  });

  test("is said not to be measurable of recordings, and to cost money of billed prompts", async () => {
    const recorded = fake("prompt:recorded@m", "prompt", majority, { facts: { recording: { labels: null, words: 10 } } });
    const replay: Approach = { ...recorded.approach, traits: { asksLlm: true, learnsFrom: "unknown" } };
    const billed = reader("prompt:few-shot@m", "prompt", { costUsd: 0.01 });
    const asking: Approach = { ...billed.approach, traits: { ...billed.approach.traits, asksLlm: true } };
    const local = fake("prompt:labels", "prompt", majority).approach;
    const found = await run(usual, [replay, asking, { ...local, reworded: [local] }]);
    const cells = found.factors.find(({ factor }) => factor === "skill")!.cells;
    expect(cells["prompt:recorded@m"]).toMatchObject({ unvaried: "recorded-answers" });
    expect(cells["prompt:few-shot@m"]).toMatchObject({ unvaried: "billed" });
    expect(cells["prompt:labels"]).not.toHaveProperty("unvaried");
    for (const cell of Object.values(cells)) expect(cellWords(cell).detail).not.toMatch(/undefined/);
  });
});

describe("what experiments may cost", () => {
  const priced = (approach: Approach, usd: number | null): Approach => ({
    ...approach,
    estimate: async () => ({ calls: 0, inputTokens: 0, outputTokens: 0, usd, seconds: 0 }),
  });

  test("is no less than what full ones ask for", async () => {
    for (const task of [
      usual,
      textTask({ a: 400, b: 400 }),
      textTask({ a: 60, b: 60, c: 60 }, { testRows: { a: 30, b: 30, c: 30 } }),
    ]) {
      const price = 0.01;
      const few = reader("prompt:few-shot@m", "prompt", { costUsd: price });
      const other = reader("prompt:few-shot@m", "prompt", { costUsd: price }).approach;
      const approach = { ...few.approach, reworded: [other], reordered: [other] };
      const asked = experimentsIn(await run(task, [approach], { curve: { level: "full" } }));
      const paid = asked.reduce((sum, { outcomes }) => sum + price * outcomes.length, 0);
      const estimate = (await experimentUsd(task, [priced(approach, price * task.test.examples.length)]))!;
      expect(paid).toBeGreaterThan(0);
      expect(estimate).toBeGreaterThanOrEqual(paid - 1e-9);
      expect(estimate).toBeLessThan(3 * paid);
    }
  });
  test("is nothing for what costs nothing, and not known where a price is not", async () => {
    const probe = reader("tune:probe", "tune").approach;
    expect(await experimentUsd(usual, [priced(probe, 0), fake("baseline:majority", "baseline", majority).approach])).toBe(0);
    expect(await experimentUsd(usual, [priced(probe, 0), priced(probe, null)])).toBeNull();
  });
});
