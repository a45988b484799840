/**
 * @file A file that grows by whole lines, whatever becomes of the process that writes it. A line that is added is the system's when the call returns:
 * a killed process loses none. It is not flushed: a power cut may take the last ones, and leave a part of one.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, statSync, truncateSync } from "node:fs";
import { dirname } from "node:path";
import { privateFileMode, privateFolder } from "../lib/private-file.js";

/** Whole lines, and behind them at most the rest of one that was never finished. */
export interface LineFile {
  /** Bytes of the whole lines. */
  readonly bytes: number;
  /** Adds a line, given without its end. Throws the system's error where it cannot be written; the file then has the lines it had. */
  append(line: string): void;
  /** Cuts the rest of an unfinished line off, as `append` does before it writes. */
  dropRest(): void;
  /** Goes back to the first `bytes` bytes. */
  truncate(bytes: number): void;
}

/** A file to go on with behind its first `bytes` bytes. Nothing is written before a line is added, which also makes the file and its folder. */
export function openLineFile(path: string, bytes: number): LineFile {
  let end = bytes;
  const hasMore = (): boolean => existsSync(path) && statSync(path).size > end;
  let hasRest = hasMore();
  const dropRest = (): void => {
    if (hasRest) truncateSync(path, end);
    hasRest = false;
  };
  return {
    get bytes() {
      return end;
    },
    append(line) {
      if (end === 0) mkdirSync(dirname(path), privateFolder);
      dropRest();
      const text = `${line}\n`;
      try {
        appendFileSync(path, text, { mode: privateFileMode });
      } catch (error) {
        // What a full disk took of the line must not become the beginning of the next one.
        hasRest = hasMore();
        throw error;
      }
      end += Buffer.byteLength(text);
    },
    dropRest,
    truncate(to) {
      end = to;
      hasRest = hasMore();
      dropRest();
    },
  };
}

/** Bytes of a file up to its last line feed; 0 where there is none. */
export function wholeLineBytes(path: string): number {
  return existsSync(path) ? readFileSync(path).lastIndexOf("\n") + 1 : 0;
}
