import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Tokenizer } from "@huggingface/tokenizers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { AutoTokenizer } from "../../src/transformers/auto-tokenizer.js";
import { Dataset } from "../../src/transformers/dataset.js";
import { range } from "../../src/transformers/range.js";
import { golden, goldenFolder } from "./golden-transformers.js";

afterEach(() => vi.restoreAllMocks());

describe.each(golden.tokens)("the tokenizer of $folder", ({ folder, maxLength, padTokenId, cases }) => {
  it.each(cases)("gives the ids of Python's with $options", async ({ options, input_ids, attention_mask }) => {
    const tokenizer = await AutoTokenizer.fromPretrained(goldenFolder(folder));
    expect([tokenizer.modelMaxLength, tokenizer.padTokenId]).toEqual([maxLength, padTokenId]);
    const { max_length: longest, ...rest } = options;
    const encoded = tokenizer(golden.texts, { ...rest, ...(longest !== undefined && { maxLength: longest }) });
    expect({ ...encoded }).toEqual({ input_ids, attention_mask });
    // One text alone has no neighbor to be as long as.
    if (rest.padding !== true)
      expect(tokenizer(golden.texts[3]!, { ...rest, ...(longest !== undefined && { maxLength: longest }) })).toEqual({
        input_ids: input_ids[3],
        attention_mask: attention_mask[3],
      });
  });
});

describe("a tokenizer", () => {
  const load = () => AutoTokenizer.fromPretrained(goldenFolder("tiny-bert"));

  it("tokenizes no row of a dataset before its values are read", async () => {
    const tokenizer = await load();
    const dataset = Dataset.fromDict({ text: range(50).map((i) => "my card ".repeat(1 + (i % 4))) });
    const spy = vi.spyOn(Tokenizer.prototype, "encode");
    const mapped = await dataset.map(({ text }) => tokenizer(text, { padding: true }), { batched: true, batchSize: 20 });
    const chosen = mapped.shuffle({ seed: 1 }).select([0, 1]);
    expect(spy).not.toHaveBeenCalled();
    const ids = chosen.lazyColumn("input_ids").unpadded!(0);
    expect(spy).toHaveBeenCalledTimes(1);
    const row = chosen.at(0);
    expect(row.input_ids).toHaveLength(10);
    expect(row.input_ids.slice(0, (ids as number[]).length)).toEqual(ids);
    // To know the longest of its batch takes all 20.
    expect(spy.mock.calls.length).toBeGreaterThanOrEqual(20);
  });

  it("gives a plain object where its result is spread", async () => {
    const tokenizer = await load();
    const dataset = Dataset.fromDict({ text: ["my card", "refund"] });
    const mapped = await dataset.map(({ text }) => ({ ...tokenizer(text), length: text.map((own) => own.length) }), {
      batched: true,
    });
    expect(mapped.columnNames).toEqual(["text", "input_ids", "attention_mask", "length"]);
    expect(mapped.at(1)).toMatchObject({ length: 6, attention_mask: [1, 1, 1] });
  });

  it.each([
    [undefined, {}, "The tokenizer was given undefined, expected a text or a list of texts."],
    [["a", 3], {}, "was given a list whose item 1 is number, expected texts only"],
    ["a", { maxLength: 5 }, 'maxLength has no part without truncation: true or padding: "max_length"'],
    ["a", { truncation: true, maxLength: 0 }, "maxLength is 0. Give a whole number of tokens above 0."],
  ])("refuses %o with %o", async (texts, options, message) => {
    const tokenizer = await load();
    // Callers without types.
    expect(() => tokenizer(texts as string, options)).toThrow(message);
  });

  it("refuses a folder that asks for padding on the left", async () => {
    const folder = await mkdtemp(join(tmpdir(), "left-"));
    try {
      await cp(goldenFolder("tiny-bert"), folder, { recursive: true });
      const place = join(folder, "tokenizer_config.json");
      const config: object = JSON.parse(await readFile(place, "utf8"));
      await writeFile(place, JSON.stringify({ ...config, padding_side: "left" }));
      await expect(AutoTokenizer.fromPretrained(folder)).rejects.toThrow('has padding_side "left"');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
