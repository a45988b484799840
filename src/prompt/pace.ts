/**
 * @file How many requests may be open at once: as many as the service lets us.
 *
 * As TCP does it (Jacobson 1988): the limit doubles every round until the service first refuses, from then on it grows by one a
 * round, and each refusal halves it. Refusals of requests that were sent before the last halving tell nothing new.
 */

/** A place among the open requests. */
export interface Slot {
  /** Gives the place back, once. `refused`: the service said it was too much (429, 503). `other` tells nothing of its limits. */
  release(outcome: "answered" | "refused" | "other"): void;
}

/** Hands out places among the open requests. */
export interface Pace {
  /** Requests that may be open now. */
  readonly limit: number;
  /** The most that may ever be open. */
  readonly maxConcurrency: number;
  /** Waits for a place. Throws the signal's reason. */
  acquire(signal: AbortSignal): Promise<Slot>;
  /** No request starts for so many seconds. */
  pause(seconds: number): void;
}

interface Waiter {
  readonly start: () => void;
}

/** A pace between 1 and `maxConcurrency` open requests, starting at `initial`. */
export function adaptivePace(options: { readonly maxConcurrency: number; readonly initial?: number }): Pace {
  const most = Math.max(1, Math.floor(options.maxConcurrency));
  let limit = Math.min(most, options.initial ?? 8);
  let isDoubling = true;
  let open = 0;
  let lastHalving = Number.NEGATIVE_INFINITY;
  let pausedUntil = 0;
  let timer: NodeJS.Timeout | undefined;
  const waiting: Waiter[] = [];

  const startWaiting = (): void => {
    const pauseMs = pausedUntil - performance.now();
    if (pauseMs > 0) {
      if (timer === undefined && waiting.length > 0) {
        timer = setTimeout(() => {
          timer = undefined;
          startWaiting();
        }, Math.ceil(pauseMs));
      }
      return;
    }
    while (open < Math.floor(limit) && waiting.length > 0) {
      open++;
      waiting.shift()!.start();
    }
  };

  const slot = (): Slot => {
    const startedAt = performance.now();
    let isReleased = false;
    return {
      release(outcome) {
        if (isReleased) return;
        isReleased = true;
        open--;
        if (outcome === "answered") limit = Math.min(most, limit + (isDoubling ? 1 : 1 / limit));
        if (outcome === "refused") {
          isDoubling = false;
          if (startedAt >= lastHalving) {
            limit = Math.max(1, limit / 2);
            lastHalving = performance.now();
          }
        }
        startWaiting();
      },
    };
  };

  return {
    maxConcurrency: most,
    get limit() {
      return Math.floor(limit);
    },
    async acquire(signal) {
      signal.throwIfAborted();
      return new Promise((resolve, reject) => {
        const waiter: Waiter = {
          start: () => {
            signal.removeEventListener("abort", giveUp);
            resolve(slot());
          },
        };
        const giveUp = (): void => {
          const place = waiting.indexOf(waiter);
          if (place >= 0) waiting.splice(place, 1);
          reject(signal.reason);
        };
        signal.addEventListener("abort", giveUp, { once: true });
        waiting.push(waiter);
        startWaiting();
      });
    },
    pause(seconds) {
      pausedUntil = Math.max(pausedUntil, performance.now() + seconds * 1000);
    },
  };
}
