import { BudgetError } from "../../lib/errors.js";
import { createQueue } from "../../lib/queue.js";
import { formatUsd } from "../../lib/text/format.js";
import { whenAborted } from "../../lib/when-aborted.js";

/** Money set aside for one request. */
export interface Reservation {
  /** Releases the reservation: the request cost `paidUsd`, and possibly `uncertainUsd` more. Call it once. */
  settle(paidUsd: number, uncertainUsd?: number): void;
}

/** A hard cap on spending, even with many requests open at once. */
export interface Budget {
  readonly limitUsd: number;
  /** Spent so far, including what is uncertain. */
  readonly spentUsd: number;
  /** The part of `spentUsd` that may not have been billed. */
  readonly uncertainUsd: number;
  /**
   * Reserves the most that a request can cost. Waits while open requests hold the money it needs. Throws a `BudgetError` if it does not fit with
   * everything settled, so a request that could exceed the cap is never sent; throws the signal's reason if aborted.
   */
  reserve(worstUsd: number, signal: AbortSignal): Promise<Reservation>;
  /** Takes over a reservation of an earlier session that still counts as spent, because its request is still under way. */
  takeOver(worstUsd: number): Reservation;
}

interface Waiter {
  readonly worstUsd: number;
  /** It was interrupted, and waits no more. */
  isGone: boolean;
  resolve(reservation: Reservation): void;
  reject(error: BudgetError): void;
}

/** Makes a budget. @param spentUsd what earlier sessions of a resumed run have spent. @default 0 */
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
