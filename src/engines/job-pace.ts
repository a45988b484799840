/** @file What jobs of an approach take: expected by a trial before any has run, and by those that have ended afterwards. */
import { formatPlural, formatSeconds } from "../lib/text/format.js";
import type { RunEstimate } from "../types/approach.js";
import type { TrialOutputs } from "./job/trial-outputs.js";

/** What a job is to do, in numbers. */
export interface JobWork {
  readonly updates: number;
  /** Texts that are answered: the test rows, and the held-out ones as often as they are looked at. */
  readonly texts: number;
}

/** What jobs of one approach take on an engine. */
export interface JobPace {
  /** A trial has ended. `overheadSeconds`: from its being handed over to its results, without what it took by its own clock. */
  tried(trial: TrialOutputs, overheadSeconds: number): void;
  /** A job has ended that took so long by its own clock. */
  ended(work: JobWork, seconds: number): void;
  /** What a job is expected to take. */
  expected(work: JobWork): RunEstimate;
}

/** @param names the approach's and the engine's, for people */
export function jobPace({ approach, spec }: { readonly approach: string; readonly spec: string }): JobPace {
  const seen = { updates: 0, seconds: 0 };
  let known: { readonly trial: TrialOutputs; readonly overheadSeconds: number } | undefined;
  const free = { calls: 0, inputTokens: 0, outputTokens: 0, usd: 0 };
  return {
    tried(trial, overheadSeconds) {
      known = { trial, overheadSeconds };
    },
    ended({ updates }, seconds) {
      seen.updates += updates;
      seen.seconds += seconds;
    },
    expected({ updates, texts }) {
      // Whole jobs say more than a few updates of one.
      if (seen.updates > 0) {
        const seconds = (updates * seen.seconds) / seen.updates;
        return { ...free, seconds, machineSeconds: seconds };
      }
      if (known === undefined) return { ...free, seconds: 0, basis: `How long it takes on ${spec} is not known before it runs.` };
      const { trial, overheadSeconds } = known;
      const seconds = overheadSeconds + trial.loadingSeconds + updates * trial.updateSeconds + texts * trial.textSeconds;
      const beginning = formatSeconds(overheadSeconds + trial.loadingSeconds);
      const basis = `${approach}: a job on ${spec} timed ${formatPlural(trial.updates, "update")}, after ${beginning} to begin.`;
      return { ...free, seconds, machineSeconds: seconds, basis };
    },
  };
}
