/** @file Files of runs and of labeling that a disk, or somebody, has changed: the result is the same, or the file is named; never another result, never a stack. */
import { existsSync } from "node:fs";
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { random } from "../../src/lib/random.js";
import { sealedDocument, sealedLine } from "../../src/lib/sealed-json.js";
import { type FaultyServer, startFaultyServer } from "../servers/faulty-openai.js";
import { crossover, emptyFolder, writeTickets } from "./cli.js";

const flipsPerFile = 20;

let root: string;
let data: string;
let runs: string;
let output: string;
let llm: FaultyServer;
let env: Record<string, string>;
const options = ["--llm", "openai:gpt-5-mini", "--approaches", "baseline:majority,prompt:zero-shot,prompt:labels"];
const labels = ["--llm", "openai:gpt-5-mini", "--labels", "refund,login", "--yes"];

beforeAll(async () => {
  root = await emptyFolder();
  data = await writeTickets(root);
  runs = join(root, "runs");
  output = join(root, "labelled.csv");
  llm = await startFaultyServer({ keywords: { refund: "money", login: "password" }, otherwise: "login" });
  env = { OPENAI_API_KEY: "sk-x", OPENAI_BASE_URL: llm.url };
  expect(await crossover(["run", data, "--runs", runs, "--name", "r", ...options], { env })).toMatchObject({ code: 0 });
  expect(await crossover(["label", data, ...labels, "-o", output, "--runs", runs], { env })).toMatchObject({ code: 0 });
}, 60_000);
afterAll(() => llm[Symbol.asyncDispose]());

/** The file's bytes with one bit turned, at a place that the seed chooses; the last ones are as likely as each other one. */
async function flip(path: string, seed: number): Promise<void> {
  const bytes = await readFile(path);
  const { integer } = random(seed, basename(path));
  const place = seed < 3 ? bytes.length - 1 : integer(bytes.length);
  bytes[place] = bytes[place]! ^ (1 << integer(8));
  await writeFile(path, bytes);
}

/** What was found of a run's predictions, whatever stands beside them. */
async function predictionsOf(run: string): Promise<string[]> {
  const lines = (await readFile(join(run, "predictions.jsonl"), "utf8")).trim().split("\n");
  return lines.map((line) => {
    const { approach, split, id, answer } = JSON.parse(line) as Record<string, unknown>;
    return JSON.stringify([approach, split, id, answer]);
  });
}

describe("one bit of a run", () => {
  it.each(["run.json", "measurements.jsonl", "predictions.jsonl", "bill.jsonl"])("in %s is noticed by view", async (file) => {
    const whole = await crossover(["view", join(runs, "r")]);
    expect(whole.code).toBe(0);
    let noticed = 0;
    for (let seed = 0; seed < flipsPerFile; seed++) {
      const folder = join(root, "flipped", file, String(seed), "r");
      await cp(join(runs, "r"), folder, { recursive: true });
      await flip(join(folder, file), seed);
      const { code, out, err } = await crossover(["view", folder]);
      expect(out + err, `seed ${seed}`).not.toContain("This is a bug");
      if (code === 0) expect(out.replaceAll(folder, join(runs, "r")), `seed ${seed}`).toBe(whole.out);
      else {
        noticed++;
        expect(code).toBe(2);
        expect(err).toContain(file);
      }
    }
    expect(noticed).toBeGreaterThan(flipsPerFile * 0.8);
  });

  it.each(["responses.db", "embeddings.db"])(
    "in %s changes no prediction",
    async (file) => {
      const before = await predictionsOf(join(runs, "r"));
      for (let seed = 0; seed < 6; seed++) {
        const folder = join(root, "flipped", file, String(seed));
        await cp(join(runs, ".cache"), join(folder, ".cache"), { recursive: true });
        // The last ones are flipped together: twenty bits in pages that are read.
        for (let i = 0; i < (seed < 3 ? 1 : 20); i++) await flip(join(folder, ".cache", file), 100 + 20 * seed + i);
        const { code, out, err } = await crossover(["run", data, "--runs", folder, "--name", "r", ...options], { env });
        expect(out + err, `seed ${seed}`).not.toContain("This is a bug");
        if (code === 0) expect(await predictionsOf(join(folder, "r")), `seed ${seed}`).toEqual(before);
        else {
          expect(code).toBe(2);
          expect(err).toContain(file);
        }
      }
    },
    60_000,
  );
});

describe("one bit of what stands beside a file of labels", () => {
  it.each(["label.json", "journal.jsonl", "bill.jsonl"])("in %s is noticed, and no row is written twice", async (file) => {
    const whole = await readFile(output, "utf8");
    const state = await readdir(`${output}.crossover`);
    expect(state).toContain(file);
    for (let seed = 0; seed < flipsPerFile; seed++) {
      const copy = join(root, "labels", file, `${seed}.csv`);
      await mkdir(join(root, "labels", file), { recursive: true });
      await cp(output, copy);
      await cp(`${output}.crossover`, `${copy}.crossover`, { recursive: true });
      await flip(join(`${copy}.crossover`, file), seed);
      const { code, out, err } = await crossover(["label", data, ...labels, "-o", copy, "--runs", runs], { env });
      expect(out + err, `seed ${seed}`).not.toContain("This is a bug");
      expect(await readFile(copy, "utf8"), `seed ${seed}`).toBe(whole);
      if (code !== 0) expect(err).toContain(file);
    }
  });
});

type Fields = Record<string, unknown>;

describe("a run's folder that somebody has edited", () => {
  /** Puts another line in place of a measurement's or prediction's, or another run.json, with a checksum that is right. */
  async function edited(name: string, file: string, change: (fields: Fields) => unknown): Promise<string> {
    const folder = join(root, "edited", name, "r");
    await cp(join(runs, "r"), folder, { recursive: true });
    const path = join(folder, file);
    const text = await readFile(path, "utf8");
    const changed = (json: string): object => {
      const { crc: _, ...fields } = JSON.parse(json) as Fields;
      return change(fields) as object;
    };
    const lines = text.trim().split("\n");
    await writeFile(
      path,
      file === "run.json" ? sealedDocument(changed(text)) : lines.map((line) => `${sealedLine(changed(line))}\n`).join(""),
    );
    return folder;
  }

  const task = (change: Fields) => (fields: Fields) => ({ ...fields, task: { ...(fields["task"] as Fields), ...change } });
  const with_ = (change: Fields) => (fields: Fields) => ({ ...fields, ...change });

  it.each<[string, string, (fields: Fields) => unknown]>([
    ["labels that are numbers", "run.json", task({ labels: [1, 2] })],
    ["labels that are no list", "run.json", task({ labels: "refund" })],
    ["no labels", "run.json", task({ labels: [] })],
    ["other labels", "run.json", task({ labels: ["x", "y"] })],
    ["more test rows", "run.json", task({ testRows: 1e15 })],
    ["failures that are no list", "run.json", with_({ failed: { approach: "x" } })],
    ["failures that are null", "run.json", with_({ failed: [null] })],
    ["options that are a list", "run.json", with_({ options: [] })],
    ["options without their LLMs", "run.json", with_({ options: { path: "x", model: "minilm-l6" } })],
    ["a path that is a number", "run.json", with_({ options: { path: 5 } })],
    ["assumptions that are texts", "run.json", with_({ assumptions: { margin: "1" } })],
    ["nothing", "run.json", () => ({})],
    ["costs that are texts", "measurements.jsonl", with_({ fitCost: { usd: "1" } })],
    ["costs that are missing", "measurements.jsonl", ({ predictCost: _, ...rest }) => rest],
    ["facts that are null", "measurements.jsonl", with_({ facts: null })],
    ["an arm that there is not", "measurements.jsonl", with_({ arm: "constructor" })],
    ["traits that are null", "measurements.jsonl", with_({ traits: null })],
    ["a method that is missing", "measurements.jsonl", ({ method: _, ...rest }) => rest],
    ["an experiment of no kind", "measurements.jsonl", with_({ experiment: { label: "a" } })],
    ["rows below zero", "measurements.jsonl", with_({ rows: -1 })],
    ["more rows than there are", "measurements.jsonl", with_({ rows: 1e9 })],
    ["fewer rows than there are", "measurements.jsonl", with_({ rows: 1 })],
    ["no row", "measurements.jsonl", with_({ rows: 0 })],
    ["latencies that are texts", "measurements.jsonl", with_({ latencies: ["1"] })],
    ["one key twice", "measurements.jsonl", with_({ approach: "prompt:labels", seed: 42 })],
    ["an answer that is no label", "predictions.jsonl", with_({ answer: ["constructor"] })],
    ["an answer that is a text", "predictions.jsonl", with_({ answer: "refund" })],
    ["several answers", "predictions.jsonl", with_({ answer: ["refund", "login"] })],
    ["no truth", "predictions.jsonl", with_({ truth: [] })],
    ["a truth that is no label", "predictions.jsonl", with_({ truth: ["__proto__"] })],
    ["a failure that there is not", "predictions.jsonl", with_({ answer: null, failure: "toString" })],
    ["no answer and no failure", "predictions.jsonl", ({ failure: _, ...rest }) => ({ ...rest, answer: null })],
    ["scores that are texts", "predictions.jsonl", with_({ scores: { refund: "1" } })],
    ["scores of other labels", "predictions.jsonl", with_({ scores: { x: 1 } })],
    ["one id for all rows", "predictions.jsonl", with_({ id: "row" })],
    ["usage that is a text", "predictions.jsonl", with_({ usage: "many" })],
  ])("with %s is told in words, by every command that reads it", async (name, file, change) => {
    const folder = await edited(name.replaceAll(" ", "-"), file, change);
    for (const words of [
      ["view", folder],
      ["list", "--runs", join(folder, "..")],
      ["label", data, "--run", folder, "--dry-run"],
      // What it would measure again takes its time.
      ...(file === "run.json" ? [["resume", folder]] : []),
    ]) {
      const { code, out, err } = await crossover([...words], { env });
      expect(out + err, words[0]).not.toMatch(/This is a bug|\n {4}at /);
      expect([0, 2]).toContain(code);
    }
  });

  it("that holds a directory, or nothing, in place of a file is told in words", async () => {
    for (const file of ["run.json", "measurements.jsonl", "predictions.jsonl", "bill.jsonl"]) {
      const folder = join(root, "odd", file, "r");
      await cp(join(runs, "r"), folder, { recursive: true });
      await rm(join(folder, file));
      await mkdir(join(folder, file));
      const { code, out, err } = await crossover(["view", folder]);
      expect(out + err, file).not.toContain("This is a bug");
      expect(code, file).toBe(2);
    }
  });
});

describe("the prompt of a run", () => {
  it.each(["", "{", "null", "[]", '{"llm":5,"template":5}', '{"llm":"openai:x","template":null}'])(
    "that was changed to %j is told in words",
    async (text) => {
      const folder = join(root, "prompts", String(text.length), text === "null" ? "n" : "r");
      await cp(join(runs, "r"), folder, { recursive: true });
      const [name] = (await readdir(join(folder, "artifacts"))).filter((each) => each.startsWith("prompt_zero-shot"));
      await writeFile(join(folder, "artifacts", name!, "prompt.json"), text);
      const { code, out, err } = await crossover(["label", data, "--run", folder, "--dry-run"], { env });
      expect(out + err).not.toMatch(/This is a bug/);
      expect(code).toBe(2);
    },
  );
});

describe("view", () => {
  it("writes nothing in the run's folder, and what is asked for elsewhere", async () => {
    const before = await readdir(join(runs, "r"));
    const report = await readFile(join(runs, "r", "report.html"), "utf8");
    await writeFile(join(runs, "r", "report.html"), "mine");
    expect(await crossover(["view", join(runs, "r"), "-o", join(root, "again.html")])).toMatchObject({ code: 0 });
    expect(await readdir(join(runs, "r"))).toEqual(before);
    expect(await readFile(join(runs, "r", "report.html"), "utf8")).toBe("mine");
    expect((await readFile(join(root, "again.html"), "utf8")).length).toBeGreaterThan(report.length / 2);
    await rm(join(runs, "r", "report.html"));
    const { code, err } = await crossover(["view", join(runs, "r")]);
    expect(code).toBe(0);
    expect(err).not.toContain("report.html");
    expect(existsSync(join(runs, "r", "report.html"))).toBe(false);
    await writeFile(join(runs, "r", "report.html"), report);
  });
});
