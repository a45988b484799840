/** @file One attempt at an answer: under the budget, in time, stored and billed before anybody sees it. */
import { UserError } from "../../lib/errors.js";
import type { ResponseCache, StoredResponse } from "../../store/response-cache.js";
import { mostMessageTokens } from "../asking/tokens.js";
import { isUsage } from "../http/usage.js";
import { type Completion, type CompletionRequest, type Llm, LlmError } from "../llm.js";
import { costOfUsage, mostCost, type Price } from "../prices/prices.js";
import type { Budget } from "./budget.js";
import { createFaultCost } from "./fault-cost.js";
import { type Formed, formedOf } from "./formed-request.js";
import type { Answered, Form, Signals } from "./llm-client.js";
import type { Slot } from "./rate-limiter.js";
import { requestClocks, type StartClock } from "./timeouts.js";

/** An answer, and how long the service says that nothing is left of a limit; `null` where it was not asked. */
export interface Attempted {
  readonly answered: Answered;
  readonly pauseSeconds: number | null;
}

/** What attempts are made with. */
interface AttemptParts {
  readonly cache: ResponseCache | undefined;
  readonly budget: Budget | undefined;
  readonly timeoutSeconds: number;
}

/** Attempts at the answers of one model. */
export interface Attempts {
  /** The answer that is stored under a key; `undefined` where none is. */
  stored(key: string): Promise<Answered | undefined>;
  /**
   * One request to the service. The answer is stored and settled before the promise resolves. Throws `LlmError` where it failed, `BudgetError`
   * where it may not be sent, or a signal's reason.
   */
  make(form: Form, formed: Formed, slot: Slot, signals: Signals): Promise<Attempted>;
}

/** Attempts at the answers of one model, which share what is known of the costs of faults. UserError where a budget cannot be kept. */
export function createAttempts(llm: Llm, { cache, budget, timeoutSeconds }: AttemptParts): Attempts {
  if (budget !== undefined && llm.price === null) {
    throw new UserError(
      `A budget cannot be kept with ${llm.spec}: its price is not known. Give its price with --prices, or leave out --budget-usd.`,
    );
  }
  const late = (): LlmError => new LlmError("timeout", `${llm.spec} did not answer within ${timeoutSeconds} s.`);
  const startClock = llm.underWay === undefined ? requestClocks(timeoutSeconds, late) : null;
  const faultCost = createFaultCost();

  const priceOf = (completion: Completion): number | null =>
    llm.price === null || completion.usage === null ? null : costOfUsage(llm.price, completion.usage);

  return {
    async stored(key) {
      const stored = await cache?.get(key);
      if (stored === undefined) return undefined;
      const completion = fromStore(stored);
      return { completion, isCached: true, costUsd: priceOf(completion) };
    },
    async make(form, formed, slot, signals) {
      const { request, key } = formed;
      const worstUsd = llm.price === null ? 0 : worstCost(llm.price, request, llm.mostInputTokens?.(request));
      const isUnderWay = llm.underWay?.takeOver(key) === true;
      const reservation = isUnderWay ? budget?.takeOver(worstUsd) : await budget?.reserve(worstUsd, signals.wait);
      const startedAt = performance.now();
      const seconds = (): number => (performance.now() - startedAt) / 1000;
      try {
        if (formedOf(llm, form, formed) !== formed)
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
    },
  };
}

/** The most one request can cost: every byte a token unless fewer or more are known, and the output as long as it is allowed to be. */
export function worstCost(
  price: Price,
  request: CompletionRequest,
  inputTokens: number = mostMessageTokens(request.messages, request.schema),
): number {
  return mostCost(price, inputTokens, request.maxOutputTokens);
}

/** What a service tells of its limits is waited for by each request up to here; from here on by all together, with a word to the user. */
const longPauseSeconds = 5;

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

const finishes: readonly Completion["finish"][] = ["stop", "length", "refused", "filtered"];

function fromStore(stored: StoredResponse): Completion {
  const { finish, usage } = stored;
  return {
    ...stored,
    usage: usage !== null && isUsage(usage) ? usage : null,
    finish: finishes.find((known) => known === finish) ?? "other",
  };
}
