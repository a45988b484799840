/**
 * @file JSON that says whether it still is what was written. An object's last field is a checksum of all text before it, so a line or a document stays
 * JSON for every other program, and a bit that a disk has turned is found. It is no signature: who changes a file on purpose can make another.
 */
import { crc32 } from "node:zlib";

/** CRC-32 as eight hexadecimal digits: finds every change of up to 32 bits in a row. */
export function checksum(text: string | Uint8Array): string {
  return crc32(text).toString(16).padStart(8, "0");
}

/** The object as one line of JSON with its checksum, without the end of the line. */
export function sealedLine(value: object): string {
  return withSeal(JSON.stringify(value), "", "");
}

/** The same as an indented document that ends with a line feed. */
export function sealedDocument(value: object): string {
  return `${withSeal(JSON.stringify(value, null, 2), "\n  ", "\n")}\n`;
}

function withSeal(json: string, before: string, after: string): string {
  const fields = json.slice(0, json.lastIndexOf("}")).trimEnd();
  const text = `${fields}${fields === "{" ? "" : ","}${before}`;
  return `${text}"crc":${before === "" ? "" : " "}"${checksum(text)}"${after}}`;
}

/** The object that was sealed, without its checksum; `null` where the text is not what was written. */
export function unsealed(text: string): Readonly<Record<string, unknown>> | null {
  const at = text.lastIndexOf('"crc"');
  const found = at < 0 ? null : /^"crc": ?"([0-9a-f]{8})"\s*\}\s*$/.exec(text.slice(at));
  if (found === null || found[1] !== checksum(text.slice(0, at))) return null;
  try {
    const { crc: _, ...value } = JSON.parse(text) as Record<string, unknown>;
    return value;
  } catch {
    return null;
  }
}

/** Whether a text begins with a whole sealed line, and goes on: no part of one does. */
export function isMoreThanSealed(text: string): boolean {
  const whole = /^.*"crc":"[0-9a-f]{8}"\}(?=.)/s.exec(text)?.[0];
  return whole !== undefined && unsealed(whole) !== null;
}
