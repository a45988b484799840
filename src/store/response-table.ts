import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { privateFolder } from "../lib/private-file.js";
import { bytesOf, inTransaction, openDatabase } from "./database.js";

/** Key, answer as JSON, time of storing (ISO 8601). */
export type ResponseRow = readonly [key: string, answer: string, storedAt: string];

/** The SQLite table of answers. Each call ends before it returns; one that fails throws SQLite's error. */
export interface ResponseTable {
  read(key: string): string | undefined;
  /** In the file, all or none, when it returns. Whether a key's answer that is there already is replaced or stays. */
  write(rows: readonly ResponseRow[], knownKeys: "replace" | "keep"): void;
  count(): number;
  close(): void;
}

// Answers as JSON, which can hold what SQLite's texts and UTF-8 cannot: NUL, and halves of surrogate pairs.
// Rows by their order and keys in an index: keys are random, and rows by their keys would write a page of others with each. Files of early
// versions are such, and work all the same.
const layout = "CREATE TABLE IF NOT EXISTS response (key TEXT PRIMARY KEY, answer TEXT NOT NULL, stored_at TEXT NOT NULL)";

const values = "INTO response (key, answer, stored_at) VALUES (?, ?, ?)";

/** Opens the file, or makes it with its folder; throws SQLite's or the system's error where it is broken or something else. */
export async function openResponseTable(path: string): Promise<ResponseTable> {
  await mkdir(dirname(path), privateFolder);
  const database = openDatabase(path, [
    "PRAGMA journal_mode = WAL",
    // With a write-ahead log NORMAL loses nothing when the process dies; after a power cut at most the last answers.
    "PRAGMA synchronous = NORMAL",
    // 16 MB of pages: taking them over into the file waits for the disk.
    "PRAGMA wal_autocheckpoint = 4000",
    layout,
    "SELECT key, answer, stored_at FROM response LIMIT 0",
  ]);
  // Made once: making a statement costs ten times what a lookup does.
  const select = database.prepare(`SELECT ${bytesOf("answer")} FROM response WHERE key = ?`).raw();
  const insert = {
    replace: database.prepare(`INSERT OR REPLACE ${values}`),
    keep: database.prepare(`INSERT OR IGNORE ${values}`),
  };
  return {
    read(key) {
      const row = select.get([key]) as [Buffer] | undefined;
      return row === undefined ? undefined : String(row[0]);
    },
    write(rows, knownKeys) {
      inTransaction(database, () => {
        for (const row of rows) insert[knownKeys].run([...row]);
      });
    },
    count() {
      const [rows] = database.prepare("SELECT COUNT(*) FROM response").raw().get([]) as [number];
      return rows;
    },
    close: () => void database.close(),
  };
}
