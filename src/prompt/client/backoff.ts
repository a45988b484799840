/**
 * @file What a refusal means for the requests that were not refused. Where a service counts requests a minute, all would be
 * refused until the minute is over; where it refills all the time, the next one is taken at once. So one is tried soon: if that is refused too,
 * everything waits as long as the service said; if not, all go on.
 */

import type { Sent } from "./learned-rate.js";

/** A pause after a refusal. Times in milliseconds. */
export interface RefusalPause {
  /** Milliseconds until another request may be sent; 0: now; `Infinity`: not before something is heard of the one that is tried. */
  waitMs(now: number): number;
  send(sent: Sent): void;
  /** Refused. `retryMs`: what the service asks to wait, where it does. `soonMs`: how long the one that is tried waits. */
  refused(sent: Sent, now: number, retryMs: number | null, soonMs: number): void;
  answered(sent: Sent): void;
  /** Refusals mean nothing for others. */
  forget(): void;
}

/** Where the service does not say how long to wait: doubled each time the one that is tried is refused. */
const [firstWaitMs, mostWaitMs] = [250, 8000] as const;

/** None so far. */
export function createRefusalPause(): RefusalPause {
  let until = 0;
  let triedFrom = 0;
  let lastRefused = -1;
  let ownWaitMs: number = firstWaitMs;
  let tried: Sent | undefined;
  /** How long a refusal takes: one that is open for longer was taken. */
  let refusalMs = 0;
  const isTaken = (now: number): boolean => tried !== undefined && now - tried.at > Math.max(10, 3 * refusalMs);
  return {
    waitMs(now) {
      if (now >= until || isTaken(now)) {
        until = 0;
        tried = undefined;
        return 0;
      }
      if (tried !== undefined) return Math.min(until, tried.at + Math.max(10, 3 * refusalMs) + 1) - now;
      return Math.max(0, Math.min(until, triedFrom) - now);
    },
    send(sent) {
      if (until > 0 && tried === undefined) tried = sent;
    },
    refused(sent, now, retryMs, soonMs) {
      refusalMs += (now - sent.at - refusalMs) * (refusalMs === 0 ? 1 : 0.1);
      lastRefused = Math.max(lastRefused, sent.index);
      if (until === 0) triedFrom = now + soonMs;
      if (sent === tried) {
        triedFrom = Number.POSITIVE_INFINITY;
        tried = undefined;
        ownWaitMs = Math.min(mostWaitMs, ownWaitMs * 2);
      }
      until = Math.max(until, now + (retryMs ?? ownWaitMs));
    },
    forget() {
      ownWaitMs = firstWaitMs;
      until = 0;
      tried = undefined;
    },
    answered(sent) {
      if (sent.index <= lastRefused) return;
      ownWaitMs = firstWaitMs;
      until = 0;
      tried = undefined;
    },
  };
}
