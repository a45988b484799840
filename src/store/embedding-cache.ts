import { mkdir, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { privateFolder } from "../lib/private-file.js";
import { checksum } from "../lib/sealed-json.js";
import type { CachedEmbedding, EmbeddingCache } from "../types/encoder.js";
import { bytesOf, inTransaction, isLost, openDatabase } from "./database.js";

// Lost embeddings can be computed again: no need to wait for the disk.
const statements = [
  "PRAGMA journal_mode = WAL",
  "PRAGMA synchronous = OFF",
  "CREATE TABLE IF NOT EXISTS embedding (key TEXT PRIMARY KEY, seconds REAL NOT NULL, vector BLOB NOT NULL, crc TEXT NOT NULL) WITHOUT ROWID",
  "SELECT key, seconds, vector, crc FROM embedding LIMIT 0",
];

/**
 * Embeddings in a SQLite file, so that a second run on the same texts need not embed them again. Vectors are stored as
 * little-endian float32, each with a checksum: one that a disk has changed is as if it were not there. A file that is broken or of another layout
 * is a cache lost, not an error: it is started anew; one that breaks while it is used, or has no room any more, answers and takes nothing any more.
 */
export async function openEmbeddingCache(path: string): Promise<EmbeddingCache & Disposable> {
  await mkdir(dirname(path), privateFolder);
  const database = await openOrRenew(path);
  const select = database.prepare(`SELECT seconds, vector, ${bytesOf("crc")} FROM embedding WHERE key = ?`).raw();
  const insert = database.prepare("INSERT OR REPLACE INTO embedding (key, seconds, vector, crc) VALUES (?, ?, ?, ?)");
  let hasLost = false;
  /** What is asked of a file that turns out to be damaged gets the answer of an empty one. */
  const unlessLost = <Result>(ask: () => Result, empty: Result): Result => {
    if (hasLost) return empty;
    try {
      return ask();
    } catch (error) {
      if (!isLost(error)) throw error;
      hasLost = true;
      return empty;
    }
  };
  const find = (key: string): CachedEmbedding | undefined => {
    const row = select.get([key]) as [seconds: number, vector: Buffer, crc: Buffer] | undefined;
    if (row === undefined || String(row[2]) !== checksumOf(key, row[0], row[1])) return undefined;
    // Copied: the bytes may lie anywhere in their buffer, and float32 wants a multiple of four.
    return { seconds: row[0], vector: new Float32Array(Uint8Array.from(row[1]).buffer) };
  };
  return {
    get: async (keys) => keys.map((key) => unlessLost(() => find(key), undefined)),
    async set(entries) {
      const write = (): void => {
        for (const { key, value } of entries) {
          const { buffer, byteOffset, byteLength } = value.vector;
          const bytes = Buffer.from(buffer, byteOffset, byteLength);
          insert.run([key, value.seconds, bytes, checksumOf(key, value.seconds, bytes)]);
        }
      };
      unlessLost(() => inTransaction(database, write), undefined);
    },
    [Symbol.dispose]: () => void database.close(),
  };
}

const checksumOf = (key: string, seconds: number, vector: Uint8Array): string =>
  checksum(Buffer.concat([Buffer.from(`${key} ${seconds} `), vector]));

async function openOrRenew(path: string): Promise<ReturnType<typeof openDatabase>> {
  try {
    return openDatabase(path, statements);
  } catch {
    for (const suffix of ["", "-wal", "-shm"]) await rm(path + suffix, { force: true });
    return openDatabase(path, statements);
  }
}
