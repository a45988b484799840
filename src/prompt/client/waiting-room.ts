import { whenAborted } from "../../lib/when-aborted.js";

/** Those who wait for one thing, in the order in which they came. */
export interface WaitingRoom {
  /** Whether whoever asks is the first of those who wait, or nobody does. */
  isFirst(me: symbol): boolean;
  /** Waits until the time is over, or something has changed; whoever waits again keeps its place. Throws the signal's reason. */
  nap(seconds: number, me: symbol, signal: AbortSignal): Promise<void>;
  /** Gives the place up. */
  leave(me: symbol): void;
  /** Says that something has changed. */
  wake(): void;
}

/** Nobody waits yet. */
export function createWaitingRoom(): WaitingRoom {
  const waiting = new Map<symbol, () => void>();
  return {
    isFirst: (me) => waiting.size === 0 || waiting.keys().next().value === me,
    async nap(seconds, me, signal) {
      signal.throwIfAborted();
      try {
        await new Promise<void>((resolve, reject) => {
          const timer = setTimeout(() => end(), seconds * 1000);
          const forget = whenAborted(signal, () => end(() => reject(signal.reason)));
          const end = (then: () => void = resolve): void => {
            clearTimeout(timer);
            forget();
            then();
          };
          waiting.set(me, () => end());
        });
      } catch (error) {
        waiting.delete(me);
        throw error;
      }
    },
    leave: (me) => void waiting.delete(me),
    wake() {
      for (const go of [...waiting.values()]) go();
    },
  };
}
