import { describe, expect, test } from "vitest";
import { measure } from "../../src/compare/measure.js";
import { calibration } from "../../src/compare/metrics/calibration.js";
import { random } from "../../src/lib/random.js";
import type { Measurement } from "../../src/types/measurement.js";
import type { Prediction } from "../../src/types/prediction.js";
import { dataset, type FakeOptions, fake, labelOf, recorder, rowOf, wrongEvery } from "./fakes.js";

const train = dataset("train", 40);
const held = dataset("test", 100, 4);
const signal = new AbortController().signal;
const options = { split: "test", seed: 5, signal, log: () => {} } as const;

function measureFake(answer: Parameters<typeof fake>[2], fakeOptions: FakeOptions = {}): Promise<Measurement> {
  return measure(fake("tune:fake", "tune", answer, fakeOptions).approach, train, held, options);
}

test("outcomes are the predictions beside the truth, in the order of the rows", async () => {
  const { approach, trace } = fake("tune:fake", "tune", wrongEvery(4), { facts: { humanWords: 3 } });
  const measurement = await measure(approach, train, held, options);
  expect(measurement).toMatchObject({ approach: "tune:fake", arm: "tune", split: "test", trainSize: 40, seed: 5 });
  expect(measurement.outcomes.map((outcome) => outcome.id)).toEqual(held.examples.map((example) => example.id));
  const characters = (row: number) => held.examples[row]!.text.length;
  expect(measurement.outcomes[1]).toEqual({
    id: "test-1",
    answer: ["billing"],
    truth: ["billing"],
    characters: characters(1),
    group: "customer 0",
  });
  expect(measurement.outcomes[4]).toEqual({
    id: "test-4",
    answer: ["login"],
    truth: ["billing"],
    characters: characters(4),
    group: "customer 1",
  });
  expect(measurement.facts.humanWords).toBe(3);
  expect(trace.fits).toEqual([{ rows: train.examples, seed: 5 }]);
  expect(trace.disposals).toBe(1);
});

test("no label of a test row is ever handed to the approach", async () => {
  const { approach, trace } = fake("tune:fake", "tune", wrongEvery(4));
  await measure(approach, train, held, options);
  expect(trace.fits[0]!.rows.some((example) => example.id.startsWith("test"))).toBe(false);
  for (const { queries } of trace.asked) for (const query of queries) expect(Object.keys(query).sort()).toEqual(["id", "text"]);
});

test("costs are wall time plus what was spent, of fitting and of answering apart", async () => {
  const measurement = await measureFake(wrongEvery(4), {
    fitCost: { seconds: 100, labels: 40, usd: 0.5 },
    predictCost: { seconds: 7, inputTokens: 11, outputTokens: 2 },
  });
  expect(measurement.fitCost).toMatchObject({ labels: 40, usd: 0.5, inputTokens: 0 });
  expect(measurement.fitCost.seconds).toBeGreaterThan(100);
  expect(measurement.fitCost.seconds).toBeLessThan(101);
  // Spent once: the requests that measure latency are not part of the work.
  expect(measurement.predictCost).toMatchObject({ inputTokens: 11, outputTokens: 2 });
  expect(measurement.predictCost.seconds).toBeGreaterThan(7);
  expect(measurement.predictCost.seconds).toBeLessThan(8);
});

test("progress says which measurement it belongs to", async () => {
  const measurement = { approach: "tune:fake", split: "test", trainSize: 40, seed: 5 };
  const { events, log } = recorder();
  await measure(fake("tune:fake", "tune", wrongEvery(4)).approach, train, held, { ...options, log });
  expect(events).toContainEqual({ kind: "progress", phase: "fitting", done: 1, total: 1, measurement });
  expect(events).toContainEqual({ kind: "note", text: "a note", measurement });
});

describe("latency", () => {
  test("of a local model: 64 random rows one at a time after 3 that warm up, without caches", async () => {
    const { approach, trace } = fake("tune:fake", "tune", wrongEvery(4));
    const { latencies } = await measure(approach, train, held, options);
    expect(latencies).toHaveLength(64);
    expect(latencies.every((seconds) => seconds >= 0 && seconds < 1)).toBe(true);
    const [all, ...single] = trace.asked;
    expect(all).toMatchObject({ useCache: true, queries: { length: 100 } });
    expect(single).toHaveLength(67);
    expect(single.every(({ queries, useCache }) => queries.length === 1 && !useCache)).toBe(true);
    expect(new Set(single.map(({ queries }) => queries[0]!.id)).size).toBe(64);
  });

  test("what answers carry themselves is taken instead", async () => {
    const { latencies } = await measureFake((query) => ({ answer: [labelOf(rowOf(query))], latencySeconds: rowOf(query) / 100 }));
    expect(latencies).toHaveLength(100);
    expect(latencies[50]).toBe(0.5);
  });

  test("a replayed recording has no speed of its own", async () => {
    const { latencies } = await measureFake(() => ({ answer: ["login"], costUsd: 0.001 }));
    expect(latencies).toEqual([]);
  });

  test("validation rows are not timed", async () => {
    const { approach } = fake("tune:fake", "tune", wrongEvery(4));
    expect((await measure(approach, train, held, { ...options, split: "validation" })).latencies).toEqual([]);
  });
});

describe("what an approach gets wrong about the interface is a bug, not a wrong answer", () => {
  const silent: Prediction = { answer: null, failure: "error" };
  test.each<[string, (queries: number) => Prediction[], string]>([
    ["too few", (count) => new Array<Prediction>(count - 1).fill(silent), "returned 99 predictions for 100 texts"],
    ["a foreign label", (count) => new Array<Prediction>(count).fill({ answer: ["spam"] }), '"spam" is answered'],
    ["two labels", (count) => new Array<Prediction>(count).fill({ answer: ["login", "other"] }), "2 labels answered"],
    [
      "no answer without a reason",
      (count) => new Array<Prediction>(count).fill({ answer: null }),
      "either an answer or a failure",
    ],
    [
      "a score missing",
      (count) => new Array<Prediction>(count).fill({ answer: ["login"], scores: { login: 1 } }),
      'no score for "billing"',
    ],
  ])("%s", async (_, returns, message) => {
    const { approach, trace } = fake("tune:fake", "tune", () => "login", { returns: (queries) => returns(queries.length) });
    await expect(measure(approach, train, held, options)).rejects.toThrow(message);
    expect(trace.disposals).toBe(1);
  });
});

test("an aborted signal ends it before anything is fitted", async () => {
  const { approach, trace } = fake("tune:fake", "tune", wrongEvery(4));
  await expect(measure(approach, train, held, { ...options, signal: AbortSignal.abort() })).rejects.toThrow("aborted");
  expect(trace.fits).toHaveLength(0);
});

test("an abort while fitting still disposes of the predictor", async () => {
  const controller = new AbortController();
  const { approach, trace } = fake("tune:fake", "tune", wrongEvery(4), { onFit: () => controller.abort() });
  await expect(measure(approach, train, held, { ...options, signal: controller.signal })).rejects.toThrow("aborted");
  expect(trace.disposals).toBe(1);
  expect(trace.asked).toHaveLength(0);
});

test("of thousands of labels the largest scores and the true one are kept, and say nearly the same of calibration", async () => {
  const labels = Array.from({ length: 2000 }, (_, i) => `label ${i}`);
  const stream = random(1, "scores");
  const wide = {
    ...held,
    labels,
    examples: held.examples.map((example, i) => ({ ...example, labels: [labels[(i * 17) % labels.length]!] })),
  };
  const truths = new Map(wide.examples.map(({ id, labels: truth }) => [id, truth[0]!]));
  const all = new Map<string, Readonly<Record<string, number>>>();
  const { approach } = fake("tune:fake", "tune", ({ id }) => {
    const logits = labels.map((label) => stream.normal() * 2 + (label === truths.get(id) ? 5 * stream.uniform() : 0));
    const sum = logits.reduce((total, logit) => total + Math.exp(logit), 0);
    const scores = Object.fromEntries(labels.map((label, i) => [label, Math.exp(logits[i]!) / sum]));
    all.set(id, scores);
    return { answer: [Object.entries(scores).reduce((best, one) => (one[1] > best[1] ? one : best))[0]], scores };
  });
  const { outcomes } = await measure(approach, { ...train, labels }, wide, { ...options, split: "validation" });
  for (const { id, scores, truth, answer } of outcomes) {
    expect(Object.keys(scores!).length).toBeLessThanOrEqual(101);
    expect([scores![truth[0]!], scores![answer![0]!]]).toEqual([all.get(id)![truth[0]!], all.get(id)![answer![0]!]]);
  }
  const space = { labels, isMultiLabel: false };
  const whole = calibration(
    outcomes.map((outcome) => ({ ...outcome, scores: all.get(outcome.id)! })),
    space,
  )!;
  const kept = calibration(outcomes, space)!;
  expect(kept.logLoss).toBeCloseTo(whole.logLoss, 9);
  expect(kept.ece).toBeCloseTo(whole.ece, 9);
  expect(kept.brier).toBeCloseTo(whole.brier, 3);
});
