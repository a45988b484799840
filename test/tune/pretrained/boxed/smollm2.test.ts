/** @file The package in `packages/smollm2-135m-instruct`, against what Python read out of the file that it was made of (`golden/make_smollm2.py`). */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { boxedModelFolder, boxedModels } from "../../../../src/hub/boxed-models.js";
import { decoderGraph } from "../../../../src/tune/decoders/decoder-graph.js";
import { checkedFloats, openDecoderSource } from "../../../../src/tune/decoders/decoder-source.js";
import { openBoxedModel } from "../../../../src/tune/pretrained/boxed/boxed-model.js";
import { weightsOf } from "../../../../src/tune/pretrained/pretrained.js";
import { createTokenizer } from "../../../../src/tune/pretrained/tokenizer.js";

const root = resolve(import.meta.dirname, "../../../..");
const folder = join(root, "packages/smollm2-135m-instruct");
const json = (path: string): unknown => JSON.parse(readFileSync(path, "utf8"));
const sha256 = (content: Uint8Array): string => createHash("sha256").update(content).digest("hex");

interface Golden {
  readonly parameters: number;
  readonly tensors: Readonly<Record<string, { readonly shape: readonly number[]; readonly sha256: string }>>;
  readonly tokens: readonly { readonly text: string; readonly ids: readonly number[] }[];
}
const golden = json(join(root, "golden/smollm2.json")) as Golden;

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly files: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}
const own = json(join(folder, "package.json")) as Manifest;
const crossover = json(join(root, "package.json")) as Manifest;

describe("the package of smollm2", () => {
  it("is what the table says, linked by npm ci, and an optional dependency of crossover in its very version", () => {
    const { package: name, license } = boxedModels.smollm2;
    expect(own).toMatchObject({ name, license });
    expect(crossover.optionalDependencies).toEqual({ [name]: own.version });
    // A checkout whose node_modules is older than the package: "npm ci" makes the link.
    expect(realpathSync(boxedModelFolder("smollm2"))).toBe(realpathSync(folder));
  });

  it("is small enough for a repository, and no part of crossover's own package", () => {
    const sizes = readdirSync(folder).map((file) => statSync(join(folder, file)).size);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(95e6);
    expect(Math.max(...sizes)).toBeLessThan(50e6);
    expect(crossover.files).not.toContain("packages");
  });

  it("has the files that its provenance lists, and all of them are published", () => {
    const { after, before } = json(join(folder, "provenance.json")) as Record<"after" | "before", Record<string, string>>;
    expect(Object.values(before)).toEqual([boxedModels.smollm2.sha256]);
    const made = readdirSync(folder).filter((file) => /\.zlib$|^parts\.json$/.test(file));
    expect(made.sort()).toEqual(Object.keys(after).sort());
    for (const [file, hash] of Object.entries(after)) expect(sha256(readFileSync(join(folder, file)))).toBe(hash);
    const published = (file: string): boolean =>
      own.files.some((each) => each === file || (each === "*.zlib" && file.endsWith(".zlib")));
    expect(readdirSync(folder).filter((file) => file !== "package.json" && !published(file))).toEqual([]);
  });
});

describe("the model smollm2", () => {
  it("has the numbers that transformers reads out of the GGUF file, of the shapes that its graph asks for", async () => {
    await using source = await openDecoderSource("smollm2");
    const { logits, inputIds, attentionMask } = decoderGraph(source.config, { maxTokens: 16, states: "last" });
    const wanted = weightsOf([logits], [inputIds, attentionMask]);
    const found: [string, object][] = [];
    for (const { params, shape } of wanted) {
      const numbers = await checkedFloats(source, params.name, shape as readonly number[]);
      found.push([params.name, { shape, sha256: sha256(new Uint8Array(numbers.buffer)) }]);
    }
    expect(Object.fromEntries(found)).toEqual(golden.tensors);
    const counts = [...source.shapes.values()].map((shape) => shape.reduce((product, length) => product * length, 1));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(golden.parameters);
    expect(boxedModels.smollm2.parameters).toBe(golden.parameters);
  });

  it("turns texts into the tokens of the published tokenizer, and knows its commands", async () => {
    await using model = await openBoxedModel("smollm2");
    const { files, chatTemplate, endIds, specialTokens } = model.tokenizer;
    const tokenizer = createTokenizer(files, "smollm2");
    expect(golden.tokens.length).toBeGreaterThan(45);
    expect(golden.tokens.map(({ text }) => ({ text, ids: tokenizer.encode(text) }))).toEqual(golden.tokens);
    expect(chatTemplate).toContain("<|im_start|>");
    expect(specialTokens).toEqual(expect.arrayContaining(["<|endoftext|>", "<|im_start|>", "<|im_end|>"]));
    expect(endIds).toContain(2);
  });
});
