/** @file Model folders that would fill the memory, take for ever, or answer with nothing: refused in words, before anything is made of them. */
import { execFileSync } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { buildEncoder } from "../../../src/tune/encoders/families.js";
import { loadEncoder } from "../../../src/tune/pretrained/encoder.js";
import { encodeSafetensors, openSafetensors, type TensorToStore } from "../../../src/tune/pretrained/safetensors.js";
import { tinyFolder } from "./golden-encoder.js";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "model-"));
  await cp(tinyFolder, folder, { recursive: true });
});
afterEach(() => rm(folder, { recursive: true }));

const inFolder = (file: string): string => join(folder, file);

async function changeJson(file: string, change: (json: Record<string, unknown>) => object): Promise<void> {
  const json = JSON.parse(await readFile(inFolder(file), "utf8")) as Record<string, unknown>;
  await writeFile(inFolder(file), JSON.stringify({ ...json, ...change(json) }));
}

/** What is said of the folder, within two seconds. */
async function refusal(): Promise<string> {
  const begun = performance.now();
  const error = await loadEncoder(folder).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ name: "UserError" });
  expect(performance.now() - begun).toBeLessThan(2000);
  return (error as Error).message;
}

describe("a configuration", () => {
  it.each([257, 1e4, 1e6, 1e9, 2 ** 53 - 1])("with %d layers is refused", async (layers) => {
    await changeJson("config.json", () => ({ num_hidden_layers: layers }));
    expect(await refusal()).toContain("num_hidden_layers");
  });

  it("of any family with a million layers is refused, also before its weights are there", () => {
    const layers = { num_hidden_layers: 1e6, n_layers: 1e6 };
    const sizes = { hidden_size: 32, dim: 32, num_attention_heads: 2, n_heads: 2, intermediate_size: 8, hidden_dim: 8 };
    const tables = { vocab_size: 99, max_position_embeddings: 64, embedding_size: 32 };
    for (const type of ["bert", "distilbert", "roberta", "xlm-roberta", "mpnet", "electra", "modernbert", "deberta-v2"])
      expect(() => buildEncoder({ model_type: type, ...sizes, ...tables, ...layers }, folder)).toThrow(/layers" is 1000000/);
  });

  it.each(["hidden_size", "vocab_size", "max_position_embeddings", "intermediate_size", "num_attention_heads"])(
    "whose %s no memory holds is refused",
    async (field) => {
      for (const value of [1e9, 2 ** 53 - 1]) {
        await changeJson("config.json", () => ({ [field]: value }));
        expect(await refusal()).toContain(field);
      }
    },
  );

  it("that has more layers than there are weights is refused", async () => {
    await changeJson("config.json", () => ({ num_hidden_layers: 256 }));
    expect(await refusal()).toContain("which config.json asks for");
  });
});

describe("a tokenizer", () => {
  it.each([1e9, 2 ** 53 - 1, -1, 0.5])("with an added token of id %d is refused", async (id) => {
    await changeJson("tokenizer.json", (json) => ({
      added_tokens: [...(json["added_tokens"] as object[]), { id, content: "[X]", special: true }],
    }));
    expect(await refusal()).toContain("added_tokens");
  });

  it("with a token of an id that no vocabulary has is refused", async () => {
    await changeJson("tokenizer.json", (json) => {
      const model = json["model"] as { vocab: object };
      return { model: { ...model, vocab: { ...model.vocab, far: 1e12 } } };
    });
    expect(await refusal()).toContain('"far"');
  });

  it.each([
    ["one replacement", [{ type: "Replace", pattern: { Regex: "." }, content: "x".repeat(100_000) }]],
    ["many replacements", Array(20).fill({ type: "Replace", pattern: { String: "a" }, content: "aaa" })],
    [
      "replacements within others",
      [{ type: "Sequence", normalizers: Array(9).fill({ type: "Replace", pattern: { String: "a" }, content: "aa" }) }],
    ],
  ])("whose text grows without measure by %s is refused", async (_, normalizers) => {
    await changeJson("tokenizer.json", () => ({ normalizer: { type: "Sequence", normalizers } }));
    expect(await refusal()).toMatch(/times as long/);
  });

  it("that replaces as published ones do is read", async () => {
    const replacements = [
      { type: "Replace", pattern: { String: "``" }, content: '"' },
      { type: "Replace", pattern: { Regex: " {2,}" }, content: " " },
      { type: "Replace", pattern: { String: " " }, content: "▁" },
    ];
    await changeJson("tokenizer.json", (json) => ({
      normalizer: { type: "Sequence", normalizers: [json["normalizer"], ...replacements] },
    }));
    await using encoder = await loadEncoder(folder, { threads: 1 });
    expect(encoder.dimension).toBeGreaterThan(0);
  });

  it.each(["(a+)+$", "^(\\p{L}|a)*\\d", " *  * * * * *#"])(
    "with the pattern %s, which on some texts would run for ever, is refused",
    async (pattern) => {
      await changeJson("tokenizer.json", () => ({
        pre_tokenizer: { type: "Split", pattern: { Regex: pattern }, behavior: "Isolated", invert: false },
      }));
      expect(await refusal()).toMatch(/pattern .* takes time without measure/);
    },
    20_000,
  );

  it("with the patterns of published ones is read", async () => {
    const patterns = [
      "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
      "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+",
    ];
    await changeJson("tokenizer.json", () => ({
      pre_tokenizer: {
        type: "Sequence",
        pretokenizers: patterns.map((Regex) => ({ type: "Split", pattern: { Regex }, behavior: "Isolated", invert: false })),
      },
    }));
    await using encoder = await loadEncoder(folder, { threads: 1 });
    expect(encoder.dimension).toBeGreaterThan(0);
  });

  it("nested thousands of levels deep is refused", async () => {
    const deep = `${'{"type":"Sequence","normalizers":['.repeat(20_000)}${"]}".repeat(20_000)}`;
    const json = JSON.parse(await readFile(inFolder("tokenizer.json"), "utf8")) as object;
    const text = JSON.stringify({ ...json, normalizer: "DEEP" }).replace('"DEEP"', deep);
    await writeFile(inFolder("tokenizer.json"), text);
    await refusal();
  });
});

describe("weights", () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])("that hold %d are refused", async (value) => {
    const changed = new Map<string, TensorToStore>();
    {
      await using file = await openSafetensors(inFolder("model.safetensors"));
      for (const [name, { shape }] of file.tensors) {
        const numbers = await file.floats(name);
        if (name === "encoder.layer.1.output.dense.weight") numbers[5] = value;
        changed.set(name, { dtype: "F32", shape, bytes: new Uint8Array(numbers.buffer) });
      }
    }
    expect([...changed.keys()]).toContain("encoder.layer.1.output.dense.weight");
    await writeFile(inFolder("model.safetensors"), encodeSafetensors(changed));
    expect(await refusal()).toContain(`"encoder.layer.1.output.dense.weight" holds ${value}`);
  });

  it("that are a huge file of nothing are refused", async () => {
    await truncate(inFolder("model.safetensors"), 2 ** 40);
    expect(await refusal()).toContain("model.safetensors");
    await writeFile(inFolder("model.safetensors"), "");
    await truncate(inFolder("model.safetensors"), 2 ** 40);
    expect(await refusal()).toContain("model.safetensors");
  });
});

describe("a name of a folder's file", () => {
  it.each(["config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors", "modules.json"])(
    "%s that is a device, a pipe or a folder is refused",
    async (file) => {
      for (const make of [
        () => symlink("/dev/zero", inFolder(file)),
        () => Promise.resolve(void execFileSync("mkfifo", [inFolder(file)])),
        () => mkdir(inFolder(file)),
      ]) {
        await rm(inFolder(file), { force: true, recursive: true });
        await make();
        expect(await refusal()).toMatch(new RegExp(`${file} is a (device|pipe|folder)`));
      }
    },
  );
});
