import { describe, expect, it } from "vitest";
import { withPadding } from "../../../src/tune/decoders/padding.js";
import type { Tokenizer } from "../../../src/tune/pretrained/tokenizer.js";

const words = ["<pad>", "<s>", "</s>", "<unk>", "a", "b"];

/** Words by their places; those of `after` follow each text. */
function tokenizerOf(after: readonly string[] = []): Tokenizer {
  const idOf = (token: string): number | undefined => (words.includes(token) ? words.indexOf(token) : undefined);
  const ends = after.map((token) => words.indexOf(token));
  return {
    padId: 0,
    maxId: words.length - 1,
    after: ends,
    idOf,
    tokenOf: (id) => words[id],
    encode: (text) => [...text.split(" ").flatMap((word) => idOf(word) ?? []), ...ends],
  };
}

function padded(config: object, tokens: object, after?: readonly string[]): ReturnType<typeof withPadding> {
  return withPadding(tokenizerOf(after), config, { tokenizer: {}, config: tokens }, "DIR");
}

describe("a decoder's token for padding", () => {
  it.each<[string, object, object, string]>([
    ["that of config.json", { pad_token_id: 3 }, { pad_token: "<pad>", eos_token: "</s>" }, "<unk>"],
    ["the tokenizer's", { pad_token_id: null }, { pad_token: "<pad>", eos_token: "</s>" }, "<pad>"],
    ["in the form of older files", {}, { pad_token: { content: "<pad>" } }, "<pad>"],
    ["the end of texts where there is none", {}, { bos_token: "<s>", eos_token: "</s>", unk_token: "<unk>" }, "</s>"],
    ["not one that is no token", { pad_token_id: -1 }, { pad_token: "[PAD]", eos_token: "</s>" }, "</s>"],
  ])("is %s", (_, config, tokens, expected) => {
    const { tokenizer, config: saved, files } = padded(config, tokens);
    expect(tokenizer.padId).toBe(words.indexOf(expected));
    expect(saved).toMatchObject({ pad_token_id: words.indexOf(expected) });
    expect(files.config).toMatchObject({ pad_token: expected });
  });

  it("is not one that follows every text, unless a classifier was trained so", () => {
    const tokens = { pad_token: "</s>", eos_token: "</s>", unk_token: "<unk>" };
    const own = padded({ pad_token_id: 2, architectures: ["LlamaForCausalLM"] }, tokens, ["</s>"]);
    expect(own.tokenizer.padId).toBe(3);
    expect(own.tokenizer.encode("a b")).toEqual([4, 5, 2]);
    const trained = padded({ pad_token_id: 2, architectures: ["LlamaForSequenceClassification"] }, tokens, ["</s>"]);
    expect(trained.tokenizer.padId).toBe(2);
    // transformers reads the state of the last token that is no padding.
    expect(trained.tokenizer.encode("a b")).toEqual([4, 5]);
  });

  it("is passed over at the end of a text, not within, and is all of a text without tokens", () => {
    const { tokenizer } = padded({}, { pad_token: "<pad>" });
    expect(tokenizer.encode("a <pad> b <pad> <pad>")).toEqual([4, 0, 5]);
    expect(tokenizer.encode("")).toEqual([0]);
    expect(tokenizer.encode("<pad> <pad>")).toEqual([0]);
  });

  it("is asked for where there is none", () => {
    expect(() => padded({}, {})).toThrow(
      expect.objectContaining({
        name: "UserError",
        message: expect.stringMatching(/^The tokenizer of DIR has no token that can fill up a batch.*"pad_token"/) as string,
      }),
    );
  });
});
