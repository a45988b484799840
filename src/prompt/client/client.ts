/**
 * @file Asking a model many times, safely: at the service's pace, again where asking again helps, never past the budget, never
 * twice for what is stored, and with every answer stored before anybody sees it.
 */

import { setTimeout as delay } from "node:timers/promises";
import { UserError } from "../../lib/errors.js";
import { nextTurn } from "../../lib/next-turn.js";
import { type Random, random } from "../../lib/random.js";
import type { ResponseCache } from "../../store/response-cache.js";
import { type Llm, LlmError } from "../llm.js";
import { type Attempted, createAttempts } from "./attempts.js";
import type { Budget } from "./budget.js";
import { failureWatch } from "./failure-watch.js";
import { type Formed, formedOf } from "./formed-request.js";
import type { Answered, Form, LlmClient, Signals } from "./llm-client.js";
import { createOutage, outageOf, type Passage } from "./outage.js";

export interface ClientOptions {
  /** Where answers are stored, and looked up before a request is paid for. */
  readonly cache?: ResponseCache;
  readonly budget?: Budget;
  /** The timeout of one attempt, from sending to the last byte; batches have none. */
  readonly timeoutSeconds?: number;
  /** The most attempts per request; attempts during an outage do not count. @default 8 */
  readonly attempts?: number;
  /** The first backoff in seconds; it doubles with every attempt, with jitter. @default 0.5 */
  readonly backoffSeconds?: number;
  /** The longest wait between two attempts, even if the service asks for more. @default 120 */
  readonly maxWaitSeconds?: number;
  /** Seconds of an outage, of a service that has answered before, after which the run stops. @default 600 */
  readonly patienceSeconds?: number;
  /** Failed rows in a row that stop the run if none was answered yet; otherwise it takes five times as many. @default 10 */
  readonly stopAfterFailures?: number;
}

/** Makes a client of a model. Equal requests that are open at the same time are sent once. */
export function createClient(llm: Llm, options: ClientOptions = {}): LlmClient {
  const { cache, budget, timeoutSeconds = 120, attempts = 8, backoffSeconds = 0.5, maxWaitSeconds = 120 } = options;
  const { patienceSeconds = defaultPatienceSeconds } = options;
  const attempting = createAttempts(llm, { cache, budget, timeoutSeconds });
  const jitter = random(0, llm.spec);
  const open = new Map<string, Promise<Answered>>();
  /** A batch takes as long as it takes, and its own way of waiting. */
  const outage = llm.underWay === undefined ? outageOf(llm) : createOutage(llm.spec);
  const failures = failureWatch(llm, options.stopAfterFailures ?? 10);
  /** Set where no request can succeed any more. */
  let stopped: UserError | undefined;

  /** One attempt in its place among the open requests. The request is made only then: what the service accepts may have changed. */
  const attemptInPlace = async (form: Form, before: Formed, signals: Signals): Promise<Attempted> => {
    const slot = await llm.pace.acquire(signals.wait);
    try {
      if (stopped !== undefined) throw stopped;
      const formed = formedOf(llm, form, before);
      const stored = formed.key === before.key ? undefined : await attempting.stored(formed.key);
      return stored === undefined ? await attempting.make(form, formed, slot, signals) : { answered: stored, pauseSeconds: null };
    } catch (error) {
      if (!(error instanceof LlmError)) throw stopped ?? error;
      const retryAfterSeconds = error.retryAfterSeconds === null ? null : Math.min(error.retryAfterSeconds, maxWaitSeconds);
      if (error.kind === "limit" || error.kind === "overload") slot.release("refused", { retryAfterSeconds });
      if (error.isFatal) stopped = new UserError(error.message);
      throw stopped ?? error;
    } finally {
      // Says nothing of the service's limits, unless it was given back above.
      slot.release("other");
    }
  };

  /** Errors of rows that the service was waited for in vain. */
  const givenUp = new WeakSet<LlmError>();

  /** Waits while the service answers nobody. */
  const passageOf = async (signals: Signals): Promise<Passage> => {
    if (stopped !== undefined) throw stopped;
    const { onWait } = signals;
    const manner = { patienceSeconds, firstSeconds: backoffSeconds, mostSeconds: maxWaitSeconds, ...(onWait && { onWait }) };
    try {
      return await outage.pass(signals.wait, manner);
    } catch (error) {
      if (error instanceof UserError) stopped ??= error;
      if (error instanceof LlmError) givenUp.add(error);
      throw stopped ?? error;
    }
  };

  /** One attempt, once the service answers anybody. */
  const attemptInTurn = async (form: Form, formed: Formed, signals: Signals, count: () => void): Promise<Answered> => {
    using passage = await passageOf(signals);
    try {
      const { answered, pauseSeconds } = await attemptInPlace(form, formed, signals);
      failures.answered();
      if (pauseSeconds !== null) passage.answered(pauseSeconds);
      return answered;
    } catch (error) {
      if (error instanceof LlmError) {
        stopped ??= failures.attemptFailed(error);
        if (passage.failed(error, formed.key)) count();
      }
      throw stopped ?? error;
    }
  };

  const askPatiently = async (form: Form, first: Formed, signals: Signals): Promise<Answered> => {
    let formed = first;
    let tried = 0;
    let reformed = 0;
    for (;;) {
      formed = formedOf(llm, form, formed);
      const stored = await attempting.stored(formed.key);
      if (stored !== undefined) return stored;
      const triedBefore = tried;
      try {
        return await attemptInTurn(form, formed, signals, () => void tried++);
      } catch (error) {
        if (!(error instanceof LlmError)) throw error;
        // The form in which a service takes requests changes a few times at most; no attempt at an answer is lost by it.
        if (error.kind === "unsupported" && ++reformed < mostForms) {
          tried = triedBefore;
          continue;
        }
        // A service that never answered and can't be reached is most likely not there at all.
        const most = error.kind === "unreachable" && !outage.hasAnswered ? Math.min(attempts, 4) : attempts;
        if (!error.isRetryable || tried >= most || givenUp.has(error)) {
          stopped ??= failures.failed(error);
          throw stopped ?? error;
        }
        signals.onRetry?.(error);
        // Where the service is gone, the next attempt waits for it.
        if (outage.isOn) continue;
        const seconds = Math.min(
          maxWaitSeconds,
          waitSeconds(Math.max(1, Math.min(tried, mostDoublings + 1)), backoffSeconds, error.retryAfterSeconds, jitter),
        );
        await waitForRow(seconds, error, signals);
      }
    }
  };

  return {
    async ask(form, signals) {
      signals.wait.throwIfAborted();
      const formed = formedOf(llm, form);
      const { key } = formed;
      const same = open.get(key);
      if (same !== undefined) return { ...(await same), isCached: true };
      const asked = askPatiently(form, formed, signals).finally(() => open.delete(key));
      open.set(key, asked);
      const answered = await asked;
      // Requests first: those that take the places of this one and of all that were answered with it are sent before anything is made of the
      // answers. And where all is stored, the process has its turns.
      await nextTurn();
      return answered;
    },
  };
}

/** Waits before one row is asked again. A wait that the service asked for is told: it may be minutes. */
async function waitForRow(seconds: number, { message, retryAfterSeconds }: LlmError, { wait, onWait }: Signals): Promise<void> {
  const tell = retryAfterSeconds === null ? undefined : onWait;
  tell?.({ reason: message, waitedSeconds: 0, secondsLeft: seconds, patienceSeconds: null });
  await delay(seconds * 1000, undefined, { signal: wait }).catch(() => wait.throwIfAborted());
  tell?.(null);
}

/** More often no request is put into another form. */
const mostForms = 40;

/** The default of `patienceSeconds`. */
export const defaultPatienceSeconds = 600;

/** Own waits double so often at most. */
const mostDoublings = 4;

/** Seconds before the next attempt: what the service asks for, or else doubling, half of it left to chance. */
export function waitSeconds(tried: number, backoffSeconds: number, retryAfterSeconds: number | null, jitter: Random): number {
  const doubled = backoffSeconds * 2 ** (tried - 1);
  const ownWait = doubled * (0.5 + 0.5 * jitter.uniform());
  // All that were refused together must not come back together.
  return retryAfterSeconds === null ? ownWait : retryAfterSeconds + backoffSeconds * jitter.uniform();
}
