/** @file Who may read what a run and a labeling leave behind. */
import { readdirSync, statSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openSearchLog } from "../../src/prompt/optimizers/search-log.js";
import { serveBatches } from "../prompt/batch/ask-batches.js";
import type { SimulatedLlm } from "../servers/simulated-llm/simulated-llm.js";
import { crossover, emptyFolder, ticketRows, writeTickets } from "./cli.js";

let server: SimulatedLlm;
let folder: string;
let umask: number;
beforeAll(() => {
  umask = process.umask(0o022);
});
afterAll(() => void process.umask(umask));
beforeEach(async () => {
  server = await serveBatches();
  folder = await emptyFolder();
});
afterEach(() => server[Symbol.asyncDispose]());

const crossoverHere = (...words: string[]) =>
  crossover([...words, "--runs", join(folder, "runs"), "--yes"], {
    env: { OPENAI_API_KEY: "sk-x", OPENAI_BASE_URL: server.url },
  });

/** The modes of a folder and all below it, by path, as octal text; gone files are passed over. */
function modesBelow(root: string): Map<string, string> {
  const modes = new Map<string, string>();
  const look = (path: string): void => {
    try {
      const found = statSync(path);
      modes.set(path, (found.mode & 0o777).toString(8));
      if (found.isDirectory()) for (const name of readdirSync(path)) look(join(path, name));
    } catch {
      // Files come and go while a run goes on.
    }
  };
  look(root);
  return modes;
}

/** The modes of all that was ever there while something ran. */
async function modesDuring(roots: readonly string[], running: Promise<unknown>): Promise<Map<string, string>> {
  const seen = new Map<string, string>();
  const look = (): void => {
    for (const root of roots) for (const [path, mode] of modesBelow(root)) seen.set(path, mode);
  };
  const timer = setInterval(look, 5);
  try {
    await running;
  } finally {
    clearInterval(timer);
  }
  look();
  return seen;
}

/** What others than the owner may read, or list. */
const open = (modes: ReadonlyMap<string, string>): string[] =>
  [...modes].filter(([, mode]) => mode !== "600" && mode !== "700").map(([path, mode]) => `${mode} ${path}`);

const names = (modes: ReadonlyMap<string, string>): string => [...modes.keys()].join("\n");

describe.skipIf(process.platform === "win32")("only their owner may read", () => {
  it.each([[["--batch"]], [[]]])("a run's folder and the caches beside it, %j", async (words) => {
    const data = await writeTickets(folder);
    const approaches = "baseline:majority,tune:probe,prompt:few-shot";
    const run = crossoverHere("run", data, "--llm", "openai:gpt-5-mini", ...words, "--approaches", approaches, "--name", "r");
    const modes = await modesDuring([join(folder, "runs")], run);
    expect((await run).code).toBe(0);
    for (const name of ["report.html", "report.md", "results.json", "run.json", "predictions.jsonl", "promptfoo-tests.jsonl"])
      expect(names(modes)).toContain(name);
    for (const name of ["responses.db", "responses.db-wal", "responses.db-shm", "embeddings.db", "bill.jsonl", "run.lock"])
      expect(names(modes)).toContain(name);
    if (words.length > 0) expect(names(modes)).toMatch(/batches.*\.jsonl/);
    expect(open(modes)).toEqual([]);
  });

  it("what is kept beside labelled rows; the rows themselves, and a report that is asked for, are as the user's other files", async () => {
    const data = join(folder, "rows.csv");
    await writeFile(
      data,
      `text\n${ticketRows(30)
        .map(({ text }) => `"${text}"\n`)
        .join("")}`,
    );
    const words = ["--llm", "openai:gpt-5-mini", "--labels", "refund,login", "--no-cache", "-o", join(folder, "out.csv")];
    const labeling = crossoverHere("label", data, ...words);
    const modes = await modesDuring([join(folder, "out.csv.crossover")], labeling);
    expect((await labeling).code).toBe(0);
    for (const name of ["journal.jsonl", "label.json", "responses.db"]) expect(names(modes)).toContain(name);
    expect(open(modes)).toEqual([]);
    const tickets = await writeTickets(folder);
    await crossoverHere("run", tickets, "--approaches", "baseline:majority", "-o", join(folder, "mine.html"));
    for (const name of ["out.csv", "mine.html"]) expect(modesBelow(join(folder, name)).get(join(folder, name))).toBe("644");
  });

  it("what a search of prompts keeps", () => {
    const path = join(folder, "checkpoints", "search.jsonl");
    openSearchLog(path, "one");
    expect(open(modesBelow(join(folder, "checkpoints")))).toEqual([]);
  });
});
