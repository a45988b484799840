import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { AutoModelForSequenceClassification, AutoTokenizer, pipeline } from "../../src/transformers/transformers.js";
import { baseModelFiles } from "./base-model.js";
import { goldenFolder } from "./golden-transformers.js";

const { fromPretrained } = AutoModelForSequenceClassification;

const written: string[] = [];
beforeEach(() => {
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  written.length = 0;
});

const folders: string[] = [];
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

async function without(name: string, dropped: RegExp): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "base-"));
  folders.push(folder);
  for (const [file, content] of Object.entries(await baseModelFiles(goldenFolder(name), dropped)))
    await writeFile(join(folder, file), content);
  return folder;
}

describe("AutoModelForSequenceClassification", () => {
  it("is asked about texts as long as its tokenizer lets it learn from, and so is what it saves", async () => {
    const folder = await without("classifier-bert", /^classifier\./);
    const config = JSON.parse(await readFile(join(folder, "tokenizer_config.json"), "utf8")) as { model_max_length: number };
    await writeFile(join(folder, "sentence_bert_config.json"), JSON.stringify({ max_seq_length: config.model_max_length / 2 }));
    const saved = await mkdtemp(join(tmpdir(), "saved-"));
    folders.push(saved);
    const model = await fromPretrained(folder, { numLabels: 2 });
    await model.savePretrained(saved);
    const words = "good ".repeat(100);
    for (const place of [folder, saved]) {
      const tokenizer = await AutoTokenizer.fromPretrained(place);
      expect(tokenizer(words, { truncation: true }).input_ids).toHaveLength(config.model_max_length);
    }
    await using inMemory = await pipeline("text-classification", model);
    await using fromFolder = await pipeline("text-classification", saved);
    const [asked] = await inMemory([words]);
    expect(await fromFolder([words])).toEqual([asked]);
    expect(model.classifier.pretrained.maxTokens).toBe(config.model_max_length);
  });

  it.each([
    ["classifier-bert", /^classifier\./, "BertForSequenceClassification", ["classifier.bias", "classifier.weight"]],
    [
      "classifier-distilbert",
      /^(pre_)?classifier\./,
      "DistilBertForSequenceClassification",
      ["classifier.bias", "classifier.weight", "pre_classifier.bias", "pre_classifier.weight"],
    ],
    [
      "classifier-roberta",
      /^classifier\./,
      "RobertaForSequenceClassification",
      ["classifier.dense.bias", "classifier.dense.weight", "classifier.out_proj.bias", "classifier.out_proj.weight"],
    ],
  ])("gives the body of %s a new head, and names its weights as Python does", async (name, dropped, architecture, fresh) => {
    const folder = await without(name, dropped);
    const model = await fromPretrained(folder, { numLabels: 2 });
    expect(written.join("")).toContain(
      `Some weights of ${architecture} were not initialized from the model checkpoint at ${folder} and are newly initialized: ${fresh.join(", ")}\n`,
    );
    expect(model.config.id2label).toEqual({ 0: "LABEL_0", 1: "LABEL_1" });
    const again = await fromPretrained(folder, { numLabels: 2 });
    expect(again.classifier.weights).toEqual(model.classifier.weights);
    const other = await fromPretrained(folder, { numLabels: 2, seed: 1 });
    const changed = Object.keys(model.classifier.weights).filter(
      (weight) => String(other.classifier.weights[weight]!.data) !== String(model.classifier.weights[weight]!.data),
    );
    // New biases are 0 whatever the seed is.
    expect(changed.sort()).toEqual(fresh.filter((weight) => weight.endsWith("weight")));
  });

  it("reads a whole classifier without a word", async () => {
    const model = await fromPretrained(goldenFolder("classifier-distilbert"));
    expect(written).toEqual([]);
    expect(model.config).toMatchObject({
      numLabels: 3,
      id2label: { 0: "refund", 1: "login", 2: "parcel: late" },
      label2id: { refund: 0, login: 1, "parcel: late": 2 },
      dropout: 0.1,
    });
  });

  it("takes names for the classes", async () => {
    const model = await fromPretrained(goldenFolder("classifier-distilbert"), { id2label: { 0: "a", 1: "b", 2: "c" } });
    expect(model.config.label2id).toEqual({ a: 0, b: 1, c: 2 });
  });

  it.each([
    [{ numLabels: 2 }, "has a head for 3 classes, not 2. Leave numLabels out to use it as it is"],
    [{ numLabels: 1 }, "numLabels is 1. Give the number of classes, at least 2"],
    [{ id2label: { 0: "a", 1: "a", 2: "c" } }, "id2label has a name twice."],
    [{ numLabels: 3, id2label: { 0: "a", 1: "b" } }, "id2label has 2 names for 3 classes."],
    [{ dropout: 1 }, "dropout is 1. Give a share from 0, below 1."],
  ])("refuses %o", async (options, message) => {
    await expect(fromPretrained(goldenFolder("classifier-distilbert"), options)).rejects.toThrow(message);
  });
});
