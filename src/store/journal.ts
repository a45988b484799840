/**
 * @file Files that only grow, one sealed JSON object a line. What stands after the last line feed was being written when a process was killed, and is
 * dropped; any other line that is not what was written is damage, and is named.
 */
import { appendFileSync, createReadStream, existsSync, mkdirSync, readFileSync, truncateSync } from "node:fs";
import { dirname } from "node:path";
import type { z } from "zod";
import { UserError } from "../lib/errors.js";
import { privateFileMode, privateFolder } from "../lib/private-file.js";
import { checkRegularFile } from "../lib/regular-file.js";
import { isMoreThanSealed, sealedLine, unsealed } from "../lib/sealed-json.js";

/** What a journal holds, and what is to be done where it is damaged. */
export interface JournalKind<Schema extends z.ZodType> {
  readonly schema: Schema;
  /** For people, a sentence: "Name another file with -o." */
  readonly remedy: string;
}

/** One line as it is written, with its end. */
export function journalLine(value: object): string {
  return `${sealedLine(value)}\n`;
}

/** The lines of a journal's text, and before which byte each ends. Throws `UserError` at the first that is damaged. */
export function parseJournal<Schema extends z.ZodType>(
  path: string,
  text: string,
  kind: JournalKind<Schema>,
): { readonly lines: z.output<Schema>[]; readonly ends: number[] } {
  const texts = text.split("\n");
  const tail = texts.pop()!;
  const lines = texts.map((line, i) => checkedLine(path, i + 1, line, kind));
  checkTail(path, texts.length + 1, tail, kind);
  let bytes = 0;
  const ends = texts.map((line) => (bytes += Buffer.byteLength(line) + 1));
  return { lines, ends };
}

/** A line that was read, or what a killed process left of one, at the end. */
export type ReadLine<Line> = { readonly line: Line } | { readonly torn: true };

/** The same of a file of any size, line by line. No file has no lines. */
export async function* readJournal<Schema extends z.ZodType>(
  path: string,
  kind: JournalKind<Schema>,
): AsyncGenerator<ReadLine<z.output<Schema>>> {
  if (!existsSync(path)) return;
  checkRegularFile(path);
  let tail = "";
  let number = 0;
  for await (const chunk of createReadStream(path, { encoding: "utf8", highWaterMark: 2 ** 20 })) {
    const texts = (tail + String(chunk)).split("\n");
    tail = texts.pop()!;
    for (const text of texts) yield { line: checkedLine(path, ++number, text, kind) };
  }
  checkTail(path, number + 1, tail, kind);
  if (tail !== "") yield { torn: true };
}

/** A journal to go on with: what a killed process left of a line is cut off when one is added. All writing is done when a call returns. */
export interface Journal<Line> {
  /** Those of earlier sessions. */
  readonly lines: readonly Line[];
  append(line: Line): void;
}

/** Opens a journal; it is made with its first line, and its folder too. */
export function openJournal<Schema extends z.ZodType<object>>(
  path: string,
  kind: JournalKind<Schema>,
): Journal<z.output<Schema>> {
  checkRegularFile(path);
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  const { lines, ends } = parseJournal(path, text, kind);
  let end = ends.at(-1) ?? 0;
  let hasRest = end < Buffer.byteLength(text);
  return {
    lines,
    append(line) {
      if (end === 0) mkdirSync(dirname(path), privateFolder);
      if (hasRest) truncateSync(path, end);
      hasRest = false;
      const written = journalLine(line);
      try {
        appendFileSync(path, written, { mode: privateFileMode });
      } catch (error) {
        // What a full disk took of the line must not become the beginning of the next one.
        hasRest = existsSync(path);
        throw error;
      }
      end += Buffer.byteLength(written);
    },
  };
}

function checkedLine<Schema extends z.ZodType>(
  path: string,
  number: number,
  text: string,
  { schema, remedy }: JournalKind<Schema>,
): z.output<Schema> {
  const value = unsealed(text);
  if (value === null) throw damaged(`${path} line ${number}`, remedy);
  return checked(`${path} line ${number}`, value, schema, remedy);
}

function checkTail(path: string, number: number, tail: string, { remedy }: JournalKind<z.ZodType>): void {
  // Its line feed is what was changed.
  if (isMoreThanSealed(tail)) throw damaged(`${path} line ${number}`, remedy);
}

/** Something on disk is not what was written there. */
export function damaged(place: string, remedy: string): UserError {
  return new UserError(`${place} is damaged: it is not what crossover wrote there, by its checksum. ${remedy}`);
}

/** The value as the schema has it; a `UserError` that names the field where it is something else. */
export function checked<Schema extends z.ZodType>(
  place: string,
  value: unknown,
  schema: Schema,
  remedy: string,
): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue === undefined || issue.path.length === 0 ? "" : ` "${issue.path.join(".")}"`;
  throw new UserError(`${place} does not hold what is kept there:${field} ${issue?.message ?? "something else"}. ${remedy}`);
}
