/**
 * @file Rows that are safe at once: appended to a file beside a table, which takes them over later, many at a time. A row appended costs some
 * microseconds; one written to a table, a transaction.
 *
 * It is not a journal of `journal.ts`: several processes read it while one writes, so none may truncate it, and a torn row is skipped.
 */
import { randomUUID } from "node:crypto";
import { appendFileSync, closeSync, openSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { privateFileMode } from "../lib/private-file.js";

/** A row: texts, in an order that the caller knows. */
export type LoggedRow = readonly string[];

/** A file that is written by this process alone, and only while it lives. */
export interface RowLog {
  /** When it returns, a killed process no longer loses the row; a power cut may. The file is made with the first row. */
  append(row: LoggedRow): void;
  /** Nothing more is to be written; the file stays. May be called twice. */
  close(): void;
  /** The rows are in the table: the file goes. */
  remove(): Promise<void>;
}

/** A log that was found beside a table. */
export interface FoundLog {
  readonly rows: readonly LoggedRow[];
  /** Removes the file, unless the process that writes it lived when it was found. */
  settle(): Promise<void>;
}

/** Files that this process is writing: an earlier one of the same number may have left others. */
const openPaths = new Set<string>();

/** Starts a log beside the table of this path, of its own name. Where a row cannot be written, `append` throws what the system says. */
export function startRowLog(table: string): RowLog {
  const path = `${table}.${process.pid}.${randomUUID().slice(0, 8)}.log`;
  openPaths.add(path);
  let file: number | undefined;
  const close = (): void => {
    if (file !== undefined) closeSync(file);
    file = undefined;
    openPaths.delete(path);
  };
  return {
    append(row) {
      file ??= openSync(path, "a", privateFileMode);
      // Its line begins with the break: what a full disk left of the row before is then a line of its own.
      appendFileSync(file, `\n${JSON.stringify(row)}`);
    },
    close,
    async remove() {
      close();
      await rm(path, { force: true });
    },
  };
}

/**
 * What processes that were killed left beside the table of this path, and what those that live are about to hand over. A line that is torn is no
 * row. A log that its process removes meanwhile is in the table. Throws the system's error where a log cannot be read.
 */
export async function findRowLogs(table: string): Promise<FoundLog[]> {
  const name = basename(table);
  const found: FoundLog[] = [];
  for (const entry of await readdir(dirname(table))) {
    const pid = entry.startsWith(name) ? /^\.(\d+)\.[0-9a-f]{8}\.log$/.exec(entry.slice(name.length))?.[1] : undefined;
    if (pid === undefined) continue;
    const path = join(dirname(table), entry);
    // Asked before it is read: who dies between the two may have written more than was read.
    const isInUse = Number(pid) === process.pid ? openPaths.has(path) : isAlive(Number(pid));
    const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return "";
      throw error;
    });
    found.push({
      rows: text.split("\n").flatMap(readRow),
      async settle() {
        if (!isInUse) await rm(path, { force: true });
      },
    });
  }
  return found;
}

/** No part of a row is a whole one: its bracket is missing. */
function readRow(line: string): LoggedRow[] {
  try {
    const row: unknown = JSON.parse(line);
    return Array.isArray(row) && row.every((cell) => typeof cell === "string") ? [row] : [];
  } catch {
    return [];
  }
}

/** Whether a process of this number runs on this machine, whoever's it is. */
function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
