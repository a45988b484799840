/** @file Open models asked by `vllm run-batch` in jobs of an engine, through the command line; a stand-in takes the place of vLLM, which needs a GPU. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { measuredPrice } from "../../src/compare/money/price.js";
import { readRun } from "../../src/store/run.js";
import type { Measurement } from "../../src/types/measurement.js";
import { barePython, barePythonNote, type FakeVllm, fakeVllm, hasBarePython } from "../engines/fake-vllm.js";
import { bundleChild, type ChildScript, ended } from "../servers/child-process.js";
import { crossover, emptyFolder, ticketRows, writeTickets } from "./cli.js";

const engine = `command:${barePython.join(" ")}`;
const spec = "vllm:tiny/model";

let folder: string;
let data: string;
let vllm: FakeVllm;
beforeEach(async () => {
  folder = await emptyFolder();
  data = await writeTickets(folder);
  vllm = await fakeVllm(folder);
});
afterEach(() => rm(folder, { recursive: true, force: true }));
const path = (...names: string[]): string => join(folder, ...names);

const runWords = (name: string, ...more: string[]): string[] => [
  ...["run", data, "--runs", path("runs"), "--name", name, "--llm", spec, "--engine", engine],
  ...["--approaches", "tune:tfidf,prompt:zero-shot", "--curve", "off", ...more],
];
const run = (name: string, modes = "", ...more: string[]): ReturnType<typeof crossover> =>
  crossover(runWords(name, ...more), { env: vllm.env(modes) });

async function promptOf(name: string): Promise<Measurement> {
  const { measurements } = await readRun(path("runs", name));
  return measurements.find(({ approach, split }) => approach === `prompt:zero-shot@${spec}` && split === "test")!;
}

const idsAsked = async (): Promise<string[]> => (await vllm.calls()).flatMap(({ ids }) => ids);

describe.skipIf(!hasBarePython)(`crossover run --llm vllm:${barePythonNote}`, () => {
  it("compares an open model by a job, and prices the time that its answers took", { timeout: 60_000 }, async () => {
    const { code, out, err } = await run("away", "", "--vllm-args", "--max-model-len 4096");
    expect(code, err).toBe(0);
    expect(out).toContain(`prompt:zero-shot@${spec}`);
    const [call, ...more] = await vllm.calls();
    expect(more).toEqual([]);
    expect(call!.ids).toHaveLength(15);
    expect(call!.words.slice(-2)).toEqual(["--max-model-len", "4096"]);
    const { outcomes, predictCost, latencies } = await promptOf("away");
    expect(outcomes.map(({ answer }) => answer)).toEqual(outcomes.map(({ truth }) => truth));
    // The seconds are those of vLLM's answers, and not of Python, of the queue and of the loading; what one answer alone would take is not known.
    expect(predictCost.usd).toBe(0);
    expect(predictCost.seconds).toBeGreaterThan(0.05);
    expect(predictCost.seconds).toBeLessThan(0.5);
    expect(latencies).toEqual([]);
    const price = measuredPrice([await promptOf("away")]);
    if (price?.kind !== "machine") expect.fail(price?.kind);
    expect(price.isElsewhere).toBe(true);
    expect(out.replace(/\s+/g, " ")).toContain("engine's machine");
    expect(price.textsPerSecond).toBeCloseTo(15 / predictCost.seconds, 6);
    expect(outcomes.every(({ costUsd, usage }) => costUsd === undefined && usage?.inputTokens === 50)).toBe(true);
    // Nothing of the requests is kept.
    const left = await readdir(path("runs", "away", "batches"), { recursive: true });
    expect(left.filter((name) => /jsonl|job\.json/.test(name))).toEqual([]);
    expect(await readFile(path("runs", "away", "report.md"), "utf8")).toContain("needs vLLM");
    // A second run finds the answers; other arguments of vLLM are another question.
    expect((await run("again", "", "--vllm-args", "--max-model-len 4096")).code).toBe(0);
    expect((await vllm.calls()).length).toBe(1);
    expect((await promptOf("again")).predictCost.seconds).toBeCloseTo(predictCost.seconds, 1);
    expect((await run("other", "", "--vllm-args", "--max-model-len 2048")).code).toBe(0);
    expect((await vllm.calls()).length).toBe(2);
  });

  it("says what would be done, and hands nothing over", async () => {
    const { code, out, err } = await run("plan", "", "--dry-run");
    expect(code, err).toBe(0);
    expect(out).toContain(`prompt:zero-shot@${spec}`);
    expect(out).toMatch(/not known before they run/);
    expect(await vllm.calls()).toEqual([]);
    expect(existsSync(path("runs", "plan"))).toBe(false);
  });

  it("tells of a job that fails why, goes on with the rest, and asks again when it is resumed", { timeout: 60_000 }, async () => {
    const { code, out } = await run("failed", "oom");
    expect(code).toBe(2);
    expect(out).toContain("CUDA out of memory");
    expect(out).toContain("tune:tfidf");
    const { code: resumed, err } = await crossover(["resume", path("runs", "failed")], { env: vllm.env() });
    expect(resumed, err).toBe(0);
    expect((await promptOf("failed")).outcomes.every(({ answer }) => answer !== null)).toBe(true);
  });

  it("learns from what vLLM refuses what to ask it, and counts what it refuses of a row as that row's", {
    timeout: 60_000,
  }, async () => {
    // No more output than the model's whole context.
    const { code, err } = await run("short", "short,refuses-3");
    expect(code, err).toBe(0);
    const calls = await vllm.calls();
    expect(calls.map(({ ids }) => ids.length)).toEqual([15, 15]);
    expect((await promptOf("short")).outcomes.filter(({ failure }) => failure === "error")).toHaveLength(1);
  });

  it.each<readonly [string, string[], RegExp]>([
    ["no engine", ["--engine", "local"], /vllm:tiny\/model is asked by jobs of an engine/],
    ["a search for a prompt", ["--optimizer", "auto"], /dozens of rounds/],
    ["a search by its name", ["--approaches", "prompt:optimized"], /dozens of rounds/],
    ["a token among vLLM's arguments", ["--vllm-args", "--hf_token=hf_x"], /--hf-token.*HF_TOKEN/],
    ["a model that is told otherwise", ["--vllm-args", "--model other"], /--llm vllm:ORG\/MODEL/],
    ["a folder that is not the whole path", ["--llm", "vllm:./models/x"], /whole path/],
  ])("refuses %s before anything is done", async (_name, more, message) => {
    const { code, err } = await run("none", "", ...more);
    expect(code).toBe(2);
    expect(err).toMatch(message);
    expect(await vllm.calls()).toEqual([]);
    expect(existsSync(path("runs", "none"))).toBe(false);
  });
});

describe.skipIf(!hasBarePython)(`crossover label and predict with vllm:${barePythonNote}`, () => {
  const rows = async (count: number): Promise<string> => {
    await writeFile(
      path("rows.csv"),
      `text\n${ticketRows(count)
        .map(({ text }) => `"${text}"`)
        .join("\n")}\n`,
    );
    return path("rows.csv");
  };
  const expected = (count: number): string[] => ticketRows(count).map(({ label }) => label);

  const labelWords = (file: string, ...more: string[]): string[] => [
    ...["label", file, "--llm", spec, "--labels", "refund,login", "-o", path("out.jsonl"), "--runs", path("runs")],
    ...["--engine", engine, "--shard-rows", "8", ...more],
  ];
  const labelled = async (name = "out.jsonl"): Promise<unknown[]> =>
    (await readFile(path(name), "utf8"))
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { label: unknown }).label);

  it("labels a file in shards, one after the other on one machine", { timeout: 60_000 }, async () => {
    const { code, out, err } = await crossover(labelWords(await rows(20)), { env: vllm.env() });
    expect(code, err).toBe(0);
    expect(out).toContain("20 rows in");
    expect(await labelled()).toEqual(expected(20));
    expect((await vllm.calls()).map(({ ids }) => ids.length)).toEqual([8, 8, 4]);
    expect(existsSync(path("out.jsonl.crossover", "jobs"))).toBe(false);
  });

  it("plans without a job, and refuses an engine for a model that no job asks", async () => {
    const file = await rows(20);
    const plan = await crossover(labelWords(file, "--dry-run"), { env: vllm.env() });
    expect(plan.code, plan.err).toBe(0);
    expect(plan.out).toMatch(/20 rows/);
    expect(await vllm.calls()).toEqual([]);
    const other = await crossover([...labelWords(file), "--llm", "ollama:qwen3:8b"], { env: vllm.env() });
    expect(other.code).toBe(2);
    expect(other.err).toMatch(/ollama:qwen3:8b is asked from here/);
    // One that the environment names for all that has a use for it is passed over.
    const aside = [
      ...labelWords(file, "--dry-run").filter((word) => word !== "--engine" && word !== engine),
      "--llm",
      "ollama:qwen3:8b",
    ];
    const passed = await crossover(
      aside.filter((word) => word !== "--shard-rows" && word !== "8"),
      {
        env: { ...vllm.env(), CROSSOVER_ENGINE: engine },
      },
    );
    expect(passed.code, passed.err).toBe(0);
    const none = await crossover(["label", file, "--llm", spec, "--labels", "a,b", "-o", path("out.jsonl")], { env: vllm.env() });
    expect(none.code).toBe(2);
    expect(none.err).toMatch(/asked by jobs of an engine/);
  });

  it("answers a file with the prompt of a run, and no single text", { timeout: 60_000 }, async () => {
    expect((await run("made")).code).toBe(0);
    const words = ["predict", path("runs", "made"), "--runs", path("runs"), "--approach", `prompt:zero-shot@${spec}`];
    const text = await crossover([...words.slice(0, 2), "where is my money?", ...words.slice(2)], { env: vllm.env() });
    expect(text.code).toBe(2);
    expect(text.err).toMatch(/asked by jobs of an engine/);
    const named = [...words.slice(0, 2), "where is my money?", ...words.slice(2), "--engine", engine];
    expect((await crossover(named, { env: vllm.env() })).err).toMatch(/file of rows/);
    const file = await rows(12);
    const given = [...words.slice(0, 2), file, ...words.slice(2), "-o", path("said.jsonl"), "--engine", engine];
    const { code, err } = await crossover(given, { env: vllm.env() });
    expect(code, err).toBe(0);
    expect(await labelled("said.jsonl")).toEqual(expected(12));
    const tuned = [...words.slice(0, 2), file, "--approach", "tune:tfidf", "--engine", engine, "-o", path("t.csv")];
    expect((await crossover(tuned, { env: vllm.env() })).err).toMatch(/--engine is for tuned models/);
  });

  describe("killed", () => {
    let program: ChildScript;
    beforeAll(async () => {
      program = await bundleChild("src/cli/cli.ts");
    }, 60_000);
    afterAll(async () => {
      await program[Symbol.asyncDispose]();
    });

    it.each(["label", "run"])(
      "goes on with the job that runs, and asks nothing twice: %s",
      { timeout: 90_000 },
      async (command) => {
        const words = command === "label" ? labelWords(await rows(8)) : runWords("killed");
        const env = vllm.env("", { VLLM_FAKE_GATE: path("go") });
        const stopped = spawn(process.execPath, [program.path, ...words], { stdio: "ignore", env: { ...process.env, ...env } });
        while ((await vllm.calls()).length < 1) await delay(20);
        stopped.kill("SIGKILL");
        await ended(stopped);
        await writeFile(path("go"), "");
        const again = command === "label" ? words : ["resume", path("runs", "killed")];
        const { code, err } = await crossover(again, { env });
        expect(code, err).toBe(0);
        const asked = await idsAsked();
        expect(new Set(asked).size).toBe(asked.length);
        if (command === "label") expect(await labelled()).toEqual(expected(8));
        else expect((await promptOf("killed")).outcomes.every(({ answer }) => answer !== null)).toBe(true);
      },
    );
  });
});
