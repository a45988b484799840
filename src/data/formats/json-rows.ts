/** @file JSON and JSON Lines, of plain objects or of those that annotation tools and services write. */

import { UserError } from "../../lib/errors.js";
import { parseExactJson } from "../../lib/exact-json.js";
import { jsonFaultOffset } from "../../lib/text/json-fault.js";
import { nestedCollector } from "../nested.js";
import { type Cell, cellLimit, type Row, type Table } from "../table.js";
import { asPair, documentRows, isObject, type JsonObject, kindOf } from "./json-documents.js";
import { rowReader } from "./json-exports.js";

/** One object of the file and where it stands. */
interface Item {
  readonly value: JsonObject;
  /** `null` in a JSON list. */
  readonly line: number | null;
}

/** Reads one object a line. Half a line is a UserError with its number. */
export function jsonLinesTable(file: string, bytes: Buffer): Table {
  try {
    return linesTable(file, bytes);
  } catch (error) {
    // A document under the name of JSON Lines: a list of objects, or one that is spread over lines.
    const start = bytes.toString("utf8", 0, 1000).trimStart();
    if (!(error instanceof UserError) || !/^(?:\[\s*[[{]|\{\s*\n)/.test(start) || !isWhole(bytes.toString("utf8"))) throw error;
    return jsonTable(file, bytes);
  }
}

function linesTable(file: string, bytes: Buffer): Table {
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
    // Some write the lines of a list, each with its comma.
    value = parseExactJson(text.replace(/(?<=[}\]])\s*,$/, ""));
  } catch {
    const offset = jsonFaultOffset(text);
    throw new UserError(
      offset >= text.length
        ? `${file} line ${line} ends in the middle of a JSON object. Each line must be a whole object; is the file cut short?`
        : `${file} line ${line} is not JSON from character ${offset + 1} on. ${remedyAt(text, offset, 'Expected one object a line, such as {"text": "…", "label": "…"}.')}`,
    );
  }
  const row = asPair(value) ?? value;
  if (!isObject(row)) {
    throw new UserError(`${file} line ${line} is ${kindOf(value)}, expected an object such as {"text": "…", "label": "…"}.`);
  }
  return row;
}

/** What to do about text that is no JSON, by what stands there. */
function remedyAt(text: string, offset: number, otherwise: string): string {
  const start = text.slice(offset, offset + 12);
  if (start.startsWith("{") && isWhole(text.slice(0, offset)))
    return "A second object begins there: each belongs on a line of its own.";
  if (/^(NaN|-?Infinity)\b/.test(start))
    return `${/^\S*?(?=[,}\]\s]|$)/.exec(start)![0]} is Python's word, which JSON does not have: write null.`;
  if (/^(None|True|False)\b/.test(start) || start.startsWith("'"))
    return "That is how Python prints a dictionary: write it with json.dumps.";
  if (/^[\]}]/.test(start) && /,\s*$/.test(text.slice(Math.max(0, offset - 100), offset)))
    return "A comma stands before the closing bracket: delete it.";
  if (/^(\/\/|\/\*|#)/.test(start)) return "JSON has no comments: delete it.";
  return otherwise;
}

/** Reads a document: a list of objects, an object with such a list in it, or a table as pandas and the Hub's viewer write it. */
export function jsonTable(file: string, bytes: Buffer): Table {
  if (bytes.length > 2 ** 29 - 24)
    throw new UserError(`${file} is too large for one JSON document. Save it as JSON Lines (one object a line).`);
  const text = bytes.toString("utf8");
  let document: unknown;
  try {
    document = parseExactJson(text);
  } catch {
    const offset = jsonFaultOffset(text);
    const before = text.slice(0, offset);
    const line = before.split("\n").length;
    // JSON Lines under the name .json: the first line is a whole object, and the fault is where the second begins.
    if (/^\s*\{/.test(text) && isWhole(text.slice(0, text.indexOf("\n")))) return jsonLinesTable(file, bytes);
    throw new UserError(
      text.slice(offset).trim() === ""
        ? `${file} ends in the middle of its JSON, on line ${line}. Is the file cut short?`
        : `${file} line ${line} is not JSON at character ${offset - before.lastIndexOf("\n")}. ${remedyAt(text, offset, "Check the commas, quotes and brackets there.")}`,
    );
  }
  const { items, notes, classNames } = documentRows(file, document);
  // A file of one line is one row.
  const line = isObject(document) && items[0] === document ? 1 : null;
  const objects = items.map((value: unknown, i): Item => {
    if (!isObject(value))
      throw new UserError(`${file}: item ${i + 1} of the list is ${kindOf(value)}, expected an object such as {"text": "…"}.`);
    return { value, line };
  });
  const table = tableOf(file, objects);
  const named = classNames === undefined ? table : withClassNames(table, classNames);
  return { ...named, warnings: [...notes, ...named.warnings] };
}

function isWhole(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Numbers of classes as their names. −1 is what Hub datasets write where the label is withheld. */
function withClassNames(table: Table, classNames: ReadonlyMap<string, readonly string[]>): Table {
  if (classNames.size === 0) return table;
  const named = (cell: Cell, names: readonly string[]): Cell => {
    if (Array.isArray(cell)) return cell.map((index: string) => names[Number(index)] ?? index);
    return typeof cell !== "number" ? cell : cell === -1 ? null : (names[cell] ?? cell);
  };
  const rows = table.rows.map((row): Row => {
    const changed = [...classNames].flatMap(([column, names]) =>
      row[column] === undefined ? [] : [[column, named(row[column], names)] as const],
    );
    return { ...row, ...Object.fromEntries(changed) };
  });
  return { ...table, rows, classNames };
}

function tableOf(file: string, items: readonly Item[]): Table {
  if (items.length === 0) throw new UserError(`${file} has no rows. Expected objects such as {"text": "…", "label": "…"}.`);
  const limit = cellLimit();
  const nested = nestedCollector();
  const skipped = new Map<string, { count: number; first: string }>();
  const rows: Row[] = [];
  const lines: (number | null)[] = [];
  const columns = new Set<string>();
  const reader = rowReader(items.map(({ value }) => value));
  for (const [i, { value, line }] of items.entries()) {
    const reading = reader.read(value);
    if ("skip" in reading) {
      const seen = skipped.get(reading.skip);
      if (seen) seen.count++;
      else skipped.set(reading.skip, { count: 1, first: line === null ? `item ${i + 1}` : `line ${line}` });
      continue;
    }
    const row = nested.row(reading.values, rows.length, (text) => limit.cut(text, line, i));
    for (const column of Object.keys(row)) columns.add(column);
    rows.push(row);
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
    nested: nested.cells,
    lineOf: (row) => lines[row] ?? null,
    warnings: [...limit.warnings(file), ...skips, ...reader.notes(file)],
  };
}
