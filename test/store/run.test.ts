import { appendFile, mkdir, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { sealedLine } from "../../src/lib/sealed-json.js";
import { continueRun, createRun, listRuns, type RunManifest, readRun, runFormat } from "../../src/store/run.js";
import type { Measurement } from "../../src/types/measurement.js";
import { identified } from "../identity.js";

const manifest: RunManifest = {
  format: runFormat,
  name: "tickets",
  createdAt: "2026-01-02T03:04:05.000Z",
  version: "0.0.0",
  machine: { cpu: "test", cores: 2, memoryGb: 1, node: "v20", os: "linux" },
  options: { path: "tickets.csv" },
  task: {
    name: "tickets",
    labels: ["a", "b"],
    isMultiLabel: false,
    trainRows: 2,
    testRows: 2,
    trainHash: "x",
    testHash: "y",
    splitNote: "",
    warnings: [],
  },
  assumptions: { margin: 0.01, usdPerLabel: 0.1, usdPerMachineHour: 0.1, utilization: 1 },
  failed: [],
};

function measurement(approach: string, answers: readonly (string | null)[], seed = 0): Measurement {
  return {
    ...identified(approach, "tune"),
    split: "test",
    trainSize: 2,
    seed,
    outcomes: answers.map((answer, i) => ({
      id: `row-${i}`,
      truth: ["a"],
      ...(answer === null ? { answer: null, failure: "refused" as const } : { answer: [answer] }),
    })),
    latencies: [0.01],
    fitCost: { usd: 0, seconds: 1, inputTokens: 0, outputTokens: 0, labels: 2 },
    predictCost: { usd: 0, seconds: 1, inputTokens: 0, outputTokens: 0, labels: 0 },
    facts: { trainedParameters: 1, totalParameters: 1, promptTokens: 0, humanWords: 0, chosen: {}, artifactBytes: 1, needs: [] },
  };
}

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "crossover-run-"));
});

describe("a run on disk", () => {
  it("gives back what was appended", async () => {
    const folder = join(root, "one");
    const run = await createRun(folder, manifest);
    const [first, second] = [measurement("tune:probe", ["a", "b"]), measurement("prompt:labels", ["a", null], 3)];
    await run.append(first);
    await run.append(second);
    await run.update({ finishedAt: "2026-01-02T03:05:00.000Z" });
    const again = await readRun(folder);
    expect(again.measurements).toEqual([first, second]);
    expect(again.manifest).toEqual({ ...manifest, finishedAt: "2026-01-02T03:05:00.000Z" });
  });

  it("says why an approach was not measured: in the words of an error, or that it has no outcome", async () => {
    const failed = [
      { ...identified("prompt:a", "prompt"), reason: "no server answers" },
      { ...identified("prompt:b", "prompt"), reason: { kind: "no-outcome" as const, testRows: 2, example: "status 401" } },
    ];
    const folder = join(root, "failed");
    await (await createRun(folder, manifest)).update({ failed });
    expect((await readRun(folder)).manifest.failed).toEqual(failed);
  });

  it("has a folder for what each fit keeps, and deletes it once the measurement is stored", async () => {
    const run = await createRun(join(root, "fits"), manifest);
    const [first, second, other] = [
      measurement("tune:full", ["a", "b"]),
      measurement("tune:full", ["a", "b"], 3),
      measurement("a/../b", []),
    ];
    const folders = [first, second, other].map((each) => run.checkpointFolder(each));
    expect(new Set(folders).size).toBe(3);
    for (const folder of folders) {
      expect(dirname(folder)).toBe(join(root, "fits", "checkpoints"));
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, "state"), "kept");
    }
    // What they have in common stays as long as one of them is there.
    await mkdir(run.sharedFolder);
    await run.append(first);
    expect((await readdir(join(root, "fits", "checkpoints"))).sort()).toEqual(
      [...folders.slice(1), run.sharedFolder].map((folder) => basename(folder)).sort(),
    );
    expect((await readRun(join(root, "fits"))).checkpointFolder(second)).toBe(folders[1]);
    await run.append(second);
    await run.append(other);
    expect(await readdir(join(root, "fits"))).not.toContain("checkpoints");
  });

  it("does not count a measurement that was cut off, and a resumed run has each row once", async () => {
    const folder = join(root, "cut");
    const run = await createRun(folder, manifest);
    await run.append(measurement("tune:probe", ["a", "b"]));
    const killed = sealedLine({
      approach: "prompt:labels",
      split: "test",
      trainSize: 2,
      seed: 0,
      id: "row-0",
      truth: ["a"],
      answer: ["b"],
    });
    await appendFile(join(folder, "predictions.jsonl"), `${killed}\n{"approach":"prompt:la`);
    const resumed = await continueRun(folder);
    expect(resumed.measurements.map((m) => m.approach)).toEqual(["tune:probe"]);
    await resumed.append(measurement("prompt:labels", ["a", "a"]));
    expect((await readRun(folder)).measurements).toEqual([
      measurement("tune:probe", ["a", "b"]),
      measurement("prompt:labels", ["a", "a"]),
    ]);
    expect((await readFile(join(folder, "predictions.jsonl"), "utf8")).trim().split("\n")).toHaveLength(4);
  });

  it("says when rows were taken away", async () => {
    const folder = join(root, "short");
    await (await createRun(folder, manifest)).append(measurement("tune:probe", ["a", "b"]));
    const lines = (await readFile(join(folder, "predictions.jsonl"), "utf8")).split("\n");
    await writeFile(join(folder, "predictions.jsonl"), `${lines[0]}\n`);
    await expect(readRun(folder)).rejects.toThrow("has 1 rows of tune:probe, measurements.jsonl says 2");
  });

  it("refuses a folder that is taken, a folder that is no run, and a newer format", async () => {
    const folder = join(root, "taken");
    await createRun(folder, manifest);
    await expect(createRun(folder, manifest)).rejects.toThrow(`Continue it with "crossover resume ${folder}"`);
    await expect(readRun(root)).rejects.toThrow("it has no run.json");
    await writeFile(join(folder, "run.json"), JSON.stringify({ ...manifest, format: 99 }));
    await expect(readRun(folder)).rejects.toThrow(`has format 99; this version of crossover reads ${runFormat}`);
  });

  it("refuses a run of an earlier format, and says what to do", async () => {
    const folder = join(root, "old");
    await createRun(folder, manifest);
    await writeFile(join(folder, "run.json"), JSON.stringify({ ...manifest, format: 2 }));
    await expect(readRun(folder)).rejects.toThrow("has format 2, of an earlier version of crossover; this one reads 3. Run the");
  });

  it("keeps experiments and smaller training sets of an approach beside its plain measurement", async () => {
    const run = await createRun(join(root, "beside"), manifest);
    const plain = measurement("tune:probe", ["a", "b"]);
    const all: Measurement[] = [
      plain,
      { ...plain, trainSize: 1, outcomes: plain.outcomes.toReversed() },
      { ...plain, experiment: { kind: "held-out-label", label: "a", shots: 0 } },
      { ...plain, experiment: { kind: "held-out-label", label: "a", shots: 8 }, outcomes: plain.outcomes.slice(1) },
    ];
    for (const each of all) await run.append(each);
    expect(new Set(all.map((each) => run.checkpointFolder(each))).size).toBe(4);
    expect((await readRun(run.folder)).measurements).toEqual(all);
    // The same question, its settings in another order: made again, it takes the former's place.
    const again: Measurement = { ...all[3]!, experiment: { shots: 8, kind: "held-out-label", label: "a" }, seed: 0 };
    await run.append(again);
    expect((await readRun(run.folder)).measurements).toEqual([...all.slice(0, 3), again]);
  });

  it("lists runs newest first and passes over broken ones", async () => {
    await createRun(join(root, "old"), { ...manifest, name: "old", createdAt: "2025-01-01T00:00:00.000Z" });
    await createRun(join(root, "new"), { ...manifest, name: "new" });
    await createRun(join(root, "broken"), manifest);
    await writeFile(join(root, "broken", "run.json"), "{");
    expect((await listRuns(root)).map((run) => run.manifest.name)).toEqual(["new", "old"]);
    expect(await listRuns(join(root, "nowhere"))).toEqual([]);
  });
});
