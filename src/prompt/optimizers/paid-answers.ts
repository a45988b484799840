/** @file The answers of a search: under its budget, on disk before they count, and those of an earlier session as if they were paid now. */
import { addCosts, noCost } from "../../lib/cost.js";
import { UserError } from "../../lib/errors.js";
import type { Context, PredictContext } from "../../types/approach.js";
import type { Cost } from "../../types/prediction.js";
import type { Ledger, PriceRange } from "./ledger.js";
import type { LoggedRow, LoggedText, SearchLog } from "./search-log.js";

/** The key of a row's answer by a program. A text's stands in the log. */
export const rowKey = (program: string, id: string): string => `${program} ${id}`;

type Entry = LoggedRow | LoggedText;

/** What an answer came to. */
type Paid = Pick<Entry, "calls" | "atSeconds"> & { readonly cost: Cost };

export interface PaidAnswers {
  /** The answer to what this session has asked or been told; `undefined` of what it has not. */
  known(key: string): Entry | undefined;
  /** Tells an earlier session's answer, with what it cost and when it came; `undefined` where none is in the log. */
  recall(key: string, price: PriceRange): Entry | undefined;
  /** Asks for one thing; what came is on disk when the promise resolves. To be called within `withinBudget`. */
  pay<Answer extends { readonly calls: number }>(
    key: string,
    price: PriceRange,
    signal: AbortSignal,
    ask: (context: PredictContext) => Promise<Answer>,
    entryOf: (answer: Answer, paid: Paid) => Entry,
  ): Promise<void>;
  /** `true` where all of the work was done, `false` where the budget or the time ended in the middle of it. */
  withinBudget(work: (signal: AbortSignal) => Promise<unknown>): Promise<boolean>;
}

/** Thrown and caught in this file, where the budget ends in the middle of an evaluation. */
class OutOfBudget extends Error {}

/** The answers in a log, and those to come. Whatever is spent, now or by an earlier session, is told to the context. */
export function paidAnswers(ledger: Ledger, log: SearchLog, context: Context): PaidAnswers {
  const logged = new Map<string, Entry>();
  for (const row of log.rows) logged.set(rowKey(row.program, row.id), row);
  for (const text of log.texts) logged.set(text.key, text);
  const known = new Map<string, Entry>();
  let toldSeconds = 0;

  /** A signal that also ends when the time is up, and a way to tell which it was. */
  const timed = (): { readonly signal: AbortSignal; readonly isOver: () => boolean } => {
    const secondsLeft = ledger.secondsLeft();
    // Node's timers end at 2³¹ ms, 24 days.
    if (secondsLeft > 2_000_000) return { signal: context.signal, isOver: () => false };
    const deadline = AbortSignal.timeout(Math.max(0, Math.ceil(secondsLeft * 1000)));
    return {
      signal: AbortSignal.any([context.signal, deadline]),
      isOver: () => deadline.aborted && !context.signal.aborted,
    };
  };

  return {
    known: (key) => known.get(key),
    recall(key, price) {
      const entry = logged.get(key);
      if (entry === undefined) return undefined;
      ledger.replay(price, { calls: entry.calls, usd: entry.cost.usd }, entry.atSeconds);
      context.spend(addCosts(entry.cost, { seconds: Math.max(0, entry.atSeconds - toldSeconds) }));
      toldSeconds = Math.max(toldSeconds, entry.atSeconds);
      known.set(key, entry);
      return entry;
    },
    async pay(key, price, signal, ask, entryOf) {
      const settle = await ledger.reserve(price);
      if (settle === null) throw new OutOfBudget();
      let cost = noCost;
      let calls = 0;
      try {
        const spend = (part: Partial<Cost>): void => {
          cost = addCosts(cost, part);
        };
        const answer = await ask({ signal, useCache: true, spend, log: () => {} });
        calls = answer.calls;
        const entry = entryOf(answer, { calls, cost, atSeconds: Math.round(ledger.spent.seconds * 1000) / 1000 });
        log.add(entry);
        known.set(key, entry);
      } finally {
        context.spend(cost);
        settle({ calls, usd: cost.usd });
      }
    },
    async withinBudget(work) {
      ledger.goLive();
      const { signal, isOver } = timed();
      try {
        await work(signal);
        return true;
      } catch (error) {
        // What stops a run stops it also where the time is up just then.
        if (error instanceof OutOfBudget || (isOver() && !(error instanceof UserError))) return false;
        throw error;
      }
    },
  };
}
