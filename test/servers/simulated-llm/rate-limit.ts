/** What is left of a limit. */
export interface LimitState {
  /** Most requests at once. */
  readonly limit: number;
  /** Requests that may come now. */
  readonly remaining: number;
  /** Until the whole limit is there again. */
  readonly resetSeconds: number;
}

/** What became of a request under a limit. */
export type Admission = LimitState & {
  readonly isAdmitted: boolean /** Until one request may come; 0 if one may now. */;
  readonly retrySeconds: number;
};

/**
 * A token bucket, as services limit requests: it holds `burst` and fills up by `perSecond`. The returned function takes one request out, if
 * there is one. `now` in seconds.
 */
export function rateLimit(perSecond: number, burst: number): (now: number) => Admission {
  let held = burst;
  let filledAt: number | undefined;
  return (now) => {
    held = Math.min(burst, held + (now - (filledAt ?? now)) * perSecond);
    filledAt = now;
    const isAdmitted = held >= 1;
    if (isAdmitted) held--;
    return {
      isAdmitted,
      limit: burst,
      remaining: Math.floor(held),
      resetSeconds: (burst - held) / perSecond,
      retrySeconds: held >= 1 ? 0 : (1 - held) / perSecond,
    };
  };
}
