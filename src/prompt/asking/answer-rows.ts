/** @file Many rows, some at a time, each answered or failed; the run is stopped where going on makes no sense. */

import { setMaxListeners } from "node:events";
import { setImmediate } from "node:timers/promises";
import { formatSeconds } from "../../lib/text/format.js";
import type { PredictContext } from "../../types/approach.js";
import type { Query } from "../../types/data.js";
import type { PhaseEvent } from "../../types/events.js";
import type { Prediction } from "../../types/prediction.js";
import type { Signals } from "../client/llm-client.js";
import type { ServiceWait } from "../client/outage.js";

/**
 * Answers the queries, at most `atOnce` of them under way: a row that has to wait keeps its place, so that a service which fails
 * is not asked about every row before the first has failed for good. Where one throws (no key, no budget), no other starts, those
 * under way are awaited, so that what is paid for is stored, and the first error is thrown. An aborted context also cuts open
 * requests. `answer` is also told the query's place.
 *
 * @param kind what progress is told of
 */
export async function answerRows(
  queries: readonly Query[],
  context: PredictContext,
  kind: Pick<PhaseEvent, "phase" | "subject">,
  atOnce: number,
  answer: (query: Query, signals: Signals, place: number) => Promise<Prediction>,
): Promise<Prediction[]> {
  context.signal.throwIfAborted();
  const halt = new AbortController();
  let done = 0;
  const trouble = { retries: 0, refusals: 0, unanswered: 0 };
  const progress = (detail?: string): void => {
    const isTroubled = trouble.retries + trouble.unanswered > 0;
    const more = { ...(detail === undefined ? {} : { detail }), ...(isTroubled && { trouble: { ...trouble } }) };
    context.log({ kind: "progress", ...kind, done, total: queries.length, ...more });
  };
  const signals: Signals = {
    wait: AbortSignal.any([context.signal, halt.signal]),
    request: AbortSignal.any([context.signal]),
    onWait: waitTeller(context, progress),
    onRetry({ kind: reason }) {
      trouble.retries++;
      if (reason === "limit" || reason === "overload") trouble.refusals++;
      progress();
    },
  };
  // Every open request listens.
  setMaxListeners(0, signals.wait, signals.request);
  const predictions = new Array<Prediction>(queries.length);
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < queries.length && !signals.wait.aborted) {
      const i = next++;
      try {
        predictions[i] = await answer(queries[i]!, signals, i);
      } catch (error) {
        halt.abort(error);
        return;
      }
      done++;
      // A search for a prompt keeps its answers elsewhere.
      const { answer: said, failure } = predictions[i];
      if (said === null && failure !== "missing") trouble.unanswered++;
      progress();
    }
  };
  const workers: Promise<void>[] = [];
  while (workers.length < Math.min(atOnce, queries.length)) {
    workers.push(work());
    // The first requests are on their way while the next ones are being written.
    if (workers.length % 16 === 0) await setImmediate();
  }
  await Promise.all(workers);
  context.signal.throwIfAborted();
  if (halt.signal.aborted) throw halt.signal.reason;
  return predictions;
}

/** Shorter waits are nobody's concern. */
const quietSeconds = 2;

/** Says once what is waited for, and counts down. */
function waitTeller(context: PredictContext, progress: (detail?: string) => void): (wait: ServiceWait | null) => void {
  let isTold = false;
  return (wait) => {
    if (wait === null) {
      if (isTold) progress();
      isTold = false;
      return;
    }
    const { reason, waitedSeconds, secondsLeft, patienceSeconds } = wait;
    if (waitedSeconds + secondsLeft < quietSeconds) return;
    if (!isTold) {
      const next = `in ${formatSeconds(secondsLeft)}${patienceSeconds === null ? "" : `, and for ${formatSeconds(patienceSeconds)} at most`}`;
      context.log({ kind: "note", text: `${reason} Waiting: the service is tried again ${next}. Ctrl-C keeps everything.` });
    }
    isTold = true;
    progress(`waiting, tried again in ${formatSeconds(Math.ceil(secondsLeft))}`);
  };
}
