/** @file One batch from its file to its answers: handed over, waited for, collected, through whatever goes wrong on the way. */

import { setTimeout as delay } from "node:timers/promises";
import { UserError } from "../../lib/errors.js";
import { formatPlural } from "../../lib/text/format.js";
import type { Context } from "../../types/approach.js";
import { type Caller, excerpt, toLlmError } from "../http/failure.js";
import { LlmError } from "../llm.js";
import type { StoredBatch } from "./batch-folder.js";
import type { BatchAnswer, BatchService } from "./batch-service.js";

/** How batches of one model are asked about. */
export interface BatchManner {
  readonly service: BatchService;
  readonly caller: Caller;
  readonly log: Context["log"];
  /** Between the first two questions about a batch; the time grows to twelve times as much. */
  readonly pollSeconds: number;
}

/** The service has too much waiting: it takes a smaller batch, or this one later. */
export class CrowdedError extends Error {
  override readonly name = "CrowdedError";
}

/**
 * Hands the batch over, if it was not, waits until the service is done with it, and yields what it answered; after a broken connection some of it
 * twice. A network that is gone is waited for. Throws `LlmError` where the batch is refused, and was not billed; `CrowdedError`; `UserError` where
 * going on makes no sense now; or the signal's reason.
 */
export async function* batchAnswers(batch: StoredBatch, manner: BatchManner, signal: AbortSignal): AsyncGenerator<BatchAnswer> {
  const { service, caller } = manner;
  const id = await idOf(batch, manner, signal);
  await over(batch, id, manner, signal);
  for (let tried = 1; ; tried++) {
    try {
      yield* service.answers(id, signal, tried > mostCutOff, batch);
      return;
    } catch (error) {
      await waitAfter(error, tried, manner, signal, gone(batch, id, caller));
    }
  }
}

/** Times that answers whose end is cut off are fetched again: from then on it is taken for what the service has. */
const mostCutOff = 3;

/** The id of the batch at the service. What may have been handed over is looked for before it is handed over once more. */
async function idOf(batch: StoredBatch, manner: BatchManner, signal: AbortSignal): Promise<string> {
  const { service, caller, log } = manner;
  if (batch.phase === "submitted") return batch.id!;
  let mayBeThere = batch.phase === "submitting";
  batch.update({ phase: "submitting" });
  for (let tried = 1; ; tried++) {
    try {
      const found = mayBeThere ? await service.find(batch, signal) : null;
      mayBeThere = true;
      const id = found ?? (await service.submit(batch, signal));
      batch.update({ phase: "submitted", id });
      const { promise = "answers come within 24 hours" } = service;
      log({
        kind: "note",
        text:
          `${formatPlural(batch.requests, "request")} ${batch.requests === 1 ? "is" : "are"} at ${caller.card.spec} as ${id}: ${promise}. ` +
          "What is stopped or killed now finds the batch again when it is resumed.",
      });
      return id;
    } catch (error) {
      await waitAfter(error, tried, manner, signal, (refused) =>
        refused.kind === "model"
          ? new LlmError("model", `${caller.card.spec} takes no batches at ${caller.card.baseUrl}. Ask without --batch.`)
          : refused,
      );
    }
  }
}

/** Waits until the service has done with it. */
async function over(batch: StoredBatch, id: string, manner: BatchManner, signal: AbortSignal): Promise<void> {
  const { service, caller, log, pollSeconds } = manner;
  const { spec } = caller.card;
  let [tried, seconds] = [1, pollSeconds];
  for (;;) {
    const state = await service
      .state(id, signal, batch)
      .catch((error: unknown) => waitAfter(error, tried++, manner, signal, gone(batch, id, caller)));
    if (state === undefined) continue;
    const { isOver, done, total, failure } = state;
    tried = 1;
    if (total > 0) log({ kind: "progress", phase: "batch", subject: `${id} at ${spec}`, done, total });
    const why = excerpt(failure?.message ?? "", caller.secrets);
    if (failure?.kind === "crowded") throw new CrowdedError(`${spec} does not take the batch now: ${why}`);
    if (failure !== undefined) batch.update({ phase: "withdrawn" });
    if (failure?.kind === "refused") {
      const said = `${why}${/[.!?]$/.test(why) ? "" : "."}`;
      throw new LlmError("batch", `${spec} refused the batch ${id}: ${said} None of it runs, and none of it is billed.`);
    }
    if (isOver) return;
    await delay(seconds * 1000, undefined, { signal }).catch(() => signal.throwIfAborted());
    seconds = Math.min(seconds * 1.5, 12 * pollSeconds);
  }
}

/** Waits before the next attempt. Throws what makes no attempt worthwhile, as `remedy` puts it. */
async function waitAfter(
  error: unknown,
  tried: number,
  { caller, log, pollSeconds }: BatchManner,
  signal: AbortSignal,
  remedy: (refused: LlmError) => Error,
): Promise<void> {
  signal.throwIfAborted();
  const failed = toLlmError(error, caller);
  if (!(failed instanceof LlmError)) throw failed;
  if (!failed.isRetryable) throw remedy(failed);
  if (tried === 3) log({ kind: "note", text: `${failed.message} Trying again until it answers.` });
  const own = pollSeconds * Math.min(12, 2 ** (tried - 1));
  const seconds = Math.max(own, Math.min(failed.retryAfterSeconds ?? 0, 120));
  await delay(seconds * 1000, undefined, { signal }).catch(() => signal.throwIfAborted());
}

/** What a refusal means for a batch that was handed over: it goes on by itself, unless the service has forgotten it. */
function gone(batch: StoredBatch, id: string, { card }: Caller): (error: LlmError) => Error {
  return (error) => {
    if (error.kind !== "model") return new UserError(`${error.message} The batch ${id} goes on at ${card.spec} meanwhile.`);
    batch.update({ phase: "withdrawn" });
    return new UserError(`${card.spec} does not know the batch ${id} any more. Resume, and what it was to answer is asked anew.`);
  };
}
