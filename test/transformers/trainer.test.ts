import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import {
  AutoModelForSequenceClassification,
  AutoTokenizer,
  Dataset,
  type EvalPrediction,
  earlyStopping,
  pipeline,
  Trainer,
  TrainingArguments,
  type TrainingOptions,
} from "../../src/transformers/transformers.js";
import { camelCase, golden, goldenFolder } from "./golden-transformers.js";

let outputDir: string;
beforeAll(async () => {
  outputDir = await mkdtemp(join(tmpdir(), "trainer-"));
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
});
afterAll(async () => {
  vi.restoreAllMocks();
  await rm(outputDir, { recursive: true });
});

const accuracy = ({ predictions, labelIds }: EvalPrediction): Record<string, number> => {
  const right = predictions.filter((row, i) => row.indexOf(Math.max(...row)) === labelIds[i]);
  return { accuracy: right.length / labelIds.length };
};

type Columns = (typeof golden.trainings)[number]["train"];

async function tokenized({ text, label }: Columns, folder: string) {
  const tokenizer = await AutoTokenizer.fromPretrained(goldenFolder(folder));
  const dataset = Dataset.fromDict({ text: [...text], label: [...label] });
  return dataset.map((batch) => tokenizer(batch.text, { padding: true, truncation: true }), { batched: true });
}

const [first] = golden.trainings;
const { folder, train, test } = first!;

/** A trainer of the first golden setting, with other arguments. */
async function trainerOf(options: Partial<TrainingOptions>, more: Partial<ConstructorParameters<typeof Trainer>[0]> = {}) {
  return new Trainer({
    model: await AutoModelForSequenceClassification.fromPretrained(goldenFolder(folder)),
    args: new TrainingArguments({ outputDir, saveStrategy: "no", numTrainEpochs: 1, learningRate: 1e-3, ...options }),
    trainDataset: await tokenized(train, folder),
    evalDataset: await tokenized(test, folder),
    ...more,
  });
}

describe.each(golden.trainings)("the training of $folder with $settings", (expected) => {
  it("has the losses, rates and norms of Python's Trainer, step by step, and its answers at the end", async () => {
    const settings = Object.fromEntries(Object.entries(expected.settings).map(([name, value]) => [camelCase(name), value]));
    const trainer = new Trainer({
      model: await AutoModelForSequenceClassification.fromPretrained(goldenFolder(expected.folder), { dropout: 0 }),
      args: new TrainingArguments({
        outputDir,
        trainSamplingStrategy: "sequential",
        loggingSteps: 1,
        saveStrategy: "no",
        ...settings,
      }),
      trainDataset: await tokenized(expected.train, expected.folder),
      evalDataset: await tokenized(expected.test, expected.folder),
      computeMetrics: accuracy,
    });
    const output = await trainer.train();
    const log = trainer.state.logHistory;
    expect(log.map(({ step }) => step)).toEqual(expected.log.map(({ step }) => step));
    for (const [i, entry] of expected.log.entries())
      for (const [name, value] of Object.entries(entry))
        expect(Math.abs(log[i]![name]! - value), `${name} of entry ${i}`).toBeLessThan(1e-5 * Math.max(1, Math.abs(value)));
    expect(output.globalStep).toBe(expected.log.at(-1)!["step"]);

    const { predictions, labelIds, metrics } = await trainer.predict(await tokenized(expected.test, expected.folder));
    expect(labelIds).toEqual(expected.test.label);
    for (const [row, logits] of expected.logits.entries())
      for (const [k, logit] of logits.entries()) expect(Math.abs(predictions[row]![k]! - logit)).toBeLessThan(1e-3);
    expect(metrics["test_loss"]).toBeCloseTo(expected.testLoss, 4);
  });
});

describe("a trainer", () => {
  it("gives the same weights for the same seed, and others for another one", async () => {
    const answers = async (seed: number) => {
      const trainer = await trainerOf({ seed });
      await trainer.train();
      return (await trainer.predict(await tokenized(test, folder))).predictions;
    };
    const again = await answers(1);
    expect(await answers(1)).toEqual(again);
    expect(await answers(2)).not.toEqual(again);
  });

  it("evaluates the same during training and afterwards", async () => {
    const trainer = await trainerOf({ evalStrategy: "epoch" }, { computeMetrics: accuracy });
    await trainer.train();
    const during = trainer.state.logHistory.find((entry) => "eval_loss" in entry)!;
    const after = await trainer.evaluate();
    expect(after["eval_loss"]).toBeCloseTo(during["eval_loss"]!, 5);
    expect(after["eval_accuracy"]).toBe(during["eval_accuracy"]);
  });

  it("keeps the weights of the lowest eval_loss where that is asked for, and ends early", async () => {
    // A rate at which it gets worse.
    const trainer = await trainerOf(
      { evalStrategy: "steps", evalSteps: 1, learningRate: 0.05, maxSteps: 30, loadBestModelAtEnd: true },
      { callbacks: [earlyStopping({ patience: 3 })] },
    );
    const { globalStep } = await trainer.train();
    expect(globalStep).toBe(trainer.state.bestGlobalStep! + 3);
    expect((await trainer.evaluate())["eval_loss"]).toBeCloseTo(trainer.state.bestMetric!, 5);
  });

  it("writes checkpoints that load and answer as the model did then", async () => {
    const outputs = await mkdtemp(join(tmpdir(), "checkpoints-"));
    try {
      const saved: string[] = [];
      const trainer = await trainerOf(
        { outputDir: outputs, saveStrategy: "steps", saveSteps: 2, evalStrategy: "steps", evalSteps: 2, maxSteps: 4 },
        { callbacks: [{ onSave: (place, state) => saved.push(`${place.slice(outputs.length + 1)} after ${state.globalStep}`) }] },
      );
      await trainer.train();
      expect(saved).toEqual(["checkpoint-2 after 2", "checkpoint-4 after 4"]);
      expect((await readdir(outputs)).sort()).toEqual(["checkpoint-2", "checkpoint-4"]);
      const model = await AutoModelForSequenceClassification.fromPretrained(join(outputs, "checkpoint-2"));
      const then = new Trainer({
        model,
        args: new TrainingArguments({ outputDir: outputs }),
        evalDataset: await tokenized(test, folder),
      });
      const logged = trainer.state.logHistory.find((entry) => "eval_loss" in entry)!;
      expect((await then.evaluate())["eval_loss"]).toBeCloseTo(logged["eval_loss"]!, 5);
    } finally {
      await rm(outputs, { recursive: true });
    }
  });

  it("goes on where it was interrupted, to the same weights", async () => {
    const outputs = await mkdtemp(join(tmpdir(), "resumed-"));
    try {
      const options = { outputDir: outputs, saveStrategy: "epoch", numTrainEpochs: 2 } as const;
      const answers = async (trainer: Trainer) => (await trainer.predict(await tokenized(test, folder))).predictions;
      const whole = await trainerOf(options);
      await whole.train();

      const stopped = new AbortController();
      const stopAtThree = { onStepEnd: ({ globalStep }: { globalStep: number }) => globalStep === 3 && stopped.abort() };
      const interrupted = await trainerOf(options, { callbacks: [{ onStepEnd: (state) => void stopAtThree.onStepEnd(state) }] });
      await expect(interrupted.train({ signal: stopped.signal })).rejects.toThrow("aborted");
      const steps: number[] = [];
      const resumed = await trainerOf(options, { callbacks: [{ onStepEnd: ({ globalStep }) => steps.push(globalStep) }] });
      await resumed.train({ resumeFromCheckpoint: true });
      expect(steps[0]).toBe(4);
      expect(await answers(resumed)).toEqual(await answers(whole));
    } finally {
      await rm(outputs, { recursive: true });
    }
  });

  it("saves a model that a pipeline answers with as it does itself", async () => {
    const outputs = await mkdtemp(join(tmpdir(), "saved-"));
    try {
      const trainer = await trainerOf({ outputDir: outputs });
      await trainer.train();
      await trainer.saveModel();
      const state: unknown = JSON.parse(await readFile(join(outputs, "trainer_state.json"), "utf8"));
      expect(state).toMatchObject({ global_step: 5, log_history: [{ step: 5, train_loss: expect.any(Number) }] });
      expect(existsSync(join(outputs, "onnx/model.onnx"))).toBe(true);
      await using classify = await pipeline("text-classification", outputs);
      await using inMemory = await pipeline("text-classification", trainer.model);
      const texts = [...test.text];
      expect(await classify(texts, { topK: null })).toEqual(await inMemory(texts, { topK: null }));
      const { predictions } = await trainer.predict(await tokenized(test, folder));
      const labels = predictions.map((row) => trainer.model.config.id2label[row.indexOf(Math.max(...row))]);
      expect((await classify(texts)).map(({ label }) => label)).toEqual(labels);
    } finally {
      await rm(outputs, { recursive: true });
    }
  });

  it("stops where a function of the caller throws, and throws that", async () => {
    const trainer = await trainerOf(
      { evalStrategy: "epoch" },
      {
        computeMetrics: () => {
          throw new RangeError("no such class");
        },
      },
    );
    await expect(trainer.train()).rejects.toThrow(new RangeError("no such class"));
  });

  it.each([
    ["no tokens", { text: ["a"], label: [0] }, 'The dataset has no column "input_ids", only text, label. Tokenize it first'],
    ["no labels", { input_ids: [[0, 5, 2]] }, 'The dataset has no column "label", only input_ids.'],
    [
      "a label beyond the model's",
      { input_ids: [[0, 5, 2]], label: [3] },
      "Row 0 has the label 3; the model has 3 classes, 0 to 2.",
    ],
    ["a withheld label", { input_ids: [[0, 5, 2]], label: [-1] }, "Row 0 has the label -1: it is withheld."],
    ["a label in words", { input_ids: [[0, 5, 2]], label: ["refund"] }, 'Row 0 has the label "refund". Expected its number'],
    ["a foreign token", { input_ids: [[0, 500, 2]], label: [0] }, "Row 0 has the token 500; the model has 28."],
    [
      "a row that is too long",
      { input_ids: [new Array<number>(40).fill(5)], label: [0] },
      "Row 0 has 40 tokens; the model takes 34.",
    ],
    [
      "a hole in its mask",
      { input_ids: [[0, 5, 2]], attention_mask: [[1, 0, 1]], label: [0] },
      "attention_mask that is not 1 for its tokens",
    ],
    ["an empty row", { input_ids: [[5]], attention_mask: [[0]], label: [0] }, "Row 0 has no tokens."],
  ])("refuses a dataset with %s", async (_, columns, message) => {
    // Callers without types.
    const trainDataset = Dataset.fromDict(columns) as unknown as Dataset<{ input_ids: number[] }>;
    const trainer = await trainerOf({}, { trainDataset });
    await expect(trainer.train()).rejects.toThrow(message);
  });

  it("leaves out padding that a mask in plain lists says, and answers rows without labels", async () => {
    const trainer = await trainerOf({});
    const padded = Dataset.fromDict({ input_ids: [[0, 7, 8, 2, 1, 1]], attention_mask: [[1, 1, 1, 1, 0, 0]] });
    const plain = Dataset.fromDict({ input_ids: [[0, 7, 8, 2]] });
    const answer = await trainer.predict(padded);
    expect(answer.predictions).toEqual((await trainer.predict(plain)).predictions);
    expect(answer.labelIds).toBeNull();
  });

  it("refuses what it can't honor", async () => {
    await expect(trainerOf({}, { dataCollator: () => {} } as object)).rejects.toThrow('Trainer can\'t honor "dataCollator".');
    const model = await AutoModelForSequenceClassification.fromPretrained(goldenFolder(folder));
    expect(() => new Trainer({ model, args: new TrainingArguments({ outputDir, evalStrategy: "epoch" }) })).toThrow(
      "there is nothing to evaluate on",
    );
    await expect(trainerOf({}, { callbacks: [earlyStopping()] })).rejects.toThrow("Early stopping needs evaluations");
  });
});
