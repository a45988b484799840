/** @file Learning curves of a run on the command line: killed in the middle, and within a budget. */
import { existsSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { measurementKey } from "../../src/lib/text/measurement-key.js";
import type { Comparison } from "../../src/types/comparison.js";
import type { Measurement } from "../../src/types/measurement.js";
import { bundleChild, type ChildScript, ended } from "../servers/child-process.js";
import { startFaultyServer } from "../servers/faulty-openai.js";
import { crossover, emptyFolder, writeTickets } from "./cli.js";

let program: ChildScript;
beforeAll(async () => {
  program = await bundleChild("src/cli/cli.ts");
}, 60_000);
afterAll(() => program[Symbol.asyncDispose]());

const measured = (run: string): Measurement[] =>
  existsSync(join(run, "measurements.jsonl"))
    ? readFileSync(join(run, "measurements.jsonl"), "utf8")
        .split("\n")
        .slice(0, -1)
        .map((line) => JSON.parse(line) as Measurement)
    : [];
const pointsOf = (run: string): Measurement[] => {
  const all = measured(run);
  const most = Math.max(0, ...all.filter(({ split }) => split === "test").map(({ trainSize }) => trainSize));
  return all.filter(({ split, trainSize }) => split === "test" && trainSize < most);
};
const resultsOf = (run: string): Comparison => JSON.parse(readFileSync(join(run, "results.json"), "utf8")) as Comparison;
const llmOf = () => startFaultyServer({ keywords: { refund: "money", login: "password" }, otherwise: "login" });

describe("learning curves of a run", () => {
  it("killed in the middle of them, it goes on with the points that are missing, and measures none twice", async () => {
    await using llm = await llmOf();
    const folder = await emptyFolder();
    const data = await writeTickets(folder, 400);
    const keys = join(folder, "keys.env");
    await writeFile(keys, `OPENAI_API_KEY=sk-x\nOPENAI_BASE_URL=${llm.url}\n`);
    const run = join(folder, "runs", "killed");
    const words = ["--runs", join(folder, "runs"), "--env-file", keys];
    const options = ["--llm", "openai:gpt-5-mini", "--approaches", "tune:tfidf,prompt:zero-shot", "--curve", "quick", "-y"];
    const child = program.start("run", data, ...words, "--name", "killed", ...options, "--curve-time", "10m");
    while (pointsOf(run).length < 3 && child.exitCode === null) await delay(5);
    child.kill("SIGKILL");
    await ended(child);
    const before = pointsOf(run);
    expect(before.length).toBeGreaterThan(0);
    expect(existsSync(join(run, "results.json"))).toBe(false);
    expect(await ended(program.start("resume", "killed", ...words))).toBe(0);
    const after = measured(run);
    expect(new Set(after.map(measurementKey)).size).toBe(after.length);
    expect(after.length).toBeGreaterThan(before.length);
    // The same lines: what they took would differ if they had been made again.
    for (const point of before) expect(after).toContainEqual(point);
    const { crossovers, curves } = resultsOf(run);
    expect(crossovers).toMatchObject([
      { tuned: "tune:tfidf", prompted: "prompt:zero-shot@openai:gpt-5-mini", isPromptCurve: false },
    ]);
    expect(curves).toHaveLength(1);
    // Each test row once: curves of what is billed are not asked for unasked.
    expect(llm.requests.length).toBe(resultsOf(run).task.testRows);
  }, 240_000);

  it("full ones ask the prompt with the same parts of the rows, and stay within the budget with the answer whole", async () => {
    await using llm = await llmOf();
    const folder = await emptyFolder();
    const data = await writeTickets(folder, 100);
    const env = { OPENAI_API_KEY: "sk-x", OPENAI_BASE_URL: llm.url };
    const asked = [
      "--llm",
      "openai:gpt-5-mini",
      "--approaches",
      "tune:tfidf,prompt:few-shot",
      "--runs",
      join(folder, "runs"),
      "--curve",
      "full",
    ];
    const whole = await crossover(["run", data, ...asked, "--name", "whole", "--budget-usd", "50"], { env });
    expect(whole.code).toBe(0);
    const { crossovers, curves, spending } = resultsOf(join(folder, "runs", "whole"));
    expect(curves!.map(({ arm }) => arm).sort()).toEqual(["prompt", "tune"]);
    expect(crossovers).toMatchObject([{ isPromptCurve: true }]);
    const usd = spending!.paidUsd / 2;
    const half = await crossover(["run", data, ...asked, "--name", "half", "--no-cache", "--budget-usd", String(usd)], { env });
    expect(half.code).toBe(0);
    const cut = resultsOf(join(folder, "runs", "half"));
    expect(cut.spending!.paidUsd).toBeLessThanOrEqual(usd);
    expect(cut.failed).toEqual([]);
    expect(pointsOf(join(folder, "runs", "half")).length).toBeLessThan(pointsOf(join(folder, "runs", "whole")).length);
  }, 240_000);

  it("stopped by Ctrl-C in the middle of them, it shows the answer, and is resumed for the rest", async () => {
    const folder = await emptyFolder();
    const data = await writeTickets(folder, 400);
    const words = ["--runs", join(folder, "runs")];
    const run = join(folder, "runs", "stopped");
    const stop = new AbortController();
    const going = crossover(
      ["run", data, ...words, "--name", "stopped", "--approaches", "tune:tfidf,prompt:labels", "--curve", "quick"],
      {},
      stop.signal,
    );
    while (pointsOf(run).length < 2) await delay(5);
    stop.abort();
    const { code, out } = await going;
    const points = pointsOf(run);
    expect([code, out.includes("tune:tfidf"), points.length < 12]).toEqual([130, true, true]);
    expect(resultsOf(run).curves).toMatchObject([{ approach: "tune:tfidf" }]);
    expect((await crossover(["resume", "stopped", ...words])).code).toBe(0);
    expect(pointsOf(run).slice(0, points.length)).toEqual(points);
    expect(pointsOf(run).length).toBeGreaterThan(points.length);
  }, 120_000);
});
