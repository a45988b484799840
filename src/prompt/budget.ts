import { BudgetError } from "../lib/errors.js";
import { formatUsd } from "../lib/format.js";

/** Money set aside for one request. */
export interface Reservation {
  /** What the request came to cost; the rest is free again. Once. */
  settle(usd: number): void;
}

/** A hard cap on what is spent, also with many requests open at once. */
export interface Budget {
  readonly limitUsd: number;
  /** Settled so far. */
  readonly spentUsd: number;
  /**
   * Sets aside the most that a request can cost. Waits while open requests hold what it needs; throws `BudgetError` where it does
   * not fit although everything is settled, so a request that could pass the cap is never sent. Throws the signal's reason.
   */
  reserve(worstUsd: number, signal: AbortSignal): Promise<Reservation>;
}

interface Waiter {
  readonly worstUsd: number;
  readonly serve: (reservation: Reservation) => void;
  readonly refuse: (reason: unknown) => void;
}

/**
 * A budget. Requests that have to wait are served in the order they came, so that small ones cannot pass a large one for ever.
 * `spentUsd` is what a run that is now resumed had spent before.
 */
export function createBudget(limitUsd: number, spentUsd = 0): Budget {
  let spent = spentUsd;
  let reserved = 0;
  let open = 0;
  const waiting: Waiter[] = [];

  const fits = (worstUsd: number): boolean => spent + reserved + worstUsd <= limitUsd;

  const reserveNow = (worst: number): Reservation => {
    reserved += worst;
    open++;
    let isSettled = false;
    return {
      settle(usd) {
        if (isSettled) return;
        isSettled = true;
        spent += usd;
        open--;
        // Sums of many small floats leave dust, which would block the last request.
        reserved = open === 0 ? 0 : reserved - worst;
        serveWaiting();
      },
    };
  };

  const serveWaiting = (): void => {
    for (let first = waiting[0]; first !== undefined; first = waiting[0]) {
      if (fits(first.worstUsd)) first.serve(reserveNow(first.worstUsd));
      else if (open === 0) first.refuse(tooLittle(first.worstUsd));
      else return;
      waiting.shift();
    }
  };

  const tooLittle = (worstUsd: number): BudgetError =>
    new BudgetError(
      `The budget of ${formatUsd(limitUsd)} does not cover the next request: ${formatUsd(spent)} is spent, and the request could ` +
        `cost up to ${formatUsd(worstUsd)}. Every answer so far is stored: raise --budget-usd and resume.`,
    );

  return {
    limitUsd,
    get spentUsd() {
      return spent;
    },
    async reserve(worstUsd, signal) {
      signal.throwIfAborted();
      if (waiting.length === 0 && fits(worstUsd)) return reserveNow(worstUsd);
      return new Promise((resolve, reject) => {
        const leave = (): void => {
          waiting.splice(waiting.indexOf(waiter), 1);
          reject(signal.reason);
          // Those behind may have waited for this one alone.
          serveWaiting();
        };
        const waiter: Waiter = {
          worstUsd,
          serve: (reservation) => {
            signal.removeEventListener("abort", leave);
            resolve(reservation);
          },
          refuse: (reason) => {
            signal.removeEventListener("abort", leave);
            reject(reason);
          },
        };
        signal.addEventListener("abort", leave, { once: true });
        waiting.push(waiter);
        serveWaiting();
      });
    },
  };
}
