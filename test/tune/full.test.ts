import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { countOf } from "../../src/autodiff/values.js";
import { UserError } from "../../src/lib/errors.js";
import { random } from "../../src/lib/random.js";
import { tuneFull } from "../../src/tune/full.js";
import type { FullOptions } from "../../src/tune/full-options.js";
import { encodeSafetensors, openSafetensors, type TensorToStore } from "../../src/tune/pretrained/safetensors.js";
import { loadClassifier } from "../../src/tune/saved-classifier.js";
import type { Approach, FitContext, Predictor } from "../../src/types/approach.js";
import type { Dataset } from "../../src/types/data.js";
import { approachContract, contractData, recordingContext } from "../contract/approach.js";
import { tinyFolder } from "./pretrained/golden-encoder.js";

/** A random tiny BERT learns little in few steps, and that quickly. */
const options: FullOptions = { model: tinyFolder, minSteps: 10, epochs: 1, learningRate: 3e-3, threads: 1 };
const tiny = (part: Partial<FullOptions> = {}): Approach => tuneFull({ ...options, ...part });

approachContract("tune:full", () => tiny());
approachContract(
  "tune:full with several labels a row",
  () => tiny(),
  () => contractData(true),
);

/** Writes a predictor's files, and calls `use` with their folder. */
async function saved<Result>(predictor: Predictor, use: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), "classifier-"));
  try {
    for (const [path, bytes] of await predictor.files()) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), bytes);
    }
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Gives the tiny BERT the dense layer over its first token that the real one is pre-trained with. */
async function addPooler(path: string): Promise<void> {
  const tensors = new Map<string, TensorToStore>();
  {
    await using file = await openSafetensors(path);
    for (const [name, { dtype, shape }] of file.tensors) tensors.set(name, { dtype, shape, bytes: await file.bytes(name) });
  }
  const { normal } = random(1, "pooler");
  for (const [part, shape] of [
    ["weight", [32, 32]],
    ["bias", [32]],
  ] as const) {
    const numbers = Float32Array.from({ length: countOf(shape) }, () => 0.3 * normal());
    tensors.set(`pooler.dense.${part}`, { dtype: "F32", shape, bytes: new Uint8Array(numbers.buffer) });
  }
  await writeFile(path, encodeSafetensors(tensors));
}

const { train, queries } = contractData();

async function accuracy(predictor: Predictor, { examples }: Dataset): Promise<number> {
  const predictions = await predictor.predict(examples, recordingContext());
  return predictions.filter(({ answer }, i) => answer![0] === examples[i]!.labels[0]).length / examples.length;
}

describe("tune:full", () => {
  it("learns its training rows", async () => {
    await using predictor = await tiny({ minSteps: 120 }).fit(train, recordingContext());
    expect(await accuracy(predictor, train)).toBeGreaterThan(0.95);
  });

  it.each([false, true])("predicts the same when it is saved and loaded (several labels: %s)", async (isMultiLabel) => {
    const data = contractData(isMultiLabel);
    const context = recordingContext();
    await using predictor = await tiny().fit(data.train, context);
    const before = await predictor.predict(data.queries, context);
    const after = await saved(predictor, async (folder) => {
      await using loaded = await loadClassifier(folder, { threads: 1 });
      expect(loaded.facts.artifactBytes).toBe(predictor.facts.artifactBytes);
      return await loaded.predict(data.queries, context);
    });
    expect(after).toEqual(before);
  });

  it("takes the first token through the pooler, and writes what transformers calls it, where the model has one", async () => {
    const folder = await mkdtemp(join(tmpdir(), "pooler-"));
    try {
      await cp(tinyFolder, folder, { recursive: true });
      await addPooler(join(folder, "model.safetensors"));
      const context = recordingContext();
      await using predictor = await tiny({ model: folder }).fit(train, context);
      const before = await predictor.predict(queries, context);
      await saved(predictor, async (place) => {
        expect(JSON.parse(await readFile(join(place, "config.json"), "utf8"))).toMatchObject({
          architectures: ["BertForSequenceClassification"],
        });
        await using loaded = await loadClassifier(place, { threads: 1 });
        expect(await loaded.predict(queries, context)).toEqual(before);
        await using file = await openSafetensors(join(place, "model.safetensors"));
        const names = [...file.tensors.keys()].filter((name) => !/^bert\.(encoder|embeddings)\./.test(name));
        expect(names.sort()).toEqual([
          "bert.pooler.dense.bias",
          "bert.pooler.dense.weight",
          "classifier.bias",
          "classifier.weight",
        ]);
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it.each(["distilbert", "roberta", "xlm-roberta", "mpnet", "electra", "deberta-v2", "modernbert"])(
    "trains, saves and loads a model of type %s",
    async (type) => {
      const folder = await mkdtemp(join(tmpdir(), "family-"));
      try {
        await cp(join(dirname(tinyFolder), `tiny-${type}`), folder, { recursive: true });
        // The golden folders are small: most are without a tokenizer. Any will do here.
        if (!existsSync(join(folder, "tokenizer.json")))
          await writeFile(join(folder, "vocab.txt"), ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "refund", "my", "the"].join("\n"));
        const context = recordingContext();
        await using predictor = await tiny({ model: folder, minSteps: 3 }).fit(train, context);
        const before = await predictor.predict(queries, context);
        await saved(predictor, async (place) => {
          await using loaded = await loadClassifier(place, { threads: 1 });
          expect(await loaded.predict(queries, context)).toEqual(before);
        });
      } finally {
        await rm(folder, { recursive: true });
      }
    },
  );

  it("trains all weights, or those above the layers that are frozen", async () => {
    await using all = await tiny().fit(train, recordingContext());
    expect(all.facts.trainedParameters).toBe(all.facts.totalParameters);
    await using half = await tiny({ frozenLayers: 1 }).fit(train, recordingContext());
    // A layer of 32 units: four square maps, two of 32 x 64, their biases, two normalizations; the pooler and the classifier of three labels.
    const layer = 4 * (32 * 32 + 32) + 2 * 32 * 64 + 64 + 32 + 4 * 32;
    expect(half.facts.trainedParameters).toBe(layer + (32 * 32 + 32) + 3 * 32 + 3);
    await saved(half, async (folder) => {
      await using trained = await openSafetensors(join(folder, "model.safetensors"));
      await using original = await openSafetensors(join(tinyFolder, "model.safetensors"));
      const bytesOf = async (name: string): Promise<[Uint8Array, Uint8Array]> => [
        await trained.bytes(`bert.${name}`),
        await original.bytes(name),
      ];
      const [lower, lowerBefore] = await bytesOf("encoder.layer.0.output.dense.weight");
      expect(lower).toEqual(lowerBefore);
      const [upper, upperBefore] = await bytesOf("encoder.layer.1.output.dense.weight");
      expect(upper).not.toEqual(upperBefore);
    });
  });

  it("has the labels and the kind of task in its config.json, as transformers reads them", async () => {
    await using predictor = await tiny().fit(train, recordingContext());
    const config: unknown = JSON.parse(new TextDecoder().decode((await predictor.files()).get("config.json")));
    expect(config).toMatchObject({
      model_type: "bert",
      id2label: { 0: "refund", 1: "login", 2: "parcel" },
      label2id: { refund: 0, login: 1, parcel: 2 },
      problem_type: "single_label_classification",
    });
  });

  it("shows the loss of each step, and says how many texts were cut", async () => {
    const context = recordingContext();
    const long = { ...train.examples[0]!, id: "long", text: "refund ".repeat(40) };
    await using _ = await tiny().fit({ ...train, examples: [...train.examples, long] }, context);
    const steps = context.events.filter((event) => event.kind === "progress");
    expect(steps).toHaveLength(10);
    expect(steps.at(-1)).toMatchObject({
      phase: "training",
      done: 10,
      total: 10,
      detail: expect.stringMatching(/^loss \d\.\d{3}, learning rate \d\.\de-\d$/),
      training: { loss: expect.any(Number), learningRate: expect.any(Number), rows: expect.any(Number) },
    });
    const notes = context.events.flatMap((event) => (event.kind === "note" ? [event.text] : []));
    expect(notes).toEqual([expect.stringMatching(/^\d+ of 37 training texts fill the model's 24 tokens/)]);
  });

  it("weighs rare labels more where that is asked for", async () => {
    const rare = train.examples.filter(({ labels }, i) => labels[0] !== "refund" || i < 3);
    const share = async (classWeight: "none" | "balanced"): Promise<number> => {
      await using predictor = await tiny({ classWeight, minSteps: 20 }).fit({ ...train, examples: rare }, recordingContext());
      const predictions = await predictor.predict(queries, recordingContext());
      return predictions.reduce((total, { scores }) => total + scores!["refund"]!, 0) / queries.length;
    };
    expect(await share("balanced")).toBeGreaterThan(1.2 * (await share("none")));
  });

  it("goes on where it was interrupted, and predicts as if it had not been", async () => {
    const folder = await mkdtemp(join(tmpdir(), "fit-"));
    try {
      const controller = new AbortController();
      const stopped = recordingContext({ signal: controller.signal });
      const log: FitContext["log"] = (event) => {
        if (event.kind === "progress" && event.phase === "training" && event.done === 4) controller.abort(new Error("enough"));
      };
      await expect(tiny().fit(train, { ...stopped, log, checkpointFolder: folder })).rejects.toThrow("enough");
      const context = recordingContext();
      await using resumed = await tiny().fit(train, { ...context, checkpointFolder: folder });
      await using whole = await tiny().fit(train, recordingContext());
      expect(await resumed.predict(queries, context)).toEqual(await whole.predict(queries, context));
      const notes = context.events.flatMap((event) => (event.kind === "note" ? [event.text] : []));
      expect(notes).toContain("Training goes on after step 4, where it was interrupted.");
      const [spent] = context.spent.filter(({ labels }) => labels !== undefined);
      expect(spent).toEqual({ labels: 36, seconds: expect.any(Number) });
      expect(spent!.seconds).toBeGreaterThan(0);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("stops by held-out rows where there are many, and says after how many steps", async () => {
    const examples = Array.from({ length: 3050 }, (_, i) => ({ ...train.examples[i % 36]!, id: String(i) }));
    const context = recordingContext();
    const options = { batchSize: 256, minSteps: 0, epochs: 2, learningRate: 1e-2 };
    await using predictor = await tiny(options).fit({ ...train, examples }, context);
    // 2,745 rows in batches of 256, twice.
    const done = context.events.filter((event) => event.kind === "progress" && event.phase === "training");
    expect(done.at(-1)).toMatchObject({ done: 22, total: 22, training: { validationLoss: expect.any(Number) } });
    expect(predictor.facts.chosen).toEqual({ steps: 22 });
    expect(context.spent).toContainEqual({ labels: 3050, seconds: 0 });
  });

  it("chooses a threshold for each label by held-out rows, where a row may have several", async () => {
    const data = contractData(true);
    const examples = Array.from({ length: 220 }, (_, i) => ({ ...data.train.examples[i % 37]!, id: String(i) }));
    const several = { ...data.train, examples };
    // Far too few steps: all probabilities are low, and at ½ no label would be given.
    await using predictor = await tiny({ minSteps: 30, learningRate: 1e-3, labelSmoothing: 0 }).fit(several, recordingContext());
    const answers = await predictor.predict(several.examples, recordingContext());
    const config = JSON.parse(new TextDecoder().decode((await predictor.files()).get("config.json"))) as {
      crossover: { thresholds: number[] };
    };
    const { thresholds } = config.crossover;
    expect(thresholds).toHaveLength(3);
    for (const threshold of thresholds) expect(threshold).not.toBe(0.5);
    for (const { answer, scores } of answers)
      for (const [k, label] of data.train.labels.entries())
        expect(answer!.includes(label)).toBe(scores![label]! >= thresholds[k]!);
    expect(predictor.facts.trainedParameters).toBe(predictor.facts.totalParameters! + 3);
  });

  it("starts its top layers anew and trains lower ones less, where that is asked for", async () => {
    const first = { minSteps: 1, batchSize: 64, warmupRatio: 1 };
    // One step of warm-up has learning rate 0: what is saved is what training starts with.
    await using fresh = await tiny({ ...first, reinitializedLayers: 1 }).fit(train, recordingContext());
    await saved(fresh, async (folder) => {
      await using file = await openSafetensors(join(folder, "model.safetensors"));
      await using original = await openSafetensors(join(tinyFolder, "model.safetensors"));
      const isSame = async (name: string): Promise<boolean> =>
        Buffer.from(await file.bytes(`bert.${name}`)).equals(Buffer.from(await original.bytes(name)));
      expect(await isSame("encoder.layer.0.output.dense.weight")).toBe(true);
      expect(await isSame("encoder.layer.1.output.dense.weight")).toBe(false);
    });
    const moved = async (layerwiseDecay: number): Promise<number> => {
      await using trained = await tiny({ layerwiseDecay }).fit(train, recordingContext());
      return saved(trained, async (folder) => {
        await using file = await openSafetensors(join(folder, "model.safetensors"));
        await using original = await openSafetensors(join(tinyFolder, "model.safetensors"));
        const [after, before] = [
          await file.floats("bert.encoder.layer.0.output.dense.weight"),
          await original.floats("encoder.layer.0.output.dense.weight"),
        ];
        return Math.sqrt(after.reduce((total, value, i) => total + (value - before[i]!) ** 2, 0));
      });
    };
    expect((await moved(0.5)) / (await moved(1))).toBeCloseTo(0.25, 1);
  });

  it("refuses what has nothing to tell apart, and layers that the model has not", async () => {
    const same = train.examples.slice(0, 3);
    await expect(tiny().fit({ ...train, examples: same }, recordingContext())).rejects.toThrow(
      'All 3 training rows of requests have the label "refund"',
    );
    await expect(tiny().fit({ ...train, examples: [] }, recordingContext())).rejects.toThrow("no training rows");
    await expect(tiny({ frozenLayers: 3 }).fit(train, recordingContext())).rejects.toThrow("Give 0 to 2.");
    await expect(tiny({ reinitializedLayers: 3 }).fit(train, recordingContext())).rejects.toThrow("can't be reinitialized");
  });

  it.each([
    [{ batchSize: 0 }, "batchSize is 0. Give a whole number above 0."],
    [{ dropout: 1 }, "dropout is 1. Give a share from 0, below 1."],
    [{ layerwiseDecay: 1.5 }, "layerwiseDecay is 1.5. Give a share above 0, at most 1."],
    [{ frozenLayers: 0.5 }, "frozenLayers is 0.5. Give a number of layers, from 0."],
    [{ learningRate: Number.NaN }, "learningRate is NaN. Give a number above 0, such as 5e-5."],
  ])("refuses %o before anything is read", (part, message) => {
    expect(() => tiny(part)).toThrow(new UserError(message));
  });

  it("refuses to load the folder of a model that was not tuned here", async () => {
    await expect(loadClassifier(tinyFolder)).rejects.toThrow('"id2label" is missing');
  });
});
