import { describe, expect, test } from "vitest";
import { type CompareOptions, compare } from "../../src/compare/compare.js";
import { plannedContrasts } from "../../src/compare/contrasts.js";
import { metricChoice } from "../../src/compare/metrics/metric-choice.js";
import { planMeasurements } from "../../src/compare/plan.js";
import { summarize } from "../../src/compare/summarize.js";
import { taskFacts } from "../../src/compare/task-facts.js";
import { BudgetError, UserError } from "../../src/lib/errors.js";
import type { Comparison } from "../../src/types/comparison.js";
import type { Task } from "../../src/types/data.js";
import type { Measurement } from "../../src/types/measurement.js";
import { identified } from "../identity.js";
import { assumptions, dataset, fake, majority, recorder, rowOf, task, wrongEvery } from "./fakes.js";

function optionsWith(extra: Partial<CompareOptions> = {}): CompareOptions {
  return { seeds: [1], assumptions, signal: new AbortController().signal, log: () => {}, ...extra };
}

/** A small comparison: one floor, two tuned candidates, two prompted ones. */
function cast() {
  return {
    majority: fake("baseline:majority", "baseline", majority),
    probe: fake("tune:probe", "tune", wrongEvery(12), { fitCost: { labels: 200 }, predictCost: { seconds: 2 } }),
    full: fake("tune:full", "tune", wrongEvery(6), { fitCost: { labels: 200 } }),
    zero: fake("prompt:zero-shot@m", "prompt", (query) => ({ answer: [wrongEvery(3)(query)], costUsd: 0.002 })),
    few: fake("prompt:few-shot@m", "prompt", (query) => ({ answer: [wrongEvery(5)(query)], costUsd: 0.004 }), {
      fitCost: { labels: 8 },
    }),
  };
}

function approachesOf(fakes: ReturnType<typeof cast>) {
  return [fakes.zero, fakes.few, fakes.full, fakes.probe, fakes.majority].map(({ approach }) => approach);
}

describe("a comparison", () => {
  const fakes = cast();
  const frozen = task();
  let comparison: Comparison;

  test("measures arm by arm where all take as long; each candidate first on validation rows", async () => {
    const made: Measurement[] = [];
    const onMeasurement = async (measurement: Measurement): Promise<void> => void made.push(measurement);
    comparison = await compare(frozen, approachesOf(fakes), optionsWith({ onMeasurement }));
    expect(made.map(({ approach, split }) => `${approach} ${split}`)).toEqual([
      "baseline:majority test",
      "tune:full validation",
      "tune:full test",
      "tune:probe validation",
      "tune:probe test",
      "prompt:zero-shot@m validation",
      "prompt:zero-shot@m test",
      "prompt:few-shot@m validation",
      "prompt:few-shot@m test",
    ]);
    expect(comparison.measurements).toEqual(made);
  });

  test("the user's own validation rows are what is chosen by, and no training row is held back for that", async () => {
    const own = cast();
    const validation = dataset("validation", 30);
    const chosen = await compare({ ...frozen, validation }, approachesOf(own), optionsWith());
    const answered = chosen.measurements.filter(({ split }) => split === "validation");
    expect(answered).toHaveLength(4);
    for (const { outcomes, trainSize } of answered) {
      expect(outcomes.map(({ id }) => id)).toEqual(validation.examples.map(({ id }) => id));
      expect(trainSize).toBe(frozen.train.examples.length);
    }
    for (const { rows } of own.full.trace.fits) expect(rows).toEqual(frozen.train.examples);
  });

  test("validation rows are cut from the training rows, a fifth of them, the same for both arms", () => {
    const validations = comparison.measurements.filter((measurement) => measurement.split === "validation");
    const ids = validations.map((measurement) => measurement.outcomes.map((outcome) => outcome.id));
    for (const own of ids) expect(own).toEqual(ids[0]);
    expect(ids[0]!.every((id) => id.startsWith("train-"))).toBe(true);
    expect(ids[0]).toHaveLength(40);
    for (const { trace } of [fakes.probe, fakes.few]) {
      const [onPart, onAll] = trace.fits;
      expect(onPart!.rows.map((example) => example.id)).not.toContain(ids[0]![0]);
      expect(onPart!.rows).toHaveLength(160);
      expect(onAll!.rows).toHaveLength(200);
    }
  });

  test("hands each fit the folder that is its own", async () => {
    const handed: (string | undefined)[] = [];
    const { approach } = fake("tune:full", "tune", wrongEvery(6), { onFit: (context) => handed.push(context.checkpointFolder) });
    const { approach: other } = fake("tune:probe", "tune", wrongEvery(9));
    const checkpointFolder: CompareOptions["checkpointFolder"] = (fit) =>
      `${fit.approach} ${fit.split} ${fit.trainSize} ${fit.seed}`;
    await compare(frozen, [approach, other], optionsWith({ seeds: [1, 2], checkpointFolder }));
    expect(handed).toEqual(["tune:full validation 160 1", "tune:full test 200 1", "tune:full test 200 2"]);
    await compare(frozen, [approach], optionsWith());
    expect(handed.slice(3)).toEqual([undefined]);
  });

  test("names the best of each arm and how it was chosen", () => {
    expect(comparison.best.tune).toEqual({
      approach: "tune:probe",
      basis: { kind: "validation", metric: "macroF1", score: expect.any(Number), rows: 40, of: 40 },
    });
    expect(comparison.best.prompt?.approach).toBe("prompt:few-shot@m");
  });

  test("summaries: best macro-F1 first, scores as counted by hand", () => {
    expect(comparison.summaries.map((summary) => summary.approach)).toEqual([
      "tune:probe",
      // More rows wrong than tune:full, but all of the commonest label: (.8 + .75 + 1)/3 against (.909 + .737 + .75)/3.
      "prompt:few-shot@m",
      "tune:full",
      "prompt:zero-shot@m",
      "baseline:majority",
    ]);
    expect(comparison.summaries[1]!.macroF1.value).toBeCloseTo(0.85, 12);
    const probe = comparison.summaries[0]!;
    // Wrong on rows 0, 12, 24, … of 120.
    expect(probe.accuracy.value).toBeCloseTo(110 / 120, 12);
    expect(probe.accuracy.low).toBeLessThan(110 / 120);
    expect(probe).toMatchObject({
      testRows: 120,
      trainSize: 200,
      seeds: [1],
      failures: {},
      answeredAccuracy: expect.closeTo(110 / 120),
    });
    expect(comparison.summaries.at(-1)!.confusion).toEqual([
      [72, 0, 0, 0],
      [36, 0, 0, 0],
      [12, 0, 0, 0],
    ]);
    expect(comparison.summaries.at(-1)!.perLabel[2]).toEqual({
      label: "other",
      precision: 0,
      recall: 0,
      f1: 0,
      support: 12,
      isEstimable: false,
    });
  });

  test("contrasts: the primary one first, then its macro-F1, the floor, the other candidates", () => {
    expect(comparison.contrasts.map(({ a, b, metric }) => `${a} ${b} ${metric}`)).toEqual([
      "tune:probe prompt:few-shot@m accuracy",
      "tune:probe prompt:few-shot@m macroF1",
      "tune:probe baseline:majority accuracy",
      "prompt:few-shot@m baseline:majority accuracy",
      "tune:probe tune:full accuracy",
      "prompt:few-shot@m prompt:zero-shot@m accuracy",
    ]);
    const primary = comparison.contrasts[0]!;
    // Wrong on multiples of 12 against multiples of 5: both on 0 and 60.
    expect(primary.discordant).toEqual([22, 8]);
    expect(primary.difference.value).toBeCloseTo(14 / 120, 12);
    // scipy.stats: 2·binom.cdf(8, 30, .5) − binom.pmf(8, 30, .5)
    expect(primary.pValue).toBeCloseTo(0.0107, 4);
    expect(primary.adjustedPValue).toBeGreaterThan(primary.pValue);
    expect(comparison.contrasts[2]).toMatchObject({ verdict: "a-better", moreRows: null });
  });

  test("cost: what a service bills, or the machine's price for the measured throughput", () => {
    const priceOf = (approach: string): number | undefined =>
      comparison.summaries.find((summary) => summary.approach === approach)?.usdPerThousand?.value;
    expect(priceOf("prompt:few-shot@m")).toBeCloseTo(4, 9);
    // 2 s and the wall time for 120 texts at $0.36 an hour, busy half the time: $0.0001/s / 60 texts/s / .5, a thousand times.
    expect(priceOf("tune:probe")).toBeCloseTo(1000 * 0.0001 * (2 / 120) * 2, 4);
    const [breakEven] = comparison.money.breakEvens;
    expect(breakEven).toMatchObject({ tuned: "tune:probe", prompted: "prompt:few-shot@m", machine: "shared" });
    // A twelfth of 192 labels more at ten cents, over $0.004 − $0.0000033 a request.
    expect(breakEven!.requestsPerMonth!).toBeGreaterThan(4800 / 12);
    expect(breakEven!.requestsPerMonth!).toBeLessThanOrEqual(Math.ceil(4810 / 12));
    expect(breakEven!.basis.extraUpfront.labels).toBeCloseTo(19.2, 10);
  });

  test("everything follows from the stored rows, to the last digit", () => {
    const { task: facts, measurements, failed } = JSON.parse(JSON.stringify(comparison)) as Comparison;
    expect(summarize({ task: facts, assumptions, measurements, failed })).toEqual(JSON.parse(JSON.stringify(comparison)));
  });

  test("rows that do not pair up are refused", () => {
    const measurements = comparison.measurements.map((measurement, index) =>
      index === 0 ? { ...measurement, outcomes: measurement.outcomes.toReversed() } : measurement,
    );
    expect(() => summarize({ ...comparison, measurements })).toThrow("not measured on the same test rows");
  });

  test("the estimate's plan is the run's plan", () => {
    const plan = planMeasurements(frozen, approachesOf(cast()), [1]);
    expect(
      plan.map(({ approach, split, train, test: rows }) => [approach.name, split, train.examples.length, rows.examples.length]),
    ).toEqual(
      comparison.measurements.map(({ approach, split, trainSize, outcomes }) => [approach, split, trainSize, outcomes.length]),
    );
  });
});

test("several seeds: each approach once a seed, scores their mean", async () => {
  const { approach } = fake("tune:probe", "tune", (query, seed) => wrongEvery(seed === 1 ? 4 : 6)(query));
  const { approach: other } = fake("prompt:labels", "prompt", wrongEvery(3));
  const comparison = await compare(task(), [approach, other], optionsWith({ seeds: [1, 2] }));
  expect(comparison.measurements.map(({ approach: name, seed }) => `${name} ${seed}`)).toEqual([
    "tune:probe 1",
    "tune:probe 2",
    "prompt:labels 1",
    "prompt:labels 2",
  ]);
  const [best] = comparison.summaries;
  expect(best!.accuracy.value).toBeCloseTo((90 / 120 + 100 / 120) / 2, 12);
  expect(best!.seeds).toEqual([1, 2]);
  expect(comparison.best.tune).toEqual({ approach: "tune:probe", basis: { kind: "only-candidate" } });
});

test.each([
  [false, "accuracy", ["macroF1"]],
  [true, "microF1", ["macroF1", "exactMatch"]],
] as const)("several labels a row: %s; then the question is decided by %s", (isMultiLabel, main, others) => {
  const basis = { kind: "only-candidate" } as const;
  const best = { tune: { approach: "tune:probe", basis }, prompt: { approach: "prompt:x", basis } };
  const summaries = [
    { approach: "baseline:majority", arm: "baseline" },
    { approach: "tune:probe", arm: "tune" },
    { approach: "prompt:x", arm: "prompt" },
  ] as const;
  const metrics = metricChoice({ truths: Array.from({ length: 9 }, (_, row) => [row % 3]), labelCount: 3 }, { isMultiLabel });
  expect(plannedContrasts(best, summaries, metrics).map(({ a, b, metric }) => [a, b, metric])).toEqual([
    ["tune:probe", "prompt:x", main],
    ...others.map((metric) => ["tune:probe", "prompt:x", metric]),
    ["tune:probe", "baseline:majority", main],
    ["prompt:x", "baseline:majority", main],
  ]);
});

test("multi-label: accuracy is that of whole label sets, and the usual scores stand beside it", async () => {
  const several = (part: Task["train"]): Task["train"] => ({
    ...part,
    isMultiLabel: true,
    examples: part.examples.map((example, row) => ({ ...example, labels: row % 3 === 0 ? ["billing", "login"] : ["other"] })),
  });
  const single = task();
  const { approach } = fake("tune:probe", "tune", () => ({ answer: ["billing"] }));
  const { summaries } = await compare(
    { ...single, train: several(single.train), test: several(single.test) },
    [approach],
    optionsWith(),
  );
  const summary = summaries[0]!;
  // 40 of 120 rows have billing and login; billing alone is never the whole set.
  expect(summary.accuracy.value).toBe(0);
  expect(summary.multiLabel).toEqual({
    microF1: { value: expect.closeTo((2 * 40) / (2 * 40 + 80 + 120), 12), low: expect.any(Number), high: expect.any(Number) },
    samplesF1: expect.closeTo((40 * (2 / 3)) / 120, 12),
    hammingLoss: expect.closeTo((40 + 80 * 2) / 360, 12),
  });
  expect(summary.macroF1.value).toBeCloseTo(80 / 160 / 3, 12);
});

test("what is already measured is not measured again", async () => {
  const first = cast();
  const made: Measurement[] = [];
  const full = await compare(
    task(),
    approachesOf(first),
    optionsWith({ onMeasurement: async (measurement) => void made.push(measurement) }),
  );
  const second = cast();
  const again: Measurement[] = [];
  const resumed = await compare(
    task(),
    approachesOf(second),
    optionsWith({ finished: made.slice(0, 5), onMeasurement: async (measurement) => void again.push(measurement) }),
  );
  expect(again).toHaveLength(4);
  expect([second.probe, second.full, second.majority].every(({ trace }) => trace.fits.length === 0)).toBe(true);
  expect(resumed.contrasts).toEqual(full.contrasts);
});

test("a predictor can be saved while it is open, before its measurement is stored", async () => {
  const { approach, trace } = fake("tune:probe", "tune", wrongEvery(12));
  const steps: string[] = [];
  await compare(
    task(),
    [approach],
    optionsWith({
      onPredictor: async ({ split }, predictor) => {
        steps.push(`${split} predictor with ${(await predictor.files()).size} files, disposed of ${trace.disposals} times`);
      },
      onMeasurement: async ({ split }) => void steps.push(`${split} measurement`),
    }),
  );
  expect(steps).toEqual(["test predictor with 0 files, disposed of 0 times", "test measurement"]);
  expect(trace.disposals).toBe(1);
});

test("a measurement of other rows is not taken for finished", async () => {
  const { majority: floor } = cast();
  const { measurements } = await compare(task(), [floor.approach], optionsWith());
  const other: Task = task({ testRows: 121 });
  const { approach, trace } = fake("baseline:majority", "baseline", majority);
  await compare(other, [approach], optionsWith({ finished: measurements }));
  expect(trace.fits).toHaveLength(1);
});

describe("failures", () => {
  const broken = (error: Error) =>
    fake("prompt:broken", "prompt", () => "login", {
      onFit: () => {
        throw error;
      },
    });

  test("of the user's making: recorded, the others go on", async () => {
    const { probe, zero, majority: floor } = cast();
    const seen: string[] = [];
    const comparison = await compare(
      task(),
      [probe.approach, broken(new UserError("The key is missing.")).approach, zero.approach, floor.approach],
      optionsWith({ onFailure: (approach, error) => void seen.push(`${approach}: ${error.message}`) }),
    );
    expect(comparison.failed).toEqual([
      { ...identified("prompt:broken", "prompt", { asksLlm: true }), reason: "The key is missing." },
    ]);
    expect(seen).toEqual(["prompt:broken: The key is missing."]);
    expect(comparison.summaries).toHaveLength(3);
    expect(comparison.best.prompt).toMatchObject({ approach: "prompt:zero-shot@m", basis: { kind: "only-candidate" } });
  });

  test("a reached budget ends the comparison; what was measured has been handed over", async () => {
    const made: string[] = [];
    const run = compare(
      task(),
      [cast().probe.approach, broken(new BudgetError("The budget of $1 is reached.")).approach],
      optionsWith({ onMeasurement: async ({ approach }) => void made.push(approach) }),
    );
    await expect(run).rejects.toThrow(BudgetError);
    expect(made).toEqual(["tune:probe"]);
  });

  test("an abort ends it, whatever the interrupted approach makes of it", async () => {
    const controller = new AbortController();
    const { approach } = fake("prompt:slow", "prompt", () => "login", {
      onFit: () => {
        controller.abort();
        throw new UserError("The connection was closed.");
      },
    });
    const run = compare(task(), [approach], optionsWith({ signal: controller.signal }));
    await expect(run).rejects.toMatchObject({ name: "AbortError" });
  });

  test("a bug is thrown", async () => {
    await expect(compare(task(), [broken(new TypeError("x is not a function")).approach], optionsWith())).rejects.toThrow(
      TypeError,
    );
  });

  test.each(["onMeasurement", "onPredictor"] as const)("where storing fails (%s), the approach is not to blame", async (hook) => {
    const full = async (): Promise<void> => {
      throw new UserError("The disk is full.");
    };
    await expect(compare(task(), [cast().probe.approach], optionsWith({ [hook]: full }))).rejects.toThrow("The disk is full.");
  });

  test("nothing measured at all", async () => {
    await expect(compare(task(), [broken(new UserError("No key.")).approach], optionsWith())).rejects.toThrow(
      "No approach could be measured. prompt:broken: No key.",
    );
  });

  test("two approaches of one name, none at all, and no seed", () => {
    const { probe } = cast();
    expect(() => planMeasurements(task(), [probe.approach, probe.approach], [1])).toThrow(
      'Two approaches are named "tune:probe"',
    );
    expect(() => planMeasurements(task(), [], [1])).toThrow("no approach");
    expect(() => planMeasurements(task(), [probe.approach], [])).toThrow("no seed");
  });
});

test("too few rows to validate: the cheapest candidate, and the basis says so", async () => {
  const { zero, few } = cast();
  const comparison = await compare(task({ trainRows: 12 }), [few.approach, zero.approach], optionsWith());
  expect(comparison.measurements.every((measurement) => measurement.split === "test")).toBe(true);
  expect(comparison.best.prompt).toEqual({
    approach: "prompt:zero-shot@m",
    basis: { kind: "cheapest", why: "no-validation-rows" },
  });
  expect(comparison.best.tune).toBeNull();
  expect(comparison.money.breakEvens).toEqual([]);
});

test("equal on validation: the cheaper one", async () => {
  const priced = (name: string, costUsd: number) =>
    fake(name, "prompt", (query) => ({ answer: [wrongEvery(5)(query)], costUsd })).approach;
  const comparison = await compare(task(), [priced("prompt:a", 0.02), priced("prompt:b", 0.01)], optionsWith());
  expect(comparison.best.prompt?.approach).toBe("prompt:b");
});

test("the primary contrast is judged by its own p-value, those asked besides by the corrected one", async () => {
  const wrongOn = (first: number) => (query: { readonly id: string; readonly text: string }) => {
    const isWrong = rowOf(query) >= first && rowOf(query) < first + 5;
    return wrongEvery(isWrong ? 1 : 1_000_000, isWrong ? 0 : 1)(query);
  };
  const comparison = await compare(
    task(),
    [
      fake("tune:a", "tune", wrongOn(1000)).approach,
      fake("prompt:b", "prompt", wrongOn(0)).approach,
      fake("baseline:c", "baseline", wrongOn(5)).approach,
    ],
    optionsWith({ assumptions: { ...assumptions, margin: 0 } }),
  );
  const verdicts = comparison.contrasts
    .filter(({ metric }) => metric === "accuracy")
    .map(({ a, b, discordant, pValue, adjustedPValue, verdict }) => ({
      a,
      b,
      discordant,
      pValue,
      isSure: adjustedPValue < 0.05,
      verdict,
    }));
  // Five rows to none: mid-p = 2 · (1/32 − 1/64), by itself below .05, but not as one of four.
  expect(verdicts).toEqual([
    { a: "tune:a", b: "prompt:b", discordant: [5, 0], pValue: 1 / 32, isSure: false, verdict: "a-better" },
    { a: "tune:a", b: "baseline:c", discordant: [5, 0], pValue: 1 / 32, isSure: false, verdict: "undecided" },
    { a: "prompt:b", b: "baseline:c", discordant: [5, 5], pValue: expect.any(Number), isSure: false, verdict: "undecided" },
  ]);
});

test("grouped test rows widen the interval", async () => {
  // Wrong on whole runs of ten rows.
  const answer = (period: number) => (query: { id: string }) => {
    const row = Number(query.id.split("-").at(-1));
    return wrongEvery(Math.floor(row / 10) % period === 0 ? 1 : 1_000_000, 1)({ id: query.id, text: "" });
  };
  const widths: number[] = [];
  for (const groupSize of [0, 10]) {
    const { approach } = fake("tune:probe", "tune", answer(4));
    const { summaries } = await compare(task({ groupSize, testRows: 400 }), [approach], optionsWith());
    widths.push(summaries[0]!.accuracy.high - summaries[0]!.accuracy.low);
  }
  expect(widths[1]! / widths[0]!).toBeGreaterThan(2.5);
});

test("progress names what is being measured and ends complete", async () => {
  const { events, log } = recorder();
  await compare(task(), [cast().majority.approach], optionsWith({ log }));
  expect(events[0]).toEqual({
    kind: "progress",
    phase: "comparing",
    done: 0,
    total: 1,
    detail: "baseline:majority on test rows",
  });
  expect(events.at(-1)).toEqual({ kind: "progress", phase: "comparing", done: 1, total: 1 });
});

test("the facts of a task are everything but its rows", () => {
  expect(taskFacts(task())).toEqual({
    name: "tickets",
    labels: ["billing", "login", "other"],
    isMultiLabel: false,
    trainRows: 200,
    testRows: 120,
    trainHash: "a".repeat(64),
    testHash: "b".repeat(64),
    splitNote: "given",
    warnings: [],
  });
});
