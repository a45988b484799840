/**
 * @file Requests that are answered in batches, for callers that ask one at a time: what is asked is gathered until nothing new comes, handed over
 * together, and each caller gets its own answer. Batches outlive the process: what an earlier session handed over is not asked again.
 */

import { randomUUID } from "node:crypto";
import { UserError } from "../../lib/errors.js";
import type { Context } from "../../types.js";
import { type Caller, excerpt } from "../http/failure.js";
import type { HttpResponse } from "../http/http.js";
import { LlmError, type UnderWay } from "../llm.js";
import { type BatchManner, batchAnswers, CrowdedError } from "./batch-answers.js";
import { openBatchFolder, type StoredBatch } from "./batch-folder.js";
import type { BatchAnswer, BatchService } from "./batch-service.js";

/** How a model is asked in batches. */
export interface BatchOptions {
  /** Where they are kept over the end of the process; of one run alone, as is its bill. */
  readonly folder: string;
  /** Who hears how far they are; nobody unless given. */
  readonly log?: Context["log"];
  /** A batch is handed over once nothing new came for so long: 3 unless told. */
  readonly gatherSeconds?: number;
  /** See `BatchManner.pollSeconds`: 5 unless told. */
  readonly pollSeconds?: number;
}

/** One request. */
export interface BatchRequest {
  readonly key: string;
  /** JSON. */
  readonly body: string;
  /** Those that the batch has to be sent with. */
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

export interface BatchQueue extends UnderWay {
  /** The answer, in its time. Throws `LlmError` where this request failed, `UserError` where all of them wait in vain, or the signal's reason. */
  ask(request: BatchRequest): Promise<HttpResponse>;
}

interface Waiter {
  resolve(response: HttpResponse): void;
  reject(error: unknown): void;
}

interface Batch {
  readonly stored: StoredBatch;
  /** By key. */
  readonly waiting: Map<string, Set<Waiter>>;
  /** What arrived, until it is settled. */
  readonly answers: Map<string, BatchAnswer["answer"]>;
  running: AbortController | null;
}

/** Batches of one model, with those that earlier sessions left in the folder. */
export function createBatchQueue(service: BatchService, caller: Caller, options: BatchOptions): BatchQueue {
  const { gatherSeconds = 3, pollSeconds = 5, log = () => {} } = options;
  const manner: BatchManner = { service, caller, log, pollSeconds };
  const folder = openBatchFolder(options.folder);
  /** The batch of each request that is not settled. */
  const places = new Map<string, Batch>();
  /** Requests that somebody asks, from the moment it is decided until the answer is settled. */
  const asked = new Set<string>();
  /** Batches that the service has, each until it is over. */
  const held = new Map<Batch, Promise<unknown>>();
  let gathering: Batch | null = null;
  let timer: NodeJS.Timeout | undefined;

  const placed = (stored: StoredBatch): Batch => {
    const batch: Batch = { stored, waiting: new Map(), answers: new Map(), running: null };
    for (const key of stored.open) places.set(key, batch);
    return batch;
  };
  const newBatch = (): Batch => placed(folder.create(`crossover-${randomUUID()}`));

  for (const stored of folder.unsettled) {
    const batch = placed(stored);
    if (stored.phase === "gathering") gathering = batch;
  }

  /** Into the batch that is gathered, or where it is full into the next one. */
  const gather = ({ key, body, headers }: Omit<BatchRequest, "signal">): Batch => {
    const line = service.line(key, body);
    const isFull = ({ stored }: Batch): boolean =>
      stored.requests >= service.mostRequests || stored.bytes + Buffer.byteLength(line) + 1 > service.mostBytes;
    if (gathering !== null && isFull(gathering)) close();
    gathering ??= newBatch();
    gathering.stored.add(key, line, headers);
    // The last one's place is in this one, also where it was in another.
    places.get(key)?.stored.settle(key);
    places.set(key, gathering);
    return gathering;
  };

  const close = (): void => {
    clearTimeout(timer);
    const batch = gathering;
    gathering = null;
    // Where nobody waits any more it stays on disk as it is.
    if (batch !== null && batch.waiting.size > 0) start(batch);
  };

  const rejectAll = ({ waiting }: Batch, error: unknown): void => {
    for (const waiters of [...waiting.values()]) for (const { reject } of [...waiters]) reject(error);
  };

  const start = (batch: Batch): void => {
    if (batch.running !== null) return;
    const controller = new AbortController();
    batch.running = controller;
    run(batch, controller.signal)
      .catch((error: unknown) => rejectAll(batch, error))
      .finally(() => {
        batch.running = null;
      });
  };

  const run = async (batch: Batch, signal: AbortSignal): Promise<void> => {
    const collecting = collect(batch, signal);
    held.set(
      batch,
      collecting.catch(() => {}),
    );
    try {
      return await collecting;
    } catch (error) {
      if (!(error instanceof CrowdedError)) throw error;
      held.delete(batch);
      batch.stored.update({ phase: "gathering" });
      if (held.size === 0) return runHalves(batch, error, signal);
    } finally {
      held.delete(batch);
    }
    await Promise.race(held.values());
    return run(batch, signal);
  };

  const runHalves = async (batch: Batch, error: Error, signal: AbortSignal): Promise<void> => {
    const lines = [...batch.stored.openLines()];
    if (lines.length < 2) throw new LlmError("request", error.message);
    const middle = Math.ceil(lines.length / 2);
    const halves = [lines.slice(0, middle), lines.slice(middle)].map((part) => {
      const half = newBatch();
      for (const [key, line] of part) {
        half.stored.add(key, line, batch.stored.headers);
        places.set(key, half);
        const waiters = batch.waiting.get(key);
        if (waiters !== undefined) half.waiting.set(key, waiters);
        batch.waiting.delete(key);
      }
      half.running = batch.running;
      return half;
    });
    // On disk with the halves now.
    for (const [key] of lines) batch.stored.settle(key);
    for (const half of halves) {
      try {
        await run(half, signal);
      } catch (failed) {
        for (const rest of halves) {
          rest.running = null;
          rejectAll(rest, failed);
        }
        return;
      }
      half.running = null;
    }
  };

  const collect = async (batch: Batch, signal: AbortSignal): Promise<void> => {
    const { stored, answers } = batch;
    // A request that failed may stand there again with an answer, where the service tried it once more.
    const failed = new Map<string, BatchAnswer["answer"]>();
    for await (const { key, answer } of batchAnswers(stored, manner, signal)) {
      if (!stored.open.has(key) || answers.has(key)) continue;
      if (typeof answer === "string" || answer.status >= 300) failed.set(key, answer);
      else arrived(batch, key, answer);
    }
    for (const [key, answer] of failed) if (!answers.has(key) && stored.open.has(key)) arrived(batch, key, answer);
    const missing = [...stored.open].filter((key) => !answers.has(key));
    if (missing.length === 0) return;
    if (stored.phase === "withdrawn") {
      throw new UserError(
        `The batch ${stored.id} at ${caller.card.spec} was cancelled before all was answered. What was answered is stored; resume to ask the rest.`,
      );
    }
    for (const key of missing) arrived(batch, key, "nothing came for it");
  };

  const arrived = (batch: Batch, key: string, answer: BatchAnswer["answer"]): void => {
    batch.answers.set(key, answer);
    for (const waiter of [...(batch.waiting.get(key) ?? [])]) tell(batch, waiter, answer);
  };

  const tell = ({ stored }: Batch, { resolve, reject }: Waiter, answer: BatchAnswer["answer"]): void => {
    if (typeof answer !== "string") resolve(answer);
    else {
      const why = excerpt(answer, caller.secrets);
      reject(new LlmError("server", `${caller.card.spec} left a request of batch ${stored.id} without an answer: ${why}`));
    }
  };

  return {
    takeOver(key) {
      if (!places.has(key) || asked.has(key)) return false;
      asked.add(key);
      return true;
    },
    settled(key) {
      asked.delete(key);
      const batch = places.get(key);
      places.delete(key);
      batch?.answers.delete(key);
      batch?.stored.settle(key);
    },
    async ask(request) {
      const { key, signal } = request;
      signal.throwIfAborted();
      asked.add(key);
      const before = places.get(key);
      const isLost = before === undefined || (before.stored.phase === "withdrawn" && !before.answers.has(key));
      const batch = isLost ? gather(request) : before;
      return new Promise<HttpResponse>((resolve, reject) => {
        const waiters = batch.waiting.get(key) ?? new Set();
        batch.waiting.set(key, waiters);
        const leave = (): void => {
          signal.removeEventListener("abort", abort);
          waiters.delete(waiter);
          // Halves of a batch have its waiters.
          const home = places.get(key) ?? batch;
          if (waiters.size === 0) home.waiting.delete(key);
        };
        const waiter: Waiter = {
          resolve: (response) => {
            leave();
            resolve(response);
          },
          reject: (error) => {
            leave();
            // It is under way still, for whoever asks it next.
            if (!(error instanceof LlmError)) asked.delete(key);
            reject(error);
          },
        };
        const abort = (): void => {
          const home = places.get(key) ?? batch;
          waiter.reject(signal.reason);
          // Nobody is left to wait for it here. At the service it goes on.
          if (home.waiting.size === 0) home.running?.abort(signal.reason);
        };
        signal.addEventListener("abort", abort, { once: true });
        waiters.add(waiter);
        const answer = batch.answers.get(key);
        if (answer !== undefined) tell(batch, waiter, answer);
        else if (batch === gathering) {
          clearTimeout(timer);
          timer = setTimeout(close, gatherSeconds * 1000);
        } else start(batch);
      });
    },
  };
}
