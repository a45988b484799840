/**
 * @file A limit that nobody tells, found by trying: cut at once where it was passed, then raised as CUBIC does it (RFC 9438): soon back near
 * what was too much, long there, then ever faster beyond it. Growth by a constant, as of old, either stays far below the limit on average or
 * passes it all the time.
 */

/** How much is left of what worked. */
const kept = 0.95;

/** After so long it is no limit any more. */
const mostSpans = 50;

/** A limit under trial. Times in milliseconds. */
export interface Probe {
  /** What may be tried now; `Infinity` before the first cut. */
  at(now: number): number;
  /** Somewhat less than `worked`, and after so many seconds that again. */
  cut(worked: number, now: number, seconds: number): void;
  /** The last cut was not deep enough: it turned out that only so much had worked. */
  lower(worked: number): void;
}

/** A limit without a limit, until the first cut. */
export function createProbe(): Probe {
  let origin = Number.POSITIVE_INFINITY;
  let cutAt = 0;
  let span = 1;
  return {
    at(now) {
      if (origin === Number.POSITIVE_INFINITY) return origin;
      const past = Math.min(mostSpans, (now - cutAt) / span);
      return origin * (1 + (1 - kept) * (past - 1) ** 3);
    },
    cut(worked, now, seconds) {
      origin = worked;
      cutAt = now;
      span = seconds * 1000;
    },
    lower(worked) {
      origin = Math.min(origin, worked);
    },
  };
}
