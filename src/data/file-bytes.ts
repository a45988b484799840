/** @file A file's content as UTF-8, whatever it was compressed or encoded with; and a clear word where it is no text. */

import { isUtf8 } from "node:buffer";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { messageOf, UserError } from "../lib/errors.js";
import { whyUnreadable } from "../lib/unreadable-file.js";
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

/** Reads and unpacks a file. UserError where it does not exist, is empty, or is a gzip that ends too early. */
export async function readBytes(path: string): Promise<FileBytes> {
  const file = basename(path);
  let bytes: Buffer;
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

/** Formats that are recognized only to be refused, by their first bytes. */
const refused: readonly { readonly magic: readonly number[]; readonly what: string; readonly remedy: string }[] = [
  { magic: [0x50, 0x4b, 0x03, 0x04], what: "a ZIP archive", remedy: "Unpack it and give the file inside" },
  { magic: [0xd0, 0xcf, 0x11, 0xe0], what: "an old Excel or Word file", remedy: 'Save it as "CSV UTF-8"' },
  { magic: [0x25, 0x50, 0x44, 0x46], what: "a PDF", remedy: "Export the rows as CSV" },
  { magic: [0x89, 0x50, 0x4e, 0x47], what: "a PNG image", remedy: "Expected CSV, TSV, JSON, JSONL or Parquet" },
  { magic: [0xff, 0xd8, 0xff], what: "a JPEG image", remedy: "Expected CSV, TSV, JSON, JSONL or Parquet" },
  { magic: [0x47, 0x49, 0x46, 0x38], what: "a GIF image", remedy: "Expected CSV, TSV, JSON, JSONL or Parquet" },
  { magic: [0x28, 0xb5, 0x2f, 0xfd], what: "zstd-compressed", remedy: "Unpack it with `zstd -d`" },
  { magic: [0x42, 0x5a, 0x68], what: "bzip2-compressed", remedy: "Unpack it with `bunzip2`" },
  { magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a], what: "xz-compressed", remedy: "Unpack it with `unxz`" },
  { magic: [0x37, 0x7a, 0xbc, 0xaf], what: "a 7-Zip archive", remedy: "Unpack it and give the file inside" },
  { magic: [...Buffer.from("SQLite format 3")], what: "an SQLite database", remedy: "Export the table as CSV" },
  { magic: [...Buffer.from("ARROW1")], what: "an Arrow file", remedy: "Save it as Parquet" },
];

/** Text as UTF-8 without a byte order mark, and what was repaired. UserError, with the byte, where it is no text. */
export function utf8Text({ file, formatName, bytes }: FileBytes): {
  readonly bytes: Buffer;
  readonly warnings: readonly string[];
} {
  if (formatName.endsWith(".xlsx") || formatName.endsWith(".xls")) {
    throw new UserError(`${file} is an Excel workbook. Open it and save the sheet as "CSV UTF-8".`);
  }
  for (const { magic, what, remedy } of refused) {
    if (magic.every((byte, i) => bytes[i] === byte)) throw new UserError(`${file} is ${what}, not a table. ${remedy}.`);
  }
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf)
    return utf8Text({ file, formatName, bytes: bytes.subarray(3) });
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { bytes: fromUtf16(file, bytes.subarray(2)), warnings: [] };
  if (bytes[0] === 0xfe && bytes[1] === 0xff) {
    const even = bytes.subarray(2, bytes.length - (bytes.length % 2));
    return { bytes: fromUtf16(file, Buffer.from(even).swap16()), warnings: [] };
  }
  const zero = bytes.indexOf(0);
  if (zero >= 0) {
    const sample = bytes.subarray(0, 1000);
    const zeros = sample.filter((byte) => byte === 0).length;
    const isUtf16 = zeros > sample.length / 3 && zeros < (2 * sample.length) / 3;
    throw new UserError(
      isUtf16
        ? `${file} looks like UTF-16 without a byte order mark (byte ${zero} is zero). Save it as UTF-8.`
        : `${file} is not text: byte ${zero} is zero. Expected CSV, TSV, JSON, JSONL or Parquet.`,
    );
  }
  if (isUtf8(bytes)) return { bytes, warnings: [] };
  return fromWindows1252(file, bytes);
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
