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
  /** Answers that were paid for before, and from now on. */
  readonly cache?: ResponseCache;
  readonly budget?: Budget;
  /** For one attempt, from sending to the last byte; a model that is asked in batches has as long as it takes. */
  readonly timeoutSeconds?: number;
  /** Attempts of one request in all; those made while the service answers nobody do not count. 8 unless given. */
  readonly attempts?: number;
  /** The first wait before asking again; it doubles from there, with jitter. 0.5 unless given. */
  readonly backoffSeconds?: number;
  /** Longest wait between two attempts, also where the service asks for more. 120 unless given. */
  readonly maxWaitSeconds?: number;
  /** How long a service that has answered may answer nothing before the run is stopped. 600 unless given. */
  readonly patienceSeconds?: number;
  /** So many rows failing one after the other stop the run, if none was answered; five times as many, if one was. 10 unless given. */
  readonly stopAfterFailures?: number;
}

/** A client of a model. Requests that are equal and open at once are sent once. */
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
        // Where the service is gone, the next attempt waits for it.
        if (outage.isOn) continue;
        const seconds = Math.min(
          maxWaitSeconds,
          waitSeconds(Math.max(1, Math.min(tried, mostDoublings + 1)), backoffSeconds, error.retryAfterSeconds, jitter),
        );
        await delay(seconds * 1000, undefined, { signal: signals.wait }).catch(() => signals.wait.throwIfAborted());
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

/** More often no request is put into another form. */
const mostForms = 40;

/** How long nothing may be answered, unless told. */
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
