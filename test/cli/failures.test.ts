/** @file An LLM that refuses, rows that fail for good, data that has moved: what is kept, and how to go on. */
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { type RunEvent, runComparison } from "../../src/index.js";
import { sealedDocument } from "../../src/lib/sealed-json.js";
import { readEventLog } from "../../src/store/event-log.js";
import type { RunManifest } from "../../src/store/run.js";
import type { Outcome } from "../../src/types/prediction.js";
import { startFaultyServer } from "../servers/faulty-openai.js";
import { tinyFolder } from "../tune/pretrained/golden-encoder.js";
import { crossover, emptyFolder, writeTickets } from "./cli.js";

const zeroShot = "prompt:zero-shot@openai:gpt-5-mini";
const words = { keywords: { refund: "money", login: "password" }, otherwise: "login" };

async function manifestOf(run: string): Promise<RunManifest> {
  return JSON.parse(await readFile(join(run, "run.json"), "utf8")) as RunManifest;
}

async function answersOf(run: string, approach: string): Promise<(Outcome & { readonly seed: number })[]> {
  const lines = (await readFile(join(run, "predictions.jsonl"), "utf8")).trim().split("\n");
  const rows = lines.map((line) => JSON.parse(line) as Outcome & { approach: string; split: string; seed: number });
  return rows.filter((row) => row.approach === approach && row.split === "test");
}

let folder: string;
let data: string;
beforeAll(async () => {
  folder = await emptyFolder();
  data = await writeTickets(folder);
});

describe("an LLM that refuses the key", () => {
  it("costs the run only what it would have said: the rest is reported, with code 2, and resume asks it again", async () => {
    let isRefusing = true;
    await using llm = await startFaultyServer({ ...words, fault: () => (isRefusing ? "401" : undefined) });
    const env = { OPENAI_API_KEY: "sk-x", OPENAI_BASE_URL: llm.url };
    const run = join(folder, "refused runs", "r");
    const options = ["--llm", "openai:gpt-5-mini", "--approaches", "baseline:majority,prompt:zero-shot,prompt:labels"];
    const refused = await crossover(["run", data, "--runs", join(folder, "refused runs"), "--name", "r", ...options], { env });
    expect(refused.code).toBe(2);
    expect(refused.out).toContain("prompt:labels");
    expect(existsSync(join(run, "report.html"))).toBe(true);
    expect(refused.err).toContain(`Not measured: ${zeroShot}: openai:gpt-5-mini answered 401`);
    expect(refused.err.split("answered 401")).toHaveLength(2);
    expect(refused.err).toContain(`Fix it and resume with: crossover resume '${run}'`);
    // The key was there: nobody is to be told to set it.
    expect(refused.out).not.toContain("set OPENAI_API_KEY");
    expect(refused.out).toContain(`crossover resume '${run}'`);
    expect((await manifestOf(run)).failed.map(({ approach }) => approach)).toEqual([zeroShot]);
    expect((await crossover(["list", "--runs", join(folder, "refused runs")])).out).toMatch(/unfinished/);

    isRefusing = false;
    const measured = (await readFile(join(run, "measurements.jsonl"), "utf8")).trim();
    const resumed = await crossover(["resume", "--runs", join(folder, "refused runs")], { env });
    expect(resumed.code).toBe(0);
    expect(await answersOf(run, zeroShot)).toHaveLength(15);
    // What was measured was not measured again.
    expect((await readFile(join(run, "measurements.jsonl"), "utf8")).startsWith(measured)).toBe(true);
    expect(await manifestOf(run)).toMatchObject({ failed: [], finishedAt: expect.any(String) });
  });
});

describe("rows that failed for good", () => {
  it("are asked again by resume --retry-errors, and only they", async () => {
    let isRefusing = true;
    // Every fourth order number is even in its hundreds: some rows, always the same ones.
    await using llm = await startFaultyServer({
      ...words,
      fault: ({ lastMessage }) => (isRefusing && /[02468]\d\d\D*$/.test(lastMessage) ? "400" : undefined),
    });
    const env = { OPENAI_API_KEY: "sk-x", OPENAI_BASE_URL: llm.url };
    const runs = join(folder, "retried");
    const options = ["--runs", runs, "--name", "r", "--llm", "openai:gpt-5-mini", "--approaches", "prompt:zero-shot"];
    const first = await crossover(["run", data, ...options], { env });
    expect(first.code).toBe(0);
    const failed = (await answersOf(join(runs, "r"), zeroShot)).filter(({ failure }) => failure === "error");
    expect(failed.length).toBeGreaterThan(0);
    expect(failed.length).toBeLessThan(15);
    expect(first.out).toContain(`crossover resume ${join(runs, "r")} --retry-errors`);

    isRefusing = false;
    const asked = llm.requests.length;
    const again = await crossover(["resume", "r", "--runs", runs, "--retry-errors"], { env });
    expect(again.code).toBe(0);
    expect(again.err).toContain(`Asking again: ${failed.length} rows of ${zeroShot}.`);
    expect(llm.requests.length - asked).toBe(failed.length);
    const rows = await answersOf(join(runs, "r"), zeroShot);
    expect(rows).toHaveLength(15);
    expect(rows.filter(({ answer }) => answer === null)).toEqual([]);

    const nothing = await crossover(["resume", "r", "--runs", runs, "--retry-errors"], { env });
    expect(nothing).toMatchObject({ code: 0 });
    expect(nothing.err).toContain(`No row of ${join(runs, "r")} failed for good.`);
    expect(llm.requests.length - asked).toBe(failed.length);
  });
});

describe("what did not go at once", () => {
  it("is counted while it goes on: requests sent again, those over a limit, rows without an answer, dollars of the budget", async () => {
    await using llm = await startFaultyServer({
      ...words,
      fault: ({ index, lastMessage }) => {
        if (index % 5 === 3) return "429";
        return /[02468]\d\d\D*$/.test(lastMessage) ? "refusal" : undefined;
      },
    });
    const events: RunEvent[] = [];
    const run = { path: data, runs: join(folder, "troubled"), name: "r", llm: ["openai:gpt-5-mini"], curve: "off" as const };
    const asked = { ...run, approaches: ["baseline:majority", "prompt:zero-shot"], budgetUsd: 1, model: tinyFolder };
    await runComparison(asked, {
      env: { OPENAI_API_KEY: "sk-x", OPENAI_BASE_URL: llm.url },
      onEvent: (event) => events.push(event),
    });
    const last = events.findLast((event) => event.kind === "progress" && event.phase === "asking");
    const refused = llm.requests.filter((_, index) => index % 5 === 3).length;
    const unanswered = (await answersOf(join(folder, "troubled", "r"), zeroShot)).filter(({ answer }) => answer === null).length;
    expect(refused).toBeGreaterThan(0);
    expect(unanswered).toBeGreaterThan(0);
    expect(last).toMatchObject({ trouble: { retries: refused, refusals: refused, unanswered } });
    const spending = events.filter((event) => event.kind === "spending");
    expect(spending.length).toBeGreaterThan(2);
    const paid = spending.map(({ paidUsd }) => paidUsd);
    expect(paid).toEqual(paid.toSorted((a, b) => a - b));
    expect(spending.at(-1)).toMatchObject({ budgetUsd: 1, uncertainUsd: 0 });
    expect(paid.at(-1)).toBeGreaterThan(0);
    // It follows from the bill, and does not fill the log.
    expect(readEventLog(join(folder, "troubled", "r", "events.jsonl")).filter(({ kind }) => kind === "spending")).toEqual([]);
  });

  it("is on the screen, below the bar", async () => {
    await using llm = await startFaultyServer({
      ...words,
      latencyMs: 150,
      fault: ({ index }) => (index % 5 === 3 ? "429" : undefined),
    });
    const options = [
      "--llm",
      "openai:gpt-5-mini",
      "--approaches",
      "prompt:zero-shot",
      "--budget-usd",
      "1",
      "-j",
      "1",
      "--curve",
      "off",
    ];
    const ran = await crossover(["run", data, "--runs", join(folder, "screened"), ...options], {
      isInteractive: true,
      env: { OPENAI_API_KEY: "sk-x", OPENAI_BASE_URL: llm.url },
    });
    expect(ran.code).toBe(0);
    expect(ran.err).toMatch(/1 of 2 measured · about 10 s left/);
    expect(ran.err).toMatch(/\d requests? sent again/);
    expect(ran.err).toMatch(/\$[\d.]+ of \$1\.00/);
  });
});

describe("repetitions", () => {
  it("ask an LLM again, are billed and stored each by itself, and cost nothing the second time", async () => {
    await using llm = await startFaultyServer({
      ...words,
      // It changes its mind about some texts.
      fault: ({ body, index }) => (body.seed === 1 && index % 3 === 0 ? "refusal" : undefined),
    });
    const env = { OPENAI_API_KEY: "sk-x", OPENAI_BASE_URL: llm.url };
    const options = [
      "--runs",
      join(folder, "repeated"),
      "--llm",
      "openai:test",
      "--approaches",
      "prompt:zero-shot",
      "--repeat",
      "2",
    ];
    const first = await crossover(["run", data, ...options, "--name", "first"], { env });
    expect(first.code).toBe(0);
    expect(llm.requests.map(({ body }) => body.seed)).toEqual([...Array(15).fill(0), ...Array(15).fill(1)]);
    const rows = await answersOf(join(folder, "repeated", "first"), "prompt:zero-shot@openai:test");
    const refused = (seed: number): number => rows.filter((row) => row.seed === seed && row.failure === "refused").length;
    expect([refused(42), refused(43)]).toEqual([0, 5]);

    const second = await crossover(["run", data, ...options, "--name", "second"], { env });
    expect(second.code).toBe(0);
    expect(llm.requests).toHaveLength(30);
    const stored = await answersOf(join(folder, "repeated", "second"), "prompt:zero-shot@openai:test");
    expect(stored.map(({ id, answer, isCached }) => [id, answer, isCached])).toEqual(
      rows.map(({ id, answer }) => [id, answer, true]),
    );
  });
});

describe("a run that is resumed from another folder", () => {
  /** A run stopped before its last step, begun in its own folder with the data named from there. */
  async function stoppedRun(name: string): Promise<{ readonly home: string; readonly run: string }> {
    const home = join(folder, name);
    await mkdir(home);
    const path = await writeTickets(home);
    const run = join(home, "runs", "r");
    expect(
      (await crossover(["run", path, "--runs", join(home, "runs"), "--name", "r", "--approaches", "baseline:majority"])).code,
    ).toBe(0);
    const { finishedAt: _, ...manifest } = await manifestOf(run);
    const options = { ...manifest.options, path: basename(path) };
    await writeFile(join(run, "run.json"), sealedDocument({ ...manifest, workingFolder: home, options }));
    return { home, run };
  }

  it("finds its data where it was begun", async () => {
    const { run } = await stoppedRun("elsewhere");
    expect((await crossover(["resume", run])).code).toBe(0);
    const viewed = await crossover(["view", run]);
    expect(viewed.code).toBe(0);
  });

  it("says what is missing, and where it looked", async () => {
    const { home, run } = await stoppedRun("gone");
    await rename(join(home, "tickets.csv"), join(home, "moved.csv"));
    const { code, err } = await crossover(["resume", run]);
    expect(code).toBe(2);
    expect(err).toContain(`${run} needs tickets.csv, and there is no such file here or in ${home}, where it was begun.`);
  });
});
