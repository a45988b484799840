/**
 * @file A predictor for as long as a server runs. The client of a service gives up for good when a service stays away or takes a key no more, as a run
 * must; a server goes on, and tries anew.
 */
import { BudgetError, isAbort } from "../../lib/errors.js";
import type { LoadedPredictor } from "../load-predictor.js";
import type { Classify } from "./batcher.js";
import { Refusal } from "./refusal.js";

/** A predictor that is opened again after it failed. Dispose of it. */
export interface RenewedPredictor extends AsyncDisposable {
  /** The one that was opened first. */
  readonly first: LoadedPredictor;
  readonly classify: Classify;
}

/** So often at most is it opened again. */
const restMs = 5000;

/** Opens it for the first time. Throws what `open` throws. */
export async function renewedPredictor(
  open: () => Promise<LoadedPredictor>,
  now: () => number = () => performance.now(),
): Promise<RenewedPredictor> {
  const first = await open();
  const all = new Set([first]);
  let current: Promise<LoadedPredictor> = Promise.resolve(first);
  let openedAt = now();
  let isFailed = false;

  const predictor = (): Promise<LoadedPredictor> => {
    if (isFailed && now() - openedAt >= restMs) {
      isFailed = false;
      openedAt = now();
      current = open().then((opened) => {
        all.add(opened);
        return opened;
      });
    }
    return current;
  };

  return {
    first,
    async classify(texts, signal) {
      const used = predictor();
      try {
        return await (await used).classify(texts, { signal });
      } catch (error) {
        if (signal.aborted || isAbort(error) || error instanceof Refusal || error instanceof BudgetError) throw error;
        if (used === current) isFailed = first.asksLlm;
        throw error;
      }
    },
    async [Symbol.asyncDispose]() {
      for (const opened of all) await opened[Symbol.asyncDispose]();
    },
  };
}
