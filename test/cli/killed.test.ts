import { existsSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { random } from "../../src/lib/random.js";
import { openBill } from "../../src/store/bill.js";
import type { Measurement } from "../../src/types/measurement.js";
import { bundleChild, type ChildScript, ended } from "../servers/child-process.js";
import { startFaultyServer } from "../servers/faulty-openai.js";
import { crossover, emptyFolder, writeTickets } from "./cli.js";

let program: ChildScript;
beforeAll(async () => {
  program = await bundleChild("src/cli/cli.ts");
  // A busy machine takes its time to bundle.
}, 60_000);
afterAll(async () => {
  await program[Symbol.asyncDispose]();
});

/** In whatever order they were measured: the quickest first, by a clock. */
const answersOf = (folder: string): string[] =>
  readFileSync(join(folder, "predictions.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => {
      const { approach, split, id, answer } = JSON.parse(line) as Record<string, unknown>;
      return JSON.stringify([approach, split, id, answer]);
    })
    .sort();

/** Dollars and tokens of each measurement, at list price: stored answers count like new ones. */
const totalsOf = (folder: string): string[] =>
  readFileSync(join(folder, "measurements.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => {
      const { approach, split, fitCost, predictCost } = JSON.parse(line) as Pick<
        Measurement,
        "approach" | "split" | "fitCost" | "predictCost"
      >;
      const cost = [fitCost, predictCost].map(({ usd, inputTokens, outputTokens }) => [
        usd.toPrecision(9),
        inputTokens,
        outputTokens,
      ]);
      return JSON.stringify([approach, split, cost]);
    })
    .sort();

describe("a run that is killed", () => {
  it("goes on where it was, asks nothing again that was answered, and ends as if it had not been killed", async () => {
    await using llm = await startFaultyServer({
      keywords: { refund: "money", login: "password" },
      otherwise: "login",
      latencyMs: 20,
    });
    const folder = await emptyFolder();
    const data = await writeTickets(folder, 120);
    const env = { OPENAI_API_KEY: "sk-x", OPENAI_BASE_URL: llm.url };
    const words = ["--runs", join(folder, "runs"), "--env-file", join(folder, "keys.env")];
    await writeFile(join(folder, "keys.env"), `OPENAI_API_KEY=sk-x\nOPENAI_BASE_URL=${llm.url}\n`);
    const options = ["--llm", "openai:gpt-5-mini", "-j", "2", "--approaches", "prompt:zero-shot,prompt:few-shot,tune:probe"];

    const { integer } = random(3);
    const start = () =>
      existsSync(join(folder, "runs", "killed", "run.json"))
        ? program.start("resume", "killed", ...words)
        : program.start("run", data, ...words, "--name", "killed", ...options);
    let kills = 0;
    let child = start();
    while (kills < 4) {
      // At a random request: a run always gets somewhere before it is killed, however slow the machine.
      const killedAt = llm.requests.length + 1 + integer(25);
      while (llm.requests.length < killedAt && child.exitCode === null) await delay(5);
      if (child.exitCode !== null) break;
      child.kill("SIGKILL");
      await ended(child);
      kills++;
      child = start();
    }
    const code = await ended(child);
    expect(code).toBe(0);
    expect(kills).toBeGreaterThan(1);
    const askedByKilled = llm.requests.length;
    // 100 tokens at $0.25 and 2 at $2 a million: "at most" holds for the requests that were cut off, too.
    const { totalUsd } = openBill(join(folder, "runs", "killed", "bill.jsonl"));
    expect(totalUsd).toBeGreaterThanOrEqual(askedByKilled * 29e-6 - 1e-9);

    const whole = await crossover(["run", data, "--runs", join(folder, "other"), "--name", "whole", ...options], { env });
    expect(whole.code).toBe(0);
    expect(answersOf(join(folder, "runs", "killed"))).toEqual(answersOf(join(folder, "other", "whole")));
    expect(totalsOf(join(folder, "runs", "killed"))).toEqual(totalsOf(join(folder, "other", "whole")));
    const askedByWhole = llm.requests.length - askedByKilled;
    // Only the requests that were open when it was killed are asked again.
    expect(askedByKilled).toBeLessThanOrEqual(askedByWhole + 2 * kills);
  });

  it("is stopped by SIGINT with code 130 and says how to go on", async () => {
    await using llm = await startFaultyServer({ keywords: {}, otherwise: "login", latencyMs: 200 });
    const folder = await emptyFolder();
    const data = await writeTickets(folder, 60);
    await writeFile(join(folder, "keys.env"), `OPENAI_API_KEY=sk-x\nOPENAI_BASE_URL=${llm.url}\n`);
    const child = program.start(
      "run",
      data,
      "--runs",
      join(folder, "runs"),
      "--env-file",
      join(folder, "keys.env"),
      "--llm",
      "openai:gpt-5-mini",
      "-j",
      "1",
    );
    while (llm.requests.length < 3) await delay(20);
    child.kill("SIGINT");
    expect(await ended(child)).toBe(130);
  });
});

it("a check ends at once where it is told to, in the middle of a long computation", async () => {
  const folder = await emptyFolder();
  const data = join(folder, "many.csv");
  const stream = random(1, "many rows");
  const words = Array.from({ length: 400 }, (_, i) => `word${i}`);
  const rows = Array.from({ length: 60_000 }, (_, i) => {
    const text = Array.from({ length: 40 }, () => words[stream.integer(words.length)]).join(" ");
    return `${text},${i % 2 === 0 ? "a" : "b"}`;
  });
  await writeFile(data, `text,label\n${rows.join("\n")}\n`);
  const child = program.start("check", data, "--runs", folder);
  // Reading takes a fraction of a second, comparing the texts ten.
  await delay(1500);
  expect(child.exitCode).toBeNull();
  const toldAt = performance.now();
  child.kill("SIGTERM");
  await ended(child);
  expect(child.signalCode).toBe("SIGTERM");
  expect(performance.now() - toldAt).toBeLessThan(2000);
});
