import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Measurement } from "../../src/types/measurement.js";
import { tinyModel } from "../hub/served.js";
import { startHfJobs } from "../servers/hf-jobs.js";
import { type HubServer, startHub } from "../servers/hub.js";
import { crossover, emptyFolder, writeTickets } from "./cli.js";

const script = fileURLToPath(new URL("../engines/fake-job.cjs", import.meta.url));
const engine = (kind: string): string => `command:'${process.execPath}' '${script}' ${kind} {folder}`;

let hub: HubServer;
let folder: string;
let home: string;
let data: string;
beforeAll(async () => {
  folder = await emptyFolder();
  home = await mkdtemp(join(tmpdir(), "hub-"));
  data = await writeTickets(folder, 60);
  hub = await startHub({ "models/org/tiny": { revisions: { main: tinyModel } } });
});
afterAll(async () => {
  await hub[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
  await rm(home, { recursive: true });
});

const run = (kind: string, ...words: readonly string[]): ReturnType<typeof crossover> =>
  crossover(
    ["run", data, "--runs", join(folder, "runs"), "--engine", engine(kind), "--model", "org/tiny", "--llm", "none", ...words],
    { env: { HF_ENDPOINT: hub.url, HF_HOME: home } },
  );

async function measurementsOf(name: string): Promise<Measurement[]> {
  const text = await readFile(join(folder, "runs", name, "measurements.jsonl"), "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Measurement);
}

describe("--engine", () => {
  it("has a model of the Hub trained elsewhere, of which only the configuration is fetched, and measures it beside the rest", async () => {
    const { code, out, err } = await run("good", "--curve", "off", "--name", "away");
    expect(err).toContain("tune:full was picked");
    expect(code).toBe(0);
    expect(out).toContain("tune:full");
    expect(out).toContain("tune:probe");
    expect(hub.requests.filter(({ url }) => url.endsWith(".safetensors"))).toEqual([]);
    const own = (await measurementsOf("away")).filter(({ approach }) => approach === "tune:full");
    expect(own.map(({ split }) => split).sort()).toEqual(["test", "validation"]);
    const test = own.find(({ split }) => split === "test")!;
    // What the job says that it took, and not the time of a script that only pretends; of one answer alone nothing is known.
    expect(test.fitCost.seconds).toBeGreaterThan(6.5);
    expect(test.fitCost.seconds).toBeLessThan(7.5);
    expect(test.predictCost.seconds / 15).toBeCloseTo(0.5, 1);
    expect(test.latencies).toEqual([]);
    expect(test.facts.trainedParameters).toBe(10);
    // What a report draws the curves of a training from.
    const state = await readFile(join(folder, "runs", "away", "artifacts", "tune_full", "trainer_state.json"), "utf8");
    expect(JSON.parse(state).log_history).toMatchObject([{ step: 1, loss: 1, learning_rate: 0.001 }]);
    // Job folders hold texts, and are not kept once they are measured.
    expect(await readdir(join(folder, "runs", "away"))).not.toContain("checkpoints");
  });

  it("has SetFit trained elsewhere, and fits its last layer here", async () => {
    const { code, out } = await run("good", "--curve", "off", "--name", "pairs", "--approaches", "tune:setfit");
    expect(code).toBe(0);
    expect(out).toContain("tune:setfit");
    expect(hub.requests.filter(({ url }) => url.endsWith(".safetensors"))).toEqual([]);
    const own = (await measurementsOf("pairs")).filter(({ approach }) => approach === "tune:setfit");
    const test = own.find(({ split }) => split === "test")!;
    expect(test.facts.chosen["C"]).toBeGreaterThan(0);
    expect(test.facts.needs).toEqual(["python"]);
    const files = await readdir(join(folder, "runs", "pairs", "artifacts", "tune_setfit"));
    expect(files).toEqual(expect.arrayContaining(["config.json", "model.safetensors", "manifest.json"]));
    // Its model is not computed here: it labels by jobs, and answers no requests.
    const report = await readFile(join(folder, "runs", "pairs", "report.html"), "utf8");
    expect(report).toContain("artifacts/tune_setfit");
    expect(report).toMatch(/crossover label [^<]*--model [^<]*tune_setfit[^<]* --engine /);
    expect(report).not.toContain("crossover serve");
    const plan = await run("good", "--dry-run", "--curve", "off", "--approaches", "tune:setfit");
    expect(plan.code).toBe(0);
    expect(plan.out).toMatch(/tune:setfit: a job on command:/);
    // The folder of a family that is not computed here labels by jobs.
    const rows = join(folder, "rows.csv");
    await writeFile(rows, "text\n0 where is it\n1 my money\n");
    const model = join(folder, "runs", "pairs", "artifacts", "tune_setfit");
    const words = ["label", rows, "--model", model, "--engine", engine("good"), "--runs", join(folder, "runs")];
    const labelled = await crossover([...words, "-o", join(folder, "labelled.csv")]);
    expect(labelled.code).toBe(0);
    const { labels } = JSON.parse(await readFile(join(model, "manifest.json"), "utf8"));
    // The made-up job answers with the first digit.
    const [, first, second] = (await readFile(join(folder, "labelled.csv"), "utf8")).split("\n");
    expect(first).toContain(`0 where is it,${labels[0]}`);
    expect(second).toContain(`1 my money,${labels[1]}`);
  });

  it("takes a folder whose family is not computed here, which the engine's machine loads", async () => {
    const strange = join(folder, "strange");
    await mkdir(strange);
    await writeFile(join(strange, "config.json"), JSON.stringify({ model_type: "nobody-computes-this" }));
    await writeFile(join(strange, "model.safetensors"), "");
    const { code, err } = await run("good", "--curve", "off", "--name", "strange", "--model", strange);
    expect(err).not.toContain("Supported");
    expect(code).toBe(0);
    expect((await measurementsOf("strange")).some(({ approach }) => approach === "tune:full")).toBe(true);
    // What needs an encoder here has had the one that comes along, and is loaded with it again.
    const words = ["predict", join(folder, "runs", "strange"), "--approach", "baseline:nearest-centroid", "a parcel"];
    expect((await crossover(words)).code).toBe(0);
  });

  it("tells of a job that fails why, goes on with the rest, and exits with 2", async () => {
    const { code, out } = await run("says-failed", "--curve", "off", "--name", "failed", "--approaches", "tune:probe,tune:full");
    expect(code).toBe(2);
    expect(out).toContain("Out of memory: 3 GB.");
    expect(out).toContain("tune:probe");
  });

  it("refuses an engine that there is not, and one that can't be used, before anything is measured", async () => {
    const other = await crossover(["run", data, "--runs", join(folder, "runs"), "--engine", "rai:127.0.0.1", "--name", "none"]);
    expect(other.code).toBe(2);
    expect(other.err).toMatch(/Did you mean "ray"/);
    const bare = await crossover(["run", data, "--runs", join(folder, "runs"), "--engine", "ray:127.0.0.1:1", "--name", "none"]);
    expect(bare.code).toBe(2);
    expect(bare.err).toContain("--engine-storage");
    const gone = await crossover([
      "run",
      data,
      "--runs",
      join(folder, "runs"),
      "--engine",
      "command:no-such-program",
      "--name",
      "none",
    ]);
    expect(gone.code).toBe(2);
    expect(gone.err).toContain("no-such-program");
    expect(await readdir(join(folder, "runs"))).not.toContain("none");
  });

  it("asks before it hands jobs to who bills for them, and hands over none where nobody can answer", async () => {
    const token = "hf_ThisIsMadeUpAndOpensNothing";
    await using jobs = await startHfJobs(token);
    const { code, err } = await crossover(
      [
        "run",
        data,
        "--runs",
        join(folder, "runs"),
        "--engine",
        "hf-jobs",
        "--llm",
        "none",
        "--budget-usd",
        "5",
        "--name",
        "billed",
      ],
      { env: { HF_ENDPOINT: jobs.url, HF_HOME: home, HF_TOKEN: token } },
    );
    expect(code).toBe(2);
    expect(err).toContain("--yes");
    expect(jobs.requests.filter(({ method }) => method !== "GET")).toEqual([]);
  });

  it("plans by a trial there, and tells what its machines' hours come to", async () => {
    const { code, out } = await run("good", "--dry-run", "--usd-per-machine-hour", "36", "--curve", "off");
    expect(code).toBe(0);
    // The trial says that an update takes a quarter of a second: 200 of them twice, for the validation and the test rows.
    const seconds = 2 * (2 + 200 * 0.25);
    const usd = Number(/\$(\d+\.\d+) at \$36/.exec(out)![1]);
    expect(usd).toBeGreaterThan((seconds / 3600) * 36);
    expect(usd).toBeLessThan((2 * seconds * 36) / 3600);
    expect(out).toContain("--usd-per-machine-hour");
    const failed = await run("says-failed", "--dry-run");
    expect(failed.code).toBe(2);
    expect(failed.err).toContain("Out of memory: 3 GB.");
  });

  it("plans without a trial where that would be billed and nobody allows it", async () => {
    const token = "hf_ThisIsMadeUpAndOpensNothing";
    await using jobs = await startHfJobs(token);
    const { code, out } = await crossover(
      ["run", data, "--runs", join(folder, "runs"), "--engine", "hf-jobs", "--llm", "none", "--dry-run"],
      { env: { HF_ENDPOINT: jobs.url, HF_HOME: home, HF_TOKEN: token } },
    );
    expect(code).toBe(0);
    expect(jobs.requests.filter(({ method }) => method !== "GET")).toEqual([]);
    expect(out.split("\n").find((line) => line.startsWith("tune:full"))).toContain("unknown");
    expect(out).toContain("--yes");
  });

  it("measures what this machine does before it waits for jobs", async () => {
    const own = await measurementsOf("away");
    expect(own.map(({ approach }) => approach === "tune:full").lastIndexOf(false)).toBeLessThan(own.length - 1);
    expect(own.at(-1)!.approach).toBe("tune:full");
  });

  it("measures a grid of sizes and seeds by jobs of their own, several at once", async () => {
    const { code } = await run(
      "good",
      ...["--curve", "full", "--curve-time", "10m", "--engine-jobs", "3", "--name", "grid", "--approaches", "tune:full"],
    );
    expect(code).toBe(0);
    const own = (await measurementsOf("grid")).filter(({ approach }) => approach === "tune:full");
    const keys = own.map(({ split, trainSize, seed, experiment }) => JSON.stringify([split, trainSize, seed, experiment]));
    expect(new Set(keys).size).toBe(keys.length);
    expect(
      new Set(own.filter(({ experiment }) => experiment === undefined).map(({ trainSize }) => trainSize)).size,
    ).toBeGreaterThan(2);
  });

  it("says of options that belong to an engine that they do nothing here", async () => {
    const { err } = await crossover([
      ...["run", data, "--runs", join(folder, "runs"), "--engine-gpus", "1", "--dry-run", "--approaches", "tune:probe"],
    ]);
    expect(err).toContain("--engine-gpus");
  });
});
