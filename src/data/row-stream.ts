/**
 * @file The rows of a file one after another, for files that are to be gone through and not to be held: CSV, TSV and JSON Lines in UTF-8,
 * gzipped or not, are read as streams. Other formats and encodings are read whole, as everywhere else.
 */
import { basename } from "node:path";
import { Readable } from "node:stream";
import { type InfoRecord, parse } from "csv-parse";
import { UserError } from "../lib/errors.js";
import {
  dialectOptions,
  isCsvError,
  noRows,
  notCsv,
  recordReader,
  unclosedQuote,
  unpairedQuotes,
} from "./formats/delimited-text.js";
import { type Dialect, dialectOf, sampleBytes } from "./formats/dialect.js";
import { parseJsonLine } from "./formats/json-rows.js";
import { linesOf, textKind, textOf } from "./formats/text-stream.js";
import { readTable } from "./read-table.js";
import { cellLimit, type Row } from "./table.js";

/** One row as it stands in the file. */
export interface SourceRow {
  /** By column name: strings in delimited text, any JSON in JSON Lines. */
  readonly values: Readonly<Record<string, unknown>>;
  /** For people: `tickets.csv line 41`. */
  readonly place: string;
}

/** A file of rows that can be gone through again and again. */
export interface RowSource {
  readonly file: string;
  /** Every column that occurs, in order of first occurrence. */
  readonly columns: readonly string[];
  readonly count: number;
  readonly warnings: readonly string[];
  /** From the first row on. Reads the file anew. */
  rows(): AsyncGenerator<SourceRow>;
}

/**
 * Goes through a file once, so that what is wrong with any row is found before anything else is done (`UserError` with its line), and
 * gives back how to go through it again.
 */
export async function openRows(path: string): Promise<RowSource> {
  const file = basename(path);
  const read = (await textKind(path)) === "utf-8" ? await streamReader(path, file) : null;
  if (read === null) return wholeTable(path);
  const columns = new Set<string>();
  let count = 0;
  try {
    for await (const { values } of read.rows()) {
      for (const column of Object.keys(values)) columns.add(column);
      count++;
    }
  } catch (error) {
    // One document under the name of JSON Lines, perhaps: the whole reader knows, or says what is wrong.
    if (!(error instanceof UserError) || count > 0 || !/\.(jsonl|ndjson)(\.gz)?$/i.test(file)) throw error;
    return wholeTable(path);
  }
  if (count === 0) throw new UserError(`${file} has no rows.`);
  return { file, columns: [...columns], count, ...read };
}

type Reader = Pick<RowSource, "rows" | "warnings">;

async function streamReader(path: string, file: string): Promise<Reader | null> {
  const name = file.toLowerCase().replace(/\.gz$/, "");
  if (/\.(jsonl|ndjson)$/.test(name)) return { rows: () => jsonLines(path, file), warnings: [] };
  if (!/\.(csv|tsv|tab)$/.test(name)) return null;
  const dialect = dialectOf(file, await startOf(path));
  // What the rows had besides is known once they were gone through.
  const late: string[] = [];
  const rows = (): AsyncGenerator<SourceRow> => delimited(path, file, dialect, true, late);
  if (dialect.delimiter !== "\t" || (await hasPairedQuotes(rows())))
    return {
      rows,
      get warnings() {
        return [...dialect.notes, ...late];
      },
    };
  // Tab-separated exports are often written without any quoting, so that a lone quote means itself.
  return { rows: () => delimited(path, file, dialect, false, []), warnings: [...dialect.notes, unpairedQuotes(file)] };
}

class UnclosedQuote extends UserError {}

async function hasPairedQuotes(rows: AsyncGenerator<SourceRow>): Promise<boolean> {
  try {
    for await (const _ of rows);
    return true;
  } catch (error) {
    if (error instanceof UnclosedQuote) return false;
    throw error;
  }
}

async function* delimited(
  path: string,
  file: string,
  dialect: Dialect,
  hasQuotes: boolean,
  notes: string[],
): AsyncGenerator<SourceRow> {
  const limit = cellLimit();
  const records = recordReader(file, dialect, limit);
  const parser = parse({ ...dialectOptions(dialect, hasQuotes), info: true });
  const text = Readable.from(withoutStart(textOf(path), dialect.skippedBytes));
  text.on("error", (error) => parser.destroy(error));
  try {
    for await (const { record, info } of text.pipe(parser) as AsyncIterable<{ record: string[]; info: InfoRecord }>) {
      const found = records.read(record, info);
      if (found !== null) yield { values: found.row, place: `${file} line ${found.line}` };
    }
  } catch (error) {
    if (!isCsvError(error)) throw error;
    if (error.code === "CSV_QUOTE_NOT_CLOSED") throw new UnclosedQuote(unclosedQuote(file, records.nextLine).message);
    throw notCsv(file, error);
  } finally {
    text.destroy();
  }
  if (records.columns === undefined) throw noRows(file);
  notes.splice(0, notes.length, ...records.notes());
}

/** A text without its first bytes, which end with a line. */
async function* withoutStart(chunks: AsyncIterable<string>, bytes: number): AsyncGenerator<string> {
  let left = bytes;
  for await (const chunk of chunks) {
    if (left === 0) yield chunk;
    else {
      const content = Buffer.from(chunk, "utf8");
      if (content.length > left) yield content.toString("utf8", left);
      left = Math.max(0, left - content.length);
    }
  }
}

async function* jsonLines(path: string, file: string): AsyncGenerator<SourceRow> {
  let number = 0;
  for await (const line of linesOf(textOf(path))) {
    number++;
    const text = line.trim();
    if (text !== "") yield { values: parseJsonLine(file, text, number), place: `${file} line ${number}` };
  }
}

/** Enough to tell the dialect by. */
async function startOf(path: string): Promise<Buffer> {
  let start = "";
  for await (const text of textOf(path)) {
    start += text;
    if (start.length >= sampleBytes) break;
  }
  return Buffer.from(start, "utf8");
}

async function wholeTable(path: string): Promise<RowSource> {
  const { file, columns, rows, nested, lineOf, warnings } = await readTable(path);
  if (rows.length === 0) throw new UserError(`${file} has no rows.`);
  // What is written out again is the row as it stood.
  const whole = (row: Row, i: number): Readonly<Record<string, unknown>> => {
    const inner = [...(nested ?? [])].flatMap(([column, cells]) => (cells.has(i) ? [[column, cells.get(i)] as const] : []));
    return inner.length === 0 ? row : { ...row, ...Object.fromEntries(inner) };
  };
  return {
    file,
    columns,
    count: rows.length,
    warnings,
    async *rows() {
      for (const [i, row] of rows.entries()) {
        const line = lineOf(i);
        yield { values: whole(row, i), place: line === null ? `${file} row ${i + 1}` : `${file} line ${line}` };
      }
    },
  };
}
