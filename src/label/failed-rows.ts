/**
 * @file Rows that got no label when they were asked about: found in the file of labels, and put in their places once they are asked again. The file
 * as it will be is written beside the old one, and takes its place in steps that a process which finds them half done can finish.
 */
import { createReadStream, existsSync } from "node:fs";
import { chmod, copyFile, type FileHandle, open, realpath, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { isErrorCode, UserError } from "../lib/errors.js";
import { textAt } from "../lib/json-value.js";
import { privateFileMode } from "../lib/private-file.js";
import { writeLines } from "../store/journal.js";
import type { Failure } from "../types/prediction.js";
import { emptyText, replacePredictions } from "./label-totals.js";
import {
  type JournalLine,
  journalPath,
  type LabelledLayout,
  type LabelledRow,
  labelledFormat,
  labelledLine,
  wholePart,
} from "./labelled-file.js";

/** Failures that say nothing of the row: whoever goes on asks it again. */
export const passingFailures: ReadonlySet<string> = new Set<Failure>(["error"]);

/** Places (from 0) of the first `limit` rows whose failure is `isMeant`. */
export async function failedPlaces(
  path: string,
  folder: string,
  { names }: LabelledLayout,
  isMeant: (failure: string) => boolean,
  limit: number,
): Promise<number[]> {
  const { bytes, totals } = await wholePart(path, folder);
  if (!Object.keys(totals.failures).some(isMeant)) return [];
  const found: number[] = [];
  let place = 0;
  for await (const record of rowRecords(path, bytes)) {
    if (place >= limit) break;
    const failure = failureIn(record, path, names.failure);
    if (failure !== null && isMeant(failure)) found.push(place);
    place++;
  }
  return found;
}

/** Whether a row without a label may be asked again: all but those whose text holds nothing. */
export const isRetriable = (failure: string): boolean => failure !== emptyText;

/**
 * Puts the rows in their places, in the file and in what it came to. On disk, flushed, when the promise resolves.
 *
 * @param retries how often answers that could not be read were asked for anew, this time included
 */
export async function replaceRows(
  path: string,
  folder: string,
  layout: LabelledLayout,
  rows: ReadonlyMap<number, LabelledRow>,
  retries: number,
): Promise<void> {
  const { bytes, totals } = await wholePart(path, folder);
  const format = labelledFormat(path);
  const [written, merged, next] = mergeFiles(folder);
  const file = await open(written, "w", privateFileMode);
  let newBytes = 0;
  const failures: string[] = [];
  try {
    let buffered: Buffer[] = [];
    const flush = async (): Promise<void> => {
      newBytes += await writeWhole(file, Buffer.concat(buffered), newBytes);
      buffered = [];
    };
    let place = format === "csv" ? -1 : 0;
    for await (const record of records(path, bytes, format)) {
      const row = rows.get(place++);
      if (row !== undefined) failures.push(failureIn(record, path, layout.names.failure) ?? "");
      buffered.push(row === undefined ? record : Buffer.from(labelledLine(row, format, layout), "utf8"));
      if (buffered.length >= 1000) await flush();
    }
    await flush();
    await file.sync();
  } finally {
    await file.close();
  }
  await chmod(written, (await stat(path)).mode);
  const predictions = [...rows.values()].map(({ prediction }) => prediction);
  await writeLines(next, [
    { bytes: newBytes, totals: replacePredictions(totals, failures, predictions), retries },
  ] satisfies JournalLine[]);
  // From here on it is done, if not by this process.
  await rename(written, merged);
  await finishReplacing(path, folder);
}

/** Finishes what a killed process had begun, where it was decided. To be called before a file is gone on with. */
export async function finishReplacing(path: string, folder: string): Promise<void> {
  const [written, merged, next] = mergeFiles(folder);
  if (existsSync(merged)) {
    if (existsSync(next)) await rename(next, journalPath(folder));
    // Where the file is a link, what it points to is replaced.
    const target = await realpath(path);
    await rename(merged, target).catch(async (error: unknown) => {
      if (!isErrorCode(error, "EXDEV")) throw error;
      await copyFile(merged, target);
      await rm(merged);
    });
  }
  await rm(written, { force: true });
  await rm(next, { force: true });
}

/** The file that is being written, the same when it is whole, and its journal. */
const mergeFiles = (folder: string): [string, string, string] => [
  join(folder, "merging"),
  join(folder, "merged"),
  join(folder, "merged.journal.jsonl"),
];

async function writeWhole(file: FileHandle, content: Buffer, position: number): Promise<number> {
  for (let done = 0; done < content.length; ) {
    const { bytesWritten } = await file.write(content, done, content.length - done, position + done);
    done += bytesWritten;
  }
  return content.length;
}

/** The records of the rows, without a header. */
async function* rowRecords(path: string, bytes: number): AsyncGenerator<Buffer> {
  const format = labelledFormat(path);
  let isHeader = format === "csv";
  for await (const record of records(path, bytes, format)) {
    if (!isHeader) yield record;
    isHeader = false;
  }
}

/** The first bytes of a file, cut behind each line; in a CSV not within quotes. */
async function* records(path: string, bytes: number, format: "csv" | "jsonl"): AsyncGenerator<Buffer> {
  if (bytes === 0) return;
  const [quote, lineFeed] = [format === "csv" ? 0x22 : -1, 0x0a];
  let parts: Buffer[] = [];
  let isQuoted = false;
  for await (const chunk of createReadStream(path, { end: bytes - 1 }) as AsyncIterable<Buffer>) {
    let start = 0;
    for (let i = 0; i < chunk.length; i++) {
      if (chunk[i] === quote) isQuoted = !isQuoted;
      if (chunk[i] !== lineFeed || isQuoted) continue;
      yield Buffer.concat([...parts, chunk.subarray(start, i + 1)]);
      parts = [];
      start = i + 1;
    }
    parts.push(chunk.subarray(start));
  }
}

/** The failure that a record tells; `null` where there is none. It is the last cell of a CSV, and never quoted. */
function failureIn(record: Buffer, path: string, name: string): string | null {
  const text = record.toString("utf8").trimEnd();
  if (labelledFormat(path) === "csv") return text.slice(text.lastIndexOf(",") + 1) || null;
  let row: unknown;
  try {
    row = JSON.parse(text);
  } catch {
    throw new UserError(
      `${path} holds a line that is not as it was written: ${JSON.stringify(text.slice(0, 60))}. The file was changed or damaged. ` +
        "Move it away and run the same command: what was answered is stored and is not asked again.",
    );
  }
  return textAt(row, name);
}
