import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readTable } from "../../src/data/read-table.js";
import { openRows } from "../../src/data/row-stream.js";
import { random } from "../../src/lib/random.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "crossover-rows-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function write(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

async function all(path: string) {
  const source = await openRows(path);
  const rows: Readonly<Record<string, unknown>>[] = [];
  const places: string[] = [];
  for await (const { values, place } of source.rows()) {
    rows.push(values);
    places.push(place);
  }
  return { source, rows, places };
}

it("a row without an end is an error, and does not fill memory", async () => {
  const path = await write("endless.csv.gz", gzipSync(`text,label\n"${"a".repeat(70 * 2 ** 20)}`));
  await expect(openRows(path)).rejects.toThrow(/endless\.csv\.gz: a row near line 2 is longer than 64 MiB/);
});

describe("rows as a stream", () => {
  it("are those that the whole reader finds, with their lines", async () => {
    const { integer } = random(5, "rows");
    const pieces = [
      "plain",
      'with "quotes"',
      "a, comma",
      "two\nlines",
      "two\r\nlines",
      "",
      "naïve 漢字 😀",
      "tab\there",
      "'",
      '"',
    ];
    for (const [name, delimiter, end] of [
      ["a.csv", ",", "\n"],
      ["b.csv", ";", "\r\n"],
      ["c.tsv", "\t", "\n"],
      ["d.csv.gz", ",", "\n"],
    ] as const) {
      const cell = (): string =>
        `"${Array.from({ length: integer(4) }, () => pieces[integer(10)]!)
          .join(" ")
          .replaceAll('"', '""')}"`;
      const lines = Array.from({ length: 3000 }, (_, i) => [`${i}`, cell(), cell()].join(delimiter));
      const text = `\uFEFF${[["id", "text", "note"].join(delimiter), ...lines].join(end)}${end}`;
      const path = await write(name, name.endsWith(".gz") ? gzipSync(text) : text);
      const table = await readTable(path);
      const { source, rows, places } = await all(path);
      expect(source.columns).toEqual(table.columns);
      expect(source.count).toBe(3000);
      expect(rows).toEqual(table.rows);
      expect(places).toEqual(table.rows.map((_, i) => `${source.file} line ${table.lineOf(i)}`));
      // And again, from the start.
      expect((await source.rows().next()).value?.values["id"]).toBe("0");
    }
  });

  it("of JSON Lines keep every value, and a line separator within a string", async () => {
    const path = await write("a.jsonl", '{"text": "a\u2028b", "meta": {"n": [1]}}\n\n{"text": "c", "more": null}');
    const { source, rows, places } = await all(path);
    expect(rows).toEqual([
      { text: "a\u2028b", meta: { n: [1] } },
      { text: "c", more: null },
    ]);
    expect(source.columns).toEqual(["text", "meta", "more"]);
    expect(places).toEqual(["a.jsonl line 1", "a.jsonl line 3"]);
  });

  it("of other formats and encodings are read whole", async () => {
    expect((await all(await write("a.json", '[{"text": "a"}, {"text": "b"}]'))).rows).toEqual([{ text: "a" }, { text: "b" }]);
    const latin = await all(await write("b.csv", Buffer.from("text\ncafé\n", "latin1")));
    expect(latin.rows).toEqual([{ text: "café" }]);
    expect(latin.source.warnings[0]).toContain("Windows-1252");
  });

  it("with quotes that mean themselves are read where tabs divide them", async () => {
    const { rows, source } = await all(await write("a.tsv", 'id\ttext\n1\t"open\n2\tplain\n'));
    expect(rows).toEqual([
      { id: "1", text: '"open' },
      { id: "2", text: "plain" },
    ]);
    expect(source.warnings).toEqual(["a.tsv: quotes do not pair up, so they were read as ordinary characters."]);
  });

  it.each([
    ["a.csv", "text,n\na,1\nb\n", "a.csv line 3 has 1 field, the header has 2"],
    ["a.csv", 'text,n\n"a,1\nb,2\n', 'a.csv: the row that begins on line 2 opens a quote (") and never closes it'],
    ["a.jsonl", '{"text": "a"}\n{"text": ', "a.jsonl line 2 ends in the middle of a JSON object"],
    ["a.csv", "text\n", "a.csv has no rows"],
    ["a.csv", "", "a.csv is empty"],
    ["a.csv", Buffer.from([0x50, 0x4b, 3, 4, 0]), "a.csv is a ZIP archive"],
    ["a.csv.gz", gzipSync("text\nabc\ndef\n").subarray(0, 25), "a.csv.gz is a gzip file that is cut short"],
  ])("that are wrong are told before anything is done: %s %#", async (name, content, message) => {
    await expect(openRows(await write(name, content))).rejects.toThrow(message);
  });

  it("that are not there are told", async () => {
    await expect(openRows(join(folder, "none.csv"))).rejects.toThrow("There is no file");
  });
});
