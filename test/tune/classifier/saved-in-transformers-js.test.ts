import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { env, pipeline } from "@huggingface/transformers";
import { InferenceSession, Tensor } from "onnxruntime-web";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openModel } from "../../../src/autodiff/session.js";
import { float32Of } from "../../../src/autodiff/values.js";
import { logitsOf, probabilitiesOf } from "../../../src/tune/classifier/classifier-logits.js";
import type { TextClassifier } from "../../../src/tune/classifier/classifier-model.js";
import { exportOnnx } from "../../../src/tune/classifier/onnx-export.js";
import { tokenBatch } from "../../../src/tune/pretrained/token-batch.js";
import { goldenClassifiers } from "./golden-classifiers.js";
import { logitsOfTexts, savableClassifiers, save, temporaryFolder } from "./saved-folders.js";

// Of a text that is too long transformers.js 4.3 also cuts the special token at the end, which Python and we keep: other tokens, another answer.
const texts = goldenClassifiers.texts.filter((text) => text.length < 100);
env.allowRemoteModels = false;

let folder = "";
// What is different of the first token's state is nothing to ONNX.
const classifiers = new Map([...(await savableClassifiers())].filter(([name]) => !name.endsWith(" cls")));

beforeAll(async () => {
  folder = await temporaryFolder();
  env.localModelPath = folder;
  for (const [name, classifier] of classifiers) await save(classifier, join(folder, name.replace(" ", "_")));
});
afterAll(() => rm(folder, { recursive: true }));

/** By label, what the pipeline says of each text. */
async function answers(name: string, dtype: "fp32" | "q8"): Promise<Map<string, number>[]> {
  const classify = await pipeline("text-classification", name.replace(" ", "_"), { dtype });
  try {
    const rows: Map<string, number>[] = [];
    for (const text of texts) {
      const found = (await classify(text, { top_k: null as unknown as number })) as { label: string; score: number }[];
      rows.push(new Map(found.map(({ label, score }) => [label, score])));
    }
    return rows;
  } finally {
    await classify.dispose();
  }
}

function worst(
  found: readonly ReadonlyMap<string, number>[],
  logits: readonly Float32Array[],
  classifier: TextClassifier,
): number {
  return Math.max(
    ...logits.flatMap((row, i) =>
      probabilitiesOf(row, classifier.isMultiLabel).map((p, k) => Math.abs(p - found[i]!.get(classifier.labels[k]!)!)),
    ),
  );
}

describe.each([...classifiers])("%s in transformers.js", (name, classifier) => {
  it("has the predictions that it has here", async () => {
    const logits = (await logitsOfTexts(classifier, texts)).map((row) => Float32Array.from(row));
    expect(worst(await answers(name, "fp32"), logits, classifier)).toBeLessThan(1e-4);
  });

  it("has with 8-bit weights those of our own 8-bit session", async () => {
    await using session = await openModel(exportOnnx(classifier).int8, ["logits"] as const, { threads: 1 });
    const { tokenizer, maxTokens } = classifier.pretrained;
    const ids = texts.map((text) => tokenizer.encode(text, maxTokens));
    // One at a time: the range of a batch decides how its numbers are rounded.
    const logits: Float32Array[] = [];
    for (const row of ids)
      logits.push(...(await logitsOf(session, [row], tokenizer.padId, { signal: new AbortController().signal })));
    expect(worst(await answers(name, "q8"), logits, classifier)).toBeLessThan(1e-4);
  });
});

describe("the browser's runtime, WebAssembly,", () => {
  it.each([...classifiers].filter(([name]) => !name.includes("mean")))("runs both files of %s", async (name, classifier) => {
    for (const [file, own] of [
      ["model.onnx", exportOnnx(classifier).float32],
      ["model_quantized.onnx", exportOnnx(classifier).int8],
    ] as const) {
      const bytes = await readFile(join(folder, name.replace(" ", "_"), "onnx", file));
      const web = await InferenceSession.create(bytes, { executionProviders: ["wasm"] });
      await using native = await openModel(own, ["logits"] as const, { threads: 1 });
      const { tokenizer, maxTokens } = classifier.pretrained;
      const ids = tokenizer.encode(texts[0]!, maxTokens);
      const feeds = tokenBatch([ids], tokenizer.padId);
      const { logits } = await web.run({
        input_ids: new Tensor("int64", feeds.input_ids.data, [1, ids.length]),
        attention_mask: new Tensor("int64", feeds.attention_mask.data, [1, ids.length]),
      });
      const expected = float32Of((await native.run(feeds)).logits);
      const errors = Array.from(logits!.data as Float32Array, (value, k) => Math.abs(value - expected[k]!));
      // Where a rounding falls to the other side, what comes after it differs by one step of 256.
      expect(Math.max(...errors), file).toBeLessThan(file === "model.onnx" ? 1e-4 : 0.1);
      await web.release();
    }
  });
});
