/** @file A file's text piece by piece, unpacked, and its lines. */

import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { basename } from "node:path";
import { constants, createGunzip } from "node:zlib";
import { whyUnreadable } from "../../lib/unreadable-file.js";
import { checkNoDevice } from "./file-bytes.js";
import { foreignContent } from "./foreign-content.js";

/** How a file is read. */
export interface TextStreamOptions {
  /** Of a gzip file that is cut short, read what is whole instead of throwing. @default false */
  readonly isCutAllowed?: boolean;
}

/**
 * What a file can be read as: `other` is what only the whole reader decodes, refuses or explains, such as other encodings, binary files and
 * damaged archives. UserError where there is no such file, or it may not be read.
 */
export async function textKind(path: string, options: TextStreamOptions = {}): Promise<"utf-8" | "empty" | "other"> {
  // Throws where there is no file, or it may not be read.
  await isGzip(path);
  let kind: "utf-8" | "empty" = "empty";
  try {
    for await (const text of textOf(path, options)) {
      if (text === "") continue;
      if (text.includes("\0") || (kind === "empty" && foreignContent(basename(path), Buffer.from(text, "utf8")) !== null))
        return "other";
      kind = "utf-8";
    }
    return kind;
  } catch {
    return "other";
  }
}

/** A file's text, unpacked whatever its name, without its byte order mark. Throws `TypeError` where it is not UTF-8. */
export async function* textOf(path: string, options: TextStreamOptions = {}): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  for await (const bytes of unpacked(path, options)) {
    const text = decoder.decode(bytes, { stream: true });
    if (text !== "") yield text;
  }
  yield decoder.decode();
}

/**
 * Lines as line feeds divide them, a carriage return before one kept. `node:readline` also divides at U+2028, which may stand within a JSON
 * string.
 */
export async function* linesOf(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  // Of a line that is longer than a chunk. Joined once: a document on a single line has thousands.
  let begun: string[] = [];
  for await (const chunk of chunks) {
    const lines = chunk.split("\n");
    const last = lines.pop()!;
    for (const line of lines) {
      yield begun.length === 0 ? line : begun.join("") + line;
      begun = [];
    }
    if (last !== "") begun.push(last);
  }
  if (begun.length > 0) yield begun.join("");
}

async function* unpacked(path: string, { isCutAllowed = false }: TextStreamOptions): AsyncGenerator<Buffer> {
  const isPacked = await isGzip(path);
  const file = createReadStream(path);
  const input = isPacked ? file.pipe(createGunzip(isCutAllowed ? { finishFlush: constants.Z_SYNC_FLUSH } : {})) : file;
  file.on("error", (error) => input.destroy(error));
  try {
    for await (const chunk of input) yield chunk as Buffer;
  } finally {
    file.destroy();
    input.destroy();
  }
}

async function isGzip(path: string): Promise<boolean> {
  checkNoDevice(path);
  try {
    const file = await open(path);
    try {
      const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
      return buffer[0] === 0x1f && buffer[1] === 0x8b;
    } finally {
      await file.close();
    }
  } catch (error) {
    throw await whyUnreadable(path, error);
  }
}
