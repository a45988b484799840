/** @file SetFit through an engine, without Python: vectors are made up, and the last layer on them is fitted here. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Engine } from "../../src/engines/engine.js";
import { engineSetFit } from "../../src/engines/engine-setfit.js";
import type { EngineSetFitOptions } from "../../src/engines/engine-tuned-options.js";
import { UserError } from "../../src/lib/errors.js";
import { answerFields } from "../../src/tune/classifier/classifier-model.js";
import { openSafetensors } from "../../src/tune/pretrained/safetensors.js";
import type { FitContext } from "../../src/types/approach.js";
import { contractData, recordingContext } from "../contract/approach.js";
import { fakeEngine } from "./staged-job.js";
import { temporaryFolder } from "./temporary.js";

const { train, queries } = contractData();

const approach = (engine: Engine, more: Partial<EngineSetFitOptions> = {}) =>
  engineSetFit({ engine, model: `org/name@${"a".repeat(40)}`, queries, ...more });

const contextIn = (checkpointFolder: string) => ({ ...recordingContext(), checkpointFolder }) satisfies FitContext;

describe("SetFit through an engine", () => {
  it("stages the pairs of each update, and no validation rows", async () => {
    await using folder = await temporaryFolder();
    await using _ = await approach(fakeEngine("good"), { updates: 5, batchSize: 8 }).fit(train, contextIn(folder.path));
    const told = JSON.parse(await readFile(join(folder.path, "job", "job.json"), "utf8"));
    expect(told).toMatchObject({ method: "setfit", pooling: "mean", settings: { epochs: 1, learning_rate: 5e-5, dropout: 0.1 } });
    expect(Object.keys(told.inputs)).toContain("pairs.jsonl");
    const lines = (await readFile(join(folder.path, "job", "pairs.jsonl"), "utf8")).trim().split("\n");
    expect(lines).toHaveLength(5);
    for (const line of lines) {
      const pairs: readonly (readonly number[])[] = JSON.parse(line);
      expect(pairs.flat().length).toBeGreaterThan(4);
      expect(new Set(pairs.flat()).size).toBe(pairs.flat().length);
      for (const [a, b = a] of pairs) expect(train.examples[a!]!.labels).toEqual(train.examples[b!]!.labels);
    }
    expect(await readFile(join(folder.path, "job", "valid.jsonl"), "utf8")).toBe("");
  });

  it("fits the last layer to the vectors of a model that is not computed here, and saves it in the model's folder", async () => {
    await using folder = await temporaryFolder();
    const context = contextIn(folder.path);
    const asked = train.examples.map(({ id, text }) => ({ id: `q${id}`, text }));
    await using predictor = await approach(fakeEngine("good"), { queries: asked }).fit(train, context);
    const answers = await predictor.predict(asked, context);
    const right = answers.filter(({ answer }, row) => answer![0] === train.examples[row]!.labels[0]).length;
    expect(right / asked.length).toBeGreaterThan(0.9);
    await expect(predictor.predict([{ id: "x", text: "another text" }], context)).rejects.toThrow(UserError);
    expect(predictor.facts.chosen["C"]).toBeGreaterThan(0);
    // The made-up model has 10 and 20; the layer 14 for each label, and one more.
    const layer = train.labels.length * 15;
    expect(predictor.facts).toMatchObject({ trainedParameters: 10 + layer, totalParameters: 20 + layer, needs: ["python"] });

    const files = await predictor.files();
    const config = JSON.parse(Buffer.from(files.get("config.json")!).toString());
    expect(config).not.toHaveProperty("architectures");
    expect(config.crossover).toEqual({ mayBeEmpty: false, pooling: "mean" });
    expect(answerFields(config, "here").labels).toEqual(train.labels);
    const path = join(folder.path, "model.safetensors");
    await writeFile(path, files.get("model.safetensors")!);
    await using tensors = await openSafetensors(path);
    expect([...tensors.tensors].map(([name, { shape }]) => [name, shape])).toEqual([
      ["classifier.bias", [train.labels.length]],
      ["classifier.weight", [train.labels.length, 14]],
      ["embeddings", [1, 2]],
    ]);
  });

  it("chooses thresholds where a row may have several labels", async () => {
    await using folder = await temporaryFolder();
    const several = contractData(true);
    const tuned = approach(fakeEngine("good"), { queries: several.queries });
    await using predictor = await tuned.fit(several.train, contextIn(folder.path));
    const config = JSON.parse(Buffer.from((await predictor.files()).get("config.json")!).toString());
    expect(config.crossover.thresholds).toHaveLength(several.train.labels.length);
  });

  it.each(["vectors-missing", "vectors-few", "vectors-nan"])("refuses results that are not whole: %s", async (kind) => {
    await using folder = await temporaryFolder();
    const fitting = approach(fakeEngine(kind)).fit(train, contextIn(folder.path));
    await expect(fitting).rejects.toThrow(UserError);
    await using again = await approach(fakeEngine("good")).fit(train, contextIn(folder.path));
    expect(await again.predict(queries, contextIn(folder.path))).toHaveLength(queries.length);
  });

  it("expects of further jobs what those took that have ended, by their updates", async () => {
    await using folder = await temporaryFolder();
    const tuned = approach(fakeEngine("good"), { batchSize: 4 });
    expect((await tuned.estimate(train, queries)).machineSeconds).toBeUndefined();
    await using _ = await tuned.fit(train, contextIn(folder.path));
    // The made-up job says that it took seven seconds. 36 rows five times, four at once: 45 updates; three times as many rows three times as many.
    expect((await tuned.estimate(train, queries)).machineSeconds).toBeCloseTo(7, 9);
    const tripled = { ...train, examples: [...train.examples, ...train.examples, ...train.examples] };
    expect((await tuned.estimate(tripled, queries)).machineSeconds).toBeCloseTo(21, 9);
  });

  it("refuses options that are out of range, and rows that have nothing to tell apart", async () => {
    const engine = fakeEngine("good");
    for (const wrong of [{ batchSize: 0 }, { updates: 0.5 }, { dropout: 1 }, { learningRate: -1 }])
      expect(() => approach(engine, wrong)).toThrow(UserError);
    await using folder = await temporaryFolder();
    const one = { ...train, examples: train.examples.filter(({ labels }) => labels[0] === train.labels[0]) };
    await expect(approach(engine).fit(one, contextIn(folder.path))).rejects.toThrow(UserError);
  });
});
