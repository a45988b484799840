import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openGgufModel } from "../../../../src/tune/pretrained/gguf/gguf-model.js";
import { unpermuted } from "../../../../src/tune/pretrained/gguf/tensor-names.js";
import { ggufBytes, type TestTensor, type TestValue } from "./gguf-bytes.js";
import { goldenFile, goldenGguf } from "./golden-gguf.js";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gguf-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe.each(Object.entries(goldenGguf.models))("the tiny %s", (name, expected) => {
  it("has the configuration that it was made from", async () => {
    await using model = await openGgufModel(goldenFile(name));
    expect(model.config).toMatchObject(expected.config);
    expect(model.config.rope_scaling).toEqual(goldenGguf.ropeScaling[name] === undefined ? null : scalingOf(name));
    expect(model.name).toBe(`Tiny ${name}`);
  });

  it("has the weights that transformers reads, in names, shapes and numbers", async () => {
    await using model = await openGgufModel(goldenFile(name));
    const found: Record<string, object> = {};
    for (const [weight, { shape }] of model.weights) {
      const floats = await model.floats(weight);
      found[weight] = { shape, sha256: createHash("sha256").update(new Uint8Array(floats.buffer)).digest("hex") };
    }
    expect(found).toEqual(expected.tensors);
  });
});

/** Without the base of the frequencies, which is a field of its own here. */
function scalingOf(name: string): object {
  const { rope_theta: _, ...scaling } = goldenGguf.ropeScaling[name] as Record<string, unknown>;
  return scaling;
}

it("tells how each weight is stored", async () => {
  await using model = await openGgufModel(goldenFile("llama"));
  const types = new Set([...model.weights.values()].map(({ type }) => type));
  expect([...types].sort()).toEqual(["BF16", "F16", "F32", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0"]);
});

it("puts the halves of each head one after the other", () => {
  // Two heads of four rows of two numbers.
  const rows = (...numbers: number[]): Float32Array => Float32Array.from(numbers.flatMap((n) => [n, -n]));
  expect(unpermuted(rows(0, 2, 1, 3, 4, 6, 5, 7), 8, 2)).toEqual(rows(0, 1, 2, 3, 4, 5, 6, 7));
});

/** A right file of one layer, in which something is changed. */
interface Change {
  readonly metadata?: Readonly<Record<string, TestValue | null>>;
  readonly tensors?: Readonly<Record<string, TestTensor["dims"] | null>>;
}

function changed({ metadata = {}, tensors = {} }: Change): Buffer {
  const fields: Record<string, TestValue | null> = {
    "general.architecture": "llama",
    "llama.block_count": 1,
    "llama.context_length": 64,
    "llama.embedding_length": 8,
    "llama.feed_forward_length": 12,
    "llama.attention.head_count": 4,
    "llama.attention.head_count_kv": 2,
    "llama.attention.layer_norm_rms_epsilon": 0.001,
    "tokenizer.ggml.model": "gpt2",
    "tokenizer.ggml.tokens": ["a", "b", "ab"],
    "tokenizer.ggml.merges": ["a b"],
    ...metadata,
  };
  const dims: Record<string, TestTensor["dims"] | null> = {
    "token_embd.weight": [8, 3],
    "output_norm.weight": [8],
    "blk.0.attn_norm.weight": [8],
    "blk.0.attn_q.weight": [8, 8],
    "blk.0.attn_k.weight": [8, 4],
    "blk.0.attn_v.weight": [8, 4],
    "blk.0.attn_output.weight": [8, 8],
    "blk.0.ffn_norm.weight": [8],
    "blk.0.ffn_gate.weight": [8, 12],
    "blk.0.ffn_up.weight": [8, 12],
    "blk.0.ffn_down.weight": [12, 8],
    ...tensors,
  };
  const kept = <T>(of: Record<string, T | null>): [string, T][] =>
    Object.entries(of).filter((entry): entry is [string, T] => entry[1] !== null);
  return ggufBytes({ metadata: kept(fields), tensors: kept(dims).map(([name, of]) => ({ name, dims: of })) });
}

async function write(change: Change): Promise<string> {
  const path = join(folder, "model.gguf");
  await writeFile(path, changed(change));
  return path;
}

describe("a file of a model", () => {
  it("is read when it is right", async () => {
    await using model = await openGgufModel(await write({}));
    expect(model.config).toMatchObject({
      head_dim: 2,
      vocab_size: 3,
      rope_theta: 10_000,
      rope_scaling: null,
      sliding_window: null,
    });
    expect(model.weights.size).toBe(11);
  });

  it("may have biases, and says so", async () => {
    const tensors = { "blk.0.attn_q.bias": [8], "blk.0.attn_k.bias": [4], "blk.0.attn_v.bias": [4], "blk.0.ffn_up.bias": [12] };
    await using model = await openGgufModel(await write({ tensors }));
    expect(model.config).toMatchObject({ attention_bias: true, mlp_bias: true });
    expect(model.weights.get("model.layers.0.self_attn.q_proj.bias")?.shape).toEqual([8]);
  });

  it.each<[object, Record<string, TestValue>]>([
    [
      { rope_type: "linear", factor: 2.5 },
      { "llama.rope.scaling.type": "linear", "llama.rope.scaling.factor": 2.5 },
    ],
    [{ rope_type: "linear", factor: 4 }, { "llama.rope.scale_linear": 4 }],
    [
      { rope_type: "yarn", factor: 4, original_max_position_embeddings: 32_768 },
      {
        "llama.rope.scaling.type": "yarn",
        "llama.rope.scaling.factor": 4,
        "llama.rope.scaling.original_context_length": 32_768,
        "llama.rope.scaling.finetuned": true,
      },
    ],
  ])("may scale its positions: %j", async (expected, metadata) => {
    await using model = await openGgufModel(await write({ metadata }));
    expect(model.config.rope_scaling).toEqual(expected);
  });

  it.each<[string, Change, RegExp]>([
    [
      "of another architecture",
      { metadata: { "general.architecture": "gemma3" } },
      /is of the architecture "gemma3".*Architectures: llama, qwen2, qwen3/,
    ],
    [
      "without an architecture",
      { metadata: { "general.architecture": null } },
      /lacks the metadata "general.architecture"; expected a text/,
    ],
    ["of an adapter", { metadata: { "general.type": "adapter" } }, /holds no model but "adapter"/],
    ["that is one of several", { metadata: { "split.count": 3 } }, /is one of 3 files of a model. Join them/],
    ["of experts", { metadata: { "llama.expert_count": 8 } }, /"llama.expert_count" is "8", which is not computed here/],
    [
      "of another layout",
      { metadata: { "llama.tensor_data_layout": "Meta AI original pth" } },
      /tensor_data_layout" is "Meta AI/,
    ],
    ["that sees what follows", { metadata: { "llama.attention.causal": false } }, /attention.causal" is "false"/],
    [
      "without a length of its states",
      { metadata: { "llama.embedding_length": null } },
      /lacks the metadata "llama.embedding_length"; expected a whole number/,
    ],
    [
      "with a text for a number",
      { metadata: { "llama.block_count": "1" } },
      /"llama.block_count" is "1"; expected a whole number from 1 on/,
    ],
    [
      "with heads of each layer",
      { metadata: { "llama.attention.head_count": [4, 2] } },
      /"llama.attention.head_count" is a list; expected a whole number/,
    ],
    ["without heads", { metadata: { "llama.attention.head_count": 0 } }, /head_count" is "0"; expected a whole number from 1 on/],
    [
      "whose heads do not divide it",
      { metadata: { "llama.attention.head_count": 3 } },
      /embedding length 8 is no multiple of its 3 attention heads/,
    ],
    ["whose heads are odd", { metadata: { "llama.attention.key_length": 3 } }, /heads have 3 numbers; expected an even number/],
    [
      "whose heads of keys do not divide its heads",
      { metadata: { "llama.attention.head_count_kv": 3 } },
      /4 attention heads are no multiple of its 3/,
    ],
    [
      "whose values have another length",
      { metadata: { "llama.attention.value_length": 4 } },
      /value_length" is 4; expected the length of an attention head, 2/,
    ],
    ["that rotates a part of a head", { metadata: { "llama.rope.dimension_count": 1 } }, /rope.dimension_count" is 1/],
    [
      "that scales its positions otherwise",
      { metadata: { "llama.rope.scaling.type": "longrope" } },
      /positions are scaled by "longrope"/,
    ],
    [
      "that scales its positions by more than is computed",
      {
        metadata: { "llama.rope.scaling.type": "yarn", "llama.rope.scaling.factor": 4, "llama.rope.scaling.yarn_beta_fast": 16 },
      },
      /positions are scaled by "yarn" with "llama.rope.scaling.yarn_beta_fast"/,
    ],
    [
      "whose factors are not Llama 3's",
      { tensors: { "rope_freqs.weight": [1] } },
      /"rope_freqs.weight", up to 0\) are not those of Llama 3/,
    ],
    [
      "of a vocabulary alone",
      { tensors: { "token_embd.weight": null } },
      /has no tensor "token_embd.weight": it holds a vocabulary at most/,
    ],
    [
      "that lacks a tensor",
      { tensors: { "blk.0.attn_v.weight": null } },
      /has no tensor "blk.0.attn_v.weight", which a llama of 1 layers has/,
    ],
    [
      "that claims a billion layers",
      { metadata: { "llama.block_count": 1e9 } },
      /has no tensor "blk.1.attn_norm.weight", which a llama of 1000000000 layers/,
    ],
    [
      "with a tensor too many",
      { tensors: { "blk.0.attn_sinks.weight": [8] } },
      /has 1 tensors that a llama of 1 layers has not, such as "blk.0.attn_sinks.weight"/,
    ],
    ["with a layer too many", { tensors: { "blk.1.attn_norm.weight": [8] } }, /has not, such as "blk.1.attn_norm.weight"/],
    [
      "with a tensor of another shape",
      { tensors: { "blk.0.ffn_down.weight": [8, 12] } },
      /"blk.0.ffn_down.weight" is .*12.*8.*should be/,
    ],
    [
      "without a tokenizer",
      { metadata: { "tokenizer.ggml.model": null } },
      /has no tokenizer: it lacks the metadata "tokenizer.ggml.model"/,
    ],
    [
      "with more tokens than numbers of them",
      { metadata: { "tokenizer.ggml.tokens": ["a", "b", "ab", "c"] } },
      /has 4 tokens, and numbers of 3 of them/,
    ],
  ])("%s is refused", async (_, change, expected) => {
    const path = await write(change);
    const error = await openGgufModel(path).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: "UserError" });
    expect((error as Error).message).toMatch(expected);
    expect((error as Error).message.startsWith(path)).toBe(true);
  });
});
