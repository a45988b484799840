/** @file How long a request may take before it is cut. */
import { setMaxListeners } from "node:events";
import { nextTurn } from "../../lib/next-turn.js";
import { whenAborted } from "../../lib/when-aborted.js";

/** What cuts a request: its time is over, or its run is. */
export interface RequestClock {
  readonly signal: AbortSignal;
  /** The request has ended. To be called once. */
  stop(): void;
}

/** Starts the clock of one request, which its run's signal cuts too. */
export type StartClock = (parent: AbortSignal) => RequestClock;

/**
 * Starts clocks that abort after so many seconds with what `late` makes, or with `parent` and its reason. Requests that start in one turn of the event
 * loop share theirs: a signal and a timer of its own are a thirtieth of the CPU time that a request takes.
 */
export function requestClocks(seconds: number, late: () => Error): StartClock {
  let latest: SharedClock | undefined;
  return (parent) => {
    if (latest === undefined || latest.parent !== parent || latest.isOver()) {
      const started = sharedClock(parent, seconds, late);
      latest = started;
      void nextTurn().then(() => {
        if (latest === started) latest = undefined;
      });
    }
    return latest.join();
  };
}

interface SharedClock {
  readonly parent: AbortSignal;
  join(): RequestClock;
  /** It has cut its requests, or stands still since all have ended. */
  isOver(): boolean;
}

function sharedClock(parent: AbortSignal, seconds: number, late: () => Error): SharedClock {
  const controller = new AbortController();
  const { signal } = controller;
  setMaxListeners(0, signal);
  const timer = setTimeout(() => controller.abort(late()), seconds * 1000);
  const forget = whenAborted(parent, () => controller.abort(parent.reason));
  let open = 0;
  let isStopped = false;
  const stop = (): void => {
    if (--open > 0) return;
    isStopped = true;
    clearTimeout(timer);
    forget();
  };
  return {
    parent,
    isOver: () => isStopped || signal.aborted,
    join() {
      open++;
      return { signal, stop };
    },
  };
}
