/**
 * @file The labeled rows on disk: the file itself, which only grows, and beside it a journal with one line a piece written, saying how
 * many rows and bytes stand in the file and what they came to. What stands in the file without a line, left by a killed process, is cut
 * off when the file is opened again, and written anew.
 */

import { existsSync } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../lib/errors.js";
import { ExactNumber, formatExactJson } from "../lib/exact-json.js";
import { ownValue } from "../lib/json-value.js";
import { csvCell, isFormulaLike, quotedCell } from "../lib/text/csv-cell.js";
import { type Journal, openJournal } from "../store/journal.js";
import type { Prediction } from "../types/prediction.js";
import { addPredictions, emptyText, type LabelTotals, noTotals } from "./label-totals.js";

/** Columns beside those that a row had. */
export const addedColumns = ["label", "confidence", "confidence_source", "failure"] as const;
type AddedColumn = (typeof addedColumns)[number];

/** A row, and what was said of it; `null` where its text is empty. */
export interface LabelledRow {
  readonly values: Readonly<Record<string, unknown>>;
  readonly prediction: Prediction | null;
}

export interface LabelledFile extends AsyncDisposable {
  readonly totals: LabelTotals;
  /** On disk, flushed, when the promise resolves. */
  append(rows: readonly LabelledRow[]): Promise<void>;
}

/** What a line of the journal vouches for. */
export interface JournalLine {
  readonly bytes: number;
  readonly totals: LabelTotals;
  /** How often unreadable answers were asked for again. @default 0 */
  readonly retries?: number | undefined;
}

/** How rows are written. */
export interface LabelledLayout {
  /** Those of the rows, for a CSV. */
  readonly columns: readonly string[];
  readonly names: Readonly<Record<AddedColumn, string>>;
  readonly isMultiLabel: boolean;
  /** Labels whose probabilities are written, too: each in a column of a CSV, all in a field of JSON. `null`: none. */
  readonly probabilities: {
    readonly field: string;
    readonly each: readonly { readonly label: string; readonly column: string }[];
  } | null;
  /** The column that says which of several models answered; `null`: none does. */
  readonly answeredBy: string | null;
  /** Whether cells of a CSV that a spreadsheet might compute get an apostrophe before them. */
  readonly defusesFormulas: boolean;
}

const count = z.number().nonnegative();
/** Kept as it is: a label may be named like a property of every object. */
const counts = z.custom<Readonly<Record<string, number>>>(
  (value) => typeof value === "object" && value !== null && Object.values(value).every((each) => typeof each === "number"),
  "expected counts by name",
);

const journalKind = {
  schema: z.object({
    bytes: z.int().nonnegative(),
    totals: z.looseObject({
      rows: z.int().nonnegative(),
      labels: counts,
      failures: counts,
      answers: count,
      inputTokens: count,
      cachedInputTokens: count,
      outputTokens: count,
      outputTokensSquared: count,
      reasoningTokens: count,
      usd: count.nullable(),
    }),
    retries: z.int().nonnegative().optional(),
  }),
  remedy:
    "Which rows are labeled is not known: put it back from a copy, or name another file with -o; stored answers are used again.",
};

/** The formats, by the ending of the file's name. */
export type LabelledFormat = "csv" | "jsonl";

/** UserError where the name has another ending. */
export function labelledFormat(path: string): LabelledFormat {
  const ending = /\.(csv|jsonl)$/i.exec(path)?.[1]?.toLowerCase();
  if (ending === "csv" || ending === "jsonl") return ending;
  throw new UserError(`-o is "${path}"; its name must end in .csv or .jsonl.`);
}

/** The journal's path in the folder that is kept beside the file. */
export const journalPath = (folder: string): string => join(folder, "journal.jsonl");

/** What the file holds so far. */
export async function readTotals(path: string, folder: string): Promise<LabelTotals> {
  return (await wholePart(path, folder)).totals;
}

/** How often answers that could not be read were asked for anew. */
export async function readRetries(path: string, folder: string): Promise<number> {
  return (await wholePart(path, folder)).retries ?? 0;
}

/**
 * Opens the file to go on with it, or makes it.
 *
 * @param folder where the journal is kept
 */
export async function openLabelledFile(path: string, folder: string, layout: LabelledLayout): Promise<LabelledFile> {
  const { columns, defusesFormulas } = layout;
  const format = labelledFormat(path);
  const { whole, journal, count } = await openWhole(path, folder);
  const file = await open(path, existsSync(path) ? "r+" : "w");
  await file.truncate(whole.bytes);
  journal.keep(count);
  let { bytes, totals } = whole;
  const retries = whole.retries === undefined ? {} : { retries: whole.retries };
  const write = async (text: string): Promise<void> => {
    const content = Buffer.from(text, "utf8");
    await writeAll(file, content, bytes);
    bytes += content.length;
  };
  return {
    get totals() {
      return totals;
    },
    async append(rows) {
      const header = format === "csv" && bytes === 0 ? csvLine([...columns, ...headerOf(layout)], defusesFormulas) : "";
      await write(header + rows.map((row) => labelledLine(row, format, layout)).join(""));
      await file.sync();
      totals = addPredictions(
        totals,
        rows.map(({ prediction }) => prediction),
      );
      journal.append({ bytes, totals, ...retries });
    },
    async [Symbol.asyncDispose]() {
      await file.close();
    },
  };
}

/** A row as it stands in the file, with the end of its line. */
export function labelledLine(row: LabelledRow, format: LabelledFormat, layout: LabelledLayout): string {
  return format === "csv" ? csvRow(row, layout) : `${formatExactJson(jsonRow(row, layout))}\n`;
}

async function writeAll(file: FileHandle, content: Buffer, position: number): Promise<void> {
  for (let done = 0; done < content.length; ) {
    const { bytesWritten } = await file.write(content, done, content.length - done, position + done);
    done += bytesWritten;
  }
}

/** The part of the file that a line of the journal vouches for: nothing where there is no journal. */
export async function wholePart(path: string, folder: string): Promise<JournalLine> {
  return (await openWhole(path, folder)).whole;
}

/** The same with the journal, and how many of its lines lead up to that one. */
async function openWhole(
  path: string,
  folder: string,
): Promise<{ readonly whole: JournalLine; readonly journal: Journal<JournalLine>; readonly count: number }> {
  // The file may have been deleted, and after a power cut be shorter than the last line says.
  const size = existsSync(path) ? (await stat(path)).size : 0;
  const journal = openJournal(journalPath(folder), journalKind);
  const last = journal.lines.findLastIndex(({ bytes }) => bytes <= size);
  return { whole: journal.lines[last] ?? { bytes: 0, totals: noTotals }, journal, count: last + 1 };
}

/** The added cells of a row. */
function added({ prediction }: LabelledRow): Readonly<Record<Exclude<AddedColumn, "label">, string | number | null>> {
  const confidence = prediction === null ? null : confidenceOf(prediction);
  return {
    confidence: confidence === null ? null : Number(confidence.value.toFixed(6)),
    confidence_source: confidence?.source ?? null,
    failure: prediction === null ? emptyText : (prediction.failure ?? null),
  };
}

/** The added columns of a CSV. What went wrong comes last: rows that failed are found by it. */
function headerOf({ names, probabilities, answeredBy }: LabelledLayout): string[] {
  const { label, confidence, confidence_source: source, failure } = names;
  const who = answeredBy === null ? [] : [answeredBy];
  return [label, confidence, source, ...(probabilities?.each ?? []).map(({ column }) => column), ...who, failure];
}

/** The probability of each label, to six digits; `null` where there is none. */
function probabilitiesOf(
  { prediction }: LabelledRow,
  { probabilities }: LabelledLayout,
): [label: string, value: number | null][] {
  const scores = prediction?.scores;
  return (probabilities?.each ?? []).map(({ label }) => [
    label,
    scores !== undefined && Object.hasOwn(scores, label) ? Number(scores[label]!.toFixed(6)) : null,
  ]);
}

/** How sure an answer is: as it says itself, or by the probability of its one label. */
export function confidenceOf({ answer, confidence, scores }: Prediction): NonNullable<Prediction["confidence"]> | null {
  if (answer === null) return null;
  if (confidence !== undefined) return confidence;
  const [only, ...others] = answer;
  const value = only === undefined || others.length > 0 ? undefined : ownValue(scores, only);
  return value === undefined ? null : { value, source: "probability" };
}

function csvRow(row: LabelledRow, layout: LabelledLayout): string {
  const { columns, defusesFormulas } = layout;
  const { confidence, confidence_source: source, failure } = added(row);
  const label = row.prediction?.answer?.join("|") ?? null;
  const who = layout.answeredBy === null ? [] : [row.prediction?.answeredBy ?? null];
  const own = [label, confidence, source, ...probabilitiesOf(row, layout).map(([, value]) => value), ...who, failure];
  return csvLine([...columns.map((column) => row.values[column]), ...own], defusesFormulas);
}

function csvLine(cells: readonly unknown[], defusesFormulas: boolean): string {
  return `${cells.map((cell) => cellText(cell, defusesFormulas)).join(",")}\r\n`;
}

function cellText(value: unknown, defusesFormulas: boolean): string {
  if (typeof value === "string") return defusesFormulas && mayBeFormula(value) ? csvCell(value) : quotedCell(value);
  if (value === null || value === undefined || typeof value === "number" || typeof value === "boolean") return quotedCell(value);
  if (value instanceof ExactNumber) return value.text;
  return quotedCell(formatExactJson(value));
}

/** Whether a spreadsheet might compute a cell. Numbers are no formulas, though they may begin with a minus. */
export function mayBeFormula(cell: unknown): boolean {
  return typeof cell === "string" && isFormulaLike(cell) && !/^[+-]?\d+(\.\d+)?$/.test(cell);
}

function jsonRow(row: LabelledRow, layout: LabelledLayout): object {
  const { names, isMultiLabel, probabilities } = layout;
  const { confidence, confidence_source: source, failure } = added(row);
  const answer = row.prediction?.answer ?? null;
  return {
    ...row.values,
    [names.label]: isMultiLabel ? answer : (answer?.[0] ?? null),
    [names.confidence]: confidence,
    [names.confidence_source]: source,
    ...(row.prediction?.scores !== undefined && probabilities !== null
      ? { [probabilities.field]: Object.fromEntries(probabilitiesOf(row, layout)) }
      : {}),
    ...(layout.answeredBy !== null && { [layout.answeredBy]: row.prediction?.answeredBy ?? null }),
    [names.failure]: failure,
  };
}

/**
 * The names of the added columns: with `predicted_` before each where the rows have one of them already.
 *
 * @param more what is added besides: the probabilities of labels, and who answered
 */
export function namesFor(
  columns: readonly string[],
  more: { readonly probabilitiesOf?: readonly string[]; readonly isAnswererTold?: boolean } = {},
): Pick<LabelledLayout, "names" | "probabilities" | "answeredBy"> {
  const { probabilitiesOf = [], isAnswererTold = false } = more;
  const taken = new Set(columns);
  for (const prefix of ["", "predicted_"]) {
    const names = addedColumns.map((name) => [name, prefix + name] as const);
    const each = probabilitiesOf.map((label) => ({ label, column: `${prefix}probability_${label}` }));
    const probabilities = each.length === 0 ? null : { field: `${prefix}probabilities`, each };
    const answeredBy = isAnswererTold ? `${prefix}answered_by` : null;
    const others = [probabilities?.field, answeredBy].filter((name) => typeof name === "string");
    const all = [...names.map(([, name]) => name), ...each.map(({ column }) => column), ...others];
    if (all.every((name) => !taken.has(name)))
      return { names: Object.fromEntries(names) as LabelledLayout["names"], probabilities, answeredBy };
  }
  throw new UserError(
    `The data has columns named like those that are added, also with "predicted_" before them (${addedColumns.join(", ")}${probabilitiesOf.length > 0 ? ", probabilities" : ""}). Rename one.`,
  );
}
