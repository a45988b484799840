/**
 * @file Batches on disk. A request is in its batch's file before it is anywhere else, and the batch's state says how far it got: a process that is
 * killed at any moment has lost nothing that the next one could not find out.
 *
 *     batches/0001.jsonl     the requests, as they are handed over
 *     batches/0001.sums      a checksum of each: the requests themselves must be what the service expects
 *     batches/0001.json      what is known of the batch
 *     batches/0001.settled   keys of requests whose answers are stored and billed
 *     batches/0001           what the service keeps of it here
 */

import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { textAt } from "../../lib/json-value.js";
import { privateFileMode, privateFolder } from "../../lib/private-file.js";
import { checksum, sealedDocument, unsealed } from "../../lib/sealed-json.js";
import { checked, damaged, openJournal } from "../../store/journal.js";
import { openLineFile } from "../../store/line-file.js";
import type { BatchInput } from "./batch-service.js";

/**
 * How far a batch is. `submitting`: it may have been handed over or not. `withdrawn`: the service will not answer the rest. `settled`: nothing is
 * open.
 */
export type BatchPhase = "gathering" | "submitting" | "submitted" | "withdrawn" | "settled";

/** What is known of a batch. */
interface StoredState {
  readonly format: 1;
  readonly phase: BatchPhase;
  readonly tag: string;
  readonly createdAt: string;
  readonly requests: number;
  /** Once it is known. */
  readonly id: string | null;
  readonly headers: Readonly<Record<string, string>>;
}

const stateSchema = z.object({
  format: z.literal(1),
  phase: z.enum(["gathering", "submitting", "submitted", "withdrawn", "settled"]),
  tag: z.string(),
  createdAt: z.string(),
  requests: z.int().nonnegative(),
  id: z.string().nullable(),
  headers: z.record(z.string(), z.string()),
});

/** One batch on disk. All writing is done when a call returns. */
export interface StoredBatch extends BatchInput {
  readonly phase: BatchPhase;
  readonly id: string | null;
  readonly bytes: number;
  /** Keys of requests that are not settled. */
  readonly open: ReadonlySet<string>;
  /** One more request; `line` without its end. */
  add(key: string, line: string, headers: Readonly<Record<string, string>>): void;
  update(change: { readonly phase: BatchPhase; readonly id?: string }): void;
  /** An answer is stored and billed. With the last one the requests are deleted. */
  settle(key: string): void;
  /** The lines of the requests that are open, by their keys. */
  openLines(): Map<string, string>;
}

const access = { mode: privateFileMode };

/** The batches of one model. */
export interface BatchFolder {
  /** Those of earlier sessions that are not settled, the oldest first. */
  readonly unsettled: readonly StoredBatch[];
  create(tag: string): StoredBatch;
}

/** Reads the folder, which need not exist. `UserError` where a file of it is broken. */
export function openBatchFolder(folder: string): BatchFolder {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const stems = names.filter((name) => /^\d+\.json$/.test(name)).map((name) => name.slice(0, -5));
  stems.sort((a, b) => Number(a) - Number(b));
  let last = Number(stems.at(-1) ?? 0);
  return {
    unsettled: stems.map((stem) => storedBatch(join(folder, stem), null)).filter(({ phase }) => phase !== "settled"),
    create(tag) {
      mkdirSync(folder, privateFolder);
      last++;
      const state = { phase: "gathering", tag, createdAt: new Date().toISOString(), requests: 0, id: null, headers: {} } as const;
      return storedBatch(join(folder, String(last).padStart(4, "0")), { format: 1, ...state });
    },
  };
}

function storedBatch(stem: string, made: StoredState | null): StoredBatch {
  const [statePath, path, sumsPath, settledPath] = [`${stem}.json`, `${stem}.jsonl`, `${stem}.sums`, `${stem}.settled`];
  let state = made ?? readState(statePath);
  const requests = made === null && state.phase !== "settled" ? readRequests(path, sumsPath) : [];
  const settledKeys = openJournal(settledPath, { schema: z.object({ key: z.string() }), remedy });
  const settled = new Set(settledKeys.lines.map(({ key }) => key));
  const open = new Set(requests.map(({ key }) => key).filter((key) => !settled.has(key)));
  let count = requests.length;
  const lines = openLineFile(path, bytesOf(requests.map(({ line }) => line)));
  const sums = openLineFile(sumsPath, bytesOf(requests.map(({ line }) => checksum(line))));
  const write = (change: Partial<StoredState>): void => {
    state = { ...state, ...change };
    writeFileSync(`${statePath}.tmp`, sealedDocument(state), access);
    renameSync(`${statePath}.tmp`, statePath);
  };
  if (made !== null) write({});
  // The line that a killed process was writing would spoil the next one.
  else if (state.phase === "gathering") {
    lines.dropRest();
    sums.dropRest();
  }
  return {
    path,
    folder: stem,
    get requests() {
      return count;
    },
    get phase() {
      return state.phase;
    },
    get id() {
      return state.id;
    },
    get tag() {
      return state.tag;
    },
    get createdAt() {
      return state.createdAt;
    },
    get headers() {
      return state.headers;
    },
    get bytes() {
      return lines.bytes;
    },
    open,
    add(key, line, headers) {
      const added = Object.entries(headers).filter(([name, value]) => state.headers[name] !== value);
      if (added.length > 0) write({ headers: { ...state.headers, ...Object.fromEntries(added) } });
      const before = lines.bytes;
      lines.append(line);
      try {
        sums.append(checksum(line));
      } catch (error) {
        lines.truncate(before);
        throw error;
      }
      open.add(key);
      count++;
    },
    update(change) {
      write({ ...change, requests: count });
    },
    settle(key) {
      if (!open.delete(key)) return;
      if (open.size > 0) {
        settledKeys.append({ key });
        return;
      }
      write({ phase: "settled" });
      for (const done of [path, sumsPath, settledPath, stem]) rmSync(done, { force: true, recursive: true });
    },
    openLines: () =>
      new Map(readRequests(path, sumsPath).flatMap(({ key, line }) => (open.has(key) ? [[key, line] as const] : []))),
  };
}

/** Bytes of these lines with their ends. */
const bytesOf = (lines: readonly string[]): number => lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);

const remedy = "Delete the files of its number; its answers would then be paid for again.";

function readState(path: string): StoredState {
  const state = unsealed(readFileSync(path, "utf8"));
  if (state === null) throw damaged(`${path}, which says how far a batch is,`, remedy);
  return checked(path, state, stateSchema, remedy);
}

/** The requests of a file, but for a last one that was cut off, or whose checksum was not written any more. */
function readRequests(path: string, sumsPath: string): { readonly key: string; readonly line: string }[] {
  if (!existsSync(path)) return [];
  const [lines, sums] = [path, sumsPath].map((file) =>
    existsSync(file) ? readFileSync(file, "utf8").split("\n").slice(0, -1) : [],
  ) as [string[], string[]];
  const whole = lines.slice(0, Math.max(sums.length, lines.length - 1));
  return whole.map((line, i) => {
    if (sums[i] !== checksum(line)) throw damaged(`${path} line ${i + 1}`, remedy);
    return { line, key: keyOf(line) };
  });
}

function keyOf(line: string): string {
  // Written here, and much shorter than parsing a line that may hold a long text.
  return /^\{"custom_id":"([^"]+)"/.exec(line)?.[1] ?? textAt(JSON.parse(line), "custom_id") ?? "";
}
