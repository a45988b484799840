import { createHash } from "node:crypto";
import { cp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { UserError } from "../../../src/lib/errors.js";
import { classifierFiles } from "../../../src/tune/classifier/classifier-files.js";
import { headPooling, readClassifier } from "../../../src/tune/classifier/classifier-model.js";
import type { SavedDetails } from "../../../src/tune/classifier/saved-details.js";
import { decoderFamilies } from "../../../src/tune/decoders/decoder-config.js";
import { architectures } from "../../../src/tune/encoders/classifier-heads.js";
import { modelTypes } from "../../../src/tune/encoders/families.js";
import { readPretrained } from "../../../src/tune/pretrained/pretrained.js";
import { openSafetensors } from "../../../src/tune/pretrained/safetensors.js";
import { loadClassifier } from "../../../src/tune/saved-classifier.js";
import { tinyFolder } from "../pretrained/golden-encoder.js";
import { classifierFolder, goldenClassifiers } from "./golden-classifiers.js";
import { goldenDecoderClassifiers } from "./golden-decoder-classifiers.js";
import { logitsOfTexts, pooledClassifier, savableClassifiers, save, temporaryFolder } from "./saved-folders.js";

const { texts, classifiers } = goldenClassifiers;

let folder = "";
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => rm(folder, { recursive: true }));

const textOf = (files: ReadonlyMap<string, Uint8Array>, path: string): string => new TextDecoder().decode(files.get(path));
const jsonOf = (files: ReadonlyMap<string, Uint8Array>, path: string): unknown => JSON.parse(textOf(files, path));

describe("the table of architectures", () => {
  it("has every family, and each has a golden classifier of that class", () => {
    expect(Object.keys(architectures).sort()).toEqual([...modelTypes, ...decoderFamilies].sort());
    const names = new Set(Object.values(architectures).map(({ name }) => name));
    const golden = [...Object.values(classifiers), ...Object.values(goldenDecoderClassifiers.classifiers)];
    expect(new Set(golden.map(({ architecture }) => architecture))).toEqual(names);
  });

  it("is used for models that were not made to be pooled", async () => {
    expect(headPooling(await readPretrained(tinyFolder))).toBe(architectures["bert"]!.layers({}));
    expect(headPooling(await readPretrained("minilm-l6"))).toBe("mean");
  });
});

describe.each(Object.entries(classifiers))("a folder of %s that Python wrote", (name, golden) => {
  it("has the labels and the logits of transformers", async () => {
    const classifier = await readClassifier(classifierFolder(name));
    expect(classifier.labels).toEqual(golden.labels);
    expect(classifier.isMultiLabel).toBe(golden.isMultiLabel);
    const found = await logitsOfTexts(classifier);
    const errors = golden.logits.flatMap((row, i) =>
      row.map((value, k) => Math.abs(found[i]![k]! - value) / Math.max(1, Math.abs(value))),
    );
    expect(Math.max(...errors)).toBeLessThan(1e-5);
  });

  it("has the same tensors, to the bit, when it is saved again", async () => {
    const place = join(folder, `again-${name}`);
    await save(await readClassifier(classifierFolder(name)), place);
    await using before = await openSafetensors(join(classifierFolder(name), "model.safetensors"));
    await using after = await openSafetensors(join(place, "model.safetensors"));
    expect(after.metadata).toEqual({ format: "pt" });
    expect([...after.tensors.keys()].sort()).toEqual([...before.tensors.keys()].sort());
    for (const key of before.tensors.keys()) expect(await after.bytes(key), key).toEqual(await before.bytes(key));
    const config = await readFile(join(place, "config.json"), "utf8");
    const original = JSON.parse(await readFile(join(classifierFolder(name), "config.json"), "utf8")) as object;
    expect(JSON.parse(config)).toMatchObject(original);
    // Python tells 0.0 from 0, and transformers refuses an integer where it expects a float.
    if (name === "bert") expect(config).toContain('"initializer_range": 0.3');
    if (name === "modernbert") expect(config).toContain('"initializer_cutoff_factor": 2.0,');
  });
});

describe("a saved folder", () => {
  it("has the same weights and predictions when it is read back, whatever its head", async () => {
    for (const [name, classifier] of await savableClassifiers()) {
      const place = join(folder, `back ${name}`);
      await save(classifier, place);
      const back = await readClassifier(place);
      expect(back.head, name).toEqual(classifier.head);
      expect(back.weights, name).toEqual(classifier.weights);
      expect(await logitsOfTexts(back), name).toEqual(await logitsOfTexts(classifier));
    }
  });

  it("is a model to be tuned again, pooled as it was", async () => {
    const place = join(folder, "tuned again");
    await save(await pooledClassifier("bert", "mean"), place);
    const again = await readPretrained(place);
    expect(headPooling(again)).toBe("mean");
    const layers = (config: object): unknown => Object.entries(config).find(([key]) => key === "num_hidden_layers")?.[1];
    expect(layers(again.config)).toBe(2);
    expect(layers(JSON.parse(await readFile(join(place, "config.json"), "utf8")) as object)).toBe(3);
  });

  it("keeps the thresholds of several labels", async () => {
    const classifier = { ...(await readClassifier(classifierFolder("electra"))), mayBeEmpty: true };
    const place = join(folder, "thresholds");
    await save({ ...classifier, thresholds: [0.9, 0.01, 0.9] }, place);
    await using loaded = await loadClassifier(place, { threads: 1 });
    const context = { signal: new AbortController().signal, spend: () => {}, log: () => {}, useCache: false };
    for (const { answer, scores } of await loaded.predict([{ id: "1", text: texts[0]! }], context))
      expect(answer).toEqual(classifier.labels.filter((label, k) => scores![label]! >= [0.9, 0.01, 0.9][k]!));
  });

  it("has neither remote code nor the number type of the model it was made from", async () => {
    const place = join(folder, "foreign");
    await cp(classifierFolder("bert"), place, { recursive: true });
    const config = JSON.parse(await readFile(join(place, "config.json"), "utf8")) as object;
    const foreign = { ...config, auto_map: { AutoConfig: "evil.py" }, torch_dtype: "float16", quantization_config: {} };
    await writeFile(join(place, "config.json"), JSON.stringify(foreign));
    const written = jsonOf(await classifierFiles(await readClassifier(place)), "config.json") as object;
    expect(Object.keys(written)).not.toEqual(expect.arrayContaining(["auto_map"]));
    expect(written).toMatchObject({ dtype: "float32" });
    for (const field of ["auto_map", "torch_dtype", "quantization_config"]) expect(Object.keys(written)).not.toContain(field);
  });

  it("tells nothing that nobody told it", async () => {
    const files = await classifierFiles(await readClassifier(classifierFolder("bert")));
    expect([...files.keys()].sort()).toEqual([
      "README.md",
      "config.json",
      "manifest.json",
      "model.safetensors",
      "onnx/model.onnx",
      "onnx/model_quantized.onnx",
      "special_tokens_map.json",
      "tokenizer.json",
      "tokenizer_config.json",
      "vocab.txt",
    ]);
    expect(textOf(files, "README.md")).not.toMatch(/undefined|NaN|Measured|Trained on/);
    expect(textOf(files, "vocab.txt").split("\n").slice(0, 7)).toEqual(["<s>", "<pad>", "</s>", "<unk>", "<mask>", "my", "the"]);
    expect(jsonOf(files, "tokenizer_config.json")).toMatchObject({ model_max_length: 32, pad_token: "<pad>" });
  });
});

describe("what a folder tells of its training", () => {
  const step = { steps: 2, learningRate: 5e-5, gradNorm: 1.5, tokens: 40 };
  const details: SavedDetails = {
    approach: "tune:full",
    seed: 7,
    data: { name: "tickets", rows: 20, hash: "ab".repeat(32) },
    settings: { num_train_epochs: 1, learning_rate: 5e-5 },
    training: {
      steps: [
        { ...step, step: 1, rows: 8, loss: 1.2 },
        { ...step, step: 2, rows: 16, loss: 0.8 },
      ],
      evaluations: [{ step: 2, loss: 0.7, accuracy: 0.75, macroF1: 0.7 }],
      bestStep: 2,
      seconds: 4,
      rows: 16,
    },
  };

  it("has the fields of Hugging Face's Trainer", async () => {
    const classifier = await readClassifier(classifierFolder("bert"));
    const { tokenizer, maxTokens } = classifier.pretrained;
    const rows = texts.slice(0, 4).map((text) => ({ ids: tokenizer.encode(text, maxTokens), labels: [2] }));
    const files = await classifierFiles(classifier, { ...details, sample: { of: "held-out", rows } });
    expect(jsonOf(files, "trainer_state.json")).toEqual({
      global_step: 2,
      max_steps: 2,
      epoch: 1,
      best_global_step: 2,
      log_history: [
        { step: 1, epoch: 0.5, loss: 1.2, learning_rate: 5e-5, grad_norm: 1.5 },
        { step: 2, epoch: 1, loss: 0.8, learning_rate: 5e-5, grad_norm: 1.5 },
        { step: 2, epoch: 1, eval_loss: 0.7, eval_accuracy: 0.75, eval_macro_f1: 0.7 },
      ],
    });
    expect(jsonOf(files, "all_results.json")).toEqual({
      epoch: 1,
      train_samples: 16,
      train_runtime: 4,
      train_loss: 1,
      train_steps_per_second: 0.5,
      train_samples_per_second: 4,
      eval_loss: 0.7,
      eval_accuracy: 0.75,
      eval_macro_f1: 0.7,
    });
    expect(jsonOf(files, "training_args.json")).toEqual({ num_train_epochs: 1, learning_rate: 5e-5, seed: 7 });

    const manifest = jsonOf(files, "manifest.json") as { files: Record<string, string>; quantization: object };
    expect(manifest).toMatchObject({ format: "crossover-classifier-1", seed: 7, approach: "tune:full", data: details.data });
    for (const [path, hash] of Object.entries(manifest.files))
      expect(createHash("sha256").update(files.get(path)!).digest("hex"), path).toBe(hash);
    // The golden logits say label 2 to all four texts; 8 bits do not change that, but the probabilities.
    expect(manifest.quantization).toMatchObject({ of: "held-out", rows: 4, accuracy: 1, quantizedAccuracy: 1, changed: 0 });
    const { meanDifference } = manifest.quantization as { meanDifference: number };
    expect(meanDifference).toBeGreaterThan(1e-6);
    expect(meanDifference).toBeLessThan(0.02);

    const card = textOf(files, "README.md");
    expect(card).toContain("| accuracy | 75.0% |");
    expect(card).toContain("on 4 held-out rows");
    expect(card).toContain(`| mean absolute difference of a probability |  |  | ${meanDifference.toFixed(4)} |`);
  });

  it("is safe to read, whatever the labels and the data are called", async () => {
    const classifier = await readClassifier(classifierFolder("bert"));
    const labels = ["<script>alert(1)</script>", "---\nlicense: mit", "[x](javascript:alert(1)) | *b*"];
    const data = { name: "a\n# b", rows: 1, hash: "" };
    const files = await classifierFiles({ ...classifier, labels }, { data });
    const card = textOf(files, "README.md");
    expect(card).not.toContain("<script>");
    expect(card).not.toContain("](javascript");
    const [, front, ...body] = card.split(/^---$/m);
    expect(parse(front!)).toEqual({
      library_name: "transformers",
      pipeline_tag: "text-classification",
      tags: ["text-classification", "onnx", "transformers.js", "crossover"],
    });
    expect(body.join("").match(/^# .*$/gm)).toEqual(["# Text classifier for a \\# b"]);
    expect(jsonOf(files, "config.json")).toMatchObject({ id2label: { ...labels }, label2id: { [labels[1]!]: 1 } });
  });

  it("names the model it was made from and its license, where they are known", async () => {
    const classifier = await readClassifier(classifierFolder("bert"));
    const embedded = await readPretrained("minilm-l6");
    const files = await classifierFiles({ ...classifier, pretrained: { ...classifier.pretrained, folder: embedded.folder } });
    const [, front] = textOf(files, "README.md").split(/^---$/m);
    expect(parse(front!)).toMatchObject({ license: "apache-2.0", base_model: "sentence-transformers/all-MiniLM-L6-v2" });
  });

  it("names a model of the Hub by its place in the cache, and a folder of the user's not at all", async () => {
    const snapshot = join(folder, "models--org--name", "snapshots", "a".repeat(40));
    await cp(classifierFolder("bert"), snapshot, { recursive: true });
    for (const [place, name] of [
      [snapshot, "org/name"],
      [classifierFolder("bert"), undefined],
    ] as const) {
      const card = textOf(await classifierFiles(await readClassifier(place)), "README.md");
      expect((parse(card.split(/^---$/m)[1]!) as Record<string, unknown>)["base_model"]).toBe(name);
    }
  });
});

describe("the 8-bit model", () => {
  /** The op_type of a node in an ONNX file: field 4, its length, the name. */
  const occurrences = (bytes: Uint8Array, op: string): number =>
    Buffer.from(bytes)
      .toString("latin1")
      .split(`\x22${String.fromCharCode(op.length)}${op}`).length - 1;

  it.each([
    // Two layers of six products with weights each, in ModernBERT of four. The matrix that widens ELECTRA's embeddings is too small here.
    ["bert", 12],
    ["distilbert", 12],
    ["roberta", 12],
    ["xlm-roberta", 12],
    ["mpnet", 12],
    ["electra", 12],
    ["deberta-v2", 12],
    ["modernbert", 8],
  ] as const)("multiplies all weights of the layers of %s in integers", async (name, products) => {
    const files = await classifierFiles(await readClassifier(classifierFolder(name)));
    expect(occurrences(files.get("onnx/model_quantized.onnx")!, "MatMulInteger")).toBe(products);
    expect(occurrences(files.get("onnx/model.onnx")!, "MatMulInteger")).toBe(0);
  });
});

describe("a folder that is no classifier", () => {
  it("is refused with the field that is missing", async () => {
    await expect(readClassifier(tinyFolder)).rejects.toThrow(UserError);
    await expect(readClassifier(tinyFolder)).rejects.toThrow(/config\.json is not of a classifier: "id2label" is missing/);
  });

  it("is refused where a label or a layer is missing, or the activation is not known", async () => {
    const changed = async (name: string, change: (config: object) => object): Promise<string> => {
      const place = join(folder, `changed ${name}-${(await readdir(folder)).length}`);
      await cp(classifierFolder(name), place, { recursive: true });
      const config = JSON.parse(await readFile(join(place, "config.json"), "utf8")) as object;
      await writeFile(join(place, "config.json"), JSON.stringify(change(config)));
      return place;
    };
    const missing = await changed("bert", (config) => ({ ...config, id2label: { 0: "a", 2: "b" } }));
    await expect(readClassifier(missing)).rejects.toThrow("id2label has no label 1");
    const more = await changed("bert", (config) => ({ ...config, id2label: { 0: "a", 1: "b", 2: "c", 3: "d" } }));
    await expect(readClassifier(more)).rejects.toThrow(
      /"classifier\.weight" is \[3, 16\]; by config\.json it should be \[4, 16\]/,
    );
    const unknown = await changed("deberta-v2", (config) => ({ ...config, pooler_hidden_act: "mish" }));
    await expect(readClassifier(unknown)).rejects.toThrow('"pooler_hidden_act"');
    const regression = await changed("bert", (config) => ({ ...config, problem_type: "regression" }));
    await expect(readClassifier(regression)).rejects.toThrow('"problem_type"');
  });
});
