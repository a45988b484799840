/**
 * @file Data files as nobody should write them, and as people do: CSV, TSV, JSON, JSON Lines, gzip, and what is none of these, with hostile
 * cells, broken quotes, cut ends, flipped bytes and deep nesting. File `n` is always the same file.
 */
import { gzipSync } from "node:zlib";
import { type Random, random } from "../../src/lib/random.js";
import { controls, fuzzedText, oddities, payloads, pick } from "./hostile-text.js";

/** One fuzzed file. */
export interface FuzzedFile {
  /** Its name, extension included; some names are hostile too. */
  readonly name: string;
  readonly bytes: Buffer;
}

type Row = Readonly<Record<string, unknown>>;

/** The file with this number. */
export function fuzzedFile(seed: number): FuzzedFile {
  const stream = random(seed, "fuzzed data file");
  const kind = pick(stream, kinds);
  const { extension, content } = kind(stream, rowsOf(stream));
  const text = Buffer.isBuffer(content) ? content : Buffer.from(content, "utf8");
  const bytes = damaged(stream, encoded(stream, text));
  const isPacked = stream.uniform() < 0.08;
  return {
    name: `${nameOf(stream)}.${extension}${isPacked ? ".gz" : ""}`,
    bytes: isPacked ? damaged(stream, gzipSync(bytes), 0.2) : bytes,
  };
}

const names = ["data", "my tickets", "--help", "a'b", "ünï", "\u001b[31mred", "x\u0007y", "$(fuzz)", "a;b", "\u202egnp"];

function nameOf(random: Random): string {
  return random.uniform() < 0.8 ? "data" : pick(random, names);
}

function rowsOf(random: Random): Row[] {
  const classes = Array.from({ length: 1 + random.integer(6) }, (_, index) =>
    random.uniform() < 0.7 ? `label_${index}` : pick(random, [...payloads, ...oddities, ...controls]),
  );
  const hostility = pick(random, [0, 0.05, 0.2, 0.5]);
  const [text, label] = pick(random, columnNames);
  const count = pick(random, [0, 1, 2, 9, 40, 40, 80, 80]);
  return Array.from(
    { length: count },
    (_, index): Row => ({
      ...(random.uniform() < 0.5 ? { id: pick(random, [index, `row-${index}`, index + 2 ** 53, 7, null]) } : {}),
      [text]: cell(random, hostility),
      [label]: labelCell(random, classes),
      ...(random.uniform() < 0.1 ? { [pick(random, payloads)]: cell(random, hostility) } : {}),
    }),
  );
}

const columnNames: readonly (readonly [string, string])[] = [
  ["text", "label"],
  ["text", "label"],
  ["sentence", "intent"],
  ["body", "labels"],
  ["__proto__x", "constructor"],
  ["\u001b[1mtext", "la,bel"],
  ["<b>text</b>", "=label"],
];

function cell(random: Random, hostility: number): unknown {
  const kind = random.uniform();
  if (kind < 0.93) return fuzzedText(random, hostility);
  return pick<unknown>(random, [null, 12.5, true, "", ["a", "b"], { a: { b: "c" } }, nested(random, 400), 1e21, "9".repeat(40)]);
}

function labelCell(random: Random, classes: readonly string[]): unknown {
  const label = pick(random, classes);
  const kind = random.uniform();
  if (kind < 0.9) return label;
  return pick<unknown>(random, [
    null,
    [label],
    [label, pick(random, classes)],
    `${label}|${pick(random, classes)}`,
    3,
    true,
    { name: label },
    "",
  ]);
}

function nested(random: Random, most: number): unknown {
  let value: unknown = "deep";
  for (let depth = random.integer(most); depth > 0; depth--) value = depth % 2 === 0 ? [value] : { n: value };
  return value;
}

type Kind = (random: Random, rows: readonly Row[]) => { readonly extension: string; readonly content: string | Buffer };

const delimited =
  (extension: string, usual: string): Kind =>
  (random, rows) => {
    const delimiter = random.uniform() < 0.8 ? usual : pick(random, [",", ";", "\t", "|"]);
    const ends = pick(random, ["\n", "\n", "\r\n", "\r"]);
    const quoted = (value: unknown): string => {
      const text = typeof value === "string" ? value : value === null || value === undefined ? "" : JSON.stringify(value);
      // Sometimes the quotes that are needed are left out, or escaped by a backslash.
      const manner = random.uniform();
      if (manner < 0.02) return text;
      if (manner < 0.04) return `"${text.replaceAll('"', '\\"')}"`;
      return /["\n\r]/.test(text) || text.includes(delimiter) || manner < 0.3 ? `"${text.replaceAll('"', '""')}"` : text;
    };
    const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
    const lines = rows.map((row) =>
      columns.map((column) => quoted(Object.hasOwn(row, column) ? row[column] : undefined)).join(delimiter),
    );
    const preamble = random.uniform() < 0.15 ? [pick(random, ["sep=;", "# exported", "", "Report of today", "sep=,"])] : [];
    const header = columns.map(quoted).join(delimiter);
    return { extension, content: [...preamble, ...(random.uniform() < 0.95 ? [header] : []), ...lines].join(ends) };
  };

const jsonLines: Kind = (random, rows) => ({
  extension: pick(random, ["jsonl", "jsonl", "ndjson", "json"]),
  content: rows
    .map((row) =>
      random.uniform() < 0.01 ? pick(random, ["{", "[]", "null", '"x"', "{}", "", "NaN", '{"text":1e999}']) : JSON.stringify(row),
    )
    .join(pick(random, ["\n", "\r\n"])),
});

const jsonArray: Kind = (random, rows) => {
  const whole = pick<unknown>(random, [
    rows,
    rows,
    { data: rows },
    { rows: rows.map((row) => ({ row })) },
    Object.fromEntries(rows.map((row, index) => [index, row])),
    { columns: ["text", "label"], data: rows.map((row) => Object.values(row)) },
  ]);
  if (random.uniform() < 0.1) return { extension: "json", content: deepJson(random.integer(50_000)) };
  return { extension: "json", content: JSON.stringify(whole, null, random.uniform() < 0.3 ? 2 : 0) };
};

/** A list in a list in a list; as text, since `JSON.stringify` has no stack for it either. */
const deepJson = (depth: number): string => `[{"text":${"[".repeat(depth)}${"]".repeat(depth)},"label":"a"}]`;

/** Bytes that are no table at all, under the name of one. */
const alien: Kind = (random) => ({
  extension: pick(random, ["csv", "json", "jsonl", "parquet", "tsv", "yaml"]),
  content: pick<string | Buffer>(random, [
    "",
    "\n\n\n",
    "version https://git-lfs.github.com/spec/v1\noid sha256:0123\nsize 12\n",
    "<!doctype html><html><body>Sign in</body></html>",
    "%PDF-1.7\n%âãÏÓ",
    Buffer.from("504b030414000600", "hex"),
    Buffer.from("PAR1garbagePAR1"),
    Buffer.from(Array.from({ length: 300 }, () => random.integer(256))),
    "a: &a [*a]\n",
    `${"[".repeat(20_000)}${"]".repeat(20_000)}`,
    `${"a: {".repeat(3000)}`,
    "text,label",
    '"text","label"\n"unclosed',
  ]),
});

const kinds: readonly Kind[] = [
  delimited("csv", ","),
  delimited("csv", ","),
  delimited("tsv", "\t"),
  jsonLines,
  jsonLines,
  jsonArray,
  alien,
];

function encoded(random: Random, bytes: Buffer): Buffer {
  const kind = random.uniform();
  if (kind < 0.85) return bytes;
  const text = bytes.toString("utf8");
  if (kind < 0.9) return Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]);
  if (kind < 0.93) return Buffer.from(text, "latin1");
  if (kind < 0.96) return Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, "utf16le")]);
  return Buffer.from(text, "utf16le");
}

/** Sometimes cut short, sometimes with bytes flipped, doubled or put in. */
function damaged(random: Random, bytes: Buffer, share = 0.3): Buffer {
  if (bytes.length === 0 || random.uniform() >= share) return bytes;
  const at = random.integer(bytes.length);
  switch (random.integer(4)) {
    case 0:
      return bytes.subarray(0, at);
    case 1: {
      const flipped = Buffer.from(bytes);
      flipped[at] = flipped[at]! ^ (1 << random.integer(8));
      return flipped;
    }
    case 2:
      return Buffer.concat([bytes.subarray(0, at), Buffer.from([random.integer(256)]), bytes.subarray(at)]);
    default:
      return Buffer.concat([bytes, bytes.subarray(at)]);
  }
}
