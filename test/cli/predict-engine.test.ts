/** @file `predict --engine`: a file in shards, each a job, with the answers that `predict` gives without it. */
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { hasPython, pythonNote } from "../engines/python.js";
import { classifierFolder } from "../tune/classifier/golden-classifiers.js";
import { type CliResult, crossover, emptyFolder, ticketRows, writeTickets } from "./cli.js";

const script = fileURLToPath(new URL("../engines/fake-job.cjs", import.meta.url));
const engine = (kind: string): string => `command:'${process.execPath}' '${script}' ${kind} {folder}`;
const labels = ["refund", "login", "parcel: late"];

let folder: string;
beforeEach(async () => {
  folder = await emptyFolder();
});
afterEach(() => vi.unstubAllEnvs());
const path = (name: string): string => join(folder, name);

/** Rows that begin with their number; the one whose text is empty is the sixth. */
async function writeRows(name: string, count: number): Promise<string> {
  const rows = Array.from({ length: count }, (_, i) => `${i},${i === 5 ? "" : `${i} money`}`);
  await writeFile(path(name), `nr,text\n${rows.join("\n")}\n`);
  return path(name);
}

const predict = (place: string, input: string, ...more: string[]): Promise<CliResult> =>
  crossover(["predict", place, input, "--runs", path("runs"), ...more]);
const inShards = (kind: string, input: string, ...more: string[]): Promise<CliResult> =>
  predict(classifierFolder("bert"), input, "--engine", engine(kind), "--shard-rows", "3", ...more);

async function cellsOf(name: string): Promise<string[][]> {
  const text = await readFile(path(name), "utf8");
  return text
    .trim()
    .split("\r\n")
    .map((line) => line.split(","));
}

/** What the fake says of them: the label of the first digit. */
const expected = (i: number): string => (i === 5 ? "" : labels[Number(String(i)[0]) % 3]!);

describe("predict --engine", () => {
  it("answers shards by jobs, in order, with the columns that it has here", async () => {
    const data = await writeRows("rows.csv", 8);
    const { code, err } = await inShards("good", data);
    expect(code, err).toBe(0);
    const [header, ...rows] = await cellsOf("rows.predicted.csv");
    expect(rows.map(([nr]) => nr)).toEqual(["0", "1", "2", "3", "4", "5", "6", "7"]);
    expect(rows.map((row) => row[2])).toEqual(Array.from({ length: 8 }, (_, i) => expected(i)));
    // Softmax of (2, 0, 0).
    expect(Number(rows[0]![3])).toBeCloseTo(Math.exp(2) / (Math.exp(2) + 2), 5);
    expect(rows[5]!.slice(2)).toEqual(["", "", "", "empty"]);
    expect(existsSync(path("rows.predicted.csv.crossover/jobs"))).toBe(false);
    await predict(classifierFolder("bert"), data, "-o", path("here.csv"));
    expect((await cellsOf("here.csv"))[0]).toEqual(header);
  });

  it("writes the probability of every label where that is asked for", async () => {
    const data = await writeRows("rows.csv", 8);
    expect((await inShards("good", data, "--probabilities")).code).toBe(0);
    const [header, ...rows] = await cellsOf("rows.predicted.csv");
    expect(header!.slice(5, 8)).toEqual(labels.map((label) => `probability_${label}`));
    const [most, least] = [Math.exp(2), 1].map((power) => power / (Math.exp(2) + 2));
    expect(rows[1]!.slice(5, 8).map(Number)).toEqual([least, most, least].map((value) => Number(value!.toFixed(6))));
    expect((await inShards("good", data, "-o", path("rows.jsonl"))).code).toBe(0);
    const [first] = (await readFile(path("rows.jsonl"), "utf8")).split("\n");
    expect(Object.keys(JSON.parse(first!).probabilities)).toEqual(labels);
  });

  it("goes on with a file whose jobs failed, by jobs and by this machine alike", async () => {
    const data = await writeRows("rows.csv", 10);
    const failed = await inShards("third-row-fails", data, "--engine-jobs", "1");
    expect(failed.code).toBe(2);
    expect(failed.err).toContain("Out of memory: 3 GB.");
    expect(await cellsOf("rows.predicted.csv")).toHaveLength(1 + 3);
    const limited = await inShards("good", data, "--limit", "7");
    expect(limited.code, limited.err).toBe(0);
    expect((await cellsOf("rows.predicted.csv")).slice(1).map((row) => row[2])).toEqual([0, 1, 2, 3, 4, 5, 6].map(expected));
    expect((await predict(classifierFolder("bert"), data)).code).toBe(0);
    const here = await cellsOf("rows.predicted.csv");
    expect(here.slice(1).map(([nr]) => Number(nr))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(here.slice(1, 8).map((row) => row[2])).toEqual([0, 1, 2, 3, 4, 5, 6].map(expected));
  });

  it("refuses what no job computes and what is no file, with what to do", async () => {
    const data = await writeRows("rows.csv", 3);
    const refused = async (name: string, file: string, content: unknown): Promise<string> => {
      await mkdir(path(name), { recursive: true });
      await writeFile(join(path(name), file), JSON.stringify(content));
      const { code, err } = await predict(path(name), data, "--engine", engine("good"));
      expect([name, code]).toEqual([name, 2]);
      return err.replace(/\s+/g, " ");
    };
    expect(await refused("tfidf", "config.json", { model_type: "crossover-tfidf" })).toMatch(/\(tfidf\).*leave --engine out/);
    expect(await refused("prompt", "prompt.json", { llm: "openai:gpt-5-mini" })).toMatch(/\(prompt\).*--approach/);
    expect(await refused("cascade", "cascade.json", {})).toMatch(/\(cascade\).*--approach/);
    expect(existsSync(path("rows.predicted.csv"))).toBe(false);
    for (const input of ["a text", "-"]) {
      const { code, err } = await inShards("good", input);
      expect([code, err.replace(/\s+/g, " ")]).toMatchObject([2, expect.stringMatching(/--engine is for a file of rows/)]);
    }
    const idle = await predict(classifierFolder("bert"), data, "--shard-rows", "3");
    expect([idle.code, idle.err]).toMatchObject([2, expect.stringContaining("--shard-rows")]);
    const absent = await predict(classifierFolder("bert"), data, "--engine", "command:no-such-program");
    expect([absent.code, absent.err]).toMatchObject([2, expect.stringContaining("no-such-program")]);
  });

  it("passes over an engine that the environment names, where it has no part", async () => {
    vi.stubEnv("CROSSOVER_ENGINE", engine("says-failed"));
    expect((await crossover(["predict", classifierFolder("bert"), "1 money", "--json"])).code).toBe(0);
    const run = ["run", await writeTickets(folder), "--runs", path("runs"), "--name", "words", "--curve", "off"];
    expect((await crossover([...run, "--approaches", "tune:tfidf,baseline:majority"])).code).toBe(0);
    const data = await writeRows("rows.csv", 3);
    const file = ["predict", "words", data, "--approach", "tune:tfidf", "--runs", path("runs")];
    const answered = await crossover(file);
    expect(answered.code, answered.err).toBe(0);
    // It has a part in this.
    const tuned = ["predict", classifierFolder("bert"), data, "-o", path("away.csv")];
    expect(await crossover(tuned)).toMatchObject({ code: 2, err: expect.stringContaining("Out of memory: 3 GB.") });
  });
});

describe.skipIf(!hasPython)(`label.py for predict${pythonNote}`, () => {
  it("answers the rows of a file as the approach of the run does here, to rounding", { timeout: 240_000 }, async () => {
    const python = process.env["CROSSOVER_PYTHON"] ?? "python3";
    const run = ["run", await writeTickets(folder, 80), "--runs", path("runs"), "--name", "mine", "--curve", "off"];
    const trained = await crossover([...run, "--approaches", "tune:full,baseline:majority", "--time-budget", "30s"]);
    expect(trained.code, trained.err).toBe(0);
    const rows = ticketRows(200).slice(100, 120);
    await writeFile(
      path("new.jsonl"),
      rows.map(({ text }, nr) => JSON.stringify({ nr, text: nr === 7 ? " " : text })).join("\n"),
    );
    const words = ["predict", "mine", path("new.jsonl"), "--approach", "tune:full", "--runs", path("runs")];
    const env = { ...process.env, HF_HUB_OFFLINE: "1", OMP_NUM_THREADS: "1" };
    const jobs = ["--engine", `command:'${python}'`, "--engine-jobs", "2", "--shard-rows", "8"];
    const away = await crossover([...words, "-o", path("away.jsonl"), ...jobs], { env });
    expect(away.code, away.err).toBe(0);
    expect((await crossover([...words, "-o", path("here.jsonl")])).code).toBe(0);
    const [there, here] = await Promise.all(["away.jsonl", "here.jsonl"].map(rowsOf));
    expect(there).toHaveLength(20);
    const plain = (found: readonly Row[]): unknown => found.map(({ confidence: _, probabilities: __, ...rest }) => rest);
    expect(plain(there!)).toEqual(plain(here!));
    for (const [i, { probabilities }] of there!.entries()) {
      expect(Object.keys(probabilities ?? {})).toEqual(Object.keys(here![i]!.probabilities ?? {}));
      for (const [label, value] of Object.entries(probabilities ?? {}))
        expect(Math.abs(value - here![i]!.probabilities![label]!)).toBeLessThan(1e-4);
    }
    expect(there!.filter(({ probabilities }) => probabilities !== undefined)).toHaveLength(19);
  });
});

interface Row {
  readonly nr: number;
  readonly label: string | null;
  readonly confidence: number | null;
  readonly probabilities?: Readonly<Record<string, number>>;
}

async function rowsOf(name: string): Promise<Row[]> {
  const text = await readFile(path(name), "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Row);
}
