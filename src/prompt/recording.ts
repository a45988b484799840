/** @file Answers that were given before: the output file of OpenAI's Batch API, one JSON object a line, `custom_id` = row id. */

import { readBytes, utf8Text } from "../data/file-bytes.js";
import { linesOf, textKind, textOf } from "../data/text-stream.js";
import { UserError } from "../lib/errors.js";
import { formatExactJson, parseExactJson } from "../lib/exact-json.js";
import { whyUnreadable } from "../lib/unreadable-file.js";
import { at, textAt } from "./json-value.js";
import { type Completion, maxCompletionCharacters } from "./llm.js";
import { readLogprobs } from "./read-logprobs.js";
import { readUsage } from "./usage.js";

/** One row: an answer, or the service's error. A recording knows no latency. */
export type RecordedRow = Omit<Completion, "latencySeconds"> | { readonly error: string };

export interface Recording {
  readonly path: string;
  /** The model that answered, as the file names it: `gpt-5-mini-2025-08-07`. Of several, the one with most answers. */
  readonly model: string;
  /** By `custom_id`. */
  readonly rows: ReadonlyMap<string, RecordedRow>;
  /** For people: ids that occur twice, a last line cut off, several models. */
  readonly warnings: readonly string[];
}

/**
 * Reads a recording, `.gz` or not, as a stream. Where an id occurs twice the last line counts, as in a batch that was run again. A
 * last line cut off is a warning, since the lines before it are whole; any other line that cannot be read is a `UserError`.
 */
export async function readRecording(path: string): Promise<Recording> {
  const rows = new Map<string, RecordedRow>();
  const models = new Map<string, number>();
  const warnings: string[] = [];
  let repeated = 0;
  let torn: string | undefined;
  let number = 0;
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
      if (rows.has(row.id)) repeated++;
      rows.set(row.id, row.row);
      if ("servedBy" in row.row && row.row.servedBy !== null)
        models.set(row.row.servedBy, (models.get(row.row.servedBy) ?? 0) + 1);
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw await whyUnreadable(path, error);
  }
  if (rows.size === 0)
    throw new UserError(torn ?? `${path} holds no answers: it is empty. Expected the output file of OpenAI's Batch API.`);
  if (torn !== undefined) warnings.push(`${path} ends in the middle of line ${number}: that answer counts as missing.`);
  if (repeated > 0) warnings.push(`${repeated} ids occur more than once in ${path}: the last answer counts.`);
  const byCount = [...models].sort((a, b) => b[1] - a[1]);
  if (byCount.length > 1)
    warnings.push(
      `${path} holds answers of ${byCount.length} models: ${byCount.map(([name, count]) => `${name} (${count})`).join(", ")}.`,
    );
  return { path, model: byCount[0]?.[0] ?? "unknown", rows, warnings };
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

/** A row's id: a text, or a number with every digit that the file has. */
function idAt(value: unknown, line: string): string | null {
  const id = at(value, "custom_id");
  return typeof id === "number" ? String(at(parseExactJson(line), "custom_id")) : typeof id === "string" ? id : null;
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
  if (at(value, "response") === undefined && at(value, "error") === undefined) {
    throw new UserError(
      `${path} line ${number} has neither response nor error.${at(value, "body") === undefined ? "" : " It looks like the batch's input: give its output file."}`,
    );
  }
  return { id, row: readResponse(value) };
}

function readResponse(line: unknown): RecordedRow {
  const body = at(at(line, "response"), "body");
  const status = at(at(line, "response"), "status_code");
  const failed = textAt(at(line, "error"), "message") ?? textAt(at(body, "error"), "message");
  if (failed !== null || (typeof status === "number" && status >= 300)) return { error: failed ?? `status ${String(status)}` };
  const choice = at(at(body, "choices"), 0);
  const content = textAt(at(choice, "message"), "content");
  const refusal = textAt(at(choice, "message"), "refusal");
  const reason = textAt(choice, "finish_reason");
  if (choice === undefined) return { error: "no choices in the response" };
  const logprobs = readLogprobs(choice);
  const isRefused = (refusal !== null && refusal !== "") || reason === "content_filter";
  return {
    text: (isRefused ? (refusal ?? content ?? "") : (content ?? "")).slice(0, maxCompletionCharacters),
    finish: isRefused ? "refused" : reason === "stop" || reason === "length" ? reason : "other",
    usage: readUsage(at(body, "usage")),
    servedBy: textAt(body, "model"),
    ...(logprobs === undefined ? {} : { logprobs }),
  };
}
