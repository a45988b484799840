import { delimitedTable } from "./formats/delimited-text.js";
import { readBytes, utf8Text } from "./formats/file-bytes.js";
import { jsonLinesTable, jsonTable } from "./formats/json-rows.js";
import { parquetTable } from "./formats/parquet.js";
import { isYamlName, readPromptfooConfig } from "./promptfoo/promptfoo-config.js";
import { promptfooTable } from "./promptfoo/promptfoo-tests.js";
import type { Table } from "./table.js";

/**
 * The rows of a CSV, TSV, JSON, JSON Lines or Parquet file, gzipped or not, or the tests of a promptfoo configuration. The format follows from the content where that is
 * evident (Parquet, gzip), otherwise from the name, otherwise again from the content.
 *
 * UserError, with line or byte, where the file is missing, empty, damaged, not text or not a table.
 */
export async function readTable(path: string): Promise<Table> {
  if (isYamlName(path)) return promptfooTable(await readPromptfooConfig(path));
  const content = await readBytes(path);
  const { file, formatName } = content;
  if (content.bytes.toString("latin1", 0, 4) === "PAR1") return parquetTable(file, content.bytes);
  const { bytes, warnings } = utf8Text(content);
  const table = textTable(file, formatName, bytes);
  return { ...table, warnings: [...warnings, ...table.warnings] };
}

function textTable(file: string, formatName: string, bytes: Buffer): Table {
  if (/\.(jsonl|ndjson)$/.test(formatName)) return jsonLinesTable(file, bytes);
  if (formatName.endsWith(".json")) return jsonTable(file, bytes);
  if (/\.(csv|tsv|tab)$/.test(formatName)) return delimitedTable(file, bytes);
  const start = bytes.toString("utf8", 0, 1000).trimStart();
  if (start.startsWith("{"))
    return /\n\s*\{/.test(bytes.toString("utf8", 0, 100_000)) ? jsonLinesTable(file, bytes) : jsonTable(file, bytes);
  return start.startsWith("[") ? jsonTable(file, bytes) : delimitedTable(file, bytes);
}
