/** @file Parquet, with Hugging Face's class names where the file has them. */

import { type FileMetaData, parquetMetadata, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { messageOf, UserError } from "../lib/errors.js";
import { type Cell, cellLimit, type Row, type Table } from "./table.js";

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
  const rows = objects.map((object, i): Row => {
    const entries = Object.entries(object).map(([column, value]): [string, Cell] => {
      const names = classNames.get(column);
      const cell = cellOf(value, (text) => limit.cut(text, null, i));
      return [column, names === undefined ? cell : named(cell, names)];
    });
    return Object.fromEntries(entries);
  });
  return { file, columns: Object.keys(rows[0]!), rows, classNames, lineOf: () => null, warnings: limit.warnings(file) };
}

function cellOf(value: unknown, cut: (text: string) => string): Cell {
  if (typeof value === "string") return cut(value);
  if (typeof value === "number" || typeof value === "boolean") return value;
  if (typeof value === "bigint") return String(value);
  if (Array.isArray(value) && value.every((item) => ["string", "number", "bigint", "boolean"].includes(typeof item))) {
    return value.map((item) => cut(String(item)));
  }
  return null;
}

/** −1 is what Hub datasets write where the label is withheld. */
function named(cell: Cell, names: readonly string[]): Cell {
  if (Array.isArray(cell)) return cell.map((index: string) => names[Number(index)] ?? index);
  if (typeof cell !== "number" && typeof cell !== "string") return cell;
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
