/** @file An approach that is asked about a random sample: which rows these are, and that nothing is made of the others. */
import { describe, expect, test } from "vitest";
import { advise } from "../../../src/advise/advise.js";
import { type CompareOptions, compare } from "../../../src/compare/compare.js";
import { experimentUsd } from "../../../src/compare/experiments/experiment-estimate.js";
import { someRows } from "../../../src/compare/experiments/experiment-rows.js";
import { measure } from "../../../src/compare/measure.js";
import { pairDifference } from "../../../src/compare/pair-difference.js";
import { leastSampledRows, sampledApproach } from "../../../src/compare/sample/sampled-approach.js";
import { type ApproachRuns, runsByApproach, summaryOf } from "../../../src/compare/summary.js";
import { taskFacts } from "../../../src/compare/task-facts.js";
import { random } from "../../../src/lib/random.js";
import type { Approach } from "../../../src/types/approach.js";
import type { Comparison } from "../../../src/types/comparison.js";
import type { Query, Task } from "../../../src/types/data.js";
import type { Prediction } from "../../../src/types/prediction.js";
import { reader, textTask } from "../experiments/texts.js";
import { assumptions, type FakeOptions, fake, labelOf, labels, majority, rowOf, task, wrongEvery } from "../fakes.js";

const options: CompareOptions = { seeds: [1], assumptions };
const tuned = fake("tune:probe", "tune", wrongEvery(10)).approach;
const floor = fake("baseline:majority", "baseline", majority).approach;

const queriesOf = ({ examples }: Task["test"]): Query[] => examples.map(({ id, text }) => ({ id, text }));

/** An LLM that is asked about so many test rows, and the queries that reached it. */
function sampled(
  rows: number,
  of: Task,
  answer: (query: Query) => string | Prediction,
  { name = "prompt:zero-shot@openai:m", seed = 1, ...own }: FakeOptions & { name?: string; seed?: number } = {},
) {
  const { approach, trace } = fake(name, "prompt", answer, own);
  return { approach: sampledApproach(approach, { rows, seed, task: of }), trace };
}

async function askedBy(approach: Approach, of: Task, queries: readonly Query[]): Promise<string[]> {
  const context = { signal: new AbortController().signal, spend: () => {}, log: () => {} };
  await using predictor = await approach.fit(of.train, { ...context, seed: 5 });
  const predictions = await predictor.predict(queries, { ...context, useCache: true });
  expect(predictions).toHaveLength(queries.length);
  return queries.filter((_, row) => predictions[row]!.failure !== "unasked").map(({ id }) => id);
}

describe("which rows are asked about", () => {
  const own = task({ testRows: 90 });
  const queries = queriesOf(own.test);
  const askedOf = (rows: number, { seed = 1, given = queries, name = "prompt:zero-shot@openai:m" } = {}): Promise<string[]> =>
    askedBy(sampled(rows, own, majority, { seed, name }).approach, own, given);

  test("so many test rows, the same ones of every prompt and in every order, others with another seed, and more hold fewer", async () => {
    const some = await askedOf(30);
    expect(some).toHaveLength(30);
    expect(await askedOf(30, { name: "prompt:few-shot@openai:other" })).toEqual(some);
    expect(new Set(await askedOf(30, { given: queries.toReversed() }))).toEqual(new Set(some));
    expect(await askedOf(30, { seed: 2 })).not.toEqual(some);
    expect(await askedOf(45)).toEqual(expect.arrayContaining(some));
  });

  test("no row is likelier than another", async () => {
    const seeds = Array.from({ length: 300 }, (_, seed) => seed);
    const counts = new Map<string, number>();
    for (const seed of seeds) for (const id of await askedOf(30, { seed })) counts.set(id, (counts.get(id) ?? 0) + 1);
    expect(counts.size).toBe(90);
    // A third of 300 each, within five standard errors.
    for (const count of counts.values()) expect(Math.abs(count - 100)).toBeLessThan(5 * Math.sqrt(300 * (1 / 3) * (2 / 3)));
  });

  test("of validation rows the same share, but no fewer than the fewest that say something", async () => {
    const validation = queriesOf(own.train);
    expect(await askedOf(30, { given: validation.slice(0, 120) })).toHaveLength(40);
    expect(await askedOf(30, { given: validation.slice(0, 21) })).toHaveLength(leastSampledRows);
    expect(await askedOf(30, { given: validation.slice(0, 8) })).toHaveLength(8);
  });

  test("rows of the training file are told from test rows of the same ids", async () => {
    const numbered = (rows: Task["test"]): Task["test"] => ({
      ...rows,
      examples: rows.examples.map((each, row) => ({ ...each, id: String(row) })),
    });
    const alike = { ...own, train: numbered(own.train), test: numbered(own.test) };
    const { approach } = sampled(30, alike, majority);
    expect(await askedBy(approach, alike, queriesOf(alike.train).slice(0, 120))).toHaveLength(40);
    expect(await askedBy(approach, alike, queriesOf(alike.test))).toHaveLength(30);
  });

  test("a test row whose text was changed is asked about where it is itself, as are other words of the same prompt", async () => {
    const some = await askedOf(30);
    const changed = queries.slice(0, 40).map(({ id, text }) => ({ id, text: text.toUpperCase() }));
    const inner: Approach = {
      ...fake("prompt:zero-shot@openai:m", "prompt", majority).approach,
      reworded: [fake("prompt:zero-shot@openai:m", "prompt", majority).approach],
    };
    const approach = sampledApproach(inner, { rows: 30, seed: 1, task: own });
    const expected = changed.map(({ id }) => id).filter((id) => some.includes(id));
    expect(await askedBy(approach, own, changed)).toEqual(expected);
    expect(await askedBy(approach.reworded![0]!, own, changed)).toEqual(expected);
  });

  test("estimates are of the rows that are asked about, and no fewer rows than there are is no sample", async () => {
    const inner: Approach = {
      ...tuned,
      estimate: async (_, { length }) => ({ calls: length, inputTokens: 0, outputTokens: 0, usd: length, seconds: 0 }),
    };
    const estimate = await sampledApproach(inner, { rows: 30, seed: 1, task: own }).estimate(own.train, queries);
    expect(estimate).toMatchObject({ calls: 30, usd: 30, rows: 30 });
    expect(sampledApproach(inner, { rows: 90, seed: 1, task: own })).toBe(inner);
  });
});

describe("what is made of a sample", () => {
  const own = task({ testRows: 120 });
  const priced = (query: Query): Prediction => ({ answer: [wrongEvery(8)(query)], costUsd: 0.002, latencySeconds: 0.1 });
  const run = (rows: number, answer: (query: Query) => string | Prediction = priced, more: Approach[] = []) =>
    compare(own, [floor, tuned, sampled(rows, own, answer).approach, ...more], options);
  const llmOf = ({ summaries }: Comparison) => summaries.find(({ arm }) => arm === "prompt")!;
  const questionOf = ({ contrasts }: Comparison) => contrasts.find(({ b }) => b.startsWith("prompt:"))!;

  test("its score rests on the rows that it was asked about, the pair on those of both, and the tuned model's on all", async () => {
    const comparison = await run(40);
    const asked = comparison.measurements.find(({ arm, split }) => arm === "prompt" && split === "test")!.outcomes;
    const rows = asked.filter(({ failure }) => failure === undefined);
    const right = (by: (query: Query) => string): number =>
      rows.filter(({ id }) => by({ id, text: "" }) === labelOf(rowOf({ id, text: "" }))).length;
    expect(rows).toHaveLength(40);
    expect(llmOf(comparison)).toMatchObject({ testRows: 40, sampledFrom: 120, accuracy: { value: right(wrongEvery(8)) / 40 } });
    expect(comparison.summaries.find(({ approach }) => approach === "tune:probe")).toMatchObject({ testRows: 120 });
    const question = questionOf(comparison);
    expect(question.askedRows).toBe(40);
    expect(question.difference.value).toBeCloseTo((right(wrongEvery(10)) - right(wrongEvery(8))) / 40, 12);
  });

  test("rows that nobody asked about are no failures: no worst case, no count, no caution", async () => {
    const comparison = await run(40);
    expect(llmOf(comparison).missing).toBeUndefined();
    expect(llmOf(comparison).failures).toEqual({});
    expect(comparison.unanswered).toBeUndefined();
    expect(comparison.contrasts.every(({ missing }) => missing === undefined)).toBe(true);
    const kinds = advise(comparison).cautions.map(({ kind }) => kind);
    expect(kinds.filter((kind) => ["missing-rows", "unanswered", "readings-disagree", "not-comparable"].includes(kind))).toEqual(
      [],
    );
  });

  test("what failed among the rows that were asked about still is, and the worst case is of those rows", async () => {
    const failing = (query: Query): Prediction => (rowOf(query) % 3 === 0 ? { answer: null, failure: "error" } : priced(query));
    const comparison = await run(40, failing);
    const { missing, failures, testRows } = llmOf(comparison);
    expect(testRows).toBe(40);
    expect(missing!.rows).toBeGreaterThan(5);
    expect(failures).toEqual({ error: missing!.rows });
    expect(questionOf(comparison)).toMatchObject({ askedRows: 40, missing: { rows: missing!.rows, asWrong: { rows: 40 } } });
    const mute = await run(40, () => ({ answer: null, failure: "unparseable" }));
    expect(mute.unanswered).toMatchObject([{ rows: 40, testRows: 40 }]);
  });

  test("prices and times are those of a row that was asked about", async () => {
    const billed = llmOf(await run(40)).usdPerThousand!;
    expect(billed.value).toBeCloseTo(2, 10);
    expect(billed.basis).toEqual({ kind: "list-price", requests: 40 });
    // A model in this process: no price an answer, but seconds of this machine.
    const local = sampled(40, own, (query) => wrongEvery(8)(query), { predictCost: { seconds: 1000 } });
    const comparison = await compare(own, [tuned, local.approach], options);
    const { basis } = llmOf(comparison).usdPerThousand!;
    expect(basis.kind === "machine" && basis.textsPerSecond).toBeCloseTo(40 / 1000, 4);
    // Timed one by one, after three that warm up: no time is taken of what is not asked.
    expect(llmOf(comparison).latency!.requests).toBe(40);
    expect(local.trace.asked.filter(({ queries }) => queries.length === 1)).toHaveLength(43);
  });

  test("candidates are chosen by the validation rows that they were asked about", async () => {
    const worse = sampled(40, own, wrongEvery(3), { name: "prompt:few-shot@openai:m" }).approach;
    const { best } = await run(40, priced, [worse]);
    // A third of 40 validation rows is fewer than 20.
    expect(best.prompt).toMatchObject({ approach: "prompt:zero-shot@openai:m", basis: { kind: "validation", rows: 20, of: 20 } });
  });
});

test("experiments and curves rest on the same rows, and are finite where they are few", async () => {
  const of = textTask({ billing: 60, login: 50, other: 40 });
  const llm = reader("prompt:zero-shot@m", "prompt", { needs: 0 });
  const inner: Approach = { ...llm.approach, reworded: [reader("prompt:zero-shot@m", "prompt", { needs: 0 }).approach] };
  const approach = sampledApproach(inner, { rows: 30, seed: 1, task: of });
  const comparison = await compare(of, [reader("tune:probe", "tune", { needs: 2 }).approach, approach], {
    ...options,
    curve: { level: "quick", seconds: 20 },
    experiments: true,
  });
  const ofLlm = comparison.measurements.filter((each) => each.approach === approach.name);
  const asked = ofLlm.map(({ outcomes }) => outcomes.filter(({ failure }) => failure !== "unasked").map(({ id }) => id));
  expect(ofLlm.length).toBeGreaterThan(3);
  expect(asked[0]).toHaveLength(30);
  for (const ids of asked) expect(asked[0]).toEqual(expect.arrayContaining(ids));
  for (const texts of llm.asked) expect(texts.length).toBeLessThanOrEqual(30);
  const perturbed = comparison.experiments!.perturbed.filter((each) => each.approach === approach.name);
  expect(perturbed.map(({ rows }) => rows)).toEqual(perturbed.map(() => 30));
  const crossover = comparison.crossovers![0]!;
  expect(crossover.found.rows).toBe(30);
  expect(crossover.asWrong).toBeUndefined();
  const numbers = (value: unknown): number[] =>
    typeof value === "number"
      ? [value]
      : typeof value === "object" && value !== null
        ? Object.values(value).flatMap(numbers)
        : [];
  expect(numbers([comparison.experiments, comparison.contrasts, crossover]).filter((each) => !Number.isFinite(each))).toEqual([]);
});

test("what experiments may cost is of the rows that are asked about", async () => {
  const of = task({ testRows: 1000 });
  const llm: Approach = {
    ...fake("prompt:zero-shot@openai:m", "prompt", majority).approach,
    traits: { learnsFrom: "nothing" },
    estimate: async (_, { length }) => ({ calls: length, inputTokens: 0, outputTokens: 0, usd: length, seconds: 0 }),
  };
  // A dollar a text: three changes to 300 of 1,000 rows, or to the 100 of the sample, which are among them.
  expect(await experimentUsd(of, [llm])).toBeCloseTo(900, 6);
  expect(await experimentUsd(of, [sampledApproach(llm, { rows: 100, seed: 1, task: of })])).toBeCloseTo(300, 6);
  const some = new Set(someRows(of.test, 1).examples.map(({ id }) => id));
  const asked = await askedBy(sampledApproach(llm, { rows: 100, seed: 1, task: of }), of, queriesOf(of.test));
  expect(asked.every((id) => some.has(id))).toBe(true);
});

test("by simulation: the score of a sample is unbiased, and the intervals of score and difference cover", async () => {
  const [truth, ofTuned, runs] = [0.8, 0.7, 150];
  const own = task({ testRows: 160, trainRows: 10 });
  const facts = taskFacts(own);
  const wrong = (query: Query): string => labels[(labels.indexOf(labelOf(rowOf(query)) as (typeof labels)[number]) + 1) % 3]!;
  const drawn =
    (share: number, stream: string, seed: number) =>
    (query: Query): string =>
      random(seed, `${stream} ${query.id}`).uniform() < share ? labelOf(rowOf(query)) : wrong(query);
  let [sum, covered, coveredPairs, squares] = [0, 0, 0, 0];
  for (let seed = 0; seed < runs; seed++) {
    const llm = sampled(80, own, drawn(truth, "llm", seed), { seed }).approach;
    const rest = { split: "test", seed: 1, signal: new AbortController().signal, log: () => {} } as const;
    const approaches = [fake("tune:probe", "tune", drawn(ofTuned, "tuned", seed)).approach, llm];
    const measurements = await Promise.all(
      approaches.map((each) => measure(each, own.train, own.test, { ...rest, isTimed: false })),
    );
    const [a, b] = [...runsByApproach(measurements, facts).values()] as [ApproachRuns, ApproachRuns];
    const { value, low, high } = summaryOf(b, facts, 1).accuracy;
    sum += value;
    squares += (value - truth) ** 2;
    if (low <= truth && truth <= high) covered++;
    const { difference } = pairDifference(a, b, "accuracy", 1, facts.labels)!.measured;
    if (difference.low <= ofTuned - truth && ofTuned - truth <= difference.high) coveredPairs++;
  }
  const standardError = Math.sqrt((truth * (1 - truth)) / 80);
  expect(Math.abs(sum / runs - truth)).toBeLessThan((4 * standardError) / Math.sqrt(runs));
  expect(Math.sqrt(squares / runs)).toBeCloseTo(standardError, 1);
  // 95 % within four standard errors of a share of 150.
  const least = 0.95 - 4 * Math.sqrt((0.95 * 0.05) / runs);
  expect(covered / runs).toBeGreaterThan(least);
  expect(coveredPairs / runs).toBeGreaterThan(least);
});
