/**
 * @file Asking a model many times, safely: at the service's pace, again where asking again helps, never past the budget, never
 * twice for what is stored, and with every answer stored before anybody sees it.
 */

import { setTimeout as delay } from "node:timers/promises";
import { UserError } from "../../lib/errors.js";
import { nextTurn } from "../../lib/next-turn.js";
import { type Random, random } from "../../lib/random.js";
import type { ResponseCache, StoredResponse } from "../../store/response-cache.js";
import { takenForm } from "../asking/taken-form.js";
import { mostMessageTokens } from "../asking/tokens.js";
import { isUsage } from "../http/usage.js";
import { type Completion, type CompletionRequest, type Llm, LlmError } from "../llm.js";
import { costOfUsage, mostCost, type Price } from "../prices/prices.js";
import type { Budget } from "./budget.js";
import { createFaultCost } from "./fault-cost.js";
import { createOutage, outageOf, type Passage, type ServiceWait } from "./outage.js";
import type { Slot } from "./rate-limiter.js";
import { requestKey } from "./request-key.js";
import { requestClocks, type StartClock } from "./timeouts.js";

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

/** An answer with its bill. */
export interface Answered {
  readonly completion: Completion;
  /** True where it was not paid for now. */
  readonly isCached: boolean;
  /** At list price; `null` where price or usage is unknown. */
  readonly costUsd: number | null;
}

/** The two ways to stop: `wait` ends waiting and starts nothing new, `request` also cuts requests that are open. */
export interface Signals {
  readonly wait: AbortSignal;
  readonly request: AbortSignal;
  /** Hears about once a second what all requests wait for, and `null` when they go on. */
  readonly onWait?: (wait: ServiceWait | null) => void;
}

export interface LlmClient {
  /**
   * One answer. `form` is called before each attempt, since a service may turn out to lack structured output. Throws `LlmError`
   * where this request failed for good, `UserError` where every request will (`BudgetError` among them), or a signal's reason.
   */
  ask(form: (llm: Llm) => CompletionRequest, signals: Signals): Promise<Answered>;
}

type Form = (llm: Llm) => CompletionRequest;

/** A request with its key in the cache. */
interface Formed {
  readonly request: CompletionRequest;
  readonly key: string;
  /** What the model was known to accept when it was formed. */
  readonly accepted: Pick<Llm, "parameters" | "isStructured" | "hasLogprobs">;
}

/** An answer, and how long the service says that nothing is left of a limit; `null` where it was not asked. */
interface Attempted {
  readonly answered: Answered;
  readonly pauseSeconds: number | null;
}

/** A client of a model. Requests that are equal and open at once are sent once. */
export function createClient(llm: Llm, options: ClientOptions = {}): LlmClient {
  const { cache, budget, timeoutSeconds = 120, attempts = 8, backoffSeconds = 0.5, maxWaitSeconds = 120 } = options;
  const { patienceSeconds = defaultPatienceSeconds } = options;
  const late = (): LlmError => new LlmError("timeout", `${llm.spec} did not answer within ${timeoutSeconds} s.`);
  const startClock = llm.underWay === undefined ? requestClocks(timeoutSeconds, late) : null;
  if (budget !== undefined && llm.price === null) {
    throw new UserError(
      `A budget cannot be kept with ${llm.spec}: its price is not known. Give its price with --prices, or leave out --budget-usd.`,
    );
  }
  const jitter = random(0, llm.spec);
  const open = new Map<string, Promise<Answered>>();
  /** A batch takes as long as it takes, and its own way of waiting. */
  const outage = llm.underWay === undefined ? outageOf(llm) : createOutage(llm.spec);
  const faultCost = createFaultCost();
  const failures = failureWatch(llm, options.stopAfterFailures ?? 10);

  const priceOf = (completion: Completion): number | null =>
    llm.price === null || completion.usage === null ? null : costOfUsage(llm.price, completion.usage);

  /** Set where no request can succeed any more. */
  let stopped: UserError | undefined;

  const fromCache = async (key: string): Promise<Answered | undefined> => {
    const stored = await cache?.get(key);
    if (stored === undefined) return undefined;
    const completion = fromStore(stored);
    return { completion, isCached: true, costUsd: priceOf(completion) };
  };

  /** One attempt under the budget. The answer is stored and settled before the promise resolves. */
  const attempt = async (form: Form, formed: Formed, slot: Slot, signals: Signals): Promise<Attempted> => {
    const { request, key } = formed;
    const worstUsd = llm.price === null ? 0 : worstCost(llm.price, request);
    const isUnderWay = llm.underWay?.takeOver(key) === true;
    const reservation = isUnderWay ? budget?.takeOver(worstUsd) : await budget?.reserve(worstUsd, signals.wait);
    const startedAt = performance.now();
    const seconds = (): number => (performance.now() - startedAt) / 1000;
    try {
      if (formedOf(form, formed) !== formed)
        throw new LlmError("unsupported", `${llm.spec} takes requests in another form by now.`);
      const { completion, pauseSeconds, requestsLeft } = await completeInTime(llm, request, startClock, signals.request);
      const costUsd = priceOf(completion);
      if (costUsd !== null) faultCost.answered(costUsd, worstUsd, seconds());
      // An answer that nobody can price may cost what it can cost at most.
      const settle = (): void => reservation?.settle(costUsd ?? 0, costUsd === null ? worstUsd : 0);
      // A batch that a later session finds under way must not be settled in the bill.
      if (llm.underWay === undefined) settle();
      if (pauseSeconds > 0 && pauseSeconds < longPauseSeconds) llm.pace.pause(pauseSeconds);
      // Before the next is sent: when the process is killed, no more answers are lost than requests may be open.
      await cache?.set(key, completion);
      slot.release("answered", { left: requestsLeft ?? null });
      settle();
      llm.underWay?.settled(key);
      return { answered: { completion, isCached: false, costUsd }, pauseSeconds };
    } catch (error) {
      if (!(error instanceof LlmError)) reservation?.settle(0, worstUsd);
      else if (error.usage !== null && llm.price !== null) reservation?.settle(costOfUsage(llm.price, error.usage));
      else reservation?.settle(0, error.isPossiblyBilled ? faultCost.most(worstUsd, seconds()) : 0);
      if (error instanceof LlmError) llm.underWay?.settled(key);
      throw error;
    }
  };

  /** One attempt in its place among the open requests. The request is made only then: what the service accepts may have changed. */
  const attemptInPlace = async (form: Form, before: Formed, signals: Signals): Promise<Attempted> => {
    const slot = await llm.pace.acquire(signals.wait);
    try {
      if (stopped !== undefined) throw stopped;
      const formed = formedOf(form, before);
      const stored = formed.key === before.key ? undefined : await fromCache(formed.key);
      return stored === undefined ? await attempt(form, formed, slot, signals) : { answered: stored, pauseSeconds: null };
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
  const isGivenUp = (error: LlmError): boolean => givenUp.has(error);

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
      formed = formedOf(form, formed);
      const stored = await fromCache(formed.key);
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
        if (!error.isRetryable || tried >= most || isGivenUp(error)) {
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

  /** The request as the model takes it now. */
  const formedOf = (form: Form, before?: Formed): Formed => {
    const { parameters, isStructured, hasLogprobs } = llm;
    const accepted = before?.accepted;
    if (accepted?.parameters === parameters && accepted.isStructured === isStructured && accepted.hasLogprobs === hasLogprobs)
      return before!;
    const request = takenForm(form(llm), llm);
    return { request, key: requestKey(llm, request), accepted: { parameters, isStructured, hasLogprobs } };
  };

  return {
    async ask(form, signals) {
      signals.wait.throwIfAborted();
      const formed = formedOf(form);
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

/** The most one request can cost: every byte a token, and the output as long as it is allowed to be. */
export function worstCost(price: Price, request: CompletionRequest): number {
  return mostCost(price, mostMessageTokens(request.messages, request.schema), request.maxOutputTokens);
}

/** How long nothing may be answered, unless told. */
export const defaultPatienceSeconds = 600;

/** What a service tells of its limits is waited for by each request up to here; from here on by all together, with a word to the user. */
const longPauseSeconds = 5;

/** Own waits double so often at most. */
const mostDoublings = 4;

/** Seconds before the next attempt: what the service asks for, or else doubling, half of it left to chance. */
export function waitSeconds(tried: number, backoffSeconds: number, retryAfterSeconds: number | null, jitter: Random): number {
  const doubled = backoffSeconds * 2 ** (tried - 1);
  const ownWait = doubled * (0.5 + 0.5 * jitter.uniform());
  // All that were refused together must not come back together.
  return retryAfterSeconds === null ? ownWait : retryAfterSeconds + backoffSeconds * jitter.uniform();
}

async function completeInTime(llm: Llm, request: CompletionRequest, startClock: StartClock | null, parent: AbortSignal) {
  parent.throwIfAborted();
  if (startClock === null) return llm.complete(request, parent);
  const { signal, stop } = startClock(parent);
  try {
    return await llm.complete(request, signal);
  } catch (error) {
    // Whatever the libraries below made of it, an abort is reported as its reason.
    if (signal.aborted) throw signal.reason;
    throw error;
  } finally {
    stop();
  }
}

/** Finds a run that cannot succeed before it has cost much: so many rows failed one after the other, for whatever reasons. */
function failureWatch(llm: Llm, stopAfter: number) {
  let hasAnswered = false;
  let count = 0;
  let unread = 0;
  return {
    /** Each of them may have been billed: where nothing that comes is an answer, a budget is not spent on finding out. */
    attemptFailed(error: LlmError): UserError | undefined {
      if (hasAnswered || !error.isPossiblyBilled) return undefined;
      unread++;
      if (unread < 2 * stopAfter) return undefined;
      return new UserError(`The first ${unread} requests to ${llm.spec} all failed, so the run was stopped: ${error.message}`);
    },
    answered(): void {
      [hasAnswered, count] = [true, 0];
    },
    failed(error: LlmError): UserError | undefined {
      // Says something of one text.
      if (error.kind === "filtered") return undefined;
      count++;
      if (hasAnswered ? count < laterFailures * stopAfter : count < stopAfter) return undefined;
      const which = hasAnswered
        ? `${count} requests to ${llm.spec} failed one after the other`
        : `The first ${count} requests to ${llm.spec} all failed`;
      return new UserError(`${which}, so the run was stopped: ${error.message}`);
    },
  };
}

const finishes: readonly Completion["finish"][] = ["stop", "length", "refused", "filtered"];

/** Rows that are alike may stand together, and fail together. */
const laterFailures = 5;

function fromStore(stored: StoredResponse): Completion {
  const { finish, usage } = stored;
  return {
    ...stored,
    usage: usage !== null && isUsage(usage) ? usage : null,
    finish: finishes.find((known) => known === finish) ?? "other",
  };
}
