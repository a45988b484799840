import { existsSync, statSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { describe, expect, it } from "vitest";
import { stageLabeling } from "../../src/engines/job/label-job.js";
import { copiedFiles } from "../../src/engines/job/model-source.js";
import { sharedModels } from "../../src/engines/job/shared-models.js";
import { temporaryFolder } from "./temporary.js";

async function modelIn(folder: string, weights = "weights"): Promise<string> {
  const place = join(folder, "model");
  await mkdir(place, { recursive: true });
  await writeFile(join(place, "config.json"), "{}");
  await writeFile(join(place, "model.safetensors"), weights, { mode: 0o644 });
  return place;
}

const rows = (text: string) => [{ id: "1", text }];
const names = async (folder: string): Promise<string[]> => (await readdir(folder)).sort();

describe("a model of many jobs", () => {
  it("is there once, under the hash of its files, and in each job's folder", async () => {
    await using folder = await temporaryFolder();
    const modelFolder = await modelIn(folder.path);
    const shared = sharedModels(join(folder.path, "models"));
    const stage = (name: string) =>
      stageLabeling(join(folder.path, name), { modelFolder, labelCount: 2, rows: rows(name), shared });
    const jobs = await Promise.all(["a", "b", "c"].map(stage));
    const [first] = jobs;
    expect(first!.model!.id).toMatch(/^models-[0-9a-f-]{36}\/[0-9a-f]{32}$/);
    expect(first!.model!.bytes).toBe("{}weights".length);
    expect(new Set(jobs.map(({ model }) => model!.folder)).size).toBe(1);
    expect(await names(join(folder.path, "models"))).toHaveLength(2);
    const placed = await Promise.all(jobs.map((job) => stat(join(job.folder, "model", "model.safetensors"))));
    expect(new Set(placed.map(({ ino }) => ino)).size).toBe(1);
    expect(placed[0]!.nlink).toBe(4);
    // What a job is told of it is what it would be told of a copy.
    const alone = await stageLabeling(join(folder.path, "alone"), { modelFolder, labelCount: 2, rows: rows("a") });
    const inputsOf = async (place: string): Promise<unknown> =>
      JSON.parse(await readFile(join(place, "job.json"), "utf8")).inputs;
    expect(await inputsOf(first!.folder)).toEqual(await inputsOf(alone.folder));
    expect(alone.model).toBeUndefined();
    // Staged again, a job is the one that it was.
    expect((await stage("a")).id).toBe(first!.id);
  });

  it.skipIf(process.platform === "win32")("is for its owner's eyes alone, and none of the user's own files", async () => {
    await using folder = await temporaryFolder();
    const modelFolder = await modelIn(folder.path);
    const shared = sharedModels(join(folder.path, "models"));
    const staged = await stageLabeling(join(folder.path, "job"), { modelFolder, labelCount: 2, rows: rows("a"), shared });
    expect((await stat(join(staged.folder, "model", "model.safetensors"))).mode & 0o77).toBe(0);
    expect((await stat(staged.model!.folder)).mode & 0o77).toBe(0);
    expect((await stat(join(modelFolder, "model.safetensors"))).mode & 0o777).toBe(0o644);
    // Trained again in its place while the job waits.
    await writeFile(join(modelFolder, "model.safetensors"), "others");
    expect(await readFile(join(staged.folder, "model", "model.safetensors"), "utf8")).toBe("weights");
  });

  it("is found by a later process, read once in each, and another one where its files are others", async () => {
    await using folder = await temporaryFolder();
    const modelFolder = await modelIn(folder.path);
    const place = join(folder.path, "models");
    let asked = 0;
    const files = () => {
      asked++;
      return copiedFiles(modelFolder);
    };
    const early = sharedModels(place);
    const [first, second] = await Promise.all([early.keep("m", files), early.keep("m", files)]);
    expect([second, await early.keep("m", files)]).toEqual([first, first]);
    expect(asked).toBe(1);
    const written = statSync(join(first.folder, "model.safetensors")).ctimeMs;
    const later = await sharedModels(place).keep("m", files);
    expect([later.id, later.folder]).toEqual([first.id, first.folder]);
    expect(statSync(join(first.folder, "model.safetensors")).ctimeMs).toBe(written);
    await writeFile(join(modelFolder, "model.safetensors"), "others");
    const other = await sharedModels(place).keep("m", files);
    expect(other.id).not.toBe(first.id);
    expect(other.id.split("/")[0]).toBe(first.id.split("/")[0]);
    // Whoever removed it between two parts of a run finds it made again.
    await rm(place, { recursive: true });
    const again = await early.keep("m", files);
    expect(existsSync(join(again.folder, "model.safetensors"))).toBe(true);
    expect(again.id.split("/")[0]).not.toBe(first.id.split("/")[0]);
  });

  it("that can't be read is tried again", async () => {
    await using folder = await temporaryFolder();
    const shared = sharedModels(join(folder.path, "models"));
    await expect(shared.keep("m", () => copiedFiles(join(folder.path, "model")))).rejects.toThrow();
    const modelFolder = await modelIn(folder.path);
    expect((await shared.keep("m", () => copiedFiles(modelFolder))).files.size).toBe(2);
  });

  const memory = "/dev/shm";
  const isElsewhere = existsSync(memory) && statSync(memory).dev !== statSync(tmpdir()).dev;
  it.skipIf(!isElsewhere)("is copied where there can be no link", async () => {
    await using folder = await temporaryFolder();
    const modelFolder = await modelIn(folder.path);
    const other = await mkdtemp(join(memory, "crossover-"));
    try {
      const shared = sharedModels(join(other, "models"));
      const staged = await stageLabeling(join(folder.path, "job"), { modelFolder, labelCount: 2, rows: rows("a"), shared });
      const placed = join(staged.folder, "model", "model.safetensors");
      expect([await readFile(placed, "utf8"), (await stat(placed)).nlink]).toEqual(["weights", 1]);
    } finally {
      await rm(other, { recursive: true });
    }
  });
});
