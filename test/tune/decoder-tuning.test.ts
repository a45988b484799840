import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { loadEncoder } from "../../src/tune/pretrained/encoder.js";
import { openSafetensors } from "../../src/tune/pretrained/safetensors.js";
import { loadClassifier } from "../../src/tune/saved-classifier.js";
import { type TuneMethod, tune } from "../../src/tune/tune.js";
import type { Approach, Predictor } from "../../src/types/approach.js";
import type { Encoder } from "../../src/types/encoder.js";
import { contractData, recordingContext } from "../contract/approach.js";
import { classifierFolder } from "./classifier/golden-classifiers.js";

const gguf = fileURLToPath(new URL("../../golden/gguf/llama.gguf", import.meta.url));
const { train, queries } = contractData();

const approachOn = (encoder: Encoder, method: TuneMethod, minSteps = 3): Approach =>
  tune({
    encoder,
    method,
    training: { minSteps, epochs: 1, learningRate: 3e-3, threads: 1 },
    pairs: { updates: 2, threads: 1 },
  });

/** Writes a predictor's files, and calls `use` with their folder. */
async function saved<Result>(predictor: Predictor, use: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), "decoder-"));
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

const jsonOf = (files: ReadonlyMap<string, Uint8Array>, path: string): Record<string, unknown> =>
  JSON.parse(new TextDecoder().decode(files.get(path))) as Record<string, unknown>;

const models = [
  ["a GGUF file", gguf, ["probe", "full", "lora", "lp-ft", "setfit"]],
  ["a folder of several files", classifierFolder("qwen2"), ["full"]],
  ["a folder without the prefix", classifierFolder("qwen3"), ["lora"]],
] as const;

describe.each(models)("on %s", (_, model, methods) => {
  it.each(methods)("tune:%s estimates, learns, and predicts the same when it is saved and loaded", async (method) => {
    await using encoder = await loadEncoder(model, { threads: 1 });
    const approach = approachOn(encoder, method);
    const context = recordingContext();
    expect((await approach.estimate(train, queries)).seconds).toBeGreaterThan(0);
    await using predictor = await approach.fit(train, context);
    const before = await predictor.predict(queries, context);
    await saved(predictor, async (folder) => {
      await using loaded = await loadClassifier(folder, { threads: 1 });
      const after = await loaded.predict(queries, context);
      expect(after.map(({ answer }) => answer)).toEqual(before.map(({ answer }) => answer));
      const differences = after.flatMap(({ scores }, i) =>
        Object.entries(scores!).map(([label, p]) => Math.abs(p - before[i]!.scores![label]!)),
      );
      // The probe answered by the encoder's own session.
      expect(Math.max(...differences)).toBeLessThan(method === "probe" ? 1e-4 : 1e-12);
    });
  });
});

it("learns its training rows", async () => {
  await using encoder = await loadEncoder(gguf, { threads: 1 });
  await using predictor = await approachOn(encoder, "full", 60).fit(train, recordingContext());
  const answers = await predictor.predict(train.examples, recordingContext());
  const right = answers.filter(({ answer }, i) => answer![0] === train.examples[i]!.labels[0]).length;
  expect(right / train.examples.length).toBeGreaterThan(0.95);
});

describe("the folder of a model from a GGUF file", () => {
  it("is that of a class of transformers, with a tokenizer that is taken as it is and a token for padding", async () => {
    await using encoder = await loadEncoder(gguf, { threads: 1 });
    await using predictor = await approachOn(encoder, "lora").fit(train, recordingContext());
    const files = await predictor.files();
    const config = jsonOf(files, "config.json");
    expect(config).toMatchObject({
      architectures: ["LlamaForSequenceClassification"],
      model_type: "llama",
      id2label: Object.fromEntries(train.labels.entries()),
      dtype: "float32",
    });
    const tokens = jsonOf(files, "tokenizer_config.json");
    expect(tokens).toMatchObject({ tokenizer_class: "PreTrainedTokenizerFast" });
    const { added_tokens: added } = jsonOf(files, "tokenizer.json") as { added_tokens: { id: number; content: string }[] };
    expect(added.find(({ content }) => content === tokens["pad_token"])?.id).toBe(config["pad_token_id"]);
    expect([...files.keys()].filter((path) => path.startsWith("onnx/"))).toEqual([]);
    expect(new TextDecoder().decode(files.get("README.md"))).toContain(
      "transformers.js has no classifier on such a language model",
    );
    await saved(predictor, async (folder) => {
      await using file = await openSafetensors(join(folder, "model.safetensors"));
      const layers = [...file.tensors.keys()].filter((name) => name.startsWith("model.layers.0."));
      expect(layers).toContain("model.layers.0.self_attn.q_proj.weight");
      expect(file.tensors.get("score.weight")?.shape).toEqual([train.labels.length, encoder.dimension]);
      expect(file.tensors.has("lm_head.weight")).toBe(false);
      await using adapter = await openSafetensors(join(folder, "adapter", "adapter_model.safetensors"));
      const linear = [
        "self_attn.q_proj",
        "self_attn.k_proj",
        "self_attn.v_proj",
        "self_attn.o_proj",
        "mlp.gate_proj",
        "mlp.up_proj",
      ];
      const wrapped = [...linear, "mlp.down_proj"].map((name) => `base_model.model.model.layers.0.${name}`);
      const found = [...adapter.tensors.keys()].filter((name) => name.includes(".layers.0."));
      expect(found.sort()).toEqual(wrapped.flatMap((name) => [`${name}.lora_A.weight`, `${name}.lora_B.weight`]).sort());
      expect(adapter.tensors.has("base_model.model.score.weight")).toBe(true);
    });
  });
});
