/** @file CSV and TSV. */

import { type CsvError, type InfoRecord, type Options, parse } from "csv-parse/sync";
import { UserError } from "../lib/errors.js";
import { type CellLimit, cellLimit, type Row, type Table } from "./table.js";

const delimiterNames: Readonly<Record<string, string>> = { ",": "comma", ";": "semicolon", "\t": "tab", "|": "bar" };
/** In order of preference among equals. */
const delimiters = Object.keys(delimiterNames);

/** How records are told apart, for csv-parse. */
export const parseOptions = {
  // A quote inside an unquoted field is a quote: people write `he said "no"` without escaping it.
  relax_quotes: true,
  // Counted here, where the line can be named.
  relax_column_count: true,
  skip_empty_lines: true,
  record_delimiter: ["\r\n", "\n", "\r"],
  // No limit: cells that are too long are cut, with a warning.
  max_record_size: 0,
} as const satisfies Options;

/**
 * Reads UTF-8 text with one header line. The delimiter is whichever of `, ; tab |` divides the first records most evenly.
 * A row with more or fewer fields than the header is a UserError with its line.
 */
export function delimitedTable(file: string, bytes: Buffer): Table {
  const delimiter = guessDelimiter(bytes);
  const table = read(file, bytes, delimiter, true);
  if ("rows" in table) return table;
  // Tab-separated exports are often written without any quoting, so that a lone quote means itself.
  const unquoted = delimiter === "\t" ? read(file, bytes, delimiter, false) : table;
  if (!("rows" in unquoted)) throw unclosedQuote(file, unquoted.unclosedLine);
  return { ...unquoted, warnings: [...unquoted.warnings, unpairedQuotes(file)] };
}

/** The table, or the line on which a row begins whose quotes do not pair up. */
function read(file: string, bytes: Buffer, delimiter: string, hasQuotes: boolean): Table | { readonly unclosedLine: number } {
  const limit = cellLimit();
  const rows: Row[] = [];
  const lines: number[] = [];
  const records = recordReader(file, delimiter, limit);
  const addRow = (fields: string[], info: InfoRecord): null => {
    const found = records.read(fields, info);
    if (found !== null) {
      rows.push(found.row);
      lines.push(found.line);
    }
    return null;
  };
  try {
    parse(bytes, { ...parseOptions, delimiter, ...(hasQuotes ? {} : { quote: null }), on_record: addRow });
  } catch (error) {
    if (!isCsvError(error)) throw error;
    if (error.code === "CSV_QUOTE_NOT_CLOSED") return { unclosedLine: records.nextLine };
    throw notCsv(file, error);
  }
  const { columns } = records;
  if (columns === undefined) throw noRows(file);
  const lineNumbers = Uint32Array.from(lines);
  return { file, columns, rows, lineOf: (row) => lineNumbers[row] ?? null, warnings: limit.warnings(file) };
}

/** Records of csv-parse as rows. */
export interface RecordReader {
  /** Known once the first record was read. */
  readonly columns: readonly string[] | undefined;
  /** The line on which the next record begins. */
  readonly nextLine: number;
  /** `null` for the header, and for a line that is empty but for delimiters. UserError where a row has more or fewer fields than the header. */
  read(fields: readonly string[], info: InfoRecord): { readonly row: Row; readonly line: number } | null;
}

/** Reads records one after another; the first one is the header. */
export function recordReader(file: string, delimiter: string, limit: CellLimit): RecordReader {
  let columns: string[] | undefined;
  // csv-parse counts a quoted CRLF as two lines.
  let quotedCrLfs = 0;
  let nextLine = 1;
  let rows = 0;
  return {
    get columns() {
      return columns;
    },
    get nextLine() {
      return nextLine;
    },
    read(fields, info) {
      let breaks = 0;
      for (const field of fields) {
        if (!field.includes("\n") && !field.includes("\r")) continue;
        const all = field.match(/\r\n|\r|\n/g) ?? [];
        breaks += all.length;
        quotedCrLfs += all.filter((one) => one === "\r\n").length;
      }
      const line = info.lines - quotedCrLfs - breaks;
      nextLine = info.lines - quotedCrLfs + 1;
      if (columns === undefined) {
        columns = headerOf(file, fields, line, delimiter);
        return null;
      }
      // Spreadsheets write a row of delimiters where a line is empty.
      if (fields.every((field) => field.trim() === "")) return null;
      if (fields.length !== columns.length) {
        throw new UserError(raggedRow(file, line, fields.length, columns.length, delimiter));
      }
      const row: Record<string, string> = {};
      for (let i = 0; i < columns.length; i++) row[columns[i]!] = limit.cut(fields[i]!, line, rows);
      rows++;
      return { row, line };
    },
  };
}

/** What is said where quotes were read as ordinary characters. */
export function unpairedQuotes(file: string): string {
  return `${file}: quotes do not pair up, so they were read as ordinary characters.`;
}

/** A table that is not even a header. */
export function noRows(file: string): UserError {
  return new UserError(`${file} has no rows. Expected a header line such as "text,label" and rows below it.`);
}

/** What csv-parse refuses, in words. */
export function notCsv(file: string, error: Error): UserError {
  return new UserError(`${file} cannot be read as CSV: ${error.message}.`);
}

/** A quote that is never closed. */
export function unclosedQuote(file: string, line: number): UserError {
  return new UserError(
    `${file}: the row that begins on line ${line} opens a quote (") and never closes it. Close it, or double it ("") if it belongs to the text.`,
  );
}

function raggedRow(file: string, line: number, found: number, expected: number, delimiter: string): string {
  const fields = (count: number): string => `${count} ${count === 1 ? "field" : "fields"}`;
  const name = delimiterNames[delimiter]!;
  const remedy =
    found > expected
      ? `Put quotes (") around a text that contains a ${name}.`
      : "Is a field missing, or a quote not closed in a line before?";
  return `${file} line ${line} has ${fields(found)}, the header has ${expected}. ${remedy}`;
}

function headerOf(file: string, fields: readonly string[], line: number, delimiter: string): string[] {
  // An unnamed column is what pandas writes for its index.
  const columns = fields.map((field, i) => field.trim() || `column ${i + 1}`);
  for (const [i, column] of columns.entries()) {
    const first = columns.indexOf(column);
    if (first < i) {
      throw new UserError(
        `${file} line ${line}: the header names "${short(column)}" twice (columns ${first + 1} and ${i + 1}). Column names must differ` +
          `${columns.length > 1 ? "" : `, divided by a ${delimiterNames[delimiter]}`}.`,
      );
    }
    if (column === "__proto__") throw new UserError(`${file} line ${line}: a column may not be named "__proto__". Rename it.`);
  }
  return columns;
}

function short(text: string): string {
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

/** Whether csv-parse refused the text. */
export function isCsvError(error: unknown): error is CsvError {
  return error instanceof Error && "code" in error && String(error.code).startsWith("CSV_");
}

/** The delimiter that divides most of the first records into as many fields as the header; among equals, the one with the most fields. */
export function guessDelimiter(bytes: Buffer): string {
  let [best, bestEven, bestFields] = [",", 0, 1];
  for (const delimiter of delimiters) {
    const counts: number[] = [];
    try {
      // Only the start: a delimiter is evident after a few rows.
      parse(bytes.subarray(0, 1 << 16), {
        ...parseOptions,
        delimiter,
        to: 50,
        on_record: (fields: string[]) => {
          counts.push(fields.length);
          return null;
        },
      });
    } catch {
      // The cut falls into a quoted field: the records before it are enough.
    }
    const fields = counts[0] ?? 1;
    if (fields < 2) continue;
    const even = counts.filter((count) => count === fields).length / counts.length;
    if (even > bestEven + 1e-9 || (even > bestEven - 1e-9 && fields > bestFields))
      [best, bestEven, bestFields] = [delimiter, even, fields];
  }
  return best;
}
