/** @file What a service holds for us by all that it says of its limit on requests: a bucket that it refills. */

/** What a service says is left of its limit on requests, when it took one. As OpenAI and Anthropic describe it: a bucket that is always refilled. */
export interface RequestsLeft {
  readonly remaining: number;
  /** What the bucket holds. */
  readonly limit: number;
  /** Seconds until it is full again. */
  readonly resetSeconds: number;
}

/** Requests left in a service's bucket, since its count and ours differ by what is under way. */
const reserve = 2;

export interface ToldBucket {
  /** Milliseconds until it has a request for us; 0: now. */
  waitMs(now: number): number;
  /** A request was sent. */
  sent(): void;
  /** The service took a request so many seconds ago, after which so many were sent, and said now what was left. */
  told(left: RequestsLeft, elapsedSeconds: number, sentSince: number, now: number): void;
}

/** Nothing was said yet: it holds without end. Times in milliseconds. */
export function createToldBucket(): ToldBucket {
  /** What it holds by all that was said, without what is under way. */
  let bucket: { held: number; at: number } | undefined;
  /** Sums of what was missing and of the seconds to fill it, whose ratio is the rate at which the service refills. */
  const refill = { requests: 0, seconds: 0 };

  const refilledPerSecond = (): number => (refill.seconds === 0 ? 0 : refill.requests / refill.seconds);

  const heldAt = (now: number): number =>
    bucket === undefined ? Number.POSITIVE_INFINITY : bucket.held + ((now - bucket.at) / 1000) * refilledPerSecond();

  return {
    waitMs(now) {
      const missing = 1 + reserve - heldAt(now);
      return missing <= 0 || refill.seconds === 0 ? 0 : (missing / refilledPerSecond()) * 1000;
    },
    sent() {
      if (bucket !== undefined) bucket.held--;
    },
    told(left, elapsedSeconds, sentSince, now) {
      // Half a request: what is left is rounded down.
      const missing = left.limit - left.remaining - 0.5;
      if (missing >= 1 && left.resetSeconds > 0) {
        refill.requests = refill.requests * 0.9 + missing;
        refill.seconds = refill.seconds * 0.9 + left.resetSeconds;
      }
      const since = elapsedSeconds * refilledPerSecond() - sentSince;
      const [seen, believed] = [Math.min(left.limit, left.remaining + since), heldAt(now)];
      // Bad news at once, good news by and by: requests overtake each other, and one that came first knows nothing of those sent before it.
      bucket = {
        held: believed === Number.POSITIVE_INFINITY || seen < believed ? seen : believed + (seen - believed) * 0.1,
        at: now,
      };
    },
  };
}
