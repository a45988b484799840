/** @file Parquet, with Hugging Face's class names where the file has them. */

import { type FileMetaData, parquetMetadata, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { messageOf, UserError } from "../../lib/errors.js";
import { ExactNumber } from "../../lib/exact-json.js";
import { nestedCollector } from "../nested.js";
import { type Cell, cellLimit, type Row, type Table } from "../table.js";

/** Reads every row. Columns of numbers that `datasets` wrote as `ClassLabel` come out as the names of the classes. */
export async function parquetTable(file: string, bytes: Buffer): Promise<Table> {
  const buffer = new ArrayBuffer(bytes.length);
  new Uint8Array(buffer).set(bytes);
  let metadata: FileMetaData;
  let objects: Record<string, unknown>[];
  try {
    metadata = parquetMetadata(buffer);
    objects = await parquetReadObjects({ file: buffer, metadata, compressors });
  } catch (error) {
    throw new UserError(`${file} cannot be read as Parquet: ${messageOf(error)}. Is it cut short?`);
  }
  if (objects.length === 0) throw new UserError(`${file} has no rows.`);
  const classNames = huggingFaceClasses(metadata);
  const limit = cellLimit();
  const nested = nestedCollector();
  const rows = objects.map((object, i): Row => {
    const values = Object.fromEntries(Object.entries(object).map(([column, value]) => [column, plainValue(value)]));
    const row = nested.row(values, i, (text) => limit.cut(text, null, i));
    if (classNames.size === 0) return row;
    const entries = Object.entries(row).map(([column, cell]): [string, Cell] => {
      const names = classNames.get(column);
      return [column, names === undefined ? cell : named(cell, names)];
    });
    return Object.fromEntries(entries);
  });
  return {
    file,
    columns: Object.keys(rows[0]!),
    rows,
    classNames,
    nested: nested.cells,
    lineOf: () => null,
    warnings: limit.warnings(file),
  };
}

/** What a column of 64 bits holds is nearly always small, and then a number as any other. What is neither a cell nor made of cells has no value here. */
function plainValue(value: unknown): unknown {
  if (typeof value === "bigint") {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : new ExactNumber(String(value));
  }
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (Array.isArray(value)) return value.map(plainValue);
  if (typeof value !== "object" || value === null) return value;
  if (ArrayBuffer.isView(value)) return null;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plainValue(inner)]));
}

/** −1 is what Hub datasets write where the label is withheld. */
function named(cell: Cell, names: readonly string[]): Cell {
  if (Array.isArray(cell)) return cell.map((index: string) => names[Number(index)] ?? index);
  if (typeof cell !== "number") return cell;
  return Number(cell) === -1 ? null : (names[Number(cell)] ?? cell);
}

/** Names of classes by column, from the JSON that `datasets` puts into the file's metadata under "huggingface". */
function huggingFaceClasses(metadata: FileMetaData): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  const text = metadata.key_value_metadata?.find(({ key }) => key === "huggingface")?.value;
  if (text === undefined) return found;
  let info: unknown;
  try {
    info = JSON.parse(text);
  } catch {
    // A note for another program: without it the numbers stay numbers.
    return found;
  }
  const features = property(property(info, "info"), "features");
  if (typeof features !== "object" || features === null) return found;
  for (const [column, feature] of Object.entries(features)) {
    // A list of classes is written {"feature": …, "_type": "List"}, or as a one-item list.
    const inner = Array.isArray(feature) ? feature[0] : (property(feature, "feature") ?? feature);
    const names = property(inner, "names");
    if (property(inner, "_type") === "ClassLabel" && Array.isArray(names) && names.every((name) => typeof name === "string")) {
      found.set(column, names);
    }
  }
  return found;
}

function property(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && key in value ? (value as Record<string, unknown>)[key] : undefined;
}
