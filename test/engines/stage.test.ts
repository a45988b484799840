import { createHash } from "node:crypto";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fileLines } from "../../src/engines/job/file-lines.js";
import { stageTraining } from "../../src/engines/job/stage.js";
import { collected, jobIn, smallJob } from "./staged-job.js";
import { temporaryFolder } from "./temporary.js";

describe("a staged job", () => {
  it("is a folder whose job.json names every input with its hash, and no label of a test row", async () => {
    await using folder = await temporaryFolder();
    const weights = { parts: [new Uint8Array([1, 2]), new Uint8Array([3])] };
    const job = await stageTraining(jobIn(folder.path), {
      ...smallJob,
      spec: { ...smallJob.spec, model: { folder: "model" } },
      modelFiles: new Map([["model.safetensors", weights]]),
      start: new Uint8Array([9]),
    });
    expect(job.id).toMatch(/^crossover-[0-9a-f-]{36}$/);
    const { inputs, ...told } = JSON.parse(await readFile(join(job.folder, "job.json"), "utf8"));
    expect(told).toMatchObject({ id: job.id, format: "crossover-job-1", method: "full", seed: 1 });
    const names = ["model/model.safetensors", "start.safetensors", "test.jsonl", "train.jsonl", "train.py", "valid.jsonl"];
    expect(Object.keys(inputs).sort()).toEqual(names);
    for (const name of names) {
      const bytes = await readFile(join(job.folder, name));
      expect(inputs[name]).toEqual({ bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") });
      if (process.platform !== "win32") expect((await stat(join(job.folder, name))).mode & 0o077).toBe(0);
    }
    const lines = (await readFile(join(job.folder, "test.jsonl"), "utf8")).trim().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toEqual(smallJob.queries.map(({ id, text }) => ({ id, text })));
    const learned = JSON.parse((await readFile(join(job.folder, "train.jsonl"), "utf8")).split("\n")[0]!);
    expect(learned).toEqual({ id: "refund-0-0", text: "I want my money back", labels: ["refund"] });
  });

  it("keeps its id and what it has reached where it is the same, and is another where anything differs", async () => {
    await using folder = await temporaryFolder();
    const place = jobIn(folder.path);
    const first = await stageTraining(place, smallJob);
    await writeFile(join(place, "reached"), "");
    const again = await stageTraining(place, smallJob);
    expect(again.id).toBe(first.id);
    expect(await readdir(place)).toContain("reached");
    const other = await stageTraining(place, { ...smallJob, spec: { ...smallJob.spec, seed: 2 } });
    expect(other.id).not.toBe(first.id);
    expect(await readdir(place)).not.toContain("reached");
    const rows = await stageTraining(place, { ...smallJob, queries: smallJob.queries.slice(1) });
    expect(rows.testIds).toEqual(["q2", "q3", "q4", "q5", "q6"]);
    expect(new Set([first.id, other.id, rows.id]).size).toBe(3);
  });

  it("is staged anew where it was not finished", async () => {
    await using folder = await temporaryFolder();
    const place = jobIn(folder.path);
    const first = await stageTraining(place, smallJob);
    await writeFile(join(place, "job.json"), "{");
    expect((await stageTraining(place, smallJob)).id).not.toBe(first.id);
  });
});

describe("the lines of a file", () => {
  it("end at a line feed and nowhere else", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "lines");
    const lines = ["a\u2028b", "", "c\rd", `${"é".repeat(70_000)}`];
    for (const end of ["", "\n"]) {
      await writeFile(path, lines.join("\n") + end);
      expect(await collected(fileLines(path))).toEqual(lines);
    }
    await writeFile(path, "");
    expect(await collected(fileLines(path))).toEqual([]);
  });
});
