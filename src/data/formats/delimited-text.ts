/** @file CSV and TSV. */

import { type CsvError, type InfoRecord, type Options, parse } from "csv-parse/sync";
import { UserError } from "../../lib/errors.js";
import { type CellLimit, cellLimit, type Row, type Table } from "../table.js";
import { type Dialect, delimiterNames, dialectOf, mostRecordBytes, parseOptions } from "./dialect.js";

/**
 * Reads UTF-8 text with a header line, in the dialect that its start shows. A row with more or fewer fields than the header is a UserError
 * with its line.
 */
export function delimitedTable(file: string, bytes: Buffer): Table {
  const dialect = dialectOf(file, bytes);
  const table = read(file, bytes, dialect, true);
  if ("rows" in table) return table;
  // Tab-separated exports are often written without any quoting, so that a lone quote means itself.
  const unquoted = dialect.delimiter === "\t" ? read(file, bytes, dialect, false) : table;
  if (!("rows" in unquoted)) throw unclosedQuote(file, unquoted.unclosedLine);
  return { ...unquoted, warnings: [...unquoted.warnings, unpairedQuotes(file)] };
}

/** The table, or the line on which a row begins whose quotes do not pair up. */
function read(file: string, bytes: Buffer, dialect: Dialect, hasQuotes: boolean): Table | { readonly unclosedLine: number } {
  const limit = cellLimit();
  const rows: Row[] = [];
  const lines: number[] = [];
  const records = recordReader(file, dialect, limit);
  const addRow = (fields: string[], info: InfoRecord): null => {
    const found = records.read(fields, info);
    if (found !== null) {
      rows.push(found.row);
      lines.push(found.line);
    }
    return null;
  };
  try {
    parse(bytes.subarray(dialect.skippedBytes), { ...dialectOptions(dialect, hasQuotes), on_record: addRow });
  } catch (error) {
    if (!isCsvError(error)) throw error;
    if (error.code === "CSV_QUOTE_NOT_CLOSED") return { unclosedLine: records.nextLine };
    throw notCsv(file, error);
  }
  const { columns } = records;
  if (columns === undefined) throw noRows(file);
  const lineNumbers = Uint32Array.from(lines);
  return {
    file,
    columns,
    rows,
    lineOf: (row) => lineNumbers[row] ?? null,
    warnings: [...dialect.notes, ...limit.warnings(file), ...records.notes()],
  };
}

/** csv-parse's options for a dialect, with quotes that mean something or are ordinary characters. */
export function dialectOptions({ delimiter, quoteEscape }: Dialect, hasQuotes: boolean) {
  return { ...parseOptions, delimiter, escape: quoteEscape, ...(hasQuotes ? {} : { quote: null }) } satisfies Options;
}

/** Records of csv-parse as rows. */
export interface RecordReader {
  /** Known once the first record was read. */
  readonly columns: readonly string[] | undefined;
  /** The line on which the next record begins. */
  readonly nextLine: number;
  /** `null` for the header, and for a line that is empty but for delimiters. UserError where a row has more or fewer fields than the header. */
  read(fields: readonly string[], info: InfoRecord): { readonly row: Row; readonly line: number } | null;
  /** What was noticed in the rows so far, in sentences for people. */
  notes(): string[];
}

/** A cell that keeps its outer quote, with a quote after a backslash within: read by other rules than it was written. */
const readWrongly = /^"[\s\S]*\\"/;

/** Reads records one after another; the first one is the header. */
export function recordReader(file: string, dialect: Dialect, limit: CellLimit): RecordReader {
  const { delimiter, emptyFields, headerFields, skippedLines } = dialect;
  let columns: string[] | undefined;
  // csv-parse counts a quoted CRLF as two lines.
  let quotedCrLfs = 0;
  let nextLine = skippedLines + 1;
  let rows = 0;
  let backslashes = 0;
  let firstBackslash = 0;
  let header: readonly string[] = [];
  const repeats: number[] = [];
  /** A second header: two exports, one behind the other. UserError where it has the columns in another order. */
  const isHeaderAgain = (fields: readonly string[], line: number): boolean => {
    if (header.length < 2 || fields.length < header.length) return false;
    const again = fields.slice(0, header.length).map(asName);
    if (again.every((name, i) => name === header[i])) return true;
    if ([...again].sort().join("\n") !== [...header].sort().join("\n")) return false;
    throw new UserError(
      `${file} line ${line} is a second header, with the columns in another order (${fields.join(", ").slice(0, 80)}): two tables stand one behind the other. Make them two files, or bring the columns into one order.`,
    );
  };
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
      const line = skippedLines + info.lines - quotedCrLfs - breaks;
      nextLine = skippedLines + info.lines - quotedCrLfs + 1;
      if (columns === undefined) {
        if (fields.every((field) => field.trim() === "")) return null;
        const names = headerFields === null ? fields : fields.slice(0, headerFields);
        columns = headerOf(file, names, line, delimiter);
        header = names.map(asName);
        return null;
      }
      // Spreadsheets write a row of delimiters where a line is empty.
      if (fields.every((field) => field.trim() === "")) return null;
      if (isHeaderAgain(fields, line)) {
        repeats.push(line);
        return null;
      }
      const extra = fields.length - columns.length;
      const isOnlyEmpty = extra > 0 && extra <= emptyFields && fields.slice(columns.length).every((field) => field.trim() === "");
      if (extra !== 0 && !isOnlyEmpty) throw new UserError(raggedRow(file, line, fields, columns, dialect));
      const row: Record<string, string> = {};
      for (let i = 0; i < columns.length; i++) row[columns[i]!] = limit.cut(fields[i]!, line, rows);
      if (fields.some((field) => readWrongly.test(field)) && backslashes++ === 0) firstBackslash = line;
      rows++;
      return { row, line };
    },
    notes: () => [
      ...(repeats.length === 0
        ? []
        : [
            `${file}: the header stands again on line ${repeats[0]}${repeats.length === 1 ? "" : ` and ${repeats.length - 1} more`}, as where exports are put one behind the other: it is not a row.`,
          ]),
      ...(backslashes === 0
        ? []
        : [
            `${file}: ${backslashes === 1 ? "a row has" : `${backslashes} rows have`} quotes escaped by a backslash (\\"), the first on line ${firstBackslash}: they were read as they stand. Double them ("").`,
          ]),
    ],
  };
}

/** A column's name, however it is written. */
function asName(field: string): string {
  return field
    .replace(/^\uFEFF/, "")
    .trim()
    .toLowerCase();
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
  if ("code" in error && error.code === "CSV_MAX_RECORD_SIZE") {
    const line = "lines" in error ? ` near line ${String(error.lines)}` : "";
    return new UserError(
      `${file}: a row${line} is longer than ${mostRecordBytes / 2 ** 20} MiB. Is a closing quote missing there, or is this no CSV?`,
    );
  }
  return new UserError(`${file} cannot be read as CSV: ${error.message}.`);
}

/** A quote that is never closed. */
export function unclosedQuote(file: string, line: number): UserError {
  return new UserError(
    `${file}: the row that begins on line ${line} opens a quote (") and never closes it. Close it, or double it ("") if it belongs to the text.`,
  );
}

function raggedRow(file: string, line: number, fields: readonly string[], columns: readonly string[], dialect: Dialect): string {
  const count = (number: number): string => `${number} ${number === 1 ? "field" : "fields"}`;
  const found = `${file} line ${line} has ${count(fields.length)}, the header has ${columns.length}.`;
  return `${found} ${raggedRemedy(fields, columns, dialect)}`;
}

/** What to do about a row that has more or fewer fields than the header, by what stands there. */
function raggedRemedy(
  fields: readonly string[],
  columns: readonly string[],
  { delimiter, rowFields, skippedLines }: Dialect,
): string {
  const name = delimiterNames[delimiter] ?? JSON.stringify(delimiter);
  if (fields.some((field) => field.includes('\\"') || field.endsWith("\\")))
    return 'Quotes are escaped by a backslash there (\\"): double them ("").';
  if (/^\s*'/.test(fields[0]!) && fields.some((field) => /'\s*$/.test(field)))
    return 'Texts stand in single quotes there, which mean nothing in CSV: write double ones (").';
  if (/^\s*(#|\/\/)/.test(fields[0]!)) return "It looks like a comment: delete the line.";
  if (columns.length === 1 && rowFields !== null && rowFields > 1)
    return `Line ${skippedLines + 1} is taken for the header: is it a title? Delete what stands above the line with the names of the columns.`;
  if (fields.length === columns.length + 1 && rowFields === fields.length)
    return "Every row has one more: does the header lack the name of the first column?";
  if (fields.length > columns.length) {
    const isEmpty = fields.slice(columns.length).every((field) => field.trim() === "");
    return isEmpty
      ? `It ends with a ${name} that other rows do not have: delete it.`
      : `Put quotes (") around a text that contains a ${name}.`;
  }
  if (fields.length === 1 && columns.length > 1)
    return "Is a field missing, or a quote not closed in a line before? If the line is a remark or a sum, delete it.";
  return "Is a field missing, or a quote not closed in a line before?";
}

function headerOf(file: string, fields: readonly string[], line: number, delimiter: string): string[] {
  // An unnamed column is what pandas writes for its index.
  const columns = fields.map((field, i) => field.trim() || `column ${i + 1}`);
  for (const [i, column] of columns.entries()) {
    const first = columns.indexOf(column);
    if (first < i) {
      throw new UserError(
        `${file} line ${line}: the header names "${short(column)}" twice (columns ${first + 1} and ${i + 1}). Column names must differ` +
          `${columns.length > 1 ? "" : `, divided by a ${delimiterNames[delimiter] ?? JSON.stringify(delimiter)}`}.`,
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
