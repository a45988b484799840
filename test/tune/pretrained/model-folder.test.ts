import { cp, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadEncoder } from "../../../src/tune/pretrained/encoder.js";
import { encodeSafetensors, openSafetensors, type TensorToStore } from "../../../src/tune/pretrained/safetensors.js";
import { quietContext, tiny, tinyFolder } from "./golden-encoder.js";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "model-"));
  await cp(tinyFolder, folder, { recursive: true });
});
afterEach(() => rm(folder, { recursive: true }));

const inFolder = (file: string): string => join(folder, file);
const remove = (file: string): Promise<void> => rm(inFolder(file));

async function changeConfig(part: object): Promise<void> {
  const config: unknown = JSON.parse(await readFile(inFolder("config.json"), "utf8"));
  await writeFile(inFolder("config.json"), JSON.stringify(Object.assign({}, config, part)));
}

/** Rewrites the weights with each tensor as `change` has it; `undefined` drops it. */
async function changeWeights(
  change: (name: string, tensor: TensorToStore) => [string, TensorToStore] | undefined,
): Promise<void> {
  const changed = new Map<string, TensorToStore>();
  {
    await using file = await openSafetensors(inFolder("model.safetensors"));
    for (const [name, { dtype, shape }] of file.tensors) {
      const entry = change(name, { dtype, shape, bytes: await file.bytes(name) });
      if (entry !== undefined) changed.set(...entry);
    }
  }
  await writeFile(inFolder("model.safetensors"), encodeSafetensors(changed));
}

async function refusal(model = folder): Promise<string> {
  const error = await loadEncoder(model).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ name: "UserError" });
  return (error as Error).message.replaceAll(folder, "DIR");
}

async function vectors(): Promise<readonly Float32Array[]> {
  await using encoder = await loadEncoder(folder, { threads: 1 });
  return await encoder.embed(tiny.texts, quietContext());
}

async function expectGolden(): Promise<void> {
  const errors = (await vectors()).flatMap((vector, i) => Array.from(vector, (x, k) => Math.abs(x - tiny.mean[i]![k]!)));
  expect(Math.max(...errors)).toBeLessThan(1e-6);
}

describe("a folder loads", () => {
  it("with the tensors under bert., as a classifier has them", async () => {
    await changeWeights((name, tensor) => [`bert.${name}`, tensor]);
    await expectGolden();
  });

  it("with gamma and beta, as TensorFlow named them", async () => {
    await changeWeights((name, tensor) => [
      name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"),
      tensor,
    ]);
    await expectGolden();
  });

  it("with vocab.txt alone", async () => {
    await remove("tokenizer.json");
    await expectGolden();
  });

  it("with its pooling by the first token", async () => {
    await writeFile(inFolder("modules.json"), JSON.stringify([{ path: "pool", type: "sentence_transformers.models.Pooling" }]));
    await cp(tinyFolder, inFolder("pool"), { recursive: true });
    await writeFile(
      inFolder("pool/config.json"),
      JSON.stringify({ pooling_mode_cls_token: true, pooling_mode_mean_tokens: false }),
    );
    const first = await vectors();
    expect(Math.max(...first.flatMap((vector, i) => Array.from(vector, (x, k) => Math.abs(x - tiny.cls[i]![k]!))))).toBeLessThan(
      1e-6,
    );
  });
});

describe("a folder is refused, with the reason and the remedy", () => {
  it("if there is none", async () => {
    expect(await refusal("minilm-16")).toBe(
      `"minilm-16" is neither an embedded model nor a folder. Did you mean "minilm-l6"? Embedded: minilm-l6, smollm2. ` +
        "Or give a local Hugging Face folder (with config.json, tokenizer.json, model.safetensors), or a GGUF file.",
    );
  });

  it("if it has no config.json", async () => {
    await remove("config.json");
    expect(await refusal()).toBe(
      "DIR has no config.json. Expected a Hugging Face folder (config.json, tokenizer.json, model.safetensors), or a GGUF file.",
    );
  });

  it("if its config.json is half a file", async () => {
    await writeFile(inFolder("config.json"), '{"model_type": "be');
    expect(await refusal()).toMatch(/^DIR\/config\.json is not JSON: /);
  });

  it("if it is of another family", async () => {
    await changeConfig({ model_type: "t5" });
    expect(await refusal()).toBe(
      `DIR/config.json is of a model of type "t5". ` +
        "Supported: bert, deberta-v2, distilbert, electra, modernbert, mpnet, roberta, xlm-roberta, llama, mistral, qwen2, qwen3.",
    );
  });

  it("if config.json asks for what is not computed", async () => {
    await changeConfig({ hidden_act: "silu" });
    expect(await refusal()).toMatch(/^DIR\/config\.json: "hidden_act" is "silu", which is not supported\. .*"gelu"/);
  });

  it("if config.json lacks a size", async () => {
    await changeConfig({ hidden_size: undefined });
    expect(await refusal()).toMatch(/^DIR\/config\.json: "hidden_size" is missing\./);
  });

  it("if the heads do not divide the hidden size", async () => {
    await changeConfig({ num_attention_heads: 5 });
    expect(await refusal()).toBe("DIR/config.json: hidden_size 32 is not a multiple of num_attention_heads 5.");
  });

  it("if it has no tokenizer", async () => {
    await remove("tokenizer.json");
    await remove("vocab.txt");
    expect(await refusal()).toMatch(/^DIR has no tokenizer: neither tokenizer\.json nor vocab\.txt\. Save it .*save_pretrained/);
  });

  it("if its tokenizer is none", async () => {
    await writeFile(inFolder("tokenizer.json"), "{}");
    expect(await refusal()).toMatch(/^The tokenizer of DIR can't be used: .* Supply the tokenizer\.json of the model\.$/);
  });

  it("if its tokenizer is of a larger model", async () => {
    await changeConfig({ vocab_size: 90 });
    await changeWeights((name, { dtype, shape, bytes }) =>
      name === "embeddings.word_embeddings.weight"
        ? [name, { dtype, shape: [90, 32], bytes: bytes.subarray(0, 90 * 32 * 4) }]
        : [name, { dtype, shape, bytes }],
    );
    expect(await refusal()).toBe(
      "The tokenizer of DIR has ids up to 95; by config.json the model has 90 tokens. Do the two files belong together?",
    );
  });

  it("if it has only a pickle", async () => {
    await rename(inFolder("model.safetensors"), inFolder("pytorch_model.bin"));
    expect(await refusal()).toMatch(
      /^DIR has its weights only as pytorch_model\.bin, a pickle: .* Save the model as safetensors/,
    );
  });

  it("if it has no weights", async () => {
    await remove("model.safetensors");
    expect(await refusal()).toBe("DIR has no model.safetensors. Expected a Hugging Face folder with the model's weights.");
  });

  it("if a tensor is missing", async () => {
    await changeWeights((name, tensor) => (name === "encoder.layer.1.output.dense.bias" ? undefined : [name, tensor]));
    expect(await refusal()).toMatch(/has no tensor "encoder\.layer\.1\.output\.dense\.bias" \(nor "bert\.encoder/);
  });

  it("if a tensor has another shape", async () => {
    await changeConfig({ intermediate_size: 128 });
    expect(await refusal()).toMatch(
      /"encoder\.layer\.0\.intermediate\.dense\.weight" is \[64, 32\]; by config\.json it should be \[128, 32\]/,
    );
  });

  it("if its pooling is another", async () => {
    await cp(tinyFolder, inFolder("1_Pooling"), { recursive: true });
    await writeFile(inFolder("1_Pooling/config.json"), JSON.stringify({ pooling_mode_max_tokens: true }));
    expect(await refusal()).toBe(
      `DIR/1_Pooling/config.json asks for pooling by "max". Only "mean", "cls" and "lasttoken" are computed here: choose another model.`,
    );
  });

  it("if its pooling is that of a language model", async () => {
    await cp(tinyFolder, inFolder("1_Pooling"), { recursive: true });
    await writeFile(inFolder("1_Pooling/config.json"), JSON.stringify({ pooling_mode_lasttoken: true }));
    expect(await refusal()).toBe(
      "DIR asks for pooling by the last token, which is computed for language models alone. Choose another model.",
    );
  });

  it("if a layer follows the pooling", async () => {
    await writeFile(inFolder("modules.json"), JSON.stringify([{ path: "2_Dense", type: "sentence_transformers.models.Dense" }]));
    expect(await refusal()).toMatch(
      /^DIR\/modules\.json has a module "sentence_transformers\.models\.Dense" that is not computed here/,
    );
  });
});
