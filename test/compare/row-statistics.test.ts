import { expect, test } from "vitest";
import { decide } from "../../src/advise/decision.js";
import { compare } from "../../src/compare/compare.js";
import { resamplingSeed } from "../../src/compare/resampling-seed.js";
import { rowStatistics } from "../../src/compare/row-statistics.js";
import { summarize } from "../../src/compare/summarize.js";
import { sha256 } from "../../src/lib/hash.js";
import type { Assumptions } from "../../src/types/prices.js";
import { assumptions, fake, majority, task, wrongEvery } from "./fakes.js";

test("the seed of resampling is the start of SHA-256, whatever the length of what it is taken of", () => {
  for (let length = 0; length < 200; length++) {
    const hash = "0123456789abcdef".repeat(13).slice(0, length);
    expect(resamplingSeed(hash)).toBe(Number.parseInt(sha256(hash).slice(0, 8), 16));
  }
});

test("to decide anew from the statistics of the rows is to compute everything anew, also where the prices make another one the best", async () => {
  const billed = (every: number, costUsd: number) => (query: { id: string; text: string }) => ({
    answer: [wrongEvery(every)(query)],
    costUsd,
  });
  const { task: facts, ...measured } = await compare(
    // Too few rows to validate: the price alone says which candidate comes first.
    task({ trainRows: 12 }),
    [
      fake("baseline:majority", "baseline", majority).approach,
      fake("tune:probe", "tune", wrongEvery(12), { fitCost: { labels: 12 } }).approach,
      fake("tune:served", "tune", billed(9, 0.0005), { fitCost: { labels: 12 } }).approach,
      fake("prompt:zero-shot@m", "prompt", billed(5, 0.004)).approach,
    ],
    { seeds: [1, 2], assumptions },
  );
  const { failed } = measured;
  let reads = 0;
  const measurements = measured.measurements.map((measurement) => ({
    ...measurement,
    get outcomes() {
      reads++;
      return measurement.outcomes;
    },
  }));
  const rows = rowStatistics(facts, measurements);
  const bests = new Set<string | undefined>();
  const others: Assumptions[] = [
    assumptions,
    { ...assumptions, margin: 0.2 },
    { ...assumptions, usdPerMachineHour: 1e9 },
    { ...assumptions, usdPerLabel: 0, utilization: 0.01 },
  ];
  for (const other of others) {
    const anew = summarize({ task: facts, measurements, failed, assumptions: other });
    expect(summarize({ task: facts, measurements, failed, assumptions: other, rows })).toEqual(anew);
    bests.add(anew.best.tune?.approach);
  }
  expect([...bests].sort()).toEqual(["tune:probe", "tune:served"]);
  // By now every pair has been asked for: no row is looked at again.
  reads = 0;
  for (const other of others) decide(summarize({ task: facts, measurements, failed, assumptions: other, rows }));
  expect(reads).toBe(0);
  const pair = ["tune:probe", "prompt:zero-shot@m", "macroF1"] as const;
  expect(rows.difference(...pair)).toBe(rows.difference(...pair));
});
