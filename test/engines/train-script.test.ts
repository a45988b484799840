/** @file The script of jobs against our own engine. Runs where `CROSSOVER_PYTHON`, or `python3`, has torch, transformers, peft and accelerate. */
import { existsSync } from "node:fs";
import { appendFile, cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { engineTuned } from "../../src/engines/engine-tuned.js";
import type { EngineTunedOptions } from "../../src/engines/engine-tuned-options.js";
import { stageTraining } from "../../src/engines/job/stage.js";
import { random } from "../../src/lib/random.js";
import { tuneFull } from "../../src/tune/full.js";
import { tuneLora } from "../../src/tune/lora/lora.js";
import { loadClassifier } from "../../src/tune/saved-classifier.js";
import type { Approach } from "../../src/types/approach.js";
import type { Dataset } from "../../src/types/data.js";
import { contractData, recordingContext } from "../contract/approach.js";
import { hasPython, pythonEngine, pythonNote } from "./python.js";
import { jobIn, smallJob, toTheEnd } from "./staged-job.js";
import { temporaryFolder } from "./temporary.js";

const { signal } = new AbortController();
const engine = pythonEngine;

/** 250 rows with one or two labels, of which a part is held out, and 60 to be answered. */
function severalLabels(): {
  readonly train: Dataset;
  readonly queries: readonly { readonly id: string; readonly text: string }[];
} {
  const { train } = contractData(true);
  const { integer } = random(3, "rows");
  const examples = Array.from({ length: 250 }, (_, i) => {
    const [a, b] = [train.examples[integer(train.examples.length)]!, train.examples[integer(train.examples.length)]!];
    return {
      id: `r${i}`,
      text: `${a.text} ${b.text}`,
      labels: train.labels.filter((label) => [...a.labels, ...b.labels].includes(label)),
    };
  });
  return {
    train: { ...train, examples },
    queries: examples.slice(0, 60).map(({ id, text }) => ({ id: `q${id}`, text: `${text}, thanks` })),
  };
}

interface Agreement {
  readonly ours: Approach;
  readonly options: Partial<EngineTunedOptions> & Pick<EngineTunedOptions, "model" | "method">;
  readonly data: { readonly train: Dataset; readonly queries: readonly { readonly id: string; readonly text: string }[] };
}

/** The largest difference of a probability between a training there and one here, and the share of equal answers. */
async function compared({ ours, options, data: { train, queries } }: Agreement) {
  const context = recordingContext();
  const tuned = engineTuned({ engine, queries, ...options });
  await using theirs = await tuned.fit(train, context);
  await using local = await ours.fit(train, recordingContext());
  const [a, b] = [await theirs.predict(queries, context), await local.predict(queries, context)];
  const differences = a.flatMap(({ scores }, row) =>
    train.labels.map((label) => Math.abs(scores![label]! - b[row]!.scores![label]!)),
  );
  const equal = a.filter(({ answer }, row) => answer!.join() === b[row]!.answer!.join()).length;
  return {
    difference: Math.max(...differences),
    equal: equal / queries.length,
    theirs: theirs.facts,
    local: local.facts,
    context,
    files: await theirs.files(),
  };
}

describe.skipIf(!hasPython)(`train.py${pythonNote}`, () => {
  it("times a few updates and texts in a trial, from which a whole training is expected", { timeout: 240_000 }, async () => {
    const { train, queries } = contractData();
    const tuned = engineTuned({ engine, queries, method: "full", model: "golden/tiny-bert", minSteps: 300 });
    const context = recordingContext();
    await tuned.trial!(train, { ...context, queries });
    const expected = (await tuned.estimate(train, queries)).machineSeconds!;
    await using _ = await tuned.fit(train, recordingContext());
    // By its own clock, on a machine that may do other things: of the same order.
    const took = (await tuned.estimate(train, queries)).machineSeconds!;
    expect(expected).toBeGreaterThan(took / 5);
    expect(expected).toBeLessThan(took * 5 + 60);
  });

  it("trains all weights as tune:full does, and hands back a folder that loads here", { timeout: 240_000 }, async () => {
    const shared = {
      model: "golden/tiny-bert",
      minSteps: 60,
      dropout: 0,
      learningRate: 1e-3,
      classWeight: "balanced",
      labelSmoothing: 0.1,
    } as const;
    const found = await compared({ ours: tuneFull(shared), options: { ...shared, method: "full" }, data: contractData() });
    expect(found.difference).toBeLessThan(1e-4);
    expect(found.equal).toBe(1);
    expect(found.theirs.trainedParameters).toBe(found.local.trainedParameters);
    expect(found.theirs.artifactBytes).toBe(found.local.artifactBytes);
    // Nothing to say: the job's logits are those of its model.
    expect(found.context.events.filter((event) => event.kind === "note" && event.text.includes("differ"))).toEqual([]);
    await using folder = await temporaryFolder();
    for (const [path, bytes] of found.files) {
      await mkdir(join(folder.path, path, ".."), { recursive: true });
      await writeFile(join(folder.path, path), bytes);
    }
    await using loaded = await loadClassifier(folder.path);
    expect(loaded.labels).toEqual(contractData().train.labels);
  });

  it("with dropout, whose masks differ, gives the same labels", { timeout: 240_000 }, async () => {
    const shared = { model: "golden/tiny-bert", minSteps: 150, learningRate: 2e-3 } as const;
    const { train } = contractData();
    const queries = train.examples.map(({ id, text }) => ({ id: `q${id}`, text: `${text}!` }));
    const found = await compared({ ours: tuneFull(shared), options: { ...shared, method: "full" }, data: { train, queries } });
    expect(found.equal).toBeGreaterThanOrEqual(0.97);
  });

  it("trains adapters of a decoder with several labels a row, and stops by held-out rows, as tune:lora does", {
    timeout: 240_000,
  }, async () => {
    const shared = {
      model: "golden/classifier-qwen3",
      minSteps: 40,
      epochs: 4,
      dropout: 0,
      learningRate: 1e-2,
      schedule: "cosine",
    } as const;
    const found = await compared({ ours: tuneLora(shared), options: { ...shared, method: "lora" }, data: severalLabels() });
    expect(found.difference).toBeLessThan(1e-3);
    expect(found.equal).toBe(1);
    expect(found.theirs.chosen).toEqual(found.local.chosen);
    expect(found.theirs.trainedParameters).toBe(found.local.trainedParameters);
    const adapters = [...found.files.keys()].filter((path) => path.startsWith("adapter/"));
    expect(adapters).toContain("adapter/adapter_model.safetensors");
    expect(found.context.events.some((event) => event.kind === "progress" && event.training?.validationLoss !== undefined)).toBe(
      true,
    );
  });

  it("trains adapters of an encoder whose file has no pooler, as tune:lora does", { timeout: 240_000 }, async () => {
    const shared = { model: "golden/tiny-bert", minSteps: 40, dropout: 0, learningRate: 1e-2 } as const;
    const found = await compared({ ours: tuneLora(shared), options: { ...shared, method: "lora" }, data: contractData() });
    expect(found.difference).toBeLessThan(1e-3);
    expect(found.equal).toBe(1);
    expect(found.theirs.trainedParameters).toBe(found.local.trainedParameters);
  });

  it.each([
    ["full", "mean", "tiny-bert"],
    ["lora", "mean", "tiny-bert"],
    ["lora", "cls", "tiny-bert"],
    // A language model that was made to be pooled: without its head it is saved under other names.
    ["full", "lasttoken", "classifier-qwen3"],
  ] as const)("trains %s on pooled states as we do: %s of %s", { timeout: 240_000 }, async (method, pooling, model) => {
    await using folder = await temporaryFolder();
    await cp(join("golden", model), folder.path, { recursive: true });
    await mkdir(join(folder.path, "1_Pooling"));
    await writeFile(join(folder.path, "1_Pooling", "config.json"), JSON.stringify({ pooling_mode: pooling }));
    const shared = { model: folder.path, minSteps: 40, dropout: 0, learningRate: 3e-3 } as const;
    const ours = method === "full" ? tuneFull(shared) : tuneLora(shared);
    const found = await compared({ ours, options: { ...shared, method }, data: contractData() });
    expect(found.difference).toBeLessThan(1e-3);
    expect(found.equal).toBe(1);
    expect(found.theirs.trainedParameters).toBe(found.local.trainedParameters);
    expect(found.context.events.filter((event) => event.kind === "note" && event.text.includes("differ"))).toEqual([]);
  });

  it("goes on from a checkpoint, killed or told to stop, to the same bytes", { timeout: 240_000 }, async () => {
    await using folder = await temporaryFolder();
    const settings = { ...smallJob.spec.settings, min_steps: 200, checkpoint_seconds: 0, patience: 100 };
    const files = (await readdir("golden/tiny-bert")).map((name) => [name, { copied: join("golden/tiny-bert", name) }] as const);
    const stage = (name: string) =>
      stageTraining(join(folder.path, name), {
        ...smallJob,
        spec: { ...smallJob.spec, settings, model: { folder: "model" } },
        modelFiles: new Map(files),
      });
    const whole = await stage("whole");
    expect((await toTheEnd(await engine.submit(whole, signal))).end).toEqual({ kind: "done" });

    const broken = await stage("broken");
    const checkpoints = join(broken.folder, "out", "checkpoints");
    const hasCheckpoint = async (): Promise<void> => {
      while (!existsSync(checkpoints) || (await readdir(checkpoints)).every((name) => !name.endsWith(".pt"))) await delay(10);
    };
    const killed = await engine.submit(broken, signal);
    await hasCheckpoint();
    process.kill(JSON.parse(await readFile(join(broken.folder, "command", "process.json"), "utf8")).pid, "SIGKILL");
    expect((await toTheEnd(killed)).end.kind).toBe("failed");
    const stopped = await engine.submit(broken, signal);
    const following = toTheEnd(stopped);
    await delay(100);
    for (let found = ""; !found.includes('"resumed"'); await delay(20))
      found = await readFile(join(broken.folder, "command", "log.txt"), "utf8");
    await stopped.stop();
    const { end, lines } = await following;
    expect(end).toEqual({ kind: "stopped" });
    expect(lines.some((line) => line.includes('"stopped"'))).toBe(true);
    const { lines: last, end: done } = await toTheEnd(await engine.submit(broken, signal));
    expect(done).toEqual({ kind: "done" });
    expect(last.some((line) => line.includes('"resumed"'))).toBe(true);
    for (const name of ["predictions.jsonl", "valid-predictions.jsonl", "model/model.safetensors"]) {
      const [a, b] = await Promise.all([whole, broken].map((job) => readFile(join(job.folder, "out", name))));
      expect(a!.equals(b!)).toBe(true);
    }
    expect(existsSync(checkpoints)).toBe(false);
  });

  it("says what is wrong, and what to do", { timeout: 240_000 }, async () => {
    await using folder = await temporaryFolder();
    const hintOf = async (name: string, spoil: (place: string) => Promise<void>): Promise<string> => {
      const staged = await stageTraining(jobIn(join(folder.path, name)), smallJob);
      await spoil(staged.folder);
      const { end } = await toTheEnd(await engine.submit(staged, signal));
      return end.kind === "failed" ? (end.why ?? "") : end.kind;
    };
    const [changed, missing, unknown] = await Promise.all([
      hintOf("changed", (place) => appendFile(join(place, "train.jsonl"), "{}\n")),
      hintOf("missing", (place) => rm(join(place, "test.jsonl"))),
      hintOf("offline", async () => {}),
    ]);
    expect(changed).toMatch(/train\.jsonl is not the file that job\.json names/);
    expect(missing).toMatch(/test\.jsonl is missing/);
    expect(unknown).toMatch(/could not be downloaded/);
  });
});
