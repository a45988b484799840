/** @file The lines of a file that another process is writing. */
import { open } from "node:fs/promises";
import { StringDecoder } from "node:string_decoder";
import { setTimeout as delay } from "node:timers/promises";
import { isErrorCode } from "../../lib/errors.js";

/** How often the file is looked at. */
const lookSeconds = 0.2;
/** Read at once. */
const partBytes = 1 << 16;
/** A line that is longer is cut: a progress bar may never end one. */
const longestLine = 1 << 20;

/**
 * Every line from the first one on, as it comes; ends after the last one once `hasEnded` says that nobody writes any more. A last line without an end is a
 * line. Rejects with the signal's reason.
 */
export async function* tailLines(path: string, hasEnded: () => Promise<boolean>, signal: AbortSignal): AsyncGenerator<string> {
  const decoder = new StringDecoder("utf8");
  let [rest, offset] = ["", 0];
  for (;;) {
    signal.throwIfAborted();
    // Asked before it is read: what was written before the end is there.
    const isLast = await hasEnded();
    for (;;) {
      const part = await readPart(path, offset);
      if (part.length === 0) break;
      offset += part.length;
      const lines = (rest + decoder.write(part)).split("\n");
      rest = lines.pop()!;
      yield* lines;
      if (rest.length > longestLine) {
        yield rest;
        rest = "";
      }
    }
    if (isLast) break;
    await delay(lookSeconds * 1000, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
  rest += decoder.end();
  if (rest !== "") yield rest;
}

async function readPart(path: string, offset: number): Promise<Uint8Array> {
  try {
    await using file = await open(path, "r");
    const { buffer, bytesRead } = await file.read(new Uint8Array(partBytes), 0, partBytes, offset);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    if (isErrorCode(error, "ENOENT")) return new Uint8Array();
    throw error;
  }
}
