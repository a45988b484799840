import { gzipSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { windows1252 } from "../../src/data/formats/windows-1252.js";
import { readTable } from "../../src/data/read-table.js";
import { maxCellCharacters } from "../../src/data/table.js";
import { UserError } from "../../src/lib/errors.js";
import { jsonFaultOffset } from "../../src/lib/text/json-fault.js";
import { golden, temporaryFolder } from "./files.js";

const folder = temporaryFolder();
const rows = [
  { text: "hello, world", label: "a" },
  { text: 'she said "no"\nand left', label: "b" },
];

async function errorOf(path: string): Promise<string> {
  const error: unknown = await readTable(path).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof UserError)) throw new Error(`expected a UserError, got ${String(error)}`);
  return error.message;
}

describe("readTable reads", () => {
  const quoted = 'text,label\n"hello, world",a\n"she said ""no""\nand left",b\n';
  const json = JSON.stringify(rows);
  const jsonl = rows.map((row) => JSON.stringify(row)).join("\n");

  it.each([
    ["comma.csv", quoted],
    ["crlf.csv", quoted.replace("label\n", "label\r\n").replace(",a\n", ",a\r\n").replace(",b\n", ",b\r\n")],
    ["bom.csv", `\ufeff${quoted}`],
    ["semicolon.csv", 'text;label\nhello, world;a\n"she said ""no""\nand left";b\n'],
    ["tab.tsv", 'text\tlabel\nhello, world\ta\n"she said ""no""\nand left"\tb\n'],
    ["bar.csv", 'text|label\nhello, world|a\n"she said ""no""\nand left"|b\n'],
    ["list.json", json],
    ["data.json", `{"data": ${json}}`],
    ["rows.json", `{"version": 1, "rows": ${json}}`],
    ["lines.jsonl", `${jsonl}\n\n`],
    ["lines.ndjson", jsonl],
    ["lines-named.json", jsonl],
    ["no-extension", jsonl],
    ["no-extension-either", json],
    ["unknown.data", quoted],
    ["packed.csv.gz", gzipSync(quoted)],
    ["packed.jsonl.gz", gzipSync(jsonl)],
    ["packed-but-not-named.csv", gzipSync(quoted)],
    ["utf16le.csv", Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(quoted, "utf16le")])],
    ["utf16be.csv", Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(quoted, "utf16le").swap16()])],
  ])("%s", async (name, content) => {
    const table = await readTable(folder.write(name, content));
    expect(table.columns).toEqual(["text", "label"]);
    expect(table.rows).toEqual(rows);
    expect(table.warnings).toEqual([]);
  });

  it("Parquet, with the class names that Hugging Face's datasets puts beside the numbers", async () => {
    const features = { text: { dtype: "string", _type: "Value" }, label: { names: ["neg", "pos"], _type: "ClassLabel" } };
    const buffer = parquetWriteBuffer({
      columnData: [
        { name: "text", data: ["good", "bad", "withheld"], type: "STRING" },
        { name: "label", data: [1n, 0n, -1n], type: "INT64" },
        { name: "stars", data: [5, 1, 3], type: "INT32" },
      ],
      kvMetadata: [{ key: "huggingface", value: JSON.stringify({ info: { features } }) }],
    });
    const table = await readTable(folder.write("reviews.parquet", new Uint8Array(buffer)));
    expect(table.columns).toEqual(["text", "label", "stars"]);
    expect(table.rows).toEqual([
      { text: "good", label: "pos", stars: 5 },
      { text: "bad", label: "neg", stars: 1 },
      { text: "withheld", label: null, stars: 3 },
    ]);
    expect(table.lineOf(0)).toBeNull();
  });

  it("lists, numbers, booleans and nulls of JSON, and no nested objects", async () => {
    const path = folder.write(
      "cells.jsonl",
      '{"text": "x", "labels": ["a", "b"], "n": 1.5, "ok": true, "gone": null, "meta": {"deep": 1}, "ids": [1, 2]}',
    );
    expect((await readTable(path)).rows).toEqual([
      { text: "x", labels: ["a", "b"], n: 1.5, ok: true, gone: null, meta: null, ids: ["1", "2"] },
    ]);
  });

  it("OpenAI chat examples: the last user message and the assistant's answer", async () => {
    const lines = [
      {
        messages: [
          { role: "system", content: "Classify." },
          { role: "user", content: "My card is lost" },
          { role: "assistant", content: " lost_card\n" },
        ],
      },
      {
        messages: [
          { role: "user", content: "first" },
          { role: "assistant", content: "x" },
          { role: "user", content: [{ type: "text", text: "second" }] },
          { role: "assistant", content: "y" },
        ],
      },
      { messages: [{ role: "system", content: "nothing asked" }] },
    ];
    const table = await readTable(folder.write("chat.jsonl", lines.map((line) => JSON.stringify(line)).join("\n")));
    expect(table.rows).toEqual([
      { text: "My card is lost", label: "lost_card" },
      { text: "second", label: "y" },
    ]);
    expect(table.warnings).toEqual(['chat.jsonl: 1 row was left out: no message with role "user" (first: line 3).']);
  });

  it("Prodigy annotations: what was accepted", async () => {
    const teach = [
      { text: "a", label: "SPAM", answer: "accept", _input_hash: 1 },
      { text: "b", label: "SPAM", answer: "reject" },
      { text: "c", label: "HAM", answer: "ignore" },
    ];
    const table = await readTable(folder.write("teach.jsonl", teach.map((line) => JSON.stringify(line)).join("\n")));
    expect(table.rows).toEqual([{ text: "a", label: "SPAM", _input_hash: 1 }]);
    expect(table.warnings).toEqual([
      'teach.jsonl: 1 row was left out: the annotator chose "reject", which says what the label is not (first: line 2).',
      'teach.jsonl: 1 row was left out: the annotator chose "ignore" (first: line 3).',
    ]);
    const choice = [
      {
        text: "a",
        options: [
          { id: "X", text: "x" },
          { id: "Y", text: "y" },
        ],
        accept: ["X", "Y"],
        answer: "accept",
      },
    ];
    expect((await readTable(folder.write("choice.jsonl", JSON.stringify(choice[0])))).rows).toEqual([
      { text: "a", label: ["X", "Y"] },
    ]);
  });

  it("Windows-1252, and says where UTF-8 ends", async () => {
    const path = folder.write("latin1.csv", Buffer.from("text,label\nhello,a\ncaf\xe9 \x93good\x94 \x80 5,b\n", "latin1"));
    const table = await readTable(path);
    expect(table.rows[1]).toEqual({ text: "café “good” € 5", label: "b" });
    expect(table.warnings).toEqual([
      "latin1.csv is not UTF-8: byte 22 (0xe9, line 3). It was read as Windows-1252 (Latin-1); look whether accents came out right.",
    ]);
  });

  it("every character of Windows-1252 as Python does", () => {
    const bytes = Buffer.from(
      Array.from({ length: 224 }, (_, i) => i + 32).filter((byte) => ![0x7f, 0x81, 0x8d, 0x8f, 0x90, 0x9d].includes(byte)),
    );
    expect(windows1252(bytes)).toEqual({ text: golden.windows1252, undefinedAt: null });
    expect(windows1252(Buffer.from([65, 0x8d])).undefinedAt).toBe(1);
  });

  it("the line on which each row starts, across quoted line breaks, empty lines and CRLF", async () => {
    const path = folder.write("lines.csv", 'text,label\r\n"one\r\ntwo",a\r\n\r\nthree,b\r\n"four\nfive\r\nsix",c\r\nseven,d\r\n');
    const table = await readTable(path);
    expect([0, 1, 2, 3].map((row) => table.lineOf(row))).toEqual([2, 5, 6, 9]);
    expect((await readTable(folder.path("lines.jsonl"))).lineOf(1)).toBe(2);
  });

  it("quotes inside unquoted fields, and lone quotes in tab-separated text, as they stand", async () => {
    const csv = await readTable(folder.write("inner-quotes.csv", 'text,label\nhe said "no" twice,a\n'));
    expect(csv.rows).toEqual([{ text: 'he said "no" twice', label: "a" }]);
    const tsv = await readTable(folder.write("lone-quote.tsv", 'text\tlabel\n"tis a lone quote\ta\nplain\tb\n'));
    expect(tsv.rows).toEqual([
      { text: '"tis a lone quote', label: "a" },
      { text: "plain", label: "b" },
    ]);
    expect(tsv.warnings).toEqual(["lone-quote.tsv: quotes do not pair up, so they were read as ordinary characters."]);
  });

  it("an index column without a name, and lines of nothing but delimiters", async () => {
    const table = await readTable(folder.write("pandas.csv", ",text,label\n0,x,a\n,,\n1,y,b\n"));
    expect(table.columns).toEqual(["column 1", "text", "label"]);
    expect(table.rows.map((row) => row["text"])).toEqual(["x", "y"]);
  });

  it("a cell of many megabytes, cut to a million characters with a warning that names the line", async () => {
    const path = folder.write("huge.csv", `text,label\nfirst,a\n"${"x".repeat(4_000_000)}",b\nlast,a\n`);
    const table = await readTable(path);
    expect(table.rows.map((row) => String(row["text"]).length)).toEqual([5, maxCellCharacters, 4]);
    expect(table.warnings).toEqual([
      "huge.csv: a cell was cut to 1,000,000 characters: line 3 (4,000,000 characters). Is a closing quote missing there?",
    ]);
    const jsonl = await readTable(
      folder.write("huge.jsonl", JSON.stringify({ text: `${"x".repeat(maxCellCharacters - 1)}😀`, label: "a" })),
    );
    // The emoji takes two units: it is dropped whole rather than cut in half.
    expect(String(jsonl.rows[0]!["text"])).toBe("x".repeat(maxCellCharacters - 1));
  });
});

describe("readTable refuses", () => {
  const gzip = gzipSync("text,label\nhello,a\n".repeat(1000));
  it.each<[string, string | Uint8Array, string]>([
    [
      "ragged.csv",
      "text,label,id\nx,a,1\ny,b\n",
      "ragged.csv line 3 has 2 fields, the header has 3. Is a field missing, or a quote not closed in a line before?",
    ],
    [
      "long.csv",
      'text,label\n"a\nb",c\nhello, you,a\n',
      'long.csv line 4 has 3 fields, the header has 2. Put quotes (") around a text that contains a comma.',
    ],
    [
      "unclosed.csv",
      'text,label\n"a\nb",c\n"never closed,a\nx,b\n',
      'unclosed.csv: the row that begins on line 4 opens a quote (") and never closes it. Close it, or double it ("") if it belongs to the text.',
    ],
    [
      "twice.csv",
      "text,label,text\nx,a,y\n",
      'twice.csv line 1: the header names "text" twice (columns 1 and 3). Column names must differ.',
    ],
    ["empty.csv", "", "empty.csv is empty. Expected a table with a text and a label column."],
    ["blank.csv", "\n\n", 'blank.csv has no rows. Expected a header line such as "text,label" and rows below it.'],
    ["empty.jsonl", "\n", 'empty.jsonl has no rows. Expected objects such as {"text": "…", "label": "…"}.'],
    ["cut.csv.gz", gzip.subarray(0, gzip.length - 20), "cut.csv.gz is a gzip file that is cut short. Copy or download it again."],
    [
      "cut.jsonl",
      '{"text": "a", "label": "b"}\n{"text": "c", "la',
      "cut.jsonl line 2 ends in the middle of a JSON object. Each line must be a whole object; is the file cut short?",
    ],
    [
      "bad.jsonl",
      '{"text": "a"}\n{"text": nope}\n',
      'bad.jsonl line 2 is not JSON from character 10 on. Expected one object a line, such as {"text": "…", "label": "…"}.',
    ],
    [
      "numbers.jsonl",
      '{"text": "a"}\n17\n',
      'numbers.jsonl line 2 is a number, expected an object such as {"text": "…", "label": "…"}.',
    ],
    ["cut.json", '[\n{"text": "a"},\n{"text": "b', "cut.json ends in the middle of its JSON, on line 3. Is the file cut short?"],
    [
      "bad.json",
      '[\n{"text": "a"},\n{"text" "b"}]',
      "bad.json line 3 is not JSON at character 9. Check the commas, quotes and brackets there.",
    ],
    [
      "scalar.json",
      '"hello"',
      'scalar.json is a string, expected a list of objects, or an object with one under "data" or "rows".',
    ],
    [
      "object.json",
      '{"a": 1, "b": 2}',
      'object.json is an object with the keys "a", "b", expected a list of objects, or an object with one under "data" or "rows".',
    ],
    ["strings.json", '["a", "b"]', 'strings.json: item 1 of the list is a string, expected an object such as {"text": "…"}.'],
    [
      "book.xlsx",
      Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0),
      'book.xlsx is an Excel workbook. Open it and save the sheet as "CSV UTF-8".',
    ],
    [
      "rows.csv",
      Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0),
      "rows.csv is a ZIP archive, not a table. Unpack it and give the file inside.",
    ],
    [
      "picture.csv",
      Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10),
      "picture.csv is a PNG image, not a table. Expected CSV, TSV, JSON, JSONL or Parquet.",
    ],
    ["paper.csv", "%PDF-1.7\n", "paper.csv is a PDF, not a table. Export the rows as CSV."],
    [
      "binary.csv",
      Uint8Array.of(116, 101, 0, 120, 116, 9, 9),
      "binary.csv is not text: byte 2 is zero. Expected CSV, TSV, JSON, JSONL or Parquet.",
    ],
    [
      "utf16.csv",
      Buffer.from("text,label\nx,a\n", "utf16le"),
      "utf16.csv looks like UTF-16 without a byte order mark (byte 1 is zero). Save it as UTF-8.",
    ],
    [
      "mixed.csv",
      Buffer.concat([Buffer.from("text,label\ngrün blöd süß,a\n"), Buffer.from([0xe9, 44, 98, 10])]),
      "mixed.csv is UTF-8 in most places, but byte 31 (0xe9, line 3) is not: two encodings are mixed, or the file is damaged. Save it as UTF-8.",
    ],
    [
      "undefined.csv",
      Buffer.from("text,label\nx\x8d,a\n", "latin1"),
      "undefined.csv is neither UTF-8 (byte 12 (0x8d, line 2) is not) nor Windows-1252 (byte 12 is not). Save it as UTF-8.",
    ],
  ])("%s", async (name, content, message) => {
    expect(await errorOf(folder.write(name, content))).toBe(message);
  });

  it("a Parquet file that is cut short", async () => {
    expect(await errorOf(folder.write("cut.parquet", "PAR1 and no more"))).toMatch(
      /^cut\.parquet cannot be read as Parquet: .*Is it cut short\?$/,
    );
  });

  it("a file that is not there, and offers the nearest names", async () => {
    const other = temporaryFolder();
    other.write("tickets.csv", "x");
    other.write("notes.md", "x");
    expect(await errorOf(other.path("tikets.csv"))).toBe(
      `There is no file tikets.csv in ${other.path("").replace(/\/$/, "")}. Nearest names there: tickets.csv, notes.md.`,
    );
    expect(await errorOf(other.path("nowhere/x.csv"))).toBe(
      `There is no file ${other.path("nowhere/x.csv")}: the folder ${other.path("nowhere")} does not exist.`,
    );
    expect(await errorOf("hf:stanfordnlp/imdb")).toBe(
      "hf:stanfordnlp/imdb is not a file. Only local files and folders are read: download it and give its path.",
    );
    expect(await errorOf(other.path(""))).toContain("is a folder. Expected a file.");
  });
});

describe("jsonFaultOffset", () => {
  it.each([
    ['{"a": 1}', 8],
    ['{"a": 1', 7],
    ['{"a" 1}', 5],
    ["[1, 2,, 3]", 6],
    ["[1, 2] x", 7],
    ['["unclosed', 10],
    ['["bad \\q"]', 1],
    ["[tru", 4],
    ["[trux]", 1],
    ["[01]", 2],
    ["{a: 1}", 1],
    ['{"a": 1,}', 8],
    ["", 0],
    ["  ]", 2],
  ])("of %s is %i", (text, offset) => {
    expect(jsonFaultOffset(text)).toBe(offset);
  });

  it("takes long strings without a deep stack", () => {
    const text = `["${"é\\n".repeat(1_000_000)}", oops]`;
    expect(jsonFaultOffset(text)).toBe(text.length - 5);
  });
});
