/**
 * @file Requests that are answered in batches, for callers that ask one at a time: what is asked is gathered until nothing new comes, handed over
 * together, and each caller gets its own answer. Batches outlive the process: what an earlier session handed over is not asked again.
 */

import type { Context } from "../../types/approach.js";
import type { Caller } from "../http/failure.js";
import type { HttpResponse } from "../http/http.js";
import { LlmError, type UnderWay } from "../llm.js";
import { openBatchFolder } from "./batch-folder.js";
import { createBatchPlaces } from "./batch-places.js";
import { createBatchRuns } from "./batch-runs.js";
import type { BatchService } from "./batch-service.js";
import { type OpenBatch, tell, type Waiter } from "./open-batch.js";

/** Options for asking a model in batches. */
export interface BatchOptions {
  /** The folder where batches outlive the process; every run needs its own. */
  readonly folder: string;
  /** Receives progress. @default nobody */
  readonly log?: Context["log"];
  /** Seconds without a new request after which a batch is submitted. @default 3 */
  readonly gatherSeconds?: number;
  /** See `BatchManner.pollSeconds`. @default 5 */
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

/** Batches of one model, with those that earlier sessions left in the folder. */
export function createBatchQueue(service: BatchService, caller: Caller, options: BatchOptions): BatchQueue {
  const { gatherSeconds = 3, pollSeconds = 5, log = () => {} } = options;
  const places = createBatchPlaces(service, openBatchFolder(options.folder));
  const start = createBatchRuns({ service, caller, log, pollSeconds }, places);
  /** Requests that somebody asks, from the moment it is decided until the answer is settled. */
  const asked = new Set<string>();
  let timer: NodeJS.Timeout | undefined;

  const close = (): void => {
    clearTimeout(timer);
    const batch = places.endGathering();
    // Where nobody waits any more it stays on disk as it is.
    if (batch !== null && batch.waiting.size > 0) start(batch);
  };

  /** Into the batch that is gathered, or where it is full into the next one. */
  const gather = ({ key, body, headers }: BatchRequest): OpenBatch => {
    const line = service.line(key, body);
    if (places.isFull(line)) close();
    return places.gather({ key, line, headers });
  };

  /** Halves of a batch have its waiters. */
  const homeOf = (key: string, batch: OpenBatch): OpenBatch => places.of(key) ?? batch;

  /** Waits in a batch for one answer, until it comes, or the signal says to wait no more. */
  const wait = ({ key, signal }: BatchRequest, batch: OpenBatch, { resolve, reject }: Waiter): Waiter => {
    const waiters = batch.waiting.get(key) ?? new Set();
    batch.waiting.set(key, waiters);
    const leave = (): void => {
      signal.removeEventListener("abort", abort);
      waiters.delete(waiter);
      if (waiters.size === 0) homeOf(key, batch).waiting.delete(key);
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
      const home = homeOf(key, batch);
      waiter.reject(signal.reason);
      // Nobody is left to wait for it here. At the service it goes on.
      if (home.waiting.size === 0) home.running?.abort(signal.reason);
    };
    signal.addEventListener("abort", abort, { once: true });
    waiters.add(waiter);
    return waiter;
  };

  return {
    takeOver(key) {
      if (places.of(key) === undefined || asked.has(key)) return false;
      asked.add(key);
      return true;
    },
    settled(key) {
      asked.delete(key);
      places.settle(key);
    },
    async ask(request) {
      const { key, signal } = request;
      signal.throwIfAborted();
      asked.add(key);
      const before = places.of(key);
      const isLost = before === undefined || (before.stored.phase === "withdrawn" && !before.answers.has(key));
      const batch = isLost ? gather(request) : before;
      return new Promise<HttpResponse>((resolve, reject) => {
        const waiter = wait(request, batch, { resolve, reject });
        const answer = batch.answers.get(key);
        if (answer !== undefined) tell(batch, waiter, answer, caller);
        else if (places.isGathering(batch)) {
          clearTimeout(timer);
          timer = setTimeout(close, gatherSeconds * 1000);
        } else start(batch);
      });
    },
  };
}
