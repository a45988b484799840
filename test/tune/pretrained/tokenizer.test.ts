import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../../../src/lib/package-root.js";
import { createTokenizer, wordPieceFiles } from "../../../src/tune/pretrained/tokenizer.js";
import { golden, tiny, tinyFolder } from "./golden-encoder.js";

const readObject = (...path: readonly string[]): object => JSON.parse(readFileSync(join(...path), "utf8")) as object;
const model = join(packageRoot(), "models", "minilm-l6");
const tokenizer = createTokenizer(
  { tokenizer: readObject(model, "tokenizer.json"), config: readObject(model, "tokenizer_config.json") },
  model,
);

describe("the tokenizer", () => {
  it.each(golden.rows.map((row) => [row.text.slice(0, 40), row] as const))(
    "gives %j the ids that Python gives",
    (_, { text, ids }) => {
      expect(tokenizer.encode(text, golden.maxTokens)).toEqual(ids);
    },
  );

  it("cuts the text and keeps the special tokens", () => {
    const [cls, sep] = [101, 102];
    expect(tokenizer.encode("one two three four", 4)).toEqual([cls, ...tokenizer.encode("one two").slice(1, -1), sep]);
    expect(tokenizer.encode("one two", 4)).toEqual(tokenizer.encode("one two"));
  });

  it("takes a long text in pieces without a seam", () => {
    const words = Array.from({ length: 30_000 }, (_, i) => ["refund", "unbelievable", "Straße", "x1"][i % 4]!);
    const inOne = words.flatMap((word) => tokenizer.encode(word).slice(1, -1));
    expect(tokenizer.encode(words.join(" "))).toEqual([101, ...inOne, 102]);
  });

  it("looks at no more of a text of 100 MB than it needs", () => {
    const text = "refund please ".repeat(7_500_000);
    // Processor time: how busy the machine is must not matter.
    const begun = process.cpuUsage();
    expect(tokenizer.encode(text, 8)).toEqual(tokenizer.encode("refund please refund please"));
    const { user, system } = process.cpuUsage(begun);
    expect(user + system).toBeLessThan(1e6);
  });
});

describe("a tokenizer from vocab.txt", () => {
  const vocabulary = readFileSync(join(tinyFolder, "vocab.txt"), "utf8");

  it("gives the ids of the folder's tokenizer.json", () => {
    const built = createTokenizer(wordPieceFiles(vocabulary, true), tinyFolder);
    for (const [i, text] of tiny.texts.entries()) {
      const length = tiny.mask[i]!.reduce((total, present) => total + present, 0);
      expect(built.encode(text, 24)).toEqual(tiny.ids[i]!.slice(0, length));
    }
    expect(built.padId).toBe(0);
  });

  it("keeps capitals where the model does", () => {
    const cased = createTokenizer(wordPieceFiles(vocabulary, false), tinyFolder);
    expect(cased.encode("Card")).not.toEqual(cased.encode("card"));
  });

  it("refuses a vocabulary that is not BERT's", () => {
    expect(() => wordPieceFiles("<s>\n</s>\nhello\n", true)).toThrow("vocab.txt lacks [PAD], [UNK], [CLS], [SEP]");
  });
});
