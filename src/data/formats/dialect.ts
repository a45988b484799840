/**
 * @file How a delimited text is written, told by its start: what stands above the header, what divides the fields, how quotes within texts
 * are escaped, and whether rows end with delimiters of no meaning.
 */

import { type Options, parse } from "csv-parse/sync";
import { UserError } from "../../lib/errors.js";
import { isKnownName } from "../columns.js";

/** What divides fields, in order of preference among equals, and what each is called. */
export const delimiterNames: Readonly<Record<string, string>> = { ",": "comma", ";": "semicolon", "\t": "tab", "|": "bar" };

/** Bytes that one row may have. */
export const mostRecordBytes = 64 * 2 ** 20;

/** How records are told apart, for csv-parse. */
export const parseOptions = {
  // A quote inside an unquoted field is a quote: people write `he said "no"` without escaping it.
  relax_quotes: true,
  // Counted here, where the line can be named.
  relax_column_count: true,
  skip_empty_lines: true,
  record_delimiter: ["\r\n", "\n", "\r"],
  // Cells that are too long are cut, with a warning; a row without an end must not fill memory.
  max_record_size: mostRecordBytes,
} as const satisfies Options;

/** How to read a text. */
export interface Dialect {
  readonly delimiter: string;
  /** What stands before a quote within quotes: another quote, or a backslash. */
  readonly quoteEscape: '"' | "\\";
  /** Bytes above the header, of UTF-8 without a byte order mark, and the lines that they are. */
  readonly skippedBytes: number;
  readonly skippedLines: number;
  /** Fields of the header that are columns: what follows is empty, and the rows have nothing there. `null` where there are no rows to tell. */
  readonly headerFields: number | null;
  /** Empty fields that rows have at their end and the header has not. */
  readonly emptyFields: number;
  /** Fields that every row has, whatever the header has; `null` where rows differ. */
  readonly rowFields: number | null;
  /** What was left out or read in another way, in sentences for people. */
  readonly notes: readonly string[];
}

/** Enough of a file to tell its dialect by, in bytes. */
export const sampleBytes = 1 << 20;

/** Records that are looked at for delimiters and header. */
const sampleRecords = 60;
/** Lines that may stand above a header. */
const mostAbove = 20;

/** A record and where it begins. */
interface SampleRecord {
  readonly fields: readonly string[];
  readonly byte: number;
}

/** The dialect of a text, of which these are the first bytes, or all. UserError where it is JSON. */
export function dialectOf(file: string, bytes: Buffer): Dialect {
  const sample = bytes.subarray(0, sampleBytes);
  refuseJson(file, sample);
  const above = linesAbove(sample);
  let start = above.byte;
  const notes: string[] = [];
  const delimiter = above.delimiter ?? guessDelimiter(sample.subarray(start));
  const comments = commentsAbove(sample, start, delimiter);
  start = comments.byte;
  if (comments.count > 0) notes.push(leftOut(file, comments.count, comments.first));
  const records = recordsOf(sample, start, delimiter);
  const header = headerIndex(records, sample, start);
  if (header > 0) {
    const count = header;
    notes.push(leftOut(file, count, records[0]!.fields.filter((field) => field.trim() !== "").join(" ")));
    start = records[header]!.byte;
  }
  const quoteEscape = hasBackslashes(sample.subarray(start), delimiter, sample.length < bytes.length) ? "\\" : '"';
  if (quoteEscape === "\\") notes.push(`${file}: quotes within texts are escaped by backslashes (\\"), and were read so.`);
  const [names, ...rows] = (quoteEscape === '"' ? records.slice(header) : recordsOf(sample, start, delimiter, quoteEscape)).map(
    ({ fields }) => fields,
  );
  // A header that ends with more delimiters than the rows has names for all of them.
  const named = (names ?? []).findLastIndex((name) => name.trim() !== "") + 1;
  const longest = Math.max(0, ...rows.map(({ length }) => length));
  const width = Math.max(named, Math.min(names?.length ?? 0, longest));
  const counts = new Set(rows.filter((fields) => fields.some((field) => field.trim() !== "")).map(({ length }) => length));
  const rowFields = counts.size === 1 ? [...counts][0]! : null;
  const areEmpty =
    rowFields !== null && rowFields > width && rows.every((row) => row.slice(width).every((field) => field.trim() === ""));
  const emptyFields = areEmpty ? rowFields - width : 0;
  if (emptyFields > 0) {
    const name = delimiterNames[delimiter] ?? JSON.stringify(delimiter);
    notes.push(
      `${file}: every row ends with ${emptyFields === 1 ? `a ${name}` : `${emptyFields} ${name}s`} that the header does not have: left out.`,
    );
  }
  const skippedLines = linesIn(sample, start);
  return {
    delimiter,
    quoteEscape,
    headerFields: rows.length === 0 ? null : width,
    skippedBytes: start,
    skippedLines,
    emptyFields,
    rowFields,
    notes,
  };
}

/** An answer of a service that was saved as CSV is most often an error in JSON. */
function refuseJson(file: string, sample: Buffer): void {
  const start = sample.toString("utf8", 0, lineEnd(sample, 0)).trim();
  if (!/^[[{]/.test(start)) return;
  for (const text of [start, sample.toString("utf8")]) {
    try {
      JSON.parse(text);
    } catch {
      continue;
    }
    throw new UserError(
      `${file} is JSON, whatever its name says: ${start.length > 60 ? `${start.slice(0, 59)}…` : start} If these are rows, let its name end in .json or .jsonl.`,
    );
  }
}

function leftOut(file: string, count: number, first: string): string {
  const shown = JSON.stringify(first.length > 40 ? `${first.slice(0, 39)}…` : first);
  return `${file}: ${count === 1 ? `a line above the header was left out: ${shown}` : `${count} lines above the header were left out, the first of them ${shown}`}.`;
}

/** Excel's `sep=;`, which says what divides the fields, and empty lines. */
function linesAbove(sample: Buffer): { readonly byte: number; readonly delimiter: string | null } {
  const text = sample.toString("utf8", 0, 1000);
  const [found, , sign] = /^\s*("?)sep=(\\t|[^\w\s"]|\t)\1[;,|\t ]*(?:\r\n|\n|\r)/i.exec(text) ?? [];
  if (found === undefined) return { byte: 0, delimiter: null };
  return { byte: Buffer.byteLength(found, "utf8"), delimiter: sign === "\\t" ? "\t" : sign! };
}

const comment = /^[^\S\r\n]*(#|\/\/|%%)/;

/** Lines that begin as comments do, above the first that does not. The last one may be the header itself, as in `#id,text`. */
function commentsAbove(
  sample: Buffer,
  start: number,
  delimiter: string,
): { readonly byte: number; readonly count: number; readonly first: string } {
  let byte = start;
  const lines: { readonly text: string; readonly byte: number }[] = [];
  while (byte < sample.length && lines.length <= mostAbove) {
    const end = lineEnd(sample, byte);
    const text = sample.toString("utf8", byte, end);
    if (text.trim() !== "" && !comment.test(text)) break;
    if (text.trim() !== "") lines.push({ text: text.trim(), byte });
    byte = end;
  }
  const [first] = lines;
  const last = lines.at(-1);
  if (first === undefined || last === undefined || lines.length > mostAbove || byte >= sample.length)
    return { byte: start, count: 0, first: "" };
  const [below] = recordsOf(sample, byte, delimiter, '"', 1);
  const mark = comment.exec(last.text)![0].length + /^[#\s]*/.exec(last.text.replace(comment, ""))![0].length;
  const [own] = recordsOf(Buffer.from(last.text.slice(mark), "utf8"), 0, delimiter, '"', 1);
  const isEven = own !== undefined && below !== undefined && own.fields.length === below.fields.length;
  const isHeader = isEven && !below.fields.some(isName) && (own.fields.length > 1 || own.fields.some(isName));
  if (!isHeader) return { byte, count: lines.length, first: first.text };
  const indent = sample.toString("utf8", last.byte, lineEnd(sample, last.byte)).indexOf(last.text);
  return {
    byte: last.byte + indent + Buffer.byteLength(last.text.slice(0, mark), "utf8"),
    count: lines.length - 1,
    first: first.text,
  };
}

const isName = (field: string): boolean => isKnownName(field.trim());

/**
 * Which record is the header: the first, unless it is a title, as reports and exports have above their tables. A title has fewer fields than
 * the rows and is no known name; and the line that is taken for the header instead has known names, or stands right below a title of
 * several words.
 */
function headerIndex(records: readonly SampleRecord[], sample: Buffer, start: number): number {
  const [first] = records;
  if (first === undefined || first.fields.some(isName)) return 0;
  const width = commonLength(records.map(({ fields }) => fields.length));
  const filled = ({ fields }: SampleRecord): number => fields.filter((field) => field.trim() !== "").length;
  const isTitle = (record: SampleRecord): boolean => filled(record) < width && filled(record) <= Math.max(2, width / 2);
  for (const [i, record] of records.slice(0, mostAbove + 1).entries()) {
    const { fields } = record;
    if (i === 0 || fields.length !== width || !fields.some(isName) || new Set(fields).size < fields.length) continue;
    const isAboveAll = records.slice(0, i).every(isTitle);
    const namesBoth =
      fields.some((field) => isKnownName(field.trim(), "text")) && fields.some((field) => isKnownName(field.trim(), "label"));
    const isOnly =
      width === 1 &&
      i <= 5 &&
      isKnownName(fields[0]!.trim(), "text") &&
      records.slice(0, i).every((one) => isSentence(one.fields));
    if (isAboveAll || namesBoth || isOnly) return i;
    break;
  }
  const second = records[1];
  if (second === undefined || width < 2 || filled(second) < width || filled(first) !== 1) return 0;
  if (first.fields.length === width) return 1;
  // A header with another delimiter than the rows is no title.
  const line = sample.toString("utf8", start, lineEnd(sample, start));
  const isOther = Object.keys(delimiterNames).some((other) => line.split(other).length === width);
  return first.fields.length === 1 && !isOther && isSentence(first.fields) ? 1 : 0;
}

function isSentence(fields: readonly string[]): boolean {
  return fields.join(" ").trim().split(/\s+/).length >= 3;
}

/** The most frequent of some numbers. */
function commonLength(lengths: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const length of lengths) counts.set(length, (counts.get(length) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 0;
}

/** Whether quotes within quotes have a backslash before them: so read, the text is a table, and by the usual rules it is none. */
function hasBackslashes(text: Buffer, delimiter: string, isCut: boolean): boolean {
  if (!text.includes('\\"')) return false;
  const isTable = (quoteEscape: string): boolean => {
    let [length, isEven] = [-1, true];
    try {
      parse(text, {
        ...parseOptions,
        delimiter,
        escape: quoteEscape,
        relax_quotes: false,
        on_record: (fields: readonly string[]) => {
          // Empty fields at the end of every row are no sign of this.
          const own = fields.findLastIndex((field) => field.trim() !== "") + 1;
          if (length < 0) length = fields.length;
          else if (own > length) isEven = false;
          return null;
        },
      });
    } catch (error) {
      // The cut may fall into a quoted field.
      if (!isCut || !(error instanceof Error && "code" in error && error.code === "CSV_QUOTE_NOT_CLOSED")) return false;
    }
    return isEven;
  };
  return !isTable('"') && isTable("\\");
}

function recordsOf(sample: Buffer, start: number, delimiter: string, quoteEscape = '"', most = sampleRecords): SampleRecord[] {
  const records: SampleRecord[] = [];
  let byte = start;
  try {
    parse(sample.subarray(start), {
      ...parseOptions,
      delimiter,
      escape: quoteEscape,
      to: most,
      on_record: (fields: string[], { bytes }) => {
        // A line of spaces or delimiters is none.
        if (fields.some((field) => field.trim() !== "")) records.push({ fields, byte });
        byte = start + bytes;
        return null;
      },
    });
  } catch {
    // The cut falls into a quoted field, or a quote is never closed: the records before it are enough.
  }
  return records;
}

/** The delimiter that divides most of the first records into as many fields as the header; among equals, the one with the most fields. */
function guessDelimiter(sample: Buffer): string {
  const counted = Object.keys(delimiterNames).map((delimiter) => ({
    delimiter,
    counts: recordsOf(sample.subarray(0, 1 << 16), 0, delimiter).map(({ fields }) => fields.length),
  }));
  const byHeader = mostEven(counted);
  if (byHeader !== null && byHeader.even > 0.5) return byHeader.delimiter;
  // Below titles, all rows have one number of fields.
  const below = counted.map(({ delimiter, counts }) => ({
    delimiter,
    counts: counts.slice(counts.indexOf(commonLength(counts))),
  }));
  const byRows = mostEven(below.filter(({ counts }, i) => counts.length >= counted[i]!.counts.length - mostAbove));
  return byRows !== null && byRows.even > 0.9 ? byRows.delimiter : (byHeader?.delimiter ?? ",");
}

/** The delimiter with the largest share of records that have as many fields as the first; `null` where none divides the first. */
function mostEven(
  counted: readonly { readonly delimiter: string; readonly counts: readonly number[] }[],
): { readonly delimiter: string; readonly even: number } | null {
  let best: { readonly delimiter: string; readonly even: number; readonly fields: number } | null = null;
  for (const { delimiter, counts } of counted) {
    const fields = counts[0] ?? 1;
    if (fields < 2) continue;
    const even = share(counts, fields);
    if (best === null || even > best.even + 1e-9 || (even > best.even - 1e-9 && fields > best.fields))
      best = { delimiter, even, fields };
  }
  return best;
}

function share(counts: readonly number[], count: number): number {
  return counts.filter((one) => one === count).length / counts.length;
}

/** The byte after the end of the line that begins at a byte. */
function lineEnd(bytes: Buffer, from: number): number {
  for (let i = from; i < bytes.length; i++) {
    if (bytes[i] === 10) return i + 1;
    if (bytes[i] === 13) return bytes[i + 1] === 10 ? i + 2 : i + 1;
  }
  return bytes.length;
}

/** How many lines end before a byte. */
function linesIn(bytes: Buffer, end: number): number {
  let lines = 0;
  for (let at = 0; at < end; ) {
    at = lineEnd(bytes, at);
    if (at <= end) lines++;
  }
  return lines;
}
