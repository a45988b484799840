/** @file Labeling with `python/label.py` against our own engine. Runs where there is a Python with torch. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { readLabels, type StagedLabeling, stageLabeling } from "../../src/engines/job/label-job.js";
import { jobLine } from "../../src/engines/job/log-line.js";
import { UserError } from "../../src/lib/errors.js";
import type { TextClassifier } from "../../src/tune/classifier/classifier-model.js";
import { readClassifier } from "../../src/tune/classifier/classifier-model.js";
import { classifierFolder, goldenClassifiers } from "../tune/classifier/golden-classifiers.js";
import { logitsOfTexts, pooledClassifier, save } from "../tune/classifier/saved-folders.js";
import { hasPython, pythonEngine, pythonNote } from "./python.js";
import { collected, jobIn, toTheEnd } from "./staged-job.js";
import { temporaryFolder } from "./temporary.js";

const { signal } = new AbortController();
const { texts } = goldenClassifiers;

/** Texts of the golden file and parts of them, as many as are asked for. */
const rowsOf = (count: number): { readonly id: string; readonly text: string }[] =>
  Array.from({ length: count }, (_, i) => ({ id: `row\u2028${i}`, text: texts[i % texts.length]!.slice(0, 5 + (i % 40)) }));

async function stage(folder: string, classifier: TextClassifier, count: number, rowsPerChunk: number): Promise<StagedLabeling> {
  const modelFolder = join(folder, "tuned");
  if (!existsSync(modelFolder)) await save(classifier, modelFolder);
  const { labels } = classifier;
  const settings = { rows_per_chunk: rowsPerChunk, max_tokens: classifier.pretrained.maxTokens };
  return stageLabeling(jobIn(folder), { modelFolder, labelCount: labels.length, rows: rowsOf(count), settings });
}

describe("answers to the rows of a file", () => {
  const staged = async (folder: string): Promise<StagedLabeling> =>
    stage(folder, await readClassifier(classifierFolder("bert")), 3, 10);
  const logits = "[0.5,1,-2.25]";
  const lines = rowsOf(3).map(({ id }) => `{"id":${JSON.stringify(id)},"logits":${logits}}`);

  it.each<readonly [string, readonly string[], RegExp | null]>([
    ["all there are", lines, null],
    ["one too few", lines.slice(1), /line 1/],
    ["the last one too few", lines.slice(0, 2), /2 answers; expected 3/],
    ["one too many", [...lines, lines[0]!], /line 4/],
    ["in another order", [lines[0]!, lines[2]!, lines[1]!], /line 2/],
    ["with a logit that is no number", [lines[0]!.replace("0.5", "NaN"), ...lines.slice(1)], /line 1/],
    ["with a logit missing", [lines[0]!.replace("0.5,", ""), ...lines.slice(1)], /line 1: 2 logits; expected 3/],
  ])("are read or refused: %s", async (_name, written, message) => {
    await using folder = await temporaryFolder();
    const job = await staged(folder.path);
    await expect(collected(readLabels(job))).rejects.toThrow(/manifest\.json is missing/);
    const text = `${written.join("\n")}\n`;
    await mkdir(join(job.folder, "out"));
    await writeFile(join(job.folder, "out", "predictions.jsonl"), text);
    const files = {
      "predictions.jsonl": { sha256: createHash("sha256").update(text).digest("hex"), bytes: Buffer.byteLength(text) },
    };
    const manifest = { format: "crossover-out-1", job: job.id, files };
    await writeFile(join(job.folder, "out", "manifest.json"), JSON.stringify(manifest));
    const reading = collected(readLabels(job));
    if (message === null)
      expect(await reading).toEqual(rowsOf(3).map(({ id }) => ({ id, logits: Float32Array.from(JSON.parse(logits)) })));
    else await expect(reading).rejects.toThrow(message);
  });

  it("are staged as one job as long as nothing differs", async () => {
    await using folder = await temporaryFolder();
    const first = await staged(folder.path);
    expect((await staged(folder.path)).id).toBe(first.id);
    expect((await stage(folder.path, await readClassifier(classifierFolder("bert")), 4, 10)).id).not.toBe(first.id);
    expect((await readdir(folder.path)).sort()).toEqual(["job", "tuned"]);
  });
});

describe.skipIf(!hasPython)(`label.py${pythonNote}`, () => {
  it.each([
    ["a class of transformers", () => readClassifier(classifierFolder("roberta"))],
    ["a class that carries pooled states", () => pooledClassifier("bert", "mean")],
    ["pooled states that no class computes", () => pooledClassifier("mpnet", "mean")],
  ])("answers as we do, in order: %s", { timeout: 120_000 }, async (_name, make) => {
    await using folder = await temporaryFolder();
    const classifier = await make();
    const staged = await stage(folder.path, classifier, 57, 10);
    const { end, lines } = await toTheEnd(await pythonEngine.submit(staged, signal));
    expect(end).toEqual({ kind: "done" });
    expect(lines.map(jobLine).filter(({ kind }) => kind === "checkpoint")).toHaveLength(6);
    expect(lines.map(jobLine).findLast((line) => line.kind === "labelled")).toMatchObject({ done: 57, rows: 57 });
    const found = await collected(readLabels(staged));
    const rows = rowsOf(57);
    expect(found.map(({ id }) => id)).toEqual(rows.map(({ id }) => id));
    const expected = await logitsOfTexts(
      classifier,
      rows.map(({ text }) => text),
    );
    const differences = found.flatMap(({ logits }, row) => [...logits].map((logit, k) => Math.abs(logit - expected[row]![k]!)));
    expect(Math.max(...differences)).toBeLessThan(1e-4);
  });

  it("goes on after it was stopped, with whole chunks, and what is damaged is refused", { timeout: 120_000 }, async () => {
    await using folder = await temporaryFolder();
    const classifier = await readClassifier(classifierFolder("bert"));
    const staged = await stage(folder.path, classifier, 4000, 20);
    const chunks = join(staged.folder, "out", "checkpoints");
    const job = await pythonEngine.submit(staged, signal);
    const following = toTheEnd(job);
    const written = async (): Promise<string[]> =>
      existsSync(chunks) ? (await readdir(chunks)).filter((name) => name.endsWith(".jsonl")) : [];
    while ((await written()).length === 0) await delay(10);
    await job.stop();
    expect((await following).end).toEqual({ kind: "stopped" });
    const kept = await written();
    expect(kept.length).toBeLessThan(200);
    const { end, lines } = await toTheEnd(await pythonEngine.submit(staged, signal));
    expect(end).toEqual({ kind: "done" });
    expect(lines.map(jobLine).filter(({ kind }) => kind === "checkpoint")).toHaveLength(200 - kept.length);
    expect((await collected(readLabels(staged))).length).toBe(4000);
    const path = join(staged.folder, "out", "predictions.jsonl");
    await writeFile(path, (await readFile(path, "utf8")).replace('"row\u20280"', '"row"'));
    await expect(collected(readLabels(staged))).rejects.toThrow(UserError);
  });
});
