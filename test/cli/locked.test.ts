/** @file Commands beside another process that holds the same folder: they are refused before they read, and change nothing. */
import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { openBatchFolder } from "../../src/prompt/batch/batch-folder.js";
import { lockRun } from "../../src/store/run-lock.js";
import { crossover, emptyFolder, writeTickets } from "./cli.js";

let folder: string;
let data: string;
beforeAll(async () => {
  folder = await emptyFolder();
  data = await writeTickets(folder);
});

async function contents(of: string): Promise<Record<string, string>> {
  const entries = await readdir(of, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(await Promise.all(files.map(async (file) => [file, await readFile(file, "latin1")] as const)));
}

describe("a run that another process goes on with", () => {
  it("is not touched by resume: neither its measurements, its bill nor the batch that is being gathered", async () => {
    const runs = join(folder, "runs");
    const options = ["--runs", runs, "--name", "busy", "--approaches", "baseline:majority"];
    expect(await crossover(["run", data, ...options])).toMatchObject({ code: 0 });
    const run = join(runs, "busy");
    const batch = openBatchFolder(join(run, "batches", "openai-test")).create("tag");
    batch.add("key", '{"custom_id":"key"}', {});
    // What the other process is writing at this moment.
    await writeFile(join(run, "batches", "openai-test", "0001.jsonl"), '{"custom_id":"key"}\n{"custom_id":"ot', { flag: "w" });
    await writeFile(join(run, "bill.jsonl"), "0.5\n0.2");
    await writeFile(join(run, "run.json"), "{");
    await using _lock = await lockRun(run);
    const before = await contents(run);
    const { code, err } = await crossover(["resume", "busy", "--runs", runs]);
    expect(code).toBe(2);
    // Not a word about the file that is being written: it was not read.
    expect(err).toContain(join(run, "run.lock"));
    expect(await contents(run)).toEqual(before);
  });

  it("is not begun twice under one name, and its batches stay as they are", async () => {
    const runs = join(folder, "named");
    const run = join(runs, "one");
    await using _lock = await lockRun(run);
    const { code, err } = await crossover(["run", data, "--runs", runs, "--name", "one", "--approaches", "baseline:majority"]);
    expect(code).toBe(2);
    expect(err).toContain(join(run, "run.lock"));
    expect(await readdir(run)).toEqual(["run.lock"]);
  });

  it("leaves no folder behind where it was refused before anything was measured", async () => {
    const runs = join(folder, "refused");
    const words = ["run", data, "--runs", runs, "--name", "one", "--approaches", "baseline:majority", "--require", "f1@x>=1"];
    expect((await crossover(words)).code).toBe(2);
    expect(existsSync(join(runs, "one"))).toBe(false);
  });
});

describe("a file that another process labels", () => {
  it("is refused before its state and its journal are read", async () => {
    const output = join(folder, "labelled.csv");
    const state = `${output}.crossover`;
    await using _lock = await lockRun(state);
    await writeFile(join(state, "journal.jsonl"), "{");
    const env = { OPENAI_API_KEY: "sk-x", OPENAI_BASE_URL: "http://127.0.0.1:9/v1" };
    const words = ["label", data, "--llm", "openai:test", "--labels", "refund,login", "-o", output, "--yes"];
    const { code, err } = await crossover(words, { env });
    expect(code).toBe(2);
    expect(err).toContain(join(state, "run.lock"));
    expect(await readFile(join(state, "journal.jsonl"), "utf8")).toBe("{");
    expect(existsSync(output)).toBe(false);
  });
});
