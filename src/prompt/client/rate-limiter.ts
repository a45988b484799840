/**
 * @file When a request may start: never more open at once than allowed, no more than the service has shown to take at once, and no faster
 * than it takes them.
 *
 * The number of open requests doubles every round until the service first refuses (Jacobson 1988). From then on that number and the requests
 * a second are two limits under trial (`limit-probe.ts`): each refusal cuts both to somewhat less than what had worked, which leaves the one that
 * was not the cause where it does not matter. Refusals of requests that were sent before the last cut are the same piece of news.
 */

import { createQueue } from "../../lib/queue.js";
import { whenAborted } from "../../lib/when-aborted.js";
import { createRefusalPause } from "./backoff.js";
import { createRequestRate, type Sent, spanSeconds } from "./learned-rate.js";
import { createProbe } from "./limit-probe.js";
import { createRefusalCause } from "./refusal-cause.js";
import type { RequestsLeft } from "./told-bucket.js";
import { createWorkedRecord } from "./worked-record.js";

/** What a service said with an answer or a refusal. */
export interface Heard {
  /** Of its limit on requests; with an answer. */
  readonly left?: RequestsLeft | null;
  /** What it asks to wait; with a refusal. */
  readonly retryAfterSeconds?: number | null;
}

/** A place among the open requests. */
export interface Slot {
  /** Gives the place back, once. `refused`: the service said it was too much (429, 503). `other` tells nothing of its limits. */
  release(outcome: "answered" | "refused" | "other", heard?: Heard): void;
}

/** Hands out places among the open requests. */
export interface Pace {
  /** Requests that may be open now. */
  readonly limit: number;
  /** Requests a second that may start now; `Infinity` until the service showed or told a limit. */
  readonly perSecond: number;
  /** The most that may ever be open. */
  readonly maxConcurrency: number;
  /** Waits for a place. Throws the signal's reason. */
  acquire(signal: AbortSignal): Promise<Slot>;
  /** No request starts for so many seconds. */
  pause(seconds: number): void;
}

interface Waiter {
  isGone: boolean;
  start(): void;
}

/** One who waits for a place until the signal says to wait no more. */
function waiterFor(signal: AbortSignal, start: () => void, giveUp: (reason: unknown) => void): Waiter {
  const waiter: Waiter = {
    isGone: false,
    start: () => {
      forget();
      start();
    },
  };
  const forget = whenAborted(signal, () => {
    waiter.isGone = true;
    giveUp(signal.reason);
  });
  return waiter;
}

/** A pace between 1 and `maxConcurrency` open requests, starting at `initial`. */
export function adaptivePace(options: { readonly maxConcurrency: number; readonly initial?: number }): Pace {
  const most = Math.max(1, Math.floor(options.maxConcurrency));
  const rate = createRequestRate();
  const refusals = createRefusalPause();
  const cause = createRefusalCause();
  let probe = createProbe();
  /** Refusals were found to have nothing to do with the pace. */
  let isElsewhere = false;
  /** Requests that may be open before the first refusal. */
  let doubling = Math.min(most, options.initial ?? 16);
  let open = 0;
  let cutAt = Number.NEGATIVE_INFINITY;
  let pausedUntil = 0;
  /** From sending to an answer, lately. */
  let roundSeconds = 0;
  const worked = createWorkedRecord();
  let timer: NodeJS.Timeout | undefined;
  const waiting = createQueue<Waiter>();

  const limitAt = (now: number): number => {
    const tried = probe.at(now);
    return tried === Number.POSITIVE_INFINITY ? doubling : Math.max(1, Math.min(most, Math.round(tried)));
  };

  const startWaiting = (): void => {
    for (;;) {
      while (waiting.peek()?.isGone) waiting.shift();
      if (waiting.size === 0) return;
      const now = performance.now();
      if (open >= limitAt(now)) return;
      const wait = Math.max(pausedUntil - now, refusals.waitMs(now), rate.waitMs(now));
      if (wait > 0) {
        // One timer for all. What is heard in the meantime may end a wait earlier, and then starts them itself.
        clearTimeout(timer);
        timer = setTimeout(startWaiting, Math.min(Math.ceil(wait), 60_000));
        return;
      }
      open++;
      waiting.shift()!.start();
    }
  };

  const answered = (sent: Sent, opened: number, { left }: Heard): void => {
    const now = performance.now();
    const took = (now - sent.at) / 1000;
    roundSeconds += (took - roundSeconds) * (roundSeconds === 0 ? 1 : 0.1);
    doubling = Math.min(most, doubling + 1);
    worked.remember(opened, now);
    refusals.answered(sent);
    if (left) rate.told(sent, left, now);
  };

  const refused = (sent: Sent, { retryAfterSeconds }: Heard): void => {
    const now = performance.now();
    const wasElsewhere = isElsewhere;
    isElsewhere = cause.isElsewhere();
    if (isElsewhere) {
      // What was learned from them was no limit.
      if (!wasElsewhere) {
        probe = createProbe();
        rate.forget();
        refusals.forget();
      }
      return;
    }
    // What is still open, though the service had to take it beside this one.
    const opened = Math.max(1, open, worked.most());
    rate.refused(sent, now, roundSeconds);
    if (sent.at < cutAt) probe.lower(opened);
    else {
      const limit = Math.min(opened, limitAt(now));
      probe.cut(limit, now, spanSeconds(Math.min(rate.perSecond(now), limit / roundSeconds), roundSeconds));
      cutAt = now;
    }
    const perSecond = rate.perSecond(now);
    const soonMs = perSecond === Number.POSITIVE_INFINITY ? roundSeconds * 1000 : 2000 / perSecond;
    refusals.refused(sent, now, retryAfterSeconds == null ? null : retryAfterSeconds * 1000, soonMs);
  };

  const slot = (): Slot => {
    const sent = rate.send(performance.now());
    refusals.send(sent);
    const opened = open;
    const ended = cause.send(sent.at, opened);
    let isReleased = false;
    return {
      release(outcome, heard = {}) {
        if (isReleased) return;
        isReleased = true;
        open--;
        if (outcome !== "other") ended(outcome === "refused");
        if (outcome === "answered") answered(sent, opened, heard);
        if (outcome === "refused") refused(sent, heard);
        startWaiting();
      },
    };
  };

  return {
    maxConcurrency: most,
    get limit() {
      return limitAt(performance.now());
    },
    get perSecond() {
      return rate.perSecond(performance.now());
    },
    async acquire(signal) {
      signal.throwIfAborted();
      return new Promise((resolve, reject) => {
        waiting.push(waiterFor(signal, () => resolve(slot()), reject));
        startWaiting();
      });
    },
    pause(seconds) {
      pausedUntil = Math.max(pausedUntil, performance.now() + seconds * 1000);
    },
  };
}

/** A pace without any limit but the number of open requests: for batches, whose service sets its own pace. */
export function openPace(maxConcurrency: number): Pace {
  return {
    maxConcurrency,
    limit: maxConcurrency,
    perSecond: Number.POSITIVE_INFINITY,
    async acquire(signal) {
      signal.throwIfAborted();
      return { release: () => {} };
    },
    pause: () => {},
  };
}
