/** @file What may pass is waited for: a service that is restarted, a network that is gone for a while. */
import { setTimeout as delay } from "node:timers/promises";
import { UserError } from "../../lib/errors.js";
import { formatSeconds } from "../../lib/text/format.js";
import { ServiceFault } from "./service.js";

/** How long is waited between attempts, and for how long in all. */
export interface Patience {
  /** The first pause. Each further one is half as long again. */
  readonly firstSeconds: number;
  readonly longestSeconds: number;
  /** From the first fault in a row on; then it is the user's. */
  readonly wholeSeconds: number;
}

/** Waits; rejects with the signal's reason where that is aborted. */
export async function pause(seconds: number, signal: AbortSignal): Promise<void> {
  await delay(seconds * 1000, undefined, { signal }).catch(() => signal.throwIfAborted());
}

/** The pauses between looks at something that takes its time: short ones first. */
export function* pauses({ firstSeconds, longestSeconds }: Pick<Patience, "firstSeconds" | "longestSeconds">): Generator<number> {
  for (let seconds = firstSeconds; ; seconds = Math.min(longestSeconds, seconds * 1.5)) yield seconds;
}

/**
 * Makes attempts until one does not end in a `ServiceFault`.
 *
 * @param remedy what is lost and what to do where it does not pass, as sentences
 */
export async function patiently<Result>(
  patience: Patience,
  signal: AbortSignal,
  remedy: string,
  attempt: () => Promise<Result>,
): Promise<Result> {
  const until = performance.now() + patience.wholeSeconds * 1000;
  for (const seconds of pauses(patience)) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof ServiceFault)) throw error;
      const wait = Math.max(seconds, error.retryAfterSeconds ?? 0);
      if (performance.now() + wait * 1000 > until)
        throw new UserError(`${error.message}, for ${formatSeconds(patience.wholeSeconds)}. ${remedy}`);
      await pause(wait, signal);
    }
  }
  throw new Error("pauses do not end");
}
