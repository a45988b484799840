/** Files as people and programs leave them: read, or told with what to do, and never with a class that nobody meant. */

import { describe, expect, it } from "vitest";
import { readTask } from "../../src/data/data.js";
import { openRows } from "../../src/data/row-stream.js";
import { distinctText, temporaryFolder } from "./files.js";

const { write } = temporaryFolder();
const labels = ["account", "billing", "delivery"];
const rows = Array.from({ length: 36 }, (_, i) => ({ text: distinctText(i), label: labels[i % 3]! }));
const csv = (part: typeof rows, order: "text,label" | "label,text" = "text,label"): string =>
  part.map(({ text, label }) => `${order === "text,label" ? `${text},${label}` : `${label},${text}`}\n`).join("");
const [first, second] = [rows.slice(0, 20), rows.slice(20)];
const jsonLines = (row: (one: (typeof rows)[number]) => unknown): string =>
  rows.map((one) => JSON.stringify(row(one))).join("\n");
const labelled = (label: (i: number, usual: string) => string): string =>
  `text,label\n${csv(rows.map((row, i) => ({ text: row.text, label: label(i, row.label) })))}`;

/** Rows, labels and everything that is said of a file. */
async function reading(name: string, content: string) {
  const { train, test, warnings } = await readTask({ path: write(name, content), seed: 1 });
  return { rows: train.examples.length + test.examples.length, labels: train.labels, said: warnings.join("\n") };
}

describe("two exports, one behind the other,", () => {
  it.each([
    ["with the header in the middle", `text,label\n${csv(first)}text,label\n${csv(second)}`],
    ["with a blank line between", `text,label\n${csv(first)}\n\ntext,label\n${csv(second)}`],
    ["with a byte order mark each", `\uFEFFtext,label\n${csv(first)}\uFEFFtext,label\n${csv(second)}`],
    ["with the header in other letters", `text,label\n${csv(first)}Text, Label\n${csv(second)}`],
  ])("(%s) are one table without a row for the header", async (_, content) => {
    const read = await reading("glued.csv", content);
    expect(read).toMatchObject({ rows: 36, labels });
    expect(read.said).toMatch(/header stands again on line 2\d/);
    const stream = await openRows(write("glued-stream.csv", content));
    expect(stream.count).toBe(36);
    expect(stream.warnings.join()).toMatch(/header stands again on line 2\d/);
  });

  it("with the columns in another order are refused with the line", async () => {
    const content = `text,label\n${csv(first)}label,text\n${csv(second, "label,text")}`;
    const path = write("swapped.csv", content);
    await expect(readTask({ path, seed: 1 })).rejects.toThrow(/line 22 is a second header/);
    await expect(openRows(path)).rejects.toThrow(/line 22 is a second header/);
  });

  it("are told from a row of one column that says what the header says", async () => {
    const { count } = await openRows(write("one.csv", "text\nmy text\ntext\nanother\n"));
    expect(count).toBe(3);
  });
});

describe("JSON under the name of JSON Lines", () => {
  it.each([
    ["a list on one line", JSON.stringify(rows)],
    ["a list over many lines", JSON.stringify(rows, null, 2)],
    ["a line an object, with the brackets and commas of a list", `[\n${rows.map((row) => JSON.stringify(row)).join(",\n")}\n]\n`],
    ["a comma behind each line", rows.map((row) => `${JSON.stringify(row)},\n`).join("")],
    [
      "spaCy's pairs",
      jsonLines(({ text, label }) => [text, { cats: Object.fromEntries(labels.map((one) => [one, +(one === label)])) }]),
    ],
  ])("(%s) is read", async (_, content) => {
    expect(await reading("rows.jsonl", content)).toMatchObject({ rows: 36, labels });
    expect((await openRows(write("stream.jsonl", content))).count).toBe(36);
  });

  it("on one line without a list is told as what it is", async () => {
    const content = rows.map((row) => JSON.stringify(row)).join("");
    await expect(reading("oneline.jsonl", content)).rejects.toThrow(/A second object begins there/);
  });

  it("that is cut short stays cut short", async () => {
    await expect(reading("cut.jsonl", JSON.stringify(rows, null, 2).slice(0, 900))).rejects.toThrow(/line 1/);
  });
});

it("spaCy's pairs in one document are read", async () => {
  const pairs = rows.map(({ text, label }) => [text, { cats: Object.fromEntries(labels.map((one) => [one, one === label])) }]);
  expect(await reading("pairs.json", JSON.stringify(pairs))).toMatchObject({ rows: 36, labels });
});

it("rows that Prodigy's annotators rejected are no examples, and that is said", async () => {
  let i = 0;
  const content = jsonLines((row) => ({ ...row, answer: i++ % 6 === 0 ? "reject" : "accept", _input_hash: i }));
  const read = await reading("prodigy.jsonl", content);
  expect(read).toMatchObject({ rows: 30 });
  expect(read.said).toMatch(/6 rows were left out.*"reject"/);
});

describe("labels and texts that nobody meant are told:", () => {
  it.each([
    [
      "errors of formulas",
      labelled((i, usual) => (i % 9 === 0 ? "#REF!" : i % 9 === 1 ? "#BEZUG!" : usual)),
      /"#REF!" \(4 rows\).*look like a missing value/,
    ],
    [
      "hyphens and underscores for spaces",
      labelled((i, usual) =>
        usual === "delivery" ? ["late-delivery", "late_delivery", "late delivery"][((i % 9) % 4) % 3]! : usual,
      ),
      /differ only in hyphens, underscores/,
    ],
    [
      "accents written in two ways",
      labelled((i, usual) => (usual === "billing" ? ["caf\u00e9", "cafe\u0301"][i % 2]! : usual)),
      /same signs in two ways/,
    ],
    ["dates", labelled((i) => `2024-01-0${1 + (i % 4)}`), /All labels are dates/],
    [
      "texts that are errors of formulas",
      `text,label\n${csv(rows.map((row, i) => (i % 9 === 0 ? { ...row, text: "#NAME?" } : row)))}`,
      /error of a spreadsheet's formula/,
    ],
  ])("%s", async (_, content, words) => {
    expect((await reading("odd.csv", content)).said).toMatch(words);
  });

  it("but not names that a sign tells apart", async () => {
    const read = await reading(
      "signs.csv",
      labelled((i) => ["C", "C++", "C#", "A-", "A", "A+"][i % 6]!),
    );
    expect(read.said).toBe("");
  });
});

it("fastText's format is named", async () => {
  const content = rows.map(({ text, label }) => `__label__${label} ${text}\n`).join("");
  for (const name of ["train.txt", "train.csv"]) await expect(reading(name, content)).rejects.toThrow(/fastText.*label,text/s);
});
