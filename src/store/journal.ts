/**
 * @file Journals: files that only grow, one sealed JSON object a line. What stands after the last line feed was being written when a process was
 * killed, and is dropped; any other line that is not what was written is damage, and is named, or dropped with all that follows.
 *
 * A line that was appended outlives the process, however it ends. `appendLines` and `writeLines` wait for the disk as well: what they wrote outlives
 * a power cut. After one, other journals may lack their last lines, and nothing tells it: a journal that ends with a line is whole.
 */
import { createReadStream, existsSync, readFileSync } from "node:fs";
import { open } from "node:fs/promises";
import type { z } from "zod";
import { UserError } from "../lib/errors.js";
import { privateFileMode, writePrivateFile } from "../lib/private-file.js";
import { checkRegularFile } from "../lib/regular-file.js";
import { isMoreThanSealed, sealedLine, unsealed } from "../lib/sealed-json.js";
import { openLineFile } from "./line-file.js";

/** What a journal holds, and what is to be done where it is damaged. */
export interface JournalKind<Schema extends z.ZodType> {
  readonly schema: Schema;
  /** For people, a sentence: "Name another file with -o." */
  readonly remedy: string;
}

/** A line that was read, or what a killed process left of one, at the end. */
export type ReadLine<Line> = { readonly line: Line } | { readonly torn: true };

/** The lines of a journal of any size, one by one. No file has no lines. Throws a `UserError` at the first that is damaged. */
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

/** A journal to go on with. All writing is done when a call returns. */
export interface Journal<Line> {
  /** Those of earlier sessions. */
  readonly lines: readonly Line[];
  append(line: Line): void;
  /** Cuts off all but the first `count` of `lines`, and whatever was appended. */
  keep(count: number): void;
}

/**
 * Opens a journal; it is made with its first line, and its folder too. What a killed process left of a line is cut off when one is added.
 *
 * @param kind `remedy: null` says that the lines can be made again: those from the first that is damaged are cut off too, instead of refused
 * @throws UserError where a line is damaged
 */
export function openJournal<Schema extends z.ZodType<object>>(
  path: string,
  kind: JournalKind<Schema> | { readonly schema: Schema; readonly remedy: null },
): Journal<z.output<Schema>> {
  checkRegularFile(path);
  const texts = (existsSync(path) ? readFileSync(path, "utf8") : "").split("\n");
  const tail = texts.pop()!;
  const lines: z.output<Schema>[] = [];
  /** Behind which byte each line ends. */
  const ends: number[] = [];
  for (const text of texts) {
    const line = kind.remedy === null ? readLine(text, kind.schema) : checkedLine(path, lines.length + 1, text, kind);
    if (line === null) break;
    lines.push(line);
    ends.push((ends.at(-1) ?? 0) + Buffer.byteLength(text) + 1);
  }
  if (kind.remedy !== null) checkTail(path, texts.length + 1, tail, kind);
  const file = openLineFile(path, ends.at(-1) ?? 0);
  return {
    lines,
    append: (line) => file.append(sealedLine(line)),
    keep: (count) => file.truncate(ends[count - 1] ?? 0),
  };
}

/** Adds many lines at once to the journal at a path. On disk, flushed, when the promise resolves. */
export async function appendLines(path: string, lines: Iterable<object>): Promise<void> {
  const file = await open(path, "a", privateFileMode);
  try {
    for (const piece of pieces(lines)) await file.appendFile(piece);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes a journal of these lines, in place of the one at a path. A power cut leaves the former or this one, whole. */
export async function writeLines(path: string, lines: Iterable<object>): Promise<void> {
  await writePrivateFile(path, pieces(lines));
}

/** Characters written at once: the rows of a large run together are more than one string can hold. */
const pieceLength = 2 ** 20;

function* pieces(lines: Iterable<object>): Generator<Uint8Array> {
  let piece = "";
  for (const line of lines) {
    piece += `${sealedLine(line)}\n`;
    if (piece.length < pieceLength) continue;
    yield Buffer.from(piece);
    piece = "";
  }
  yield Buffer.from(piece);
}

/** The line as the schema has it; `null` where it is not what was written. */
function readLine<Schema extends z.ZodType>(text: string, schema: Schema): z.output<Schema> | null {
  const parsed = schema.safeParse(unsealed(text));
  return parsed.success ? parsed.data : null;
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
