/** @file Answers on their way into the table: in a log at once, in the table a little later and together, found by their keys meanwhile. */
import type { ResponseRow, ResponseTable } from "./response-table.js";
import { findRowLogs, type LoggedRow, type RowLog, startRowLog } from "./row-log.js";

/** Keys are random: each answer that is written to the table alone costs a page of its index. */
const takeOverMs = 250;

/** The answers that this process stored last. */
export interface RecentAnswers {
  /** The answer of a key, unless the table has it. */
  get(key: string): string | undefined;
  /** When it returns, the answer outlives this process, however it ends. Throws where the disk or the table does not take answers. */
  add(row: ResponseRow): void;
  /** Resolves when the table has all that was added before. */
  takeOver(): Promise<void>;
  /** What the table does not have yet stays in its log, for the next who opens the table. */
  close(): void;
}

/** Stores answers beside and in the table of this path. */
export function recentAnswers(table: ResponseTable, path: string): RecentAnswers {
  /** The latest of each key. */
  const waiting = new Map<string, ResponseRow>();
  let log: RowLog = startRowLog(path);
  let timer: NodeJS.Timeout | undefined;
  /** One after the other: the table has one connection. */
  let taken: Promise<void> = Promise.resolve();
  let failure: unknown;

  const takeOver = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    if (waiting.size === 0) return;
    const rows = [...waiting.values()];
    const full = log;
    full.close();
    log = startRowLog(path);
    table.write(rows, "replace");
    await full.remove();
    for (const row of rows) if (waiting.get(row[0]) === row) waiting.delete(row[0]);
  };
  const takeOverInTurn = (): Promise<void> => {
    taken = taken.then(takeOver);
    return taken;
  };

  return {
    get: (key) => waiting.get(key)?.[1],
    add(row) {
      if (failure !== undefined) throw failure;
      log.append(row);
      waiting.set(row[0], row);
      // A process that has nothing else to do need not wait for it.
      timer ??= setTimeout(() => void takeOverInTurn().catch((error: unknown) => (failure = error)), takeOverMs).unref();
    },
    takeOver: takeOverInTurn,
    close() {
      clearTimeout(timer);
      log.close();
    },
  };
}

/** Takes over what killed processes left in logs beside the table. What the table has is the same, or was said later. */
export async function takeOverLogs(table: ResponseTable, path: string): Promise<void> {
  for (const log of await findRowLogs(path)) {
    table.write(log.rows.filter(isResponseRow), "keep");
    await log.settle();
  }
}

function isResponseRow(row: LoggedRow): row is ResponseRow {
  return row.length === 3;
}
