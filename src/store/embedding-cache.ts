import { mkdir, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { privateFolder } from "../lib/private-file.js";
import type { CachedEmbedding, EmbeddingCache } from "../types.js";
import { openDatabase } from "./database.js";

// Lost embeddings can be computed again: no need to wait for the disk.
const statements = [
  "PRAGMA journal_mode = WAL",
  "PRAGMA synchronous = OFF",
  "CREATE TABLE IF NOT EXISTS embedding (key TEXT PRIMARY KEY, seconds REAL NOT NULL, vector BLOB NOT NULL) WITHOUT ROWID",
  "SELECT key, seconds, vector FROM embedding LIMIT 1",
];

/**
 * Embeddings in a SQLite file, so that a second run on the same texts need not embed them again. Vectors are stored as
 * little-endian float32. A file that is broken or of another layout is a cache lost, not an error: it is started anew.
 */
export async function openEmbeddingCache(path: string): Promise<EmbeddingCache & Disposable> {
  await mkdir(dirname(path), privateFolder);
  const database = await openOrRenew(path);
  const select = database.prepare("SELECT seconds, vector FROM embedding WHERE key = ?").raw();
  const insert = database.prepare("INSERT OR REPLACE INTO embedding (key, seconds, vector) VALUES (?, ?, ?)");
  return {
    async get(keys) {
      return keys.map((key): CachedEmbedding | undefined => {
        const row = select.get([key]) as [seconds: number, vector: Buffer] | undefined;
        // Copied: the bytes may lie anywhere in their buffer, and float32 wants a multiple of four.
        return row && { seconds: row[0], vector: new Float32Array(Uint8Array.from(row[1]).buffer) };
      });
    },
    async set(entries) {
      database
        .transaction(() => {
          for (const { key, value } of entries) {
            const { buffer, byteOffset, byteLength } = value.vector;
            insert.run([key, value.seconds, Buffer.from(buffer, byteOffset, byteLength)]);
          }
        })
        .immediate();
    },
    [Symbol.dispose]: () => void database.close(),
  };
}

async function openOrRenew(path: string): Promise<ReturnType<typeof openDatabase>> {
  try {
    return openDatabase(path, statements);
  } catch {
    for (const suffix of ["", "-wal", "-shm"]) await rm(path + suffix, { force: true });
    return openDatabase(path, statements);
  }
}
