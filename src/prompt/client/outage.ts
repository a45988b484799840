/**
 * @file Whether a service answers anybody at present. Where requests fail one after the other with no answer between, the fault is not that of the
 * rows: one request tries the service now and then, all others wait, and none of it counts against a row. The same while a service that answers
 * says that nothing is left of a limit.
 */

import { UserError } from "../../lib/errors.js";
import { formatSeconds } from "../../lib/text/format.js";
import { type Llm, LlmError } from "../llm.js";
import { createWaitingRoom } from "./waiting-room.js";

/** A wait, as it is told to people. */
export interface ServiceWait {
  /** Why, as a sentence. */
  readonly reason: string;
  /** Seconds since it began. */
  readonly waitedSeconds: number;
  /** Seconds until the service is tried again. */
  readonly secondsLeft: number;
  /** Seconds until it is given up; `null` for the wait of one row, which ends with the next attempt. */
  readonly patienceSeconds: number | null;
}

/** How a request came through. To be ended once, whatever became of it. */
export interface Passage {
  /** An answer came: the service is there. `toldSeconds`: how long it says that nothing is left of a limit. */
  answered(toldSeconds: number): void;
  /** Whether the failure counts against the row. */
  failed(error: LlmError, row: string): boolean;
  /** It came to an end that says nothing of the service. */
  [Symbol.dispose](): void;
}

export interface Outage {
  /** Whether the service answered anything so far, to anybody who asks this model. */
  readonly hasAnswered: boolean;
  readonly isOn: boolean;
  /**
   * Waits while nothing is to be asked but by the one request that tries the service. Throws `UserError` when nothing was answered for too long,
   * the row's `LlmError` where too few were asked to blame the service, or the signal's reason.
   */
  pass(signal: AbortSignal, manner: WaitManner): Promise<Passage>;
}

export interface WaitManner {
  /** How long nothing may be answered before it is given up. */
  readonly patienceSeconds: number;
  /** The first wait before the service is tried again; it doubles from there. */
  readonly firstSeconds: number;
  /** The longest. */
  readonly mostSeconds: number;
  /** Hears about once a second what is waited for, and `null` when it is over. */
  readonly onWait?: (wait: ServiceWait | null) => void;
}

/** Failures one after the other that mean that the service is gone: of one kind that says nothing of a row, or else of so many rows. */
const [fewFailures, failures, rowsFailed] = [3, 8, 3] as const;
/** A limit that passes sooner is the pace's affair. */
const shortSeconds = 5;
/** Own waits grow to this. */
const mostOwnSeconds = 30;

interface Closed {
  readonly since: number;
  readonly error: LlmError | null;
  /** The service answers, and says that nothing is left. */
  readonly isTold: boolean;
  reason: string;
  retryAt: number;
  ownSeconds: number;
  trying: symbol | null;
}

const known = new WeakMap<Llm, Outage>();

/** The state of the service behind a model, shared by all that ask it. */
export function outageOf(llm: Llm): Outage {
  const outage = known.get(llm) ?? createOutage(llm.spec);
  known.set(llm, outage);
  return outage;
}

/** Nothing is known yet. */
export function createOutage(spec: string, now: () => number = () => performance.now() / 1000): Outage {
  let hasAnswered = false;
  let lastAnsweredAt = 0;
  let failed = 0;
  const rows = new Set<string>();
  let closed: Closed | null = null;
  /** What it says of its limits was seen to be wrong. */
  let isDistrusted = false;
  const room = createWaitingRoom();

  const close = (error: LlmError | null, reason: string, seconds: number, firstSeconds: number): void => {
    const at = now();
    closed = { since: at, error, isTold: error === null, reason, retryAt: at + seconds, ownSeconds: firstSeconds, trying: null };
  };

  const open = (): void => {
    closed = null;
    room.wake();
  };

  const answered = (me: symbol, toldSeconds: number, { firstSeconds, mostSeconds }: WaitManner): void => {
    [hasAnswered, lastAnsweredAt, failed] = [true, now(), 0];
    rows.clear();
    const isTry = closed?.trying === me;
    if (closed !== null && (isTry || !closed.isTold)) {
      // It took a request long before there could be one left.
      if (closed.isTold && toldSeconds > mostSeconds) isDistrusted = true;
      open();
    }
    if (toldSeconds < shortSeconds || isDistrusted || closed !== null) return;
    const capped = Math.min(toldSeconds, mostSeconds);
    close(null, `${spec} says that nothing is left of its limit for ${formatSeconds(toldSeconds)}.`, capped, firstSeconds);
  };

  /** Whether a failure means that the service is gone. */
  const isGone = ({ kind, retryAfterSeconds }: LlmError): boolean => {
    if (kind === "unreachable") return failed >= fewFailures;
    const isLong = (retryAfterSeconds ?? 0) >= shortSeconds || now() - lastAnsweredAt >= shortSeconds;
    if (kind === "limit" && failed >= fewFailures && isLong) return true;
    return failed >= failures && rows.size >= rowsFailed;
  };

  const failedOnce = (error: LlmError, row: string, me: symbol, { firstSeconds, mostSeconds }: WaitManner): boolean => {
    if (!hasAnswered || !error.isRetryable || error.kind === "unsupported") return true;
    failed++;
    rows.add(row);
    const asked = error.retryAfterSeconds;
    const wait = (own: number): number => Math.min(mostSeconds, Math.max(own, asked ?? 0));
    if (closed !== null) {
      if (closed.trying !== me) return false;
      const own = Math.min(mostOwnSeconds, closed.ownSeconds * 2);
      const next = wait(own);
      closed = { ...closed, error, isTold: false, reason: error.message, retryAt: now() + next, ownSeconds: own, trying: null };
      room.wake();
      return false;
    }
    if (!isGone(error)) return error.kind !== "unreachable";
    close(error, error.message, wait(firstSeconds), firstSeconds);
    return false;
  };

  const givenUp = ({ error, since, reason }: Closed): Error => {
    // A row or two that make the service stumble look the same from here.
    const isRows = error !== null && error.kind !== "unreachable" && rows.size < rowsFailed;
    if (isRows) return error;
    const seconds = formatSeconds(now() - since);
    return new UserError(
      `${spec} has answered nothing for ${seconds}: ${reason} Every answer so far is stored: run again to continue.`,
    );
  };

  return {
    get hasAnswered() {
      return hasAnswered;
    },
    get isOn() {
      return closed !== null;
    },
    async pass(signal, manner) {
      const me = Symbol("request");
      while (closed !== null) {
        const at = now();
        const { since, reason, retryAt, trying } = closed;
        if (at - since >= manner.patienceSeconds && trying === null) {
          const error = givenUp(closed);
          if (error instanceof LlmError) open();
          throw error;
        }
        if (trying === null && at >= retryAt) {
          closed.trying = me;
          break;
        }
        const isFirst = room.isFirst(me);
        if (isFirst) {
          const patienceSeconds = Math.max(0, since + manner.patienceSeconds - at);
          manner.onWait?.({ reason, waitedSeconds: at - since, secondsLeft: Math.max(0, retryAt - at), patienceSeconds });
        }
        await room.nap(
          Math.max(0.001, Math.min(1, trying === null ? Math.min(retryAt, since + manner.patienceSeconds) - at : 1)),
          me,
          signal,
        );
        if (closed === null && isFirst) manner.onWait?.(null);
      }
      room.leave(me);
      return {
        answered: (toldSeconds) => answered(me, toldSeconds, manner),
        failed: (error, row) => failedOnce(error, row, me, manner),
        [Symbol.dispose]() {
          if (closed?.trying !== me) return;
          closed.trying = null;
          room.wake();
        },
      };
    },
  };
}
