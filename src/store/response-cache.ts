import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { type Client, createClient } from "@libsql/client";
import { messageOf, UserError } from "../lib/errors.js";
import { gathered } from "../lib/gathered.js";
import type { Usage } from "../types.js";

/** An answer as it is kept. Holds no key, no header and no request: the request is its key, hashed. */
export interface StoredResponse {
  readonly text: string;
  readonly finish: string;
  readonly usage: Usage | null;
  /** `null` where it came in a batch. */
  readonly latencySeconds: number | null;
  readonly servedBy: string | null;
  /** Of each token of the text; absent where none were asked for, and in files of early versions. */
  readonly logprobs?: readonly StoredTokenLogprob[];
}

/** A token with its natural log-probability and the likeliest tokens that could have stood there. */
export interface StoredTokenLogprob {
  readonly token: string;
  readonly logprob: number;
  readonly top: readonly { readonly token: string; readonly logprob: number }[];
}

/** Answers that were paid for, on disk. Two processes may have the same file open. */
export interface ResponseCache extends AsyncDisposable {
  get(key: string): Promise<StoredResponse | undefined>;
  /** On disk when the promise resolves: what a killed process has stored, the next one finds. */
  set(key: string, response: StoredResponse): Promise<void>;
  /** Answers stored. */
  count(): Promise<number>;
}

// As JSON, which can hold what SQLite's texts and UTF-8 cannot: NUL, and halves of surrogate pairs.
// Rows by their order and keys in an index: keys are random, and rows by their keys would write a page of others with each. Files of early
// versions are such, and work all the same.
const layout = "CREATE TABLE IF NOT EXISTS response (key TEXT PRIMARY KEY, answer TEXT NOT NULL, stored_at TEXT NOT NULL)";

/** Key, answer, time. */
type Row = readonly [string, string, string];

/** At a thousand questions a second, looking for a few of them at a time is most of what looking costs. Writing never waits. */
const leastMs = 3;

/** SQLite takes 32,766 parameters a statement. */
const mostRows = 5000;

/**
 * Opens the SQLite file, or makes it. Answers cost money, so a file that is broken or of another kind is an error
 * (`UserError`), never silently started anew.
 */
export async function openResponseCache(path: string): Promise<ResponseCache> {
  const client = await openTable(path);
  const read = gathered((keys: readonly string[]) => readAnswers(client, keys), leastMs);
  const write = gathered((rows: readonly Row[]) => writeAnswers(client, rows));
  let isOpen = true;
  return {
    async get(key) {
      const answer = await read(key);
      return answer === undefined ? undefined : (JSON.parse(answer) as StoredResponse);
    },
    async set(key, { text, finish, usage, latencySeconds, servedBy, logprobs }) {
      // Field by field: nothing that a caller's object may hold besides gets into the file.
      const answer: StoredResponse = {
        text,
        finish,
        usage,
        latencySeconds,
        servedBy,
        ...(logprobs === undefined ? {} : { logprobs: logprobs.map(storedToken) }),
      };
      await write([key, JSON.stringify(answer), new Date().toISOString()]);
    },
    async count() {
      const { rows } = await client.execute("SELECT COUNT(*) AS n FROM response");
      return Number(rows[0]?.["n"]);
    },
    async [Symbol.asyncDispose]() {
      if (isOpen) client.close();
      isOpen = false;
    },
  };
}

function storedToken({ token, logprob, top }: StoredTokenLogprob): StoredTokenLogprob {
  return { token, logprob, top: top.map((other) => ({ token: other.token, logprob: other.logprob })) };
}

/** The answers in the order of the keys; `undefined` where there is none. */
async function readAnswers(client: Client, keys: readonly string[]): Promise<(string | undefined)[]> {
  const found = new Map<string, string>();
  for (const part of parts(keys)) {
    const { rows } = await client.execute({
      sql: `SELECT key, answer FROM response WHERE key IN (${part.map(() => "?").join(", ")})`,
      args: [...part],
    });
    for (const row of rows) found.set(String(row["key"]), String(row["answer"]));
  }
  return keys.map((key) => found.get(key));
}

/** On disk when the promise resolves, all in one transaction or each part of many in its own. */
async function writeAnswers(client: Client, rows: readonly Row[]): Promise<undefined[]> {
  for (const part of parts(rows)) {
    await client.execute({
      sql: `INSERT OR REPLACE INTO response (key, answer, stored_at) VALUES ${part.map(() => "(?, ?, ?)").join(", ")}`,
      args: part.flat(),
    });
  }
  return rows.map(() => undefined);
}

function parts<Item>(items: readonly Item[]): (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / mostRows) }, (_, i) => items.slice(i * mostRows, (i + 1) * mostRows));
}

async function openTable(path: string): Promise<Client> {
  let client: Client | undefined;
  try {
    await mkdir(dirname(path), { recursive: true });
    // One connection: what is set below holds for it alone, and another one would write to disk at every answer.
    client = createClient({ url: `file:${path}`, concurrency: 1 });
    await client.execute("PRAGMA busy_timeout = 10000");
    await client.execute("PRAGMA journal_mode = WAL");
    // With a write-ahead log NORMAL loses nothing when the process dies; after a power cut at most the last answers.
    await client.execute("PRAGMA synchronous = NORMAL");
    // 16 MB of pages: taking them over into the file waits for the disk.
    await client.execute("PRAGMA wal_autocheckpoint = 4000");
    await client.execute(layout);
    await client.execute("SELECT key, answer, stored_at FROM response LIMIT 1");
    return client;
  } catch (error) {
    client?.close();
    throw new UserError(
      `The answers of earlier requests cannot be opened: ${path}: ${messageOf(error)}. ` +
        "Name another file, or move this one away; requests that it holds would then be paid for again.",
    );
  }
}
