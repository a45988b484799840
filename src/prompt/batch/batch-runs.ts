/** @file Batches at the service: handed over, waited for, and where one is too large for the limit on what waits there, halved. */
import { UserError } from "../../lib/errors.js";
import { LlmError } from "../llm.js";
import { type BatchManner, batchAnswers, CrowdedError } from "./batch-answers.js";
import type { BatchPlaces } from "./batch-places.js";
import type { BatchAnswer } from "./batch-service.js";
import { deliver, type OpenBatch, rejectAll } from "./open-batch.js";

/** A function that brings a batch to its end, once at a time: whoever waits in it gets an answer or an error. */
export function createBatchRuns(manner: BatchManner, places: BatchPlaces): (batch: OpenBatch) => void {
  /** Batches that the service has, each until it is over. */
  const held = new Map<OpenBatch, Promise<unknown>>();

  const run = async (batch: OpenBatch, signal: AbortSignal): Promise<void> => {
    const collecting = collect(batch, manner, signal);
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

  const runHalves = async (batch: OpenBatch, error: Error, signal: AbortSignal): Promise<void> => {
    const halves = places.split(batch);
    if (halves === null) throw new LlmError("request", error.message);
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

  return (batch) => {
    if (batch.running !== null) return;
    const controller = new AbortController();
    batch.running = controller;
    run(batch, controller.signal)
      .catch((error: unknown) => rejectAll(batch, error))
      .finally(() => {
        batch.running = null;
      });
  };
}

/** Delivers what the service answers to a batch. A request that it leaves out has no answer; where the batch was cancelled that is a `UserError`. */
async function collect(batch: OpenBatch, manner: BatchManner, signal: AbortSignal): Promise<void> {
  const { stored, answers } = batch;
  const { caller } = manner;
  // A request that failed may stand there again with an answer, where the service tried it once more.
  const failed = new Map<string, BatchAnswer["answer"]>();
  for await (const { key, answer } of batchAnswers(stored, manner, signal)) {
    if (!stored.open.has(key) || answers.has(key)) continue;
    if (typeof answer === "string" || answer.status >= 300) failed.set(key, answer);
    else deliver(batch, key, answer, caller);
  }
  for (const [key, answer] of failed) {
    if (!answers.has(key) && stored.open.has(key)) deliver(batch, key, answer, caller);
  }
  const missing = [...stored.open].filter((key) => !answers.has(key));
  if (missing.length === 0) return;
  if (stored.phase === "withdrawn") {
    throw new UserError(
      `The batch ${stored.id} at ${caller.card.spec} was cancelled before all was answered. What was answered is stored; resume to ask the rest.`,
    );
  }
  for (const key of missing) deliver(batch, key, "nothing came for it", caller);
}
