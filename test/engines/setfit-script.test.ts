/** @file SetFit by the script of jobs against our own engine. Runs where `CROSSOVER_PYTHON`, or `python3`, has torch, transformers, peft and accelerate. */
import { existsSync } from "node:fs";
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { engineSetFit } from "../../src/engines/engine-setfit.js";
import type { EngineSetFitOptions } from "../../src/engines/engine-tuned-options.js";
import { readLabels, stageLabeling } from "../../src/engines/job/label-job.js";
import { labelingModel } from "../../src/engines/job/labeling-model.js";
import { type StagedTraining, stageTraining, type TrainingJob } from "../../src/engines/job/stage.js";
import { UserError } from "../../src/lib/errors.js";
import { random } from "../../src/lib/random.js";
import { predictionOf } from "../../src/tune/classifier/classifier-logits.js";
import { readPretrained } from "../../src/tune/pretrained/pretrained.js";
import { tokenizeTexts } from "../../src/tune/pretrained/token-batch.js";
import { type SetFitOptions, tuneSetFit } from "../../src/tune/setfit.js";
import { dealPairs } from "../../src/tune/training/objectives/pairs-objective.js";
import { labelIndices } from "../../src/tune/training/training-rows.js";
import type { Predictor } from "../../src/types/approach.js";
import type { Dataset, Query } from "../../src/types/data.js";
import { contractData, recordingContext } from "../contract/approach.js";
import { hasPython, pythonEngine, pythonNote } from "./python.js";
import { collected, smallJob, toTheEnd } from "./staged-job.js";
import { temporaryFolder } from "./temporary.js";

const { signal } = new AbortController();

interface Rows {
  readonly train: Dataset;
  readonly queries: readonly Query[];
}

/** So many rows, each two of the contract's in a row with the label of the first, and half as many to be answered. */
function manyRows(count: number): Rows {
  const { train } = contractData();
  const { integer } = random(3, "rows");
  const one = (): (typeof train.examples)[number] => train.examples[integer(train.examples.length)]!;
  const examples = Array.from({ length: count }, (_, i) => {
    const [a, b] = [one(), one()];
    return { id: `r${i}`, text: `${a.text} ${b.text}`, labels: a.labels };
  });
  const queries = examples.slice(0, count / 2).map(({ id, text }) => ({ id: `q${id}`, text: `${text}, thanks` }));
  return { train: { ...train, examples }, queries };
}

/** The contract's rows that differ for the tiny model, which cuts them, and has few words; and each with an exclamation mark. */
async function distinctRows(isMultiLabel: boolean): Promise<Rows> {
  const { train } = contractData(isMultiLabel);
  const texts = train.examples.map(({ text }) => text);
  const ids = (await tokenizeTexts(texts, await readPretrained("golden/tiny-bert"), signal)).map((each) => each.join());
  const examples = train.examples.filter((_, row) => ids.indexOf(ids[row]!) === row);
  return { train: { ...train, examples }, queries: examples.map(({ id, text }) => ({ id: `q${id}`, text: `${text}!` })) };
}

/** A copy of a golden model; pooled as it is said, and called a model of another family. */
async function modelIn(
  folder: string,
  name: string,
  { pooling, family }: { pooling?: string; family?: string } = {},
): Promise<string> {
  const place = join(folder, [name, pooling, family].filter(Boolean).join("-"));
  await cp(join("golden", name), place, { recursive: true });
  if (pooling !== undefined) {
    await mkdir(join(place, "1_Pooling"));
    await writeFile(join(place, "1_Pooling", "config.json"), JSON.stringify({ pooling_mode: pooling }));
  }
  if (family !== undefined) {
    const config = JSON.parse(await readFile(join(place, "config.json"), "utf8"));
    await writeFile(join(place, "config.json"), JSON.stringify({ ...config, model_type: family, architectures: undefined }));
  }
  return place;
}

/** The loss of each update, as the folder of a predictor has it. */
async function lossesOf(predictor: Predictor): Promise<number[]> {
  const { log_history: log } = JSON.parse(Buffer.from((await predictor.files()).get("trainer_state.json")!).toString());
  return log.map(({ loss }: { readonly loss: number }) => loss);
}

/** A training there and one here: the largest differences of a loss and of a probability, and the share of equal answers. */
async function compared(
  { train, queries }: Rows,
  options: SetFitOptions,
  there: Partial<EngineSetFitOptions> = {},
): Promise<{ readonly loss: number; readonly score: number; readonly equal: number; readonly notes: readonly string[] }> {
  const context = recordingContext();
  await using theirs = await engineSetFit({ ...options, engine: pythonEngine, queries, ...there }).fit(train, context);
  await using ours = await tuneSetFit(options).fit(train, recordingContext());
  const [a, b] = [await theirs.predict(queries, context), await ours.predict(queries, context)];
  const isComputed = theirs.facts.needs.length === 0;
  if (isComputed) {
    expect(theirs.facts.trainedParameters).toBe(ours.facts.trainedParameters);
    if (options.dropout === 0) expect(theirs.facts.chosen).toEqual(ours.facts.chosen);
    expect([...(await theirs.files()).keys()].sort()).toEqual([...(await ours.files()).keys()].sort());
  }
  const [la, lb] = isComputed ? [await lossesOf(theirs), await lossesOf(ours)] : [[], []];
  expect(la).toHaveLength(lb.length);
  const differences = a.flatMap(({ scores }, row) =>
    train.labels.map((label) => Math.abs(scores![label]! - b[row]!.scores![label]!)),
  );
  return {
    loss: Math.max(0, ...la.map((loss, i) => Math.abs(loss - lb[i]!))),
    score: Math.max(...differences),
    equal: a.filter(({ answer }, row) => answer!.join() === b[row]!.answer!.join()).length / queries.length,
    notes: context.events.flatMap((event) => (event.kind === "note" ? [event.text] : [])),
  };
}

const shared = { updates: 30, batchSize: 12, learningRate: 1e-3, dropout: 0, threads: 1 } as const;

describe.skipIf(!hasPython)(`train.py trains as tune:setfit does${pythonNote}`, () => {
  it.each([
    ["tiny-bert", {}, false],
    // One dropout stands before both layers of its head.
    ["tiny-roberta", {}, true],
    // Its own class has no bias, so that its states are pooled.
    ["classifier-qwen3", {}, false],
    ["classifier-mpnet", { pooling: "mean" }, true],
  ])("%s %o, several labels a row: %s", { timeout: 240_000 }, async (name, said, isMultiLabel) => {
    await using folder = await temporaryFolder();
    const model = await modelIn(folder.path, name, said);
    const found = await compared(contractData(isMultiLabel), { ...shared, model });
    expect(found.loss).toBeLessThan(1e-4);
    expect(found.score).toBeLessThan(1e-2);
    expect(found.equal).toBe(1);
    // Nothing to say: the job's logits are those of its model.
    expect(found.notes.filter((text) => text.includes("differ"))).toEqual([]);
  });

  it("with updates that are too long to go through the model at once", { timeout: 240_000 }, async () => {
    await using folder = await temporaryFolder();
    const model = await modelIn(folder.path, "tiny-bert", { pooling: "cls" });
    // 256 texts of up to 24 tokens are more than 4,096.
    const found = await compared(manyRows(400), { ...shared, model, updates: 8, batchSize: 256 });
    expect(found.loss).toBeLessThan(1e-4);
    expect(found.equal).toBeGreaterThanOrEqual(0.97);
  });

  it("with dropout, whose masks differ, gives the same labels", { timeout: 240_000 }, async () => {
    const options = { ...shared, model: "golden/tiny-bert", updates: 150, learningRate: 2e-3, dropout: 0.1 };
    const { train } = await distinctRows(false);
    // What was learned: a model of random weights generalizes to nothing else, with these masks or with others.
    const queries = train.examples.map(({ id, text }) => ({ id: `q${id}`, text }));
    const found = await compared({ train, queries }, options);
    expect(found.loss).toBeGreaterThan(1e-4);
    expect(found.equal).toBeGreaterThanOrEqual(0.97);
  });

  it("a family that is not computed here answers by the job's vectors, and is saved so that label.py answers with it", {
    timeout: 240_000,
  }, async () => {
    await using folder = await temporaryFolder();
    // Ernie is BERT under another name: what the job makes of it can be compared.
    const [known, unknown] = [
      await modelIn(folder.path, "tiny-bert", { pooling: "mean" }),
      await modelIn(folder.path, "tiny-bert", { family: "ernie" }),
    ];
    const { train, queries } = await distinctRows(true);
    const found = await compared({ train, queries }, { ...shared, model: known }, { model: unknown });
    expect(found.equal).toBeGreaterThanOrEqual(0.97);

    const context = recordingContext();
    await using predictor = await engineSetFit({ ...shared, model: unknown, engine: pythonEngine, queries }).fit(train, context);
    const answers = await predictor.predict(queries, context);
    await expect(predictor.predict([{ id: "another", text: "another text" }], context)).rejects.toThrow(UserError);
    const modelFolder = join(folder.path, "tuned");
    for (const [path, bytes] of await predictor.files()) {
      await mkdir(join(modelFolder, path, ".."), { recursive: true });
      await writeFile(join(modelFolder, path), bytes);
    }
    const { answers: fields, settings } = await labelingModel(modelFolder);
    const labelCount = train.labels.length;
    const staged = await stageLabeling(join(folder.path, "labels"), { modelFolder, labelCount, rows: queries, settings });
    expect((await toTheEnd(await pythonEngine.submit(staged, signal))).end).toEqual({ kind: "done" });
    for (const [row, { logits }] of (await collected(readLabels(staged))).entries()) {
      const { answer, scores } = predictionOf(fields, logits);
      expect(answer).toEqual(answers[row]!.answer);
      for (const label of train.labels) expect(scores[label]).toBeCloseTo(answers[row]!.scores![label]!, 4);
    }
  });

  /** A job on a model of this machine, with pairs of its rows. */
  async function jobOf(
    pairs?: TrainingJob["pairs"],
    settings: Partial<TrainingJob["spec"]["settings"]> = {},
  ): Promise<TrainingJob> {
    const files = (await readdir("golden/tiny-bert")).map((name) => [name, { copied: join("golden/tiny-bert", name) }] as const);
    return {
      ...smallJob,
      spec: {
        ...smallJob.spec,
        method: "setfit",
        model: { folder: "model" },
        pooling: "mean",
        settings: { ...smallJob.spec.settings, min_steps: 0, learning_rate: 1e-3, ...settings },
      },
      validation: [],
      modelFiles: new Map(files),
      ...(pairs && { pairs }),
    };
  }

  const pairsOf = (updates: number): TrainingJob["pairs"] => {
    const { learned } = smallJob;
    const indices = labelIndices({ ...contractData().train, examples: learned });
    return dealPairs(
      learned.map(({ text }, row) => ({ text, labels: indices[row]! })),
      { updates, batchSize: 12, seed: 1 },
    );
  };

  it("goes on from a checkpoint where it was killed, to the same bytes", { timeout: 240_000 }, async () => {
    await using folder = await temporaryFolder();
    const job = await jobOf(pairsOf(150), { checkpoint_seconds: 0 });
    const stage = (name: string): Promise<StagedTraining> => stageTraining(join(folder.path, name), job);
    const whole = await stage("whole");
    expect((await toTheEnd(await pythonEngine.submit(whole, signal))).end).toEqual({ kind: "done" });
    const broken = await stage("broken");
    const checkpoints = join(broken.folder, "out", "checkpoints");
    const killed = await pythonEngine.submit(broken, signal);
    while (!existsSync(checkpoints) || (await readdir(checkpoints)).every((name) => !name.endsWith(".pt"))) await delay(10);
    process.kill(JSON.parse(await readFile(join(broken.folder, "command", "process.json"), "utf8")).pid, "SIGKILL");
    expect((await toTheEnd(killed)).end.kind).toBe("failed");
    const { lines, end } = await toTheEnd(await pythonEngine.submit(broken, signal));
    expect(end).toEqual({ kind: "done" });
    expect(lines.some((line) => line.includes('"resumed"'))).toBe(true);
    for (const name of ["vectors.safetensors", "model/model.safetensors"]) {
      const [a, b] = await Promise.all([whole, broken].map((each) => readFile(join(each.folder, "out", name))));
      expect(a!.equals(b!)).toBe(true);
    }
  });

  it("says what is wrong with a job", { timeout: 240_000 }, async () => {
    await using folder = await temporaryFolder();
    const whyOf = async (name: string, job: TrainingJob, spoil?: (place: string) => Promise<void>): Promise<string> => {
      const staged = await stageTraining(join(folder.path, name), job);
      await spoil?.(staged.folder);
      const { end } = await toTheEnd(await pythonEngine.submit(staged, signal));
      return end.kind === "failed" ? (end.why ?? "") : end.kind;
    };
    const job = await jobOf(pairsOf(3));
    const strange = { ...job, spec: { ...job.spec, method: "contrast" as "setfit" } };
    expect(await whyOf("method", strange)).toMatch(/'contrast'; train\.py has full, lora and setfit/);
    expect(await whyOf("none", await jobOf())).toMatch(/needs .*pairs\.jsonl/);
    expect(await whyOf("row", await jobOf([[[0, 30]]]))).toMatch(/pairs\.jsonl names the row 30; train\.jsonl has rows 0 to 29/);
    expect(await whyOf("gone", job, (place) => rm(join(place, "pairs.jsonl")))).toMatch(/pairs\.jsonl is missing/);
  });
});
