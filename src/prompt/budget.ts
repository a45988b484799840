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

/** A budget. `spentUsd` is what a run that is now resumed had spent before. */
export function createBudget(limitUsd: number, spentUsd = 0): Budget {
  let spent = spentUsd;
  let reserved = 0;
  let open = 0;
  let wake: (() => void)[] = [];

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
        const waiting = wake;
        wake = [];
        for (const resume of waiting) resume();
      },
    };
  };

  return {
    limitUsd,
    get spentUsd() {
      return spent;
    },
    async reserve(worstUsd, signal) {
      for (;;) {
        signal.throwIfAborted();
        if (spent + reserved + worstUsd <= limitUsd) return reserveNow(worstUsd);
        if (open === 0) {
          throw new BudgetError(
            `The budget of ${formatUsd(limitUsd)} does not cover the next request: ${formatUsd(spent)} is spent, and the request could ` +
              `cost up to ${formatUsd(worstUsd)}. Every answer so far is stored: raise --budget-usd and resume.`,
          );
        }
        await new Promise<void>((resolve, reject) => {
          const giveUp = (): void => reject(signal.reason);
          signal.addEventListener("abort", giveUp, { once: true });
          wake.push(() => {
            signal.removeEventListener("abort", giveUp);
            resolve();
          });
        });
      }
    },
  };
}
