import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { readTable } from "../../../src/data/read-table.js";
import { openRows } from "../../../src/data/row-stream.js";
import { UserError } from "../../../src/lib/errors.js";
import { temporaryFolder } from "../files.js";

const folder = temporaryFolder();
const rows = [
  { text: "My parcel is late, again", label: "delivery" },
  { text: "I was charged twice", label: "billing" },
  { text: "She said nothing", label: "billing" },
];

/** The rows as a delimited text below other lines. */
function below(above: string, delimiter = ",", end = "\n"): string {
  const cell = (text: string): string => (text.includes(delimiter) ? `"${text}"` : text);
  const lines = rows.map(({ text, label }) => `${cell(text)}${delimiter}${label}`);
  return `${above}${[`text${delimiter}label`, ...lines].join(end)}${end}`;
}

/** What `check` and `run` read of a file, and what `label` reads. */
async function both(name: string, content: string | Uint8Array) {
  const path = folder.write(name, content);
  const table = await readTable(path);
  const source = await openRows(path);
  const streamed = [];
  for await (const row of source.rows()) streamed.push(row);
  return { table, source, streamed };
}

describe("what stands above the header", () => {
  it.each<[string, string, number, string?]>([
    ["sep=;", below("sep=;\r\n", ";", "\r\n"), 1],
    ["sep=, with a byte order mark", below("\uFEFFsep=,\n"), 1],
    ["SEP in quotes and padded", below('"sep=;";\n', ";"), 1],
    ["sep=\\t", below("sep=\\t\n", "\t"), 1],
    ["sep=^, which nothing else would tell", below("sep=^\n", "^"), 1],
    ["sep=| and an empty line", below("sep=|\n\n", "|"), 2],
    ["empty lines and spaces", below("\n  \n\n"), 3],
    ["a comment", below("# exported by a tool\n"), 1, "exported by a tool"],
    ["comments with delimiters, and an empty line", below("# exported, by, a tool\n#\n# on, Monday\n\n"), 4, "exported"],
    ["a comment with as many fields as the rows", below("# exported, by a tool\n"), 1, "exported"],
    ["a comment of slashes", below("// exported by a tool\n"), 1, "exported"],
    ["a title", below("Report generated 2026-11-28 10:00\n"), 1, "Report generated"],
    ["a title and an empty line, with semicolons", below("Report of all tickets\r\n\r\n", ";", "\r\n"), 2, "Report of"],
    ["a title that is padded", below("Support tickets,\n,\n"), 2, "Support tickets"],
    ["facts of the export in as many fields as the rows", below("Exported by,John\nDate,2026-11-28\n\n"), 3, "Exported by"],
    ["sep and a title", below("sep=;\nAll tickets of the year\n", ";"), 2, "All tickets"],
    ["a title with a comma in quotes", below('"Tickets, all of them"\n'), 1, "Tickets, all"],
  ])("is read or told: %s", async (name, content, lines, note) => {
    for (const [file, packed] of [
      ["a.csv", content],
      ["a.csv.gz", gzipSync(content)],
    ] as const) {
      const { table, source, streamed } = await both(file, packed);
      expect([name, table.rows]).toEqual([name, rows]);
      expect(streamed.map(({ values }) => values)).toEqual(rows);
      expect(rows.map((_, i) => table.lineOf(i))).toEqual(rows.map((_unused, i) => lines + 2 + i));
      expect(streamed.map(({ place }) => place)).toEqual(rows.map((_unused, i) => `${file} line ${lines + 2 + i}`));
      expect(table.warnings.length).toBe(note === undefined ? 0 : 1);
      expect(table.warnings.join()).toContain(note ?? "");
      expect(source.warnings).toEqual(table.warnings);
    }
  });

  it("may be the header itself, as a comment", async () => {
    const { table } = await both("a.csv", below("#"));
    expect(table.columns).toEqual(["text", "label"]);
    expect(table.rows).toEqual(rows);
    const foreign = await both("b.csv", "# made by us\n# Anliegen;Art\nein Paket fehlt;a\nzwei Pakete fehlen;b\n");
    expect([foreign.table.columns, foreign.table.rows.length]).toEqual([["Anliegen", "Art"], 2]);
  });

  it("of one column is no row", async () => {
    const texts = await both("a.csv", "Report generated on Monday\ntext\nMy parcel is late\nI was charged twice\n");
    expect(texts.streamed.map(({ values }) => values)).toEqual([{ text: "My parcel is late" }, { text: "I was charged twice" }]);
  });

  it.each([
    ["labels that are names of columns", "Anliegen,Art\nhello there,question\nbye now,comment\n", ["Anliegen", "Art"], 2],
    ["an index without a name", ",text,label\n0,hello,a\n1,bye,b\n", ["column 1", "text", "label"], 2],
    ["empty names", "text,label,\nhello,a,\nbye,b,\n", ["text", "label", "column 3"], 2],
    ["a hash in a text", "text,label\n# not a comment,a\n#2 is late,b\n", ["text", "label"], 2],
    ["a header with one more delimiter", "text,label,\nhello,a\nbye,b\n", ["text", "label"], 2],
    ["a comma in every text", "text\tlabel\nhello, you\ta\nbye, you\tb\n", ["text", "label"], 2],
    ["sep= in a row", "text,label\nsep=;,a\nx,b\n", ["text", "label"], 2],
    ["one column of texts", "Anliegen\nein Text und noch einer\nquestion\ntext\n", ["Anliegen"], 3],
    [
      "a header of sentences",
      "What did they write?,What is it about?\nhello,a\nbye,b\n",
      ["What did they write?", "What is it about?"],
      2,
    ],
  ])("is not looked for where there is none: %s", async (_, content, columns, count) => {
    const { table, streamed } = await both("a.csv", content);
    expect([table.columns, table.rows.length, streamed.length]).toEqual([columns, count, count]);
    expect(table.warnings).toEqual([]);
  });
});

describe("quotes after backslashes", () => {
  const texts = ['They said "no", and left', 'They said "no" and left', "nothing"];
  it.each([
    ["a.csv", ",", '"They said \\"no\\", and left"'],
    ["a.csv", ";", '"They said \\"no\\"; and left"'],
    ["a.csv", ",", '"They said \\"no\\" and left"'],
  ])("are read, and said: %#", async (name, delimiter, cell) => {
    const text = cell.slice(1, -1).replaceAll("\\", "");
    const { table, source, streamed } = await both(name, `text${delimiter}label\n${cell}${delimiter}a\nplain${delimiter}b\n`);
    expect(table.rows).toEqual([
      { text, label: "a" },
      { text: "plain", label: "b" },
    ]);
    expect(streamed.map(({ values }) => values)).toEqual(table.rows);
    expect(table.warnings).toHaveLength(1);
    expect(source.warnings).toEqual(table.warnings);
  });

  it("are not seen in paths, or where quotes are doubled", async () => {
    const lines = texts.map((text, i) => `"${text.replaceAll('"', '""')} C:\\",l${i}`);
    const { table } = await both("paths.csv", `text,label\n${lines.join("\n")}\n`);
    expect(table.rows.map((row) => row["text"])).toEqual(texts.map((text) => `${text} C:\\`));
    expect(table.warnings).toEqual([]);
  });

  it("beyond the start of the file are told", async () => {
    const filler = `${"x".repeat(1000)},a\n`.repeat(1100);
    const { table, source } = await both("late.csv", `text,label\n${filler}"They said \\"no\\" and left",b\n`);
    expect(table.warnings.join()).toContain("line 1102");
    expect(source.warnings).toEqual(table.warnings);
    const path = folder.write("later.csv", `text,label\n${filler}"They said \\"no\\", and left",b\n`);
    await expect(readTable(path)).rejects.toThrow(/later\.csv line 1102 .*backslash/);
    await expect(openRows(path)).rejects.toThrow(/later\.csv line 1102 .*backslash/);
  });
});

describe("delimiters at the end of every row", () => {
  it.each([
    ["one", ",", 1],
    ["three", ",,,", 1],
    ["with spaces", ", ", 1],
  ])("are left out, and said: %s", async (_, end) => {
    const { table, source, streamed } = await both(
      "a.csv",
      below("")
        .replaceAll(/\n(?=.)/g, `${end}\n`)
        .replace(`${end}\n`, "\n")
        .replace(/\n$/, `${end}\n`),
    );
    expect(table.rows).toEqual(rows);
    expect(streamed.map(({ values }) => values)).toEqual(rows);
    expect(table.warnings).toHaveLength(1);
    expect(source.warnings).toEqual(table.warnings);
  });

  it("of one row may be an unquoted comma of a text: that is told", async () => {
    const path = folder.write("a.csv", "text,label\nhello,a\nhello, you,\nbye,b\n");
    await expect(readTable(path)).rejects.toThrow(/line 3 has 3 fields, the header has 2/);
  });
});

describe("a row that is none is told by what it is", () => {
  it.each([
    ["text,label\nhello,a\n# 1 row\n", /line 3 has 1 field, .*comment/],
    ["text,label\n1,hello,a\n2,bye,b\n", /line 2 has 3 fields, .*first column/],
    ["Tickets\nhello,a\nbye,b\n", /line 2 has 2 fields, .*title/],
    ["text,label\n'hello, you','a'\n", /line 2 has 3 fields, .*single quotes/],
    ["text,label\nhello,a\nTotal: 1\n", /line 3 has 1 field, .*remark/],
    ["text,label\nhello,a\nhello, you,b\n", /line 3 has 3 fields, .*quotes/],
    ["text,label\nhello,a,\nbye,b\n", /line 2 has 3 fields, .*ends with a comma/],
  ])("%#", async (content, message) => {
    const path = folder.write("ragged.csv", content);
    await expect(readTable(path)).rejects.toThrow(UserError);
    await expect(readTable(path)).rejects.toThrow(message);
    await expect(openRows(path)).rejects.toThrow(message);
  });
});

describe("files that are something else are named", () => {
  const zip = (part: string): Buffer => Buffer.from(`PK\x03\x04\x14\0\0\0${"\0".repeat(18)}${part}sheet1.xml`, "latin1");
  it.each<[string, string | Uint8Array, string]>([
    ["a.csv", "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n", "git lfs pull"],
    ["a.jsonl", "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n", "git lfs pull"],
    ["a.parquet", "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n", "git lfs pull"],
    ["a.csv", "\uFEFF<!DOCTYPE html>\n<html><head><title>Sign in</title></head></html>", "web page"],
    ["a.json", "\n  <html lang='en'>", "web page"],
    ["a.csv", '<?xml version="1.0"?><Workbook/>', "XML"],
    ["a.csv", zip("xl/worksheets/"), "Excel workbook"],
    ["a.csv", zip("word/"), "Word document"],
    ["a.csv", zip("data/"), "ZIP archive"],
    ["._a.csv", Buffer.from([0, 5, 0x16, 7, 0, 2, 0, 0, 77, 97, 99]), "macOS"],
    ["a.csv", "| text | label |\n|---|:--|\n| hello | a |\n", "Markdown"],
    ["a.csv", '{"error": "unauthorized"}\n', "JSON"],
    ["a.csv", '[\n{"text": "hello"}\n]\n', "JSON"],
    ["a.csv", Buffer.from([0xff, 0xfe, 0, 0, 116, 0, 0, 0]), "UTF-32"],
    ["a.json", '[{"text": "a"},]', "comma"],
    ["a.csv", "{\\rtf1\\ansi text,label}", "rich text"],
    ["a.csv", Buffer.from("text,label\nhel\0lo,a\nbye,b\n".padEnd(300, "x")), "line 2, character 4"],
    ["a.csv", Buffer.from(`text,label\n${"a long text,b\n".repeat(30)}caf\u00e9 \0 and \0,a\n`), "line 32, character 6"],
    ["a.jsonl", '{"text": "a", "label": NaN}\n', "null"],
    ["a.jsonl", "{'text': 'a', 'label': 'b'}\n", "json.dumps"],
    ["a.csv", "text,label\n", "no rows"],
  ])("%s %#", async (name, content, message) => {
    const path = folder.write(`foreign/${name}`, content);
    // A header alone is told where the rows are made examples.
    if (message !== "no rows") await expect(readTable(path)).rejects.toThrow(message);
    await expect(openRows(path)).rejects.toThrow(message);
    await expect(openRows(path)).rejects.toThrow(UserError);
  });

  it("and left alone in a folder, where macOS put them beside the data", async () => {
    const { filesOfFolder } = await import("../../../src/data/split-files.js");
    folder.write("mac/._train.csv", Buffer.from([0, 5, 0x16, 7]));
    folder.write("mac/train.csv", "text,label\n");
    expect((await filesOfFolder(folder.path("mac"))).train).toEqual([folder.path("mac/train.csv")]);
  });
});
