/**
 * @file Batches on disk. A request is in its batch's file before it is anywhere else, and the batch's state says how far it got: a process that is
 * killed at any moment has lost nothing that the next one could not find out.
 *
 *     batches/0001.jsonl     the requests, as they are handed over
 *     batches/0001.json      what is known of the batch
 *     batches/0001.settled   keys of requests whose answers are stored and billed
 */

import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { messageOf, UserError } from "../../lib/errors.js";
import { privateFileMode, privateFolder } from "../../lib/private-file.js";
import { textAt } from "../json-value.js";
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
  const [statePath, path, settledPath] = [`${stem}.json`, `${stem}.jsonl`, `${stem}.settled`];
  let state = made ?? readState(statePath);
  const requests = made === null && state.phase !== "settled" ? readRequests(path) : [];
  const settled = new Set(existsSync(settledPath) ? readFileSync(settledPath, "utf8").split("\n") : []);
  const open = new Set(requests.map(({ key }) => key).filter((key) => !settled.has(key)));
  let count = requests.length;
  let bytes = requests.reduce((sum, { line }) => sum + Buffer.byteLength(line) + 1, 0);
  const write = (change: Partial<StoredState>): void => {
    state = { ...state, ...change };
    writeFileSync(`${statePath}.tmp`, `${JSON.stringify(state, null, 2)}\n`, access);
    renameSync(`${statePath}.tmp`, statePath);
  };
  if (made !== null) write({});
  // The line that a killed process was writing would spoil the next one.
  else if (state.phase === "gathering") writeFileSync(path, requests.map(({ line }) => `${line}\n`).join(""), access);
  return {
    path,
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
      return bytes;
    },
    open,
    add(key, line, headers) {
      const added = Object.entries(headers).filter(([name, value]) => state.headers[name] !== value);
      if (added.length > 0) write({ headers: { ...state.headers, ...Object.fromEntries(added) } });
      appendFileSync(path, `${line}\n`, access);
      open.add(key);
      count++;
      bytes += Buffer.byteLength(line) + 1;
    },
    update(change) {
      write({ ...change, requests: count });
    },
    settle(key) {
      if (!open.delete(key)) return;
      if (open.size > 0) {
        appendFileSync(settledPath, `${key}\n`, access);
        return;
      }
      write({ phase: "settled" });
      rmSync(path, { force: true });
      rmSync(settledPath, { force: true });
    },
    openLines: () => new Map(readRequests(path).flatMap(({ key, line }) => (open.has(key) ? [[key, line] as const] : []))),
  };
}

function readState(path: string): StoredState {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as StoredState;
  } catch (error) {
    throw new UserError(
      `${path}, which says how far a batch is, cannot be read: ${messageOf(error)}. Delete the three files of its number; its answers would then ` +
        "be paid for again.",
    );
  }
}

/** The requests of a file, but for a last line that was cut off. */
function readRequests(path: string): { readonly key: string; readonly line: string }[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8")
    .split("\n")
    .slice(0, -1)
    .map((line) => ({ line, key: keyOf(line) }));
}

function keyOf(line: string): string {
  // Written here, and much shorter than parsing a line that may hold a long text.
  return /^\{"custom_id":"([^"]+)"/.exec(line)?.[1] ?? textAt(JSON.parse(line), "custom_id") ?? "";
}
