/** @file Both arms have the same labels to learn from: in the choice by validation rows, at each size of a curve, and with all rows. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readRun, runComparison } from "../../src/index.js";
import { emptyFolder, writeTickets } from "../cli/cli.js";
import { startFaultyServer } from "../servers/faulty-openai.js";
import { tinyFolder } from "../tune/pretrained/golden-encoder.js";

it("prompt:nearest finds its examples among the very rows that the tuned arm is fitted to", async () => {
  const folder = await emptyFolder();
  await using server = await startFaultyServer({ keywords: { refund: "money", login: "password" }, otherwise: "login" });
  const path = await writeTickets(folder, 80);
  const runs = join(folder, "runs");
  await runComparison(
    {
      ...{ path, runs, model: tinyFolder, name: "r", curve: "full", yes: true, llm: ["openai:gpt-4o-mini"] },
      // Two of an arm, so that validation rows are cut off.
      approaches: ["tune:tfidf", "tune:probe", "prompt:zero-shot", "prompt:nearest"],
    },
    { env: { OPENAI_API_KEY: "sk-x", OPENAI_BASE_URL: server.url } },
  );
  const { measurements } = await readRun(join(runs, "r"));
  const learned = (name: string): string[] =>
    measurements
      .filter(({ approach, experiment }) => approach.startsWith(name) && experiment === undefined)
      .map(({ split, trainSize, seed, fitCost }) => `${split} ${seed}: ${fitCost.labels} of ${trainSize} rows`)
      .sort();
  const nearest = learned("prompt:nearest");
  expect(nearest.filter((line) => line.startsWith("validation"))).toHaveLength(1);
  expect(new Set(nearest.map((line) => line.split(" of ")[1])).size).toBeGreaterThan(2);
  for (const line of nearest) expect(line).toMatch(/: (\d+) of \1 rows$/);
  expect(nearest).toEqual(learned("tune:tfidf"));
  await rm(folder, { recursive: true });
}, 60_000);
