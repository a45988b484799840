/** @file Work that goes on before anybody waits for it. */
import type { Context } from "../types/approach.js";
import type { ProgressEvent } from "../types/events.js";

/** Work under way. */
export interface Background<Result> {
  /** Waits for its end. Hears what was told until now, and what is told from now on. */
  finish(log: Context["log"]): Promise<Result>;
}

/** Events that are kept until somebody hears them: of a job that tells one a second, those of the last three hours. */
const keptEvents = 10_000;

/** Starts work at once. What goes wrong is thrown to who waits for it, and to nobody where nobody does. */
export function background<Result>(work: (log: Context["log"]) => Promise<Result>): Background<Result> {
  let kept: ProgressEvent[] = [];
  let hears: Context["log"] | undefined;
  const result = work((event) => {
    if (hears !== undefined) hears(event);
    else if (kept.push(event) > 2 * keptEvents) kept = kept.slice(-keptEvents);
  });
  result.catch(() => {});
  return {
    finish(log) {
      for (const event of kept.slice(-keptEvents)) log(event);
      kept = [];
      hears = log;
      return result;
    },
  };
}
