/** @file JSON and JSON Lines: plain rows, OpenAI chat examples and Prodigy annotations. */

import { UserError } from "../lib/errors.js";
import { jsonFaultOffset } from "./json-fault.js";
import { type Cell, cellLimit, type Row, type Table } from "./table.js";

/** What stands on a line of JSON Lines. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** One object of the file and where it stands. */
interface Item {
  readonly value: JsonObject;
  /** `null` in a JSON list. */
  readonly line: number | null;
}

/** Reads one object a line. Half a line is a UserError with its number. */
export function jsonLinesTable(file: string, bytes: Buffer): Table {
  const items: Item[] = [];
  let line = 0;
  for (let start = 0; start < bytes.length; ) {
    line++;
    const end = bytes.indexOf(10, start);
    const text = bytes.toString("utf8", start, end < 0 ? bytes.length : end).trim();
    start = end < 0 ? bytes.length : end + 1;
    if (text === "") continue;
    items.push({ value: parseJsonLine(file, text, line), line });
  }
  return tableOf(file, items);
}

/** The object on a line of JSON Lines; `UserError` where it is none. */
export function parseJsonLine(file: string, text: string, line: number): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const offset = jsonFaultOffset(text);
    throw new UserError(
      offset >= text.length
        ? `${file} line ${line} ends in the middle of a JSON object. Each line must be a whole object; is the file cut short?`
        : `${file} line ${line} is not JSON from character ${offset + 1} on. Expected one object a line, such as {"text": "…", "label": "…"}.`,
    );
  }
  if (!isObject(value)) {
    throw new UserError(`${file} line ${line} is ${kindOf(value)}, expected an object such as {"text": "…", "label": "…"}.`);
  }
  return value;
}

/** Reads a list of objects, or an object with such a list under `data` or `rows`. */
export function jsonTable(file: string, bytes: Buffer): Table {
  if (bytes.length > 2 ** 29 - 24)
    throw new UserError(`${file} is too large for one JSON document. Save it as JSON Lines (one object a line).`);
  const text = bytes.toString("utf8");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const offset = jsonFaultOffset(text);
    const before = text.slice(0, offset);
    const line = before.split("\n").length;
    // JSON Lines under the name .json: the first line is a whole object, and the fault is where the second begins.
    if (/^\s*\{/.test(text) && isWhole(text.slice(0, text.indexOf("\n")))) return jsonLinesTable(file, bytes);
    throw new UserError(
      text.slice(offset).trim() === ""
        ? `${file} ends in the middle of its JSON, on line ${line}. Is the file cut short?`
        : `${file} line ${line} is not JSON at character ${offset - before.lastIndexOf("\n")}. Check the commas, quotes and brackets there.`,
    );
  }
  const list = isObject(value) ? (value["data"] ?? value["rows"]) : value;
  if (!Array.isArray(list)) {
    // A file of one line is one row.
    if (isObject(value) && ("text" in value || "messages" in value)) return tableOf(file, [{ value, line: 1 }]);
    throw new UserError(
      `${file} is ${isObject(value) ? `an object with the keys ${keysOf(value)}` : kindOf(value)}, expected a list of objects, or an object with one under "data" or "rows".`,
    );
  }
  const items = list.map((item: unknown, i): Item => {
    if (!isObject(item))
      throw new UserError(`${file}: item ${i + 1} of the list is ${kindOf(item)}, expected an object such as {"text": "…"}.`);
    return { value: item, line: null };
  });
  return tableOf(file, items);
}

function isWhole(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function keysOf(value: JsonObject): string {
  const keys = Object.keys(value).map((key) => JSON.stringify(key.slice(0, 40)));
  return keys.length === 0 ? "(none)" : `${keys.slice(0, 6).join(", ")}${keys.length > 6 ? ", …" : ""}`;
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A row made of an object, or why it is left out. */
type Reading = { readonly row: Row } | { readonly skip: string };

function tableOf(file: string, items: readonly Item[]): Table {
  const first = items[0]?.value;
  if (first === undefined) throw new UserError(`${file} has no rows. Expected objects such as {"text": "…", "label": "…"}.`);
  const limit = cellLimit();
  const skipped = new Map<string, { count: number; first: string }>();
  const rows: Row[] = [];
  const lines: (number | null)[] = [];
  const columns = new Set<string>();
  const reader = Array.isArray(first["messages"]) ? readChat : isProdigy(first) ? readProdigy : readPlain;
  for (const [i, { value, line }] of items.entries()) {
    const reading = reader(value, (text) => limit.cut(text, line, i));
    if ("skip" in reading) {
      const seen = skipped.get(reading.skip);
      if (seen) seen.count++;
      else skipped.set(reading.skip, { count: 1, first: line === null ? `item ${i + 1}` : `line ${line}` });
      continue;
    }
    for (const column of Object.keys(reading.row)) columns.add(column);
    rows.push(reading.row);
    lines.push(line);
  }
  const skips = [...skipped].map(
    ([why, { count, first: place }]) =>
      `${file}: ${count} ${count === 1 ? "row was" : "rows were"} left out: ${why} (first: ${place}).`,
  );
  if (rows.length === 0) throw new UserError(`${file} has no usable rows. ${skips.join(" ")}`);
  return {
    file,
    columns: [...columns],
    rows,
    lineOf: (row) => lines[row] ?? null,
    warnings: [...limit.warnings(file), ...skips],
  };
}

type Cut = (text: string) => string;

function cellOf(value: unknown, cut: Cut): Cell {
  if (typeof value === "string") return cut(value);
  if (typeof value === "number" || typeof value === "boolean") return value;
  if (
    Array.isArray(value) &&
    value.every((item) => typeof item === "string" || typeof item === "number" || typeof item === "boolean")
  ) {
    return value.map((item) => cut(String(item)));
  }
  return null;
}

function readPlain(value: JsonObject, cut: Cut): Reading {
  return { row: Object.fromEntries(Object.entries(value).map(([key, cell]) => [key, cellOf(cell, cut)])) };
}

/** OpenAI's fine-tuning format: the last thing the user says is the text, the last thing the assistant says is the label. */
function readChat({ messages, ...rest }: JsonObject, cut: Cut): Reading {
  const said = (role: string): string | null => {
    const last = (Array.isArray(messages) ? messages : []).findLast(
      (message: unknown) => isObject(message) && message["role"] === role,
    );
    return isObject(last) ? contentOf(last["content"]) : null;
  };
  const text = said("user");
  if (text === null) return { skip: 'no message with role "user"' };
  const others = readPlain(rest, cut);
  return { row: { ...("row" in others ? others.row : {}), text: cut(text), label: cut(said("assistant")?.trim() ?? "") } };
}

/** A message's content: a string, or a list of parts of which the text counts. */
function contentOf(content: unknown): string | null {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return null;
  const parts = content.flatMap((part: unknown) => (isObject(part) && typeof part["text"] === "string" ? [part["text"]] : []));
  return parts.length > 0 ? parts.join("\n") : null;
}

/** Prodigy writes `answer` with every annotation, and `_input_hash` beside it. */
function isProdigy(value: JsonObject): boolean {
  const answer = value["answer"];
  return (
    typeof value["text"] === "string" &&
    (answer === "accept" || answer === "reject" || answer === "ignore") &&
    ("label" in value || Array.isArray(value["accept"]))
  );
}

/** Prodigy: one label that was accepted (`textcat.teach`), or the options that were ticked (`textcat.manual`, choice). */
function readProdigy(value: JsonObject, cut: Cut): Reading {
  const { answer, accept, options: _options, ...rest } = value;
  if (answer === "ignore") return { skip: 'the annotator chose "ignore"' };
  if (answer === "reject") return { skip: 'the annotator chose "reject", which says what the label is not' };
  const plain = readPlain(rest, cut);
  const row = "row" in plain ? plain.row : {};
  return { row: Array.isArray(accept) ? { ...row, label: cellOf(accept, cut) } : row };
}
