/** @file What may pass by itself is tried again, at the pace that the server asks for; what stays is given up with what to do. */

import { setTimeout as delay } from "node:timers/promises";
import { UserError } from "../lib/errors.js";
import { random } from "../lib/random.js";
import { formatSeconds } from "../lib/text/format.js";
import { retryAfterIn } from "../lib/text/retry-after.js";
import type { Hub } from "./settings.js";

/** Went wrong in a way that may pass: worth another attempt. */
export class TransientFault extends Error {
  /** How long the server wants to be left alone. */
  readonly retryAfterSeconds: number | undefined;

  constructor(message: string, retryAfterSeconds?: number) {
    super(message);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The Hub can't be reached, or fails for good: what is in the cache may do. */
export class HubUnreachable extends UserError {
  override readonly name = "UserError";
}

/** Attempts in a row without a new byte before giving up. */
const maxAttempts = 5;
/** The Hub counts requests in windows of five minutes: a longer pause is for people to decide on. */
const maxPauseSeconds = 300;

/** Makes attempts until one succeeds; gives up when several in a row got nowhere by `progress`. */
export async function retried<Result>(
  hub: Hub,
  attempt: () => Promise<Result>,
  progress: () => number = () => 0,
): Promise<Result> {
  const jitter = random(process.pid, "hub");
  let tries = 0;
  let reached = progress();
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof TransientFault)) throw error;
      if (progress() > reached) tries = 0;
      reached = progress();
      tries++;
      if (tries >= maxAttempts)
        throw new HubUnreachable(
          `${error.message}, ${maxAttempts} times in a row. Try again later: what was downloaded is kept.`,
        );
      // Between half and the whole of the doubled pause, so that many who failed at once do not come back at once.
      const backoff = hub.backoffSeconds * 2 ** (tries - 1) * (0.5 + jitter.uniform() / 2);
      const seconds = Math.max(backoff, error.retryAfterSeconds ?? 0);
      if (seconds > maxPauseSeconds)
        throw new HubUnreachable(
          `${error.message}, and asks to be left alone for ${formatSeconds(seconds)}. Try again then: what was downloaded is kept. ` +
            "With HF_TOKEN set the limits are higher.",
        );
      if (seconds >= 5) hub.log({ kind: "note", text: `${error.message}. Trying again in ${formatSeconds(seconds)}.` });
      await delay(seconds * 1000, undefined, { signal: hub.signal }).catch(() => hub.signal.throwIfAborted());
    }
  }
}

/** Seconds to wait by `Retry-After` (seconds or a date) or by the Hub's `RateLimit: "api";r=0;t=55`. */
export function retryAfter(headers: Headers): number | undefined {
  const asked = retryAfterIn(headers.get("retry-after"));
  if (asked !== null) return asked;
  const reset = /;\s*r\s*=\s*0\s*;\s*t\s*=\s*(\d+)/.exec(headers.get("ratelimit") ?? "")?.[1];
  return reset === undefined ? undefined : Number(reset);
}
