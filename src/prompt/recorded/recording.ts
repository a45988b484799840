/** @file Answers that were given before: the output file of OpenAI's Batch API, one JSON object a line, `custom_id` = row id. */

import { readBytes, utf8Text } from "../../data/formats/file-bytes.js";
import { linesOf, textKind, textOf } from "../../data/formats/text-stream.js";
import { UserError } from "../../lib/errors.js";
import { formatExactJson, parseExactJson } from "../../lib/exact-json.js";
import { at, textAt } from "../../lib/json-value.js";
import { whyUnreadable } from "../../lib/unreadable-file.js";
import { readResponseBody } from "../http/response-body.js";
import type { Completion } from "../llm.js";
import { isFiltered } from "../providers/content-filter.js";
import { hasDecisions, recordedDecision } from "../providers/decide/decision-answer.js";

/** One row: an answer, or the service's error. A recording knows no latency. */
export type RecordedRow = Omit<Completion, "latencySeconds"> | { readonly error: string };

export interface Recording {
  readonly path: string;
  /** The model that answered, as the file names it: `gpt-6-luna-2026-09-22`. Of several, the one with most answers. */
  readonly model: string;
  /** By `custom_id`. */
  readonly rows: ReadonlyMap<string, RecordedRow>;
  /** Answers that a later one of the same row took the place of, where they are other words. */
  readonly earlier: ReadonlyMap<string, readonly RecordedRow[]>;
  /** Whether answers are those of a decision model, which has a price of its own. */
  readonly isDecided: boolean;
  /** For people: ids that occur twice, a last line cut off, several models. */
  readonly warnings: readonly string[];
}

/**
 * Reads a recording, `.gz` or not, as a stream. Where an id occurs twice the last answer counts, as in a batch that was run again; an
 * error counts only where there is no answer. A last line cut off is a warning, since the lines before it are whole; any other line that cannot be
 * read is a `UserError`.
 */
export async function readRecording(path: string): Promise<Recording> {
  const rows = new Map<string, RecordedRow>();
  const earlierRows = new Map<string, RecordedRow[]>();
  const models = new Map<string, number>();
  const warnings: string[] = [];
  let repeated = 0;
  let torn: string | undefined;
  let number = 0;
  /** The fields of the first answer that could not be read. */
  let unreadLine: string | undefined;
  try {
    for await (const line of answerLines(path)) {
      number++;
      if (line.trim() === "") continue;
      if (torn !== undefined) throw new UserError(torn);
      const row = readRow(line, path, number);
      if ("torn" in row) {
        torn = row.torn;
        continue;
      }
      if ("error" in row.row && row.row.error === unread) unreadLine ??= fieldsOf(line);
      const earlier = rows.get(row.id);
      if (earlier !== undefined) {
        repeated++;
        if (isOtherAnswer(earlier, row.row)) earlierRows.set(row.id, [...(earlierRows.get(row.id) ?? []), earlier]);
      }
      // An answer that was had is not lost by a later attempt that failed.
      if (earlier === undefined || "error" in earlier || !("error" in row.row)) rows.set(row.id, row.row);
      if ("servedBy" in row.row && row.row.servedBy !== null)
        models.set(row.row.servedBy, (models.get(row.row.servedBy) ?? 0) + 1);
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw await whyUnreadable(path, error);
  }
  if (rows.size === 0)
    throw new UserError(torn ?? `${path} holds no answers: it is empty. Expected the output file of OpenAI's Batch API.`);
  if (unreadLine !== undefined && ![...rows.values()].some((row) => !("error" in row))) {
    const count = [...rows.values()].filter((row) => "error" in row && row.error === unread).length;
    throw new UserError(
      `${path} holds ${count} answers, and none in a format that can be read: the first has the fields ${unreadLine}. Expected answers of OpenAI's chat ` +
        "completions or responses, Anthropic's messages, or Google's generateContent, as their batches give them back, or of decision models.",
    );
  }
  if (torn !== undefined) warnings.push(`${path} ends in the middle of line ${number}: that answer counts as missing.`);
  if (repeated > 0) warnings.push(`${repeated} ids occur more than once in ${path}: the last answer counts.`);
  const byCount = [...models].sort((a, b) => b[1] - a[1]);
  if (byCount.length > 1)
    warnings.push(
      `${path} holds answers of ${byCount.length} models: ${byCount.map(([name, count]) => `${name} (${count})`).join(", ")}.`,
    );
  const isDecided = [...rows.values()].some((row) => "probabilities" in row);
  return { path, model: byCount[0]?.[0] ?? "unknown", isDecided, rows, earlier: earlierRows, warnings };
}

function isOtherAnswer(earlier: RecordedRow, later: RecordedRow): boolean {
  return "text" in earlier && "text" in later && earlier.text !== later.text;
}

/** The lines of a recording. A list of answers, as some programs write it, is as many lines. */
async function* answerLines(path: string): AsyncGenerator<string> {
  // A cut gzip file yields what is whole in it; the torn line is found by its JSON.
  const isStream = (await textKind(path, { isCutAllowed: true })) !== "other";
  const text = isStream ? textOf(path, { isCutAllowed: true }) : wholeText(path);
  const list: string[] = [];
  for await (const line of linesOf(text)) {
    if (list.length > 0 || line.trimStart().startsWith("[")) list.push(line);
    else yield line;
  }
  if (list.length > 0) yield* listedLines(list.join("\n"), path);
}

async function* wholeText(path: string): AsyncGenerator<string> {
  yield utf8Text(await readBytes(path)).bytes.toString("utf8");
}

function listedLines(text: string, path: string): string[] {
  try {
    return (parseExactJson(text) as readonly unknown[]).map(formatExactJson);
  } catch {
    throw new UserError(
      `${path} is not JSON, though it begins as a list of answers. Expected the output file of OpenAI's Batch API: one JSON object a line.`,
    );
  }
}

/** Names of a row's id: of OpenAI and Anthropic, of Google, of Bedrock. */
const idKeys = ["custom_id", "key", "recordId"];

/** A row's id: a text, or a number with every digit that the file has. */
function idAt(value: unknown, line: string): string | null {
  const key = idKeys.find((known) => at(value, known) !== undefined);
  if (key === undefined) return null;
  const id = at(value, key);
  return typeof id === "number" ? String(at(parseExactJson(line), key)) : typeof id === "string" ? id : null;
}

function readRow(
  line: string,
  path: string,
  number: number,
): { readonly id: string; readonly row: RecordedRow } | { readonly torn: string } {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return {
      torn: `${path} line ${number} is not JSON. Expected the output file of OpenAI's Batch API: one JSON object a line.`,
    };
  }
  const id = idAt(value, line);
  if (id === null) {
    throw new UserError(
      `${path} line ${number} has no custom_id. Expected the output file of OpenAI's Batch API, with the row's id as custom_id.`,
    );
  }
  if (!["response", "result", "modelOutput", "error", "answers", "choice"].some((field) => at(value, field) !== undefined)) {
    throw new UserError(
      `${path} line ${number} has neither response nor error.${at(value, "body") === undefined ? "" : " It looks like the batch's input: give its output file."}`,
    );
  }
  return { id, row: readResponse(value) };
}

/** The format is one that nobody here can read. */
const unread = "its format is not known";

/** Of one line: OpenAI's batches and their likes, Anthropic's results, Google's and Bedrock's files. */
function readResponse(line: unknown): RecordedRow {
  const response = at(line, "response");
  const result = at(line, "result");
  const own = isDecision(line) ? line : undefined;
  const body = at(response, "body") ?? at(result, "message") ?? response ?? at(line, "modelOutput") ?? own;
  const status = at(response, "status_code");
  const error = at(body, "error") ?? at(result, "error") ?? at(line, "error");
  if (error !== undefined || (typeof status === "number" && status >= 300)) return failedRow(error, Number(status ?? 400));
  if (body === undefined) return { error: textAt(result, "type") ?? "no answer" };
  if (isDecision(body)) {
    const decided = recordedDecision(body);
    return "fault" in decided ? { error: `an answer that cannot be right: ${decided.fault}` } : decided;
  }
  const said = readResponseBody(body);
  if (said === null) return { error: unread };
  return "fault" in said ? failedRow(said.fault, said.status ?? 500) : said;
}

/** Whether a body is of a decision model, or one answer of it. */
function isDecision(body: unknown): boolean {
  return hasDecisions(body) || (textAt(body, "choice") !== null && at(body, "probabilities") !== undefined);
}

function failedRow(error: unknown, status: number): RecordedRow {
  const said = typeof error === "string" ? error : (textAt(error, "message") ?? textAt(at(error, "error"), "message"));
  // Of one text, by the filter of the host: no failure that another attempt could mend.
  if (isFiltered(status, typeof error === "string" ? error : JSON.stringify(error ?? null)))
    return { text: said ?? "", finish: "filtered", usage: null, servedBy: null };
  return { error: said ?? `status ${status}` };
}

/** What a line holds in place of an answer, for people. */
function fieldsOf(line: string): string {
  const value = parsedJson(line);
  const body = at(at(value, "response"), "body") ?? at(value, "response") ?? at(value, "result") ?? value;
  return Object.keys(typeof body === "object" && body !== null ? body : {})
    .slice(0, 6)
    .join(", ");
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
