import { BudgetError } from "../../lib/errors.js";
import { createQueue } from "../../lib/queue.js";
import { formatUsd } from "../../lib/text/format.js";
import { whenAborted } from "../../lib/when-aborted.js";

/** Money set aside for one request. */
export interface Reservation {
  /** What the request came to cost, and what it may have cost besides, of which nobody knows; the rest is free again. Once. */
  settle(paidUsd: number, uncertainUsd?: number): void;
}

/** A hard cap on what is spent, also with many requests open at once. */
export interface Budget {
  readonly limitUsd: number;
  /** Settled so far, what is uncertain included. */
  readonly spentUsd: number;
  /** The part of it that may not have been billed. */
  readonly uncertainUsd: number;
  /**
   * Sets aside the most that a request can cost. Waits while open requests hold what it needs; throws `BudgetError` where it does
   * not fit although everything is settled, so a request that could pass the cap is never sent. Throws the signal's reason.
   */
  reserve(worstUsd: number, signal: AbortSignal): Promise<Reservation>;
  /** Sets aside again what was set aside for a request before, counts as spent, and was never settled: it is under way still. */
  takeOver(worstUsd: number): Reservation;
}

interface Waiter {
  readonly worstUsd: number;
  /** It was interrupted, and waits no more. */
  isGone: boolean;
  resolve(reservation: Reservation): void;
  reject(error: BudgetError): void;
}

/** A budget. `spentUsd` is what a run that is now resumed had spent before. */
export function createBudget(limitUsd: number, spentUsd = 0): Budget {
  let spent = spentUsd;
  let uncertain = 0;
  let reserved = 0;
  let open = 0;
  const waiting = createQueue<Waiter>();

  const fits = (worst: number): boolean => spent + reserved + worst <= limitUsd;

  const reserveNow = (worst: number): Reservation => {
    reserved += worst;
    open++;
    let isSettled = false;
    return {
      settle(paidUsd, uncertainUsd = 0) {
        if (isSettled) return;
        isSettled = true;
        // What is no sum of money stands for the most that it can be.
        const maySpend = paidUsd + uncertainUsd;
        spent += Number.isFinite(maySpend) && maySpend >= 0 ? maySpend : worst;
        uncertain += uncertainUsd > 0 ? uncertainUsd : 0;
        open--;
        // Sums of many small floats leave dust, which would block the last request.
        reserved = open === 0 ? 0 : reserved - worst;
        serve();
      },
    };
  };

  /** First come, first served: a large request is not passed over for ever by small ones. */
  const serve = (): void => {
    for (let next = waiting.peek(); next !== undefined; next = waiting.peek()) {
      if (!next.isGone) {
        if (fits(next.worstUsd)) next.resolve(reserveNow(next.worstUsd));
        else if (open === 0) next.reject(tooMuch(next.worstUsd));
        else return;
      }
      waiting.shift();
    }
  };

  const tooMuch = (worstUsd: number): BudgetError =>
    new BudgetError(
      `The budget of ${formatUsd(limitUsd)} does not cover the next request: ${formatUsd(spent)} is spent` +
        `${uncertain > 0 ? ` (${formatUsd(uncertain)} of it perhaps not: requests that broke off)` : ""}, and the request could ` +
        `cost up to ${formatUsd(worstUsd)}. Every answer so far is stored: raise --budget-usd and resume.`,
    );

  return {
    limitUsd,
    get spentUsd() {
      return spent;
    },
    get uncertainUsd() {
      return uncertain;
    },
    takeOver(worstUsd) {
      // Sums of many small floats leave dust.
      spent = Math.max(0, spent - worstUsd);
      return reserveNow(worstUsd);
    },
    async reserve(worstUsd, signal) {
      signal.throwIfAborted();
      if (waiting.size === 0 && fits(worstUsd)) return reserveNow(worstUsd);
      return new Promise((resolve, reject) => {
        const waiter: Waiter = { worstUsd, isGone: false, resolve: settled(resolve), reject: settled(reject) };
        function settled<Value>(then: (value: Value) => void): (value: Value) => void {
          return (value) => {
            forget();
            then(value);
          };
        }
        const giveUp = (): void => {
          waiter.isGone = true;
          reject(signal.reason);
          serve();
        };
        const forget = whenAborted(signal, giveUp);
        waiting.push(waiter);
        serve();
      });
    },
  };
}
