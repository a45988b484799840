import { describe, expect, it } from "vitest";
import { Dataset } from "../../src/transformers/dataset.js";
import { DatasetDict } from "../../src/transformers/dataset-dict.js";
import { range } from "../../src/transformers/range.js";
import { golden } from "./golden-transformers.js";

const numbered = Dataset.fromDict({
  text: range(25).map((i) => `text ${i}`),
  label: range(25).map((i) => i % 3),
});
const textsOf = (dataset: Dataset<{ text: string }>): string[] => dataset.column("text");

describe("a dataset, as Python's", () => {
  it("maps batches to columns", async () => {
    const mapped = await numbered.map(
      ({ text, label }) => ({ of: text.map(() => text.length), label: label.map((value) => 7 * value) }),
      { batched: true, batchSize: 10 },
    );
    expect([...mapped]).toEqual(golden.datasets.mapped);
    expect(mapped.columnNames.sort()).toEqual([...golden.datasets.columns].sort());
  });

  it("shuffles, selects, filters and splits to the same rows", async () => {
    expect(textsOf(numbered.shuffle({ seed: 42 }).select(range(8)))).toEqual(golden.datasets.shuffled);
    const filtered = await numbered.shuffle({ seed: 7 }).filter((row) => row.label !== 1);
    expect(textsOf(filtered)).toEqual(golden.datasets.filtered);
    const { train, test } = numbered.trainTestSplit({ testSize: 0.3, seed: 5 });
    expect({ train: textsOf(train), test: textsOf(test) }).toEqual(golden.datasets.split);
  });
});

describe("a dataset", () => {
  it("maps rows, with an asynchronous function too", async () => {
    const mapped = await numbered.select([3, 1]).map(async ({ text }, index) => ({ upper: text.toUpperCase(), index }));
    expect([...mapped]).toEqual([
      { text: "text 3", label: 0, upper: "TEXT 3", index: 0 },
      { text: "text 1", label: 1, upper: "TEXT 1", index: 1 },
    ]);
  });

  it("has rows by number, from the end too", () => {
    expect(numbered.at(4)).toEqual({ text: "text 4", label: 1 });
    expect(numbered.at(-1)).toEqual({ text: "text 24", label: 0 });
    expect(() => numbered.at(25)).toThrow("There is no row 25: the dataset has 25 rows, 0 to 24.");
  });

  it("stays as it is", async () => {
    const before = [...numbered];
    await numbered.shuffle({ seed: 1 }).map(() => ({ text: "other" }));
    expect([...numbered]).toEqual(before);
  });

  it("renames and removes columns", () => {
    const renamed = numbered.renameColumn("text", "sentence").removeColumns("label");
    expect(renamed.at(2)).toEqual({ sentence: "text 2" });
    expect(() => numbered.renameColumn("text", "label")).toThrow('has a column "label" already');
  });

  it.each([
    [
      "one value too few",
      ({ text }: { text: string[] }) => ({ x: text.slice(1) }),
      'returned 24 values for "x"; its batch, from row 0 on, has 25 rows',
    ],
    ["no list", () => ({ x: "text" }), 'returned string for "x". With batched: true it has to return a list of 25 values'],
    ["a list", () => [1, 2], "returned a list at row 0. Expected an object"],
    ["nothing", () => undefined, "returned undefined at row 0. Expected an object"],
  ])("refuses a function of map that returns %s", async (_, compute, message) => {
    // Callers without types.
    const untyped = compute as unknown as () => { x: string[] };
    await expect(numbered.map(untyped, { batched: true })).rejects.toThrow(message);
  });

  it("refuses other columns in a later batch, rows that are not there, and seeds that are none", async () => {
    const uneven = ({ text }: { text: string[] }): Record<string, string[]> => ({ [text[0]!]: text });
    await expect(numbered.map(uneven, { batched: true, batchSize: 20 })).rejects.toThrow(
      "returned other columns at row 20 (text 20) than at row 0 (text 0)",
    );
    expect(() => numbered.select(range(26))).toThrow("There is no row 25");
    expect(() => numbered.shuffle({ seed: -1 })).toThrow("The seed is -1. Give a whole number from 0 up.");
    expect(() => Dataset.fromDict({ a: [1], b: [1, 2] })).toThrow('Column "b" has 2 values, "a" has 1.');
  });
});

describe("splits", () => {
  const splits = new DatasetDict(new Map([["train", numbered.select([0, 1, 2])]]));

  it("are changed together", async () => {
    const mapped = await splits.map(({ label }) => ({ next: label.map((value) => value + 1) }), { batched: true });
    expect(mapped.train.column("next")).toEqual([1, 2, 3]);
    const byRow = await mapped.map(({ next }) => ({ square: next * next }));
    expect(byRow.train.column("square")).toEqual([1, 4, 9]);
    expect((await byRow.filter(({ square }) => square > 1)).train.length).toBe(2);
  });

  it("are named where one is missing", () => {
    expect(() => splits.test).toThrow('The dataset has no split "test".');
  });
});
