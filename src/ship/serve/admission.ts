/**
 * @file The bounded queue: how many requests, and bytes of their bodies, may be in the server at once. What is beyond is refused at once with 429, when
 * nothing of its body was read, so that a flood costs neither memory nor the others' time.
 */
import { Refusal } from "./refusal.js";

/** The bounds. */
export interface AdmissionLimits {
  /** Requests that are read, wait or are answered. */
  readonly requests: number;
  /** Bytes of their bodies together. A single request may have more. */
  readonly bytes: number;
}

/** A request's place. Give it back once, whatever became of the request. */
export interface Place {
  /** Takes room for what arrived beyond what was told before; throws a `Refusal` (429) where there is none. */
  grow(bytes: number): void;
  free(): void;
}

/** Who is in. */
export interface Admission {
  /** Requests that were let in and are not answered yet. */
  readonly inside: number;
  /** Requests that were let in since the start. */
  readonly admitted: number;
  /** Throws a `Refusal` (429) where there is no room. @param bytes what the request says that its body has */
  enter(bytes: number): Place;
  /** Resolves when nobody is in. */
  empty(): Promise<void>;
}

/** Nobody is in at first. @param retryAfterSeconds when it is worth trying again, asked when a request is refused */
export function createAdmission(limits: AdmissionLimits, retryAfterSeconds: () => number): Admission {
  let [inside, admitted, held] = [0, 0, 0];
  const waiters: (() => void)[] = [];
  const refuseIfFull = (isFull: boolean): void => {
    if (!isFull) return;
    const seconds = Math.max(1, Math.ceil(retryAfterSeconds()));
    throw new Refusal(429, `The server is busy. Try again in ${seconds} s.`, { "Retry-After": String(seconds) });
  };
  return {
    get inside() {
      return inside;
    },
    get admitted() {
      return admitted;
    },
    enter(told) {
      refuseIfFull(inside >= limits.requests || (inside > 0 && held + told > limits.bytes));
      let [own, isFree] = [told, false];
      inside++;
      admitted++;
      held += told;
      return {
        grow(bytes) {
          refuseIfFull(inside > 1 && held + bytes > limits.bytes);
          own += bytes;
          held += bytes;
        },
        free() {
          if (isFree) return;
          isFree = true;
          inside--;
          held -= own;
          if (inside === 0) for (const resolve of waiters.splice(0)) resolve();
        },
      };
    },
    empty: () => (inside === 0 ? Promise.resolve() : new Promise((resolve) => waiters.push(resolve))),
  };
}
