import { Tokenizer } from "@huggingface/tokenizers";
import { describe, expect, it } from "vitest";
import { openGguf } from "../../../../src/tune/pretrained/gguf/gguf-file.js";
import { type GgufTokenizer, readGgufTokenizer } from "../../../../src/tune/pretrained/gguf/gguf-tokenizer.js";
import type { MetadataValue } from "../../../../src/tune/pretrained/gguf/metadata-values.js";
import { mergesByScore } from "../../../../src/tune/pretrained/gguf/sentencepiece-merges.js";
import { createTokenizer } from "../../../../src/tune/pretrained/tokenizer.js";
import { goldenFile, goldenGguf } from "./golden-gguf.js";

async function tokenizerOf(name: string): Promise<GgufTokenizer> {
  await using file = await openGguf(goldenFile(name));
  return readGgufTokenizer(file);
}

describe.each(Object.entries(goldenGguf.tokens))("the tokenizer of the tiny %s", (name, rows) => {
  it("turns odd texts into the tokens of the model that the file was made from", async () => {
    expect(rows.length).toBeGreaterThanOrEqual(40);
    const { files } = await tokenizerOf(name);
    const tokenizer = createTokenizer(files, name);
    expect(rows.map(({ text }) => ({ text, ids: tokenizer.encode(text) }))).toEqual(rows.map(({ text, ids }) => ({ text, ids })));
  });

  it("turns tokens back into texts", async () => {
    const { files } = await tokenizerOf(name);
    const tokenizer = new Tokenizer(files.tokenizer, files.config);
    const some = rows.filter(({ ids, decoded }) => ids.length > 0 && decoded !== null);
    const decode = (ids: readonly number[]): string => tokenizer.decode([...ids], { skip_special_tokens: true });
    expect(some.map(({ ids }) => decode(ids))).toEqual(some.map(({ decoded }) => decoded));
  });
});

describe("a tokenizer", () => {
  it("says how conversations are read, and what ends an answer", async () => {
    const { chatTemplate, endIds, specialTokens, eosId, bosId, files } = await tokenizerOf("qwen2");
    expect(chatTemplate).toBe(goldenGguf.chatTemplate);
    expect(specialTokens).toEqual(["<unk>", "<s>", "</s>", "<|im_start|>", "<|im_end|>", "<think>", "</think>"]);
    expect([bosId, eosId]).toEqual([1, 4]);
    expect(endIds).toEqual([4, 2]);
    expect(files.config).toMatchObject({ pad_token: "</s>", chat_template: chatTemplate });
    expect((await tokenizerOf("default")).chatTemplate).toBeNull();
  });

  it("begins a text as the file says, and else as its family does", async () => {
    const flags = await Promise.all(["llama", "llama3", "smollm", "qwen2", "tekken"].map(tokenizerOf));
    expect(flags.map(({ addsBos }) => addsBos)).toEqual([true, true, false, false, true]);
    expect(flags.some(({ addsEos }) => addsEos)).toBe(false);
  });
});

const bytes: Record<string, MetadataValue> = {
  "tokenizer.ggml.model": "gpt2",
  "tokenizer.ggml.tokens": ["a", "b", "ab", "<end>"],
  "tokenizer.ggml.merges": ["a b"],
};
const pieces: Record<string, MetadataValue> = {
  "tokenizer.ggml.model": "llama",
  "tokenizer.ggml.tokens": ["<unk>", "<s>", "</s>", "▁", "a", "▁a"],
  "tokenizer.ggml.scores": Float32Array.of(0, 0, 0, -2, -3, -1),
};
const read = (metadata: Record<string, MetadataValue>): GgufTokenizer =>
  readGgufTokenizer({ path: "x.gguf", metadata: new Map(Object.entries(metadata)) });
const encode = ({ files }: GgufTokenizer, text: string): readonly number[] => createTokenizer(files, "x.gguf").encode(text);

describe("a file that does not say of which kind its tokens are", () => {
  it("has the tokens that it names as special ones", () => {
    expect(read(pieces).specialTokens).toEqual(["<unk>", "<s>", "</s>"]);
    expect(encode(read(pieces), "a</s>a")).toEqual([1, 5, 2, 5]);
    const named = read({ ...bytes, "tokenizer.ggml.eos_token_id": 3 });
    expect(encode(named, "ab<end>")).toEqual([2, 3]);
  });
});

it("a text need not begin with a space", () => {
  expect(encode(read({ ...pieces, "tokenizer.ggml.add_space_prefix": false }), "a")).toEqual([1, 4]);
});

it("an end may be added", () => {
  expect(encode(read({ ...pieces, "tokenizer.ggml.add_eos_token": true, "tokenizer.ggml.add_bos_token": false }), "a")).toEqual([
    5, 2,
  ]);
});

it("merges come by score, then the longer first part", () => {
  const tokens = [
    ["a", 0],
    ["b", 0],
    ["aa", -1],
    ["aab", -3],
    ["ab", -2],
  ] as const;
  const merges = mergesByScore(
    "x.gguf",
    tokens.map(([text, score], id) => ({ text, id, score })),
  );
  expect(merges.map((merge) => merge.join(" "))).toEqual(["a a", "a b", "aa b", "a ab"]);
});

describe("a tokenizer that can't be used", () => {
  it.each<[string, Record<string, MetadataValue>, RegExp]>([
    ["is missing", {}, /has no tokenizer/],
    ["is of another kind", { ...bytes, "tokenizer.ggml.model": "t5" }, /tokenizer of the kind "t5".*Kinds: gpt2/],
    ["cuts texts in an unknown way", { ...bytes, "tokenizer.ggml.pre": "llama-bpf" }, /"llama-bpf".*Known: llama-bpe, /],
    ["has no tokens", { "tokenizer.ggml.model": "gpt2" }, /lacks the metadata "tokenizer.ggml.tokens"/],
    ["has an empty vocabulary", { ...bytes, "tokenizer.ggml.tokens": [] }, /has no tokens/],
    [
      "has numbers for tokens",
      { ...bytes, "tokenizer.ggml.tokens": Int32Array.of(1) },
      /"tokenizer.ggml.tokens" is a list; expected a list of texts/,
    ],
    [
      "has a token as long as a book",
      { ...bytes, "tokenizer.ggml.tokens": ["a", "b".repeat(1e6)] },
      /token 1 has 1000000 characters/,
    ],
    ["has no merges", { ...bytes, "tokenizer.ggml.merges": "" }, /"tokenizer.ggml.merges" is ""; expected a list of texts/],
    ["has a merge of one part", { ...bytes, "tokenizer.ggml.merges": ["ab"] }, /merge 1 of its tokenizer is "ab"/],
    ["has a merge into nothing", { ...bytes, "tokenizer.ggml.merges": ["a b", "b a"] }, /merge 2 of its tokenizer is "b a"/],
    [
      "has kinds of fewer tokens",
      { ...bytes, "tokenizer.ggml.token_type": Int32Array.of(1) },
      /token_type" has 1 entries for 4 tokens/,
    ],
    [
      "names a token that is not there",
      { ...bytes, "tokenizer.ggml.eos_token_id": 4 },
      /eos_token_id" is 4; expected one of its 4 tokens/,
    ],
    ["names a token that can't be", { ...bytes, "tokenizer.ggml.bos_token_id": -1 }, /bos_token_id" is -1/],
    [
      "adds a token that it does not name",
      { ...bytes, "tokenizer.ggml.add_bos_token": true },
      /adds a token at the beginning of a text/,
    ],
    [
      "has no scores",
      { ...pieces, "tokenizer.ggml.scores": [] as readonly string[] },
      /"tokenizer.ggml.scores" is a list; expected a list of numbers/,
    ],
    [
      "has scores of fewer tokens",
      { ...pieces, "tokenizer.ggml.scores": Float32Array.of(1) },
      /scores" has 1 entries for 6 tokens/,
    ],
    [
      "would be merged without measure",
      {
        "tokenizer.ggml.model": "llama",
        "tokenizer.ggml.tokens": ["<unk>", "<s>", "</s>", "a".repeat(200)],
        "tokenizer.ggml.scores": new Float32Array(4),
      },
      /one has 200 characters/,
    ],
  ])("is refused if it %s", (_, metadata, expected) => {
    const attempt = (): unknown => read(metadata);
    expect(attempt).toThrow(expect.objectContaining({ name: "UserError" }) as Error);
    expect(attempt).toThrow(expected);
    expect(attempt).toThrow(/^x\.gguf/);
  });
});
