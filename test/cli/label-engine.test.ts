/** @file `label --engine`: a file in shards, each a job, with the answers that the model gives here. */
import { existsSync } from "node:fs";
import { cp, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { encodeSafetensors } from "../../src/tune/pretrained/safetensors.js";
import { hasPython, pythonNote } from "../engines/python.js";
import { bundleChild, type ChildScript, ended } from "../servers/child-process.js";
import { type FakeRayJob, startFakeRay } from "../servers/ray.js";
import { classifierFolder, goldenClassifiers } from "../tune/classifier/golden-classifiers.js";
import { pooledClassifier, save } from "../tune/classifier/saved-folders.js";
import { crossover, emptyFolder } from "./cli.js";

const script = fileURLToPath(new URL("../engines/fake-job.cjs", import.meta.url));
const engine = (kind: string): string => `command:'${process.execPath}' '${script}' ${kind} {folder}`;
const labels = ["refund", "login", "parcel: late"];

let folder: string;
beforeEach(async () => {
  folder = await emptyFolder();
});
const path = (name: string): string => join(folder, name);

/** Rows that begin with their number; the one whose text is empty is the sixth. */
async function writeRows(count: number): Promise<string> {
  const lines = Array.from({ length: count }, (_, i) => JSON.stringify({ nr: i, text: i === 5 ? "" : `${i} money` }));
  await writeFile(path("rows.jsonl"), lines.join("\n"));
  return path("rows.jsonl");
}

interface Labelled {
  readonly nr: number;
  readonly label: string | readonly string[] | null;
  readonly confidence: number | null;
  readonly failure: string | null;
}

async function rowsIn(name: string): Promise<Labelled[]> {
  const text = await readFile(path(name), "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Labelled);
}

const words = (data: string, model: string, output: string, ...more: string[]): string[] => [
  ...["label", data, "--model", model, "-o", path(output), "--runs", path("runs"), "--shard-rows", "3", ...more],
];
const label = (kind: string, data: string, ...more: string[]): ReturnType<typeof crossover> =>
  crossover(words(data, classifierFolder("bert"), "out.jsonl", "--engine", engine(kind), ...more));

/** What the fake says of them: the label of the first digit. */
const expected = (count: number): (string | null)[] =>
  Array.from({ length: count }, (_, i) => (i === 5 ? null : labels[Number(String(i)[0]) % 3]!));

describe("label --engine", () => {
  it("labels shards by jobs, and writes each row once, in order", async () => {
    const { code, err } = await label("good", await writeRows(8));
    expect(code, err).toBe(0);
    const rows = await rowsIn("out.jsonl");
    expect(rows.map(({ nr }) => nr)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(rows.map((row) => row.label)).toEqual(expected(8));
    // Softmax of (2, 0, 0).
    expect(rows[0]!.confidence).toBeCloseTo(Math.exp(2) / (Math.exp(2) + 2), 5);
    expect(rows[5]).toMatchObject({ label: null, confidence: null, failure: "empty" });
    // The texts of the jobs are gone with them.
    expect(existsSync(path("out.jsonl.crossover/jobs"))).toBe(false);
  });

  it("plans by a job that labels a few rows, of which nothing is kept", async () => {
    const data = await writeRows(8);
    const { code, out } = await label("good", data, "--dry-run");
    expect(code).toBe(0);
    expect(out).toMatch(/3 rows/);
    expect(out).toMatch(/^About [\d.]+ m?s\./m);
    expect(existsSync(path("out.jsonl.crossover"))).toBe(false);
    const failed = await label("says-failed", data, "--dry-run");
    expect(failed.code).toBe(2);
    expect(failed.err).toContain("Out of memory: 3 GB.");
  });

  it("tells why a shard failed, and goes on with the same file", async () => {
    const data = await writeRows(10);
    const { code, err } = await label("third-row-fails", data, "--engine-jobs", "1");
    expect(code).toBe(2);
    expect(err).toContain("Out of memory: 3 GB.");
    expect((await rowsIn("out.jsonl")).map(({ nr }) => nr)).toEqual([0, 1, 2]);
    if (process.platform !== "win32") expect((await stat(path("out.jsonl.crossover/jobs"))).mode & 0o77).toBe(0);
    expect((await label("good", data)).code).toBe(0);
    expect((await rowsIn("out.jsonl")).map((row) => row.label)).toEqual(expected(10));
  });

  it("refuses answers that are not whole", async () => {
    const { code, err } = await label("too-few-labelled", await writeRows(8));
    expect(code).toBe(2);
    // Of two shards side by side either may be the first: one has three texts, the other two and an empty one.
    expect(err).toMatch(/has 1 answers; expected [23]/);
  });

  it("gives equal shards a job each", async () => {
    await writeFile(path("same.csv"), `text\n${"1 money\n".repeat(9)}`);
    const { code } = await crossover(words(path("same.csv"), classifierFolder("bert"), "out.jsonl", "--engine", engine("good")));
    expect(code).toBe(0);
    expect((await rowsIn("out.jsonl")).map((row) => row.label)).toEqual(Array(9).fill("login"));
  });

  it("refuses what no job computes, and options of an engine without one", async () => {
    const data = await writeRows(3);
    const refused = async (name: string, message: RegExp, ...more: string[]): Promise<void> => {
      const { code, err } = await crossover(words(data, path(name), "out.jsonl", "--engine", engine("good"), ...more));
      expect([name, code]).toEqual([name, 2]);
      expect(err).toMatch(message);
    };
    const write = async (name: string, file: string, content: unknown): Promise<void> => {
      await mkdir(path(name), { recursive: true });
      await writeFile(join(path(name), file), JSON.stringify(content));
    };
    await write("tfidf", "config.json", { model_type: "crossover-tfidf" });
    await refused("tfidf", /\(tfidf\)/);
    await write("probe", "probe.json", { encoder: { name: "x", hash: "y" } });
    await refused("probe", /\(probe\)/);
    await write("prompt", "prompt.json", { llm: "openai:gpt-5-mini" });
    await refused("prompt", /\(prompt\)/);
    await cp(classifierFolder("bert"), path("eight"), { recursive: true });
    const tensor = { dtype: "I8", shape: [1], bytes: new Uint8Array(1) } as const;
    await writeFile(path("eight/model.safetensors"), encodeSafetensors(new Map([["classifier.weight", tensor]]), {}));
    await refused("eight", /8-bit/);
    const llm = ["label", data, "--llm", "openai:gpt-5-mini", "--labels", "a,b", "-o", path("llm.jsonl")];
    const asked = await crossover([...llm, "--engine", engine("good"), "--dry-run"]);
    expect(asked.code).toBe(2);
    expect(asked.err).toContain("--engine");
    // Said of all tuned models, and not of this.
    vi.stubEnv("CROSSOVER_ENGINE", engine("good"));
    expect((await crossover([...llm, "--dry-run"])).code).toBe(0);
    vi.unstubAllEnvs();
    const idle = await crossover(words(data, classifierFolder("bert"), "out.jsonl"));
    expect(idle.code).toBe(2);
    expect(idle.err).toContain("--shard-rows");
    expect(await readdir(folder)).not.toContain("out.jsonl");
  });
});

describe("label on a cluster", () => {
  it("asks for what the options say", async () => {
    await using ray = await startFakeRay();
    ray.onSubmit = (_, job) => Object.assign(job, { status: "FAILED", message: "no such machine", exitCode: 1 });
    const given = words(await writeRows(3), classifierFolder("bert"), "out.jsonl", "--engine", `ray:${ray.address}`);
    const { code, err } = await crossover([
      ...given,
      ...["--engine-storage", path("storage"), "--engine-gpus", "1", "--engine-cpus", "3", "--engine-pip"],
      ...["--engine-image", "org/image"],
    ]);
    expect(code).toBe(2);
    expect(err.replace(/\s+/g, " ")).toContain("--engine-image changes nothing here");
    const [{ request }] = [...ray.jobs.values()] as [FakeRayJob];
    expect(request).toMatchObject({
      entrypoint_num_cpus: 3,
      entrypoint_num_gpus: 1,
      runtime_env: { pip: expect.arrayContaining([expect.stringMatching(/^transformers==/)]) },
    });
  });
});

describe("labeling on an engine that is killed", () => {
  let program: ChildScript;
  beforeAll(async () => {
    program = await bundleChild("src/cli/cli.ts");
  }, 60_000);
  afterAll(async () => {
    await program[Symbol.asyncDispose]();
  });

  it("goes on with the jobs that run, and hands none over twice", { timeout: 60_000 }, async () => {
    const given = words(await writeRows(8), classifierFolder("bert"), "out.jsonl", "--engine", engine("gated"));
    const state = path("out.jsonl.crossover");
    const begun = async (): Promise<string[]> =>
      existsSync(join(state, "begun.txt")) ? (await readFile(join(state, "begun.txt"), "utf8")).trim().split("\n").sort() : [];
    const child = program.start(...given, "--engine-jobs", "2");
    while ((await begun()).length < 2) await delay(10);
    expect(await begun()).toEqual(["0", "3"]);
    // One copy of the model for both, and a link to it in each.
    const shards = (await readdir(join(state, "jobs"))).filter((name) => name !== "models");
    const weights = await Promise.all(shards.map((name) => stat(join(state, "jobs", name, "model", "model.safetensors"))));
    expect(weights.length).toBeGreaterThanOrEqual(2);
    expect(new Set(weights.map(({ ino }) => ino)).size).toBe(1);
    await writeFile(join(state, "go-0"), "");
    while ((await begun()).length < 3 || !existsSync(join(state, "journal.jsonl"))) await delay(10);
    child.kill("SIGKILL");
    await ended(child);
    expect((await rowsIn("out.jsonl")).map(({ nr }) => nr)).toEqual([0, 1, 2]);
    for (const shard of [3, 6]) await writeFile(join(state, `go-${shard}`), "");
    const { code, err } = await crossover([...given, "--engine-jobs", "2"]);
    expect(code, err).toBe(0);
    const rows = await rowsIn("out.jsonl");
    expect(rows.map(({ nr }) => nr)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(rows.map((row) => row.label)).toEqual(expected(8));
    expect(await begun()).toEqual(["0", "3", "6"]);
  });

  it("by Ctrl-C asks what becomes of the jobs, and leaves them running", { timeout: 60_000 }, async () => {
    const data = await writeRows(8);
    const state = path("out.jsonl.crossover");
    const stop = new AbortController();
    const asked: string[] = [];
    const given = words(data, classifierFolder("bert"), "out.jsonl", "--engine", engine("gated"), "--engine-jobs", "2");
    const ask = async (question: string): Promise<string> => {
      asked.push(question);
      return "l";
    };
    const stopped = crossover(given, { ask }, stop.signal);
    const begun = async (): Promise<number> =>
      existsSync(join(state, "begun.txt")) ? (await readFile(join(state, "begun.txt"), "utf8")).trim().split("\n").length : 0;
    while ((await begun()) < 2) await delay(10);
    stop.abort();
    const { code, err } = await stopped;
    expect(code).toBe(130);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toContain("2 jobs");
    expect(err).toContain("run on");
    for (const shard of [0, 3, 6]) await writeFile(join(state, `go-${shard}`), "");
    const again = await crossover(given);
    expect(again.code, again.err).toBe(0);
    expect((await rowsIn("out.jsonl")).map((row) => row.label)).toEqual(expected(8));
    expect(await begun()).toBe(3);
  });
});

describe.skipIf(!hasPython)(`label.py in shards${pythonNote}`, () => {
  const python = process.env["CROSSOVER_PYTHON"] ?? "python3";
  const { texts } = goldenClassifiers;
  const temperature = { format: 1, kind: "temperature", claims: "scores", rows: 20, temperature: 1.7 };

  it.each<readonly [name: string, shardRows: number, write: () => Promise<void>]>([
    ["a class of transformers", 3, () => cp(classifierFolder("bert"), path("model"), { recursive: true })],
    [
      "with a calibration",
      8,
      async () => {
        await cp(classifierFolder("roberta"), path("model"), { recursive: true });
        await writeFile(path("model/calibration.json"), JSON.stringify(temperature));
      },
    ],
    ["on pooled states that no class computes", 8, async () => save(await pooledClassifier("mpnet", "mean"), path("model"))],
    [
      "several labels a row, with thresholds",
      8,
      async () => {
        await cp(classifierFolder("bert"), path("model"), { recursive: true });
        const config = JSON.parse(await readFile(path("model/config.json"), "utf8"));
        const own = { problem_type: "multi_label_classification", crossover: { mayBeEmpty: true, thresholds: [0.3, 0.6, 0.9] } };
        await writeFile(path("model/config.json"), JSON.stringify({ ...config, ...own }));
      },
    ],
  ])("tells what is told here: %s", { timeout: 120_000 }, async (_name, shardRows, write) => {
    await write();
    const rows = Array.from({ length: 8 }, (_, nr) => JSON.stringify({ nr, text: texts[nr % texts.length]!.slice(0, 30 + nr) }));
    await writeFile(path("rows.jsonl"), rows.join("\n"));
    const env = { ...process.env, HF_HUB_OFFLINE: "1", OMP_NUM_THREADS: "1" };
    const away = words(path("rows.jsonl"), path("model"), "away.jsonl", "--engine", `command:'${python}'`, "--engine-jobs", "2");
    const { code, err } = await crossover([...away, "--shard-rows", String(shardRows)], { env });
    expect(code, err).toBe(0);
    const here = ["label", path("rows.jsonl"), "--model", path("model"), "-o", path("here.jsonl"), "--runs", path("runs")];
    expect((await crossover(here)).code).toBe(0);
    const [there, local] = [await rowsIn("away.jsonl"), await rowsIn("here.jsonl")];
    const plain = (found: readonly Labelled[]): unknown => found.map(({ confidence: _, ...rest }) => rest);
    expect(plain(there)).toEqual(plain(local));
    for (const [i, { confidence }] of there.entries()) {
      if (confidence === null) expect(local[i]!.confidence).toBeNull();
      else expect(Math.abs(confidence - local[i]!.confidence!)).toBeLessThan(1e-4);
    }
    expect(there.some(({ confidence }) => confidence !== null)).toBe(true);
  });
});
