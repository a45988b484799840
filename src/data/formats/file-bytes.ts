/** @file A file's content as UTF-8, whatever it was compressed or encoded with; and a clear word where it is no text. */

import { isUtf8 } from "node:buffer";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { messageOf, UserError } from "../../lib/errors.js";
import { statOf } from "../../lib/regular-file.js";
import { whyUnreadable } from "../../lib/unreadable-file.js";
import { foreignContent } from "./foreign-content.js";
import { windows1252 } from "./windows-1252.js";

const unzip = promisify(gunzip);

/** The most that is read from one file, unpacked: a Buffer holds no more on every supported Node. */
const maxBytes = 2 ** 31 - 1;

/** What a file holds once unpacked. */
export interface FileBytes {
  /** Last part of the path, for messages. */
  readonly file: string;
  /** The name without `.gz`, in lower case, to tell the format by. */
  readonly formatName: string;
  readonly bytes: Buffer;
}

/** A device or a pipe: it may never end, or not be there for the second look that every file gets. */
export function checkNoDevice(path: string): void {
  const found = statOf(path);
  if (found === undefined || found.isFile() || found.isDirectory()) return;
  throw new UserError(`${path} is a pipe or a device, which cannot be read twice. Save what it says as a file, and name that.`);
}

/** Reads and unpacks a file. UserError where it does not exist, is empty, or is a gzip that ends too early. */
export async function readBytes(path: string): Promise<FileBytes> {
  const file = basename(path);
  let bytes: Buffer;
  checkNoDevice(path);
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw await whyUnreadable(path, error);
  }
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    try {
      bytes = await unzip(bytes, { maxOutputLength: maxBytes });
    } catch (error) {
      const isTooLarge = codeOf(error) === "ERR_BUFFER_TOO_LARGE";
      throw new UserError(
        isTooLarge
          ? `${file} holds more than 2 GiB once unpacked. Split it into smaller files.`
          : `${file} is a gzip file that is ${codeOf(error) === "Z_BUF_ERROR" ? "cut short" : `damaged (${messageOf(error)})`}. Copy or download it again.`,
      );
    }
  }
  if (bytes.length === 0) throw new UserError(`${file} is empty. Expected a table with a text and a label column.`);
  return { file, formatName: file.toLowerCase().replace(/\.gz$/, ""), bytes };
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

/** Text as UTF-8 without a byte order mark, and what was repaired. UserError, with the place, where it is no text, or another thing than rows. */
export function utf8Text({ file, formatName, bytes }: FileBytes): {
  readonly bytes: Buffer;
  readonly warnings: readonly string[];
} {
  const foreign = foreignContent(file, bytes);
  if (foreign !== null) throw new UserError(foreign);
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf)
    return utf8Text({ file, formatName, bytes: bytes.subarray(3) });
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { bytes: fromUtf16(file, bytes.subarray(2)), warnings: [] };
  if (bytes[0] === 0xfe && bytes[1] === 0xff) {
    const even = bytes.subarray(2, bytes.length - (bytes.length % 2));
    return { bytes: fromUtf16(file, Buffer.from(even).swap16()), warnings: [] };
  }
  if (bytes.includes(0)) throw new UserError(zeroBytes(file, bytes));
  if (isUtf8(bytes)) return { bytes, warnings: [] };
  return fromWindows1252(file, bytes);
}

/** What zero bytes mean: another encoding, no text at all, or a text in which a few characters are to blame. */
function zeroBytes(file: string, bytes: Buffer): string {
  const first = bytes.indexOf(0);
  const sample = bytes.subarray(0, 1000);
  const inSample = sample.filter((byte) => byte === 0).length;
  if (inSample > sample.length / 3 && inSample < (2 * sample.length) / 3) {
    return `${file} looks like UTF-16 without a byte order mark (byte ${first} is zero). Save it as UTF-8.`;
  }
  let zeros = 0;
  for (let at = first; at >= 0; at = bytes.indexOf(0, at + 1)) zeros++;
  // A text has a zero byte here and there, where a program wrote one by mistake; what is no text has them everywhere.
  if (zeros > bytes.length / 100) {
    return `${file} is not text: byte ${first} is zero. Expected CSV, TSV, JSON, JSONL or Parquet.`;
  }
  const line = lineAt(bytes, first);
  const column = bytes.toString("utf8", bytes.lastIndexOf(10, first) + 1, first).length + 1;
  return (
    `${file} line ${line}, character ${column} is a NUL (byte ${first} is zero), which no text has. ` +
    `${zeros === 1 ? "That one character is to blame" : `${zeros} such characters are to blame`}, the rest is text: ` +
    `remove ${zeros === 1 ? "it" : "them"}, for instance with tr -d '\\000'.`
  );
}

function fromUtf16(file: string, littleEndian: Buffer): Buffer {
  if (littleEndian.length % 2 === 1) throw new UserError(`${file} is UTF-16 with half a character at its end: it is cut short.`);
  return Buffer.from(littleEndian.toString("utf16le"), "utf8");
}

/**
 * Reads bytes that are not UTF-8 as Windows-1252 (of which Latin-1's printable part is a subset), if that is plausible: no byte
 * that Windows-1252 leaves undefined or that is a control character, and not mostly well-formed UTF-8.
 */
function fromWindows1252(file: string, bytes: Buffer): { readonly bytes: Buffer; readonly warnings: readonly string[] } {
  const { firstInvalid, invalid, multibyte } = utf8Faults(bytes);
  const where = `byte ${firstInvalid} (0x${bytes[firstInvalid]!.toString(16)}, line ${lineAt(bytes, firstInvalid)})`;
  if (multibyte > invalid) {
    throw new UserError(
      `${file} is UTF-8 in most places, but ${where} is not: two encodings are mixed, or the file is damaged. Save it as UTF-8.`,
    );
  }
  const { text, undefinedAt } = windows1252(bytes);
  if (undefinedAt !== null) {
    throw new UserError(
      `${file} is neither UTF-8 (${where} is not) nor Windows-1252 (byte ${undefinedAt} is not). Save it as UTF-8.`,
    );
  }
  return {
    bytes: Buffer.from(text, "utf8"),
    warnings: [`${file} is not UTF-8: ${where}. It was read as Windows-1252 (Latin-1); look whether accents came out right.`],
  };
}

function lineAt(bytes: Buffer, offset: number): number {
  let line = 1;
  for (let i = bytes.indexOf(10); i >= 0 && i < offset; i = bytes.indexOf(10, i + 1)) line++;
  return line;
}

/** Where UTF-8 breaks first, how many bytes break it, and how many well-formed characters of several bytes there are. */
function utf8Faults(bytes: Buffer): { readonly firstInvalid: number; readonly invalid: number; readonly multibyte: number } {
  let [firstInvalid, invalid, multibyte] = [-1, 0, 0];
  for (let i = 0; i < bytes.length; ) {
    const lead = bytes[i]!;
    if (lead < 0x80) {
      i++;
      continue;
    }
    const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead >= 0xc2 && lead < 0xf5 && i + length <= bytes.length && isUtf8(bytes.subarray(i, i + length))) {
      multibyte++;
      i += length;
    } else {
      if (firstInvalid < 0) firstInvalid = i;
      invalid++;
      i++;
    }
  }
  return { firstInvalid, invalid, multibyte };
}
