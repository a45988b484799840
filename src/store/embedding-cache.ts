import { mkdir, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { type Client, createClient } from "@libsql/client";
import type { CachedEmbedding, EmbeddingCache } from "../types.js";

/** Keys asked for at once; SQLite takes up to 32,766 parameters a statement. */
const keysPerQuery = 500;

/**
 * Embeddings in a SQLite file, so that a second run on the same texts need not embed them again. Vectors are stored as
 * little-endian float32. A file that is broken or of another layout is a cache lost, not an error: it is started anew.
 */
export async function openEmbeddingCache(path: string): Promise<EmbeddingCache & Disposable> {
  await mkdir(dirname(path), { recursive: true });
  const client = await openTable(path).catch(async () => {
    for (const suffix of ["", "-wal", "-shm"]) await rm(path + suffix, { force: true });
    return openTable(path);
  });
  return {
    get: (keys) => readAll(client, keys),
    async set(entries) {
      await client.batch(
        entries.map(({ key, value }) => ({
          sql: "INSERT OR REPLACE INTO embedding (key, seconds, vector) VALUES (?, ?, ?)",
          args: [key, value.seconds, new Uint8Array(value.vector.buffer, value.vector.byteOffset, value.vector.byteLength)],
        })),
        "write",
      );
    },
    [Symbol.dispose]: () => client.close(),
  };
}

async function openTable(path: string): Promise<Client> {
  const client = createClient({ url: `file:${path}` });
  try {
    await client.execute("PRAGMA busy_timeout = 5000");
    await client.execute("PRAGMA journal_mode = WAL");
    // Lost embeddings can be computed again: no need to wait for the disk.
    await client.execute("PRAGMA synchronous = OFF");
    await client.execute(
      "CREATE TABLE IF NOT EXISTS embedding (key TEXT PRIMARY KEY, seconds REAL NOT NULL, vector BLOB NOT NULL) WITHOUT ROWID",
    );
    await client.execute("SELECT key, seconds, vector FROM embedding LIMIT 1");
    return client;
  } catch (error) {
    client.close();
    throw error;
  }
}

async function readAll(client: Client, keys: readonly string[]): Promise<(CachedEmbedding | undefined)[]> {
  const found = new Map<string, CachedEmbedding>();
  for (let start = 0; start < keys.length; start += keysPerQuery) {
    const some = keys.slice(start, start + keysPerQuery);
    const { rows } = await client.execute({
      sql: `SELECT key, seconds, vector FROM embedding WHERE key IN (${some.map(() => "?").join(",")})`,
      args: some,
    });
    for (const row of rows) {
      const bytes = row["vector"] as ArrayBuffer;
      found.set(String(row["key"]), { vector: new Float32Array(bytes.slice(0)), seconds: Number(row["seconds"]) });
    }
  }
  return keys.map((key) => found.get(key));
}
