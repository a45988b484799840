/** @file A batch that this process knows: who waits for its answers, and those that have arrived. */
import { type Caller, excerpt } from "../http/failure.js";
import type { HttpResponse } from "../http/http.js";
import { LlmError } from "../llm.js";
import type { StoredBatch } from "./batch-folder.js";
import type { BatchAnswer } from "./batch-service.js";

/** Somebody who waits for one answer. Told once, by either function. */
export interface Waiter {
  resolve(response: HttpResponse): void;
  reject(error: unknown): void;
}

export interface OpenBatch {
  readonly stored: StoredBatch;
  /** By key. */
  readonly waiting: Map<string, Set<Waiter>>;
  /** What arrived, until it is settled. */
  readonly answers: Map<string, BatchAnswer["answer"]>;
  /** Stops waiting for it; `null` while nobody does. */
  running: AbortController | null;
}

/** A batch on disk, nobody waiting for it yet. */
export function openBatch(stored: StoredBatch): OpenBatch {
  return { stored, waiting: new Map(), answers: new Map(), running: null };
}

/** Keeps an answer, and tells whoever waits for it. */
export function deliver(batch: OpenBatch, key: string, answer: BatchAnswer["answer"], caller: Caller): void {
  batch.answers.set(key, answer);
  for (const waiter of [...(batch.waiting.get(key) ?? [])]) tell(batch, waiter, answer, caller);
}

/** Tells one who waits what came: an answer, or in words why there is none. */
export function tell({ stored }: OpenBatch, waiter: Waiter, answer: BatchAnswer["answer"], { card, secrets }: Caller): void {
  if (typeof answer !== "string") waiter.resolve(answer);
  else {
    const why = excerpt(answer, secrets);
    waiter.reject(new LlmError("server", `${card.spec} left a request of batch ${stored.id} without an answer: ${why}`));
  }
}

/** Tells all who wait that they wait in vain. */
export function rejectAll({ waiting }: OpenBatch, error: unknown): void {
  for (const waiters of [...waiting.values()]) for (const { reject } of [...waiters]) reject(error);
}
