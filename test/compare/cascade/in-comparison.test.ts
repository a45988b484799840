/** @file The cascade of the arms' best within a comparison: that it is there, that it costs nothing to price anew, and that no verdict knows of it. */
import { expect, test } from "vitest";
import { advise } from "../../../src/advise/advise.js";
import { cascadeOf, pairedCascade } from "../../../src/compare/cascade/cascade.js";
import { cascadeSummary } from "../../../src/compare/cascade/cascade-measurement.js";
import { rowStatistics } from "../../../src/compare/row-statistics.js";
import { summarize } from "../../../src/compare/summarize.js";
import type { Comparison } from "../../../src/types/comparison.js";
import type { Measurement } from "../../../src/types/measurement.js";
import { assumptions, drawn, measurement, outcomesOf, type Pair, taskOf } from "./world.js";

const useful = { small: (sure: number) => sure, llm: () => 0.94 };

function measured(pairs: readonly Pair[]): Measurement[] {
  const { small, llm } = outcomesOf(pairs);
  return [measurement("tune:s", "tune", small), measurement("prompt:l", "prompt", llm)];
}

const compared = (measurements: readonly Measurement[], rows: number): Comparison =>
  summarize({ task: taskOf(rows), assumptions, measurements, failed: [] });

test("a comparison has the cascade of the best of both arms, the same that the command tells of the pair", () => {
  const measurements = measured(drawn(400, 1, useful));
  const { cascade, noCascade } = compared(measurements, 400);
  expect(noCascade).toBeUndefined();
  const pair = { small: "tune:s", llm: "prompt:l", aim: { kind: "trade" } } as const;
  expect(cascade).toEqual(cascadeOf({ task: taskOf(400), measurements, assumptions, ...pair }));
  expect(cascade!.objections).toEqual([]);
});

test("it has no summary and no contrast, and is chosen by nobody", () => {
  const comparison = compared(measured(drawn(400, 1, useful)), 400);
  const { cascade, ...without } = comparison;
  expect(cascade).toBeDefined();
  expect(comparison.summaries.map(({ approach }) => approach).sort()).toEqual(["prompt:l", "tune:s"]);
  expect(new Set(comparison.contrasts.flatMap(({ a, b }) => [a, b]))).toEqual(new Set(["prompt:l", "tune:s"]));
  const [told, untold] = [advise(comparison), advise(without)];
  expect([told.choice, told.evidence, told.headline, told.confidence]).toEqual([
    untold.choice,
    untold.evidence,
    untold.headline,
    untold.confidence,
  ]);
  expect(told.reasons.filter(({ kind }) => kind !== "both-together")).toEqual(untold.reasons);
});

test("other prices are those of a cascade computed anew, and no row is looked at again", () => {
  let reads = 0;
  const measurements = measured(drawn(300, 2, useful)).map((each) => ({
    ...each,
    get outcomes() {
      reads++;
      return each.outcomes;
    },
  }));
  const task = taskOf(300);
  const rows = rowStatistics(task, measurements);
  const others = [
    assumptions,
    { ...assumptions, margin: 0.2 },
    { ...assumptions, llmPrice: 0.25 },
    { ...assumptions, usdPerMachineHour: 1e5, utilization: 0.1 },
  ];
  const first = others.map((other) => summarize({ task, assumptions: other, measurements, failed: [], rows }).cascade!);
  for (const [i, other] of others.entries()) {
    const pair = { small: "tune:s", llm: "prompt:l", aim: { kind: "trade" } } as const;
    expect(first[i]).toEqual(cascadeOf({ task, measurements, assumptions: other, ...pair }));
  }
  // The margin has no say in it.
  expect(first[1]).toBe(first[0]);
  const [dear, cheap] = [first[0]!, first[2]!];
  expect(cheap.policies.llm.usdPerThousand!.value).toBeCloseTo(0.25 * dear.policies.llm.usdPerThousand!.value, 12);
  reads = 0;
  for (const other of others) summarize({ task, assumptions: { ...other, llmPrice: 3 }, measurements, failed: [], rows });
  expect(reads).toBe(0);
});

test("where there is none, it says why; where an arm is missing, nothing is said", () => {
  const few = compared(measured(drawn(12, 3, useful)), 12);
  expect([few.cascade, few.noCascade]).toEqual([undefined, { kind: "few-shared-rows", rows: 12, least: 20 }]);
  const { small, llm } = outcomesOf(drawn(60, 4, useful));
  const unsure = small.map(({ scores: _, ...outcome }) => outcome);
  const silent = compared([measurement("tune:s", "tune", unsure), measurement("prompt:l", "prompt", llm)], 60);
  expect(silent.noCascade).toEqual({ kind: "tells-no-confidence", approach: "tune:s" });
  const alone = compared([measurement("tune:s", "tune", small)], 60);
  expect([alone.cascade, alone.noCascade]).toEqual([undefined, undefined]);
});

test("as a measured approach its price is the small one's for each row and the other's own where a row is handed on, counted once", () => {
  const pairs = drawn(300, 5, useful);
  const measurements = measured(pairs);
  for (const llmPrice of [1, 3]) {
    const told = { ...assumptions, llmPrice };
    const input = { task: taskOf(300), measurements, assumptions: told, small: "tune:s", llm: "prompt:l" };
    const paired = pairedCascade({ ...input, aim: { kind: "trade" } });
    if ("kind" in paired) throw new Error(paired.kind);
    const handedOn = paired.chosen.handedOn[0]!;
    // The small model's own price is 0.1 USD per 1,000 by the clock: 1 ms a text at 360 USD an hour.
    const paid = pairs.reduce((sum, { usd }, row) => sum + (handedOn[row] ? llmPrice * usd! : 0), 0);
    const summary = cascadeSummary(paired, input)!;
    expect(summary.usdPerThousand!.value).toBeCloseTo(0.1 + (1000 * paid) / 300, 9);
    expect(summary.usdPerThousand!.basis).toMatchObject({
      kind: "cascade",
      escalated: handedOn.filter((each) => each).length / 300,
      small: { kind: "machine" },
      llm: { kind: "list-price", requests: 300 },
    });
    expect(summary.accuracy.value).toBeCloseTo(paired.cascade.policies.cascade.accuracy.value, 12);
  }
});

test("the price of an approach that nobody knows leaves the cascade without one", () => {
  const pairs = drawn(120, 6, useful).map((pair) => ({ ...pair, usd: null }));
  const { cascade } = compared(measured(pairs), 120);
  expect(cascade!.policies.cascade.usdPerThousand).toBeNull();
  expect(cascade!.curve.every(({ usdPerThousand }) => usdPerThousand === null)).toBe(true);
  const input = { task: taskOf(120), measurements: measured(pairs), assumptions, small: "tune:s", llm: "prompt:l" };
  const paired = pairedCascade({ ...input, aim: { kind: "trade" } });
  if ("kind" in paired) throw new Error(paired.kind);
  expect(cascadeSummary(paired, input)!.usdPerThousand).toBeNull();
});
