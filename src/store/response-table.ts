import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { createClient } from "@libsql/client";

/** Key, answer as JSON, time of storing (ISO 8601). */
export type ResponseRow = readonly [key: string, answer: string, storedAt: string];

/** The SQLite table of answers, many at a time: a statement costs far more than a row. */
export interface ResponseTable {
  /** The answers in the order of the keys; `undefined` where there is none. */
  read(keys: readonly string[]): Promise<(string | undefined)[]>;
  /** In the file when the promise resolves. Whether a key's answer that is there already is replaced or stays. */
  write(rows: readonly ResponseRow[], knownKeys: "replace" | "keep"): Promise<void>;
  count(): Promise<number>;
  close(): void;
}

// Answers as JSON, which can hold what SQLite's texts and UTF-8 cannot: NUL, and halves of surrogate pairs.
// Rows by their order and keys in an index: keys are random, and rows by their keys would write a page of others with each. Files of early
// versions are such, and work all the same.
const layout = "CREATE TABLE IF NOT EXISTS response (key TEXT PRIMARY KEY, answer TEXT NOT NULL, stored_at TEXT NOT NULL)";

/** SQLite takes 32,766 parameters a statement. */
const mostRows = 5000;

/** Opens the file, or makes it with its folder; throws SQLite's or the system's error where it is broken or something else. */
export async function openResponseTable(path: string): Promise<ResponseTable> {
  await mkdir(dirname(path), { recursive: true });
  // One connection: what is set below holds for it alone, and another one would write to disk at every answer.
  const client = createClient({ url: `file:${path}`, concurrency: 1 });
  try {
    await client.execute("PRAGMA busy_timeout = 10000");
    await client.execute("PRAGMA journal_mode = WAL");
    // With a write-ahead log NORMAL loses nothing when the process dies; after a power cut at most the last answers.
    await client.execute("PRAGMA synchronous = NORMAL");
    // 16 MB of pages: taking them over into the file waits for the disk.
    await client.execute("PRAGMA wal_autocheckpoint = 4000");
    await client.execute(layout);
    await client.execute("SELECT key, answer, stored_at FROM response LIMIT 1");
  } catch (error) {
    client.close();
    throw error;
  }
  return {
    async read(keys) {
      const found = new Map<string, string>();
      for (const part of parts(keys)) {
        const { rows } = await client.execute({
          sql: `SELECT key, answer FROM response WHERE key IN (${part.map(() => "?").join(", ")})`,
          args: [...part],
        });
        for (const row of rows) found.set(String(row["key"]), String(row["answer"]));
      }
      return keys.map((key) => found.get(key));
    },
    async write(rows, knownKeys) {
      const insert = knownKeys === "replace" ? "INSERT OR REPLACE" : "INSERT OR IGNORE";
      for (const part of parts(rows)) {
        await client.execute({
          sql: `${insert} INTO response (key, answer, stored_at) VALUES ${part.map(() => "(?, ?, ?)").join(", ")}`,
          args: part.flat(),
        });
      }
    },
    async count() {
      const { rows } = await client.execute("SELECT COUNT(*) AS n FROM response");
      return Number(rows[0]?.["n"]);
    },
    close: () => client.close(),
  };
}

function parts<Item>(items: readonly Item[]): (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / mostRows) }, (_, i) => items.slice(i * mostRows, (i + 1) * mostRows));
}
