/**
 * @file A large file in compressed parts, read as if it were whole. `parts.json` names them, in order. A part is a zlib stream of runs; a run is a piece of the file
 * that consists of records of equal length, such as the blocks of a quantized tensor, with all first bytes of the records before all second ones, and so on:
 * the bytes of scales are alike among themselves, and are compressed only so. `scripts/convert-smollm2.js` writes them.
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { inflate } from "node:zlib";
import { z } from "zod";
import { isErrorCode, messageOf, UserError } from "../../../lib/errors.js";
import { nextTurn } from "../../../lib/next-turn.js";
import { checkRegularFile } from "../../../lib/regular-file.js";
import { whyUnreadable } from "../../../lib/unreadable-file.js";
import type { ByteSource } from "../file-bytes.js";

const inflated = promisify(inflate);

/** The list of the parts, in their folder. */
export const partsFile = "parts.json";

const count = z.int().positive();
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const partsList = z.object({
  /** What the whole is, once put together. */
  file: z.string(),
  bytes: count,
  sha256: hash,
  parts: z.array(
    z.object({
      file: z.string().regex(/^[\w-]+(\.[\w-]+)*$/),
      sha256: hash,
      /** Of each run, how many bytes it has, and how many a record of it. */
      runs: z.array(z.tuple([count, count]).refine(([bytes, recordBytes]) => bytes % recordBytes === 0)).min(1),
    }),
  ),
});

/** The format's bound: what a byte of a stream may be at most. */
const mostExpansion = 1032;

type PartsList = z.infer<typeof partsList>;

interface Part {
  readonly file: string;
  readonly sha256: string;
  readonly runs: readonly (readonly [bytes: number, recordBytes: number])[];
  /** Where in the whole it begins and ends. */
  readonly begin: number;
  readonly end: number;
}

/** What the folder's `parts.json` lists, if it is the parts of the file with this SHA-256. */
async function readPartsList(folder: string, sha256: string): Promise<PartsList> {
  const path = join(folder, partsFile);
  const text = String(await readWhole(path, 1 << 20));
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw damaged(path, `is not JSON: ${messageOf(error)}`);
  }
  const parsed = partsList.safeParse(json);
  if (!parsed.success) throw damaged(path, "is no list of parts");
  if (parsed.data.sha256 !== sha256)
    throw new UserError(
      `${path} lists the parts of another file: its SHA-256 is ${parsed.data.sha256.slice(0, 12)}…, expected ${sha256.slice(0, 12)}…. ` +
        "Install the version of the package that belongs to this crossover.",
    );
  return parsed.data;
}

/** Opens the parts in a folder as the whole file of this SHA-256. Each part is checked against its own hash when it is read. */
export async function openStoredParts(folder: string, sha256: string): Promise<ByteSource> {
  const list = await readPartsList(folder, sha256);
  const parts: Part[] = [];
  for (const part of list.parts) {
    const begin = parts.at(-1)?.end ?? 0;
    parts.push({ ...part, begin, end: part.runs.reduce((end, [bytes]) => end + bytes, begin) });
  }
  const size = parts.at(-1)?.end ?? 0;
  if (size !== list.bytes)
    throw damaged(join(folder, partsFile), `lists parts of ${size} bytes together, and says that they are ${list.bytes}`);

  // One part is kept: whoever reads from front to back, whether in small pieces or in several at a time, has each made once.
  let kept: { readonly part: Part; readonly bytes: Promise<Uint8Array> } | undefined;
  const bytesOf = (part: Part): Promise<Uint8Array> => {
    if (kept?.part !== part) kept = { part, bytes: restored(folder, part) };
    return kept.bytes;
  };
  const partAt = (position: number): Part => parts.find(({ end }) => end > position) ?? parts.at(-1)!;
  const readInto = async (target: Uint8Array, position: number): Promise<void> => {
    if (position + target.length > size) throw new Error(`${folder}: bytes were asked for beyond the end`);
    for (let done = 0; done < target.length; ) {
      const at = position + done;
      const part = partAt(at);
      const piece = (await bytesOf(part)).subarray(at - part.begin, at - part.begin + target.length - done);
      target.set(piece, done);
      done += piece.length;
    }
  };
  const dispose = async (): Promise<void> => {
    kept = undefined;
  };
  return { path: folder, size, readInto, pieceEnd: (position) => partAt(position).end, [Symbol.asyncDispose]: dispose };
}

/** A part as it was in the file. The event loop is free between runs. */
async function restored(folder: string, { file, sha256, runs, begin, end }: Part): Promise<Uint8Array> {
  const path = join(folder, file);
  const stored = await readWhole(path);
  if (createHash("sha256").update(stored).digest("hex") !== sha256)
    throw damaged(path, `has not the SHA-256 ${sha256.slice(0, 12)}… that ${partsFile} gives it`);
  const size = end - begin;
  if (size > stored.length * mostExpansion)
    throw damaged(path, `has ${stored.length} bytes, which are never the ${size} that ${partsFile} lists`);
  // In one chunk, of a byte more than is needed: full, it would be followed by another.
  const grouped = await inflated(stored, { chunkSize: Math.max(64, size + 1), maxOutputLength: size + 1 }).catch(
    (error: unknown) => {
      throw damaged(path, `is no zlib stream of ${size} bytes: ${messageOf(error)}`);
    },
  );
  if (grouped.length !== size) throw damaged(path, `holds ${grouped.length} bytes; ${partsFile} lists ${size}`);
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const [byteCount, recordBytes] of runs) {
    ungroup(grouped.subarray(at, at + byteCount), recordBytes, bytes.subarray(at, at + byteCount));
    at += byteCount;
    await nextTurn();
  }
  return bytes;
}

/** Records with all their first bytes before all their second ones, and so on, made whole records one after another. */
function ungroup(grouped: Uint8Array, recordBytes: number, records: Uint8Array): void {
  const count = grouped.length / recordBytes;
  for (let place = 0, from = 0; place < recordBytes; place++)
    for (let i = 0, to = place; i < count; i++, to += recordBytes) records[to] = grouped[from++]!;
}

async function readWhole(path: string, mostBytes?: number): Promise<Buffer> {
  checkRegularFile(path, mostBytes);
  return readFile(path).catch(async (error: unknown) => {
    throw isErrorCode(error, "ENOENT") ? damaged(path, "is missing") : await whyUnreadable(path, error);
  });
}

const damaged = (path: string, what: string): UserError =>
  new UserError(
    `${path} ${what}. The package is damaged or incomplete: install it again; in a clone, check its files out again.`,
  );
