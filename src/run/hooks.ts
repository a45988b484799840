/** @file What a run reports to its caller, and what it asks. */
import type { RunEvent } from "../types/events.js";

/** A question before money is spent. */
export interface SpendingQuestion {
  /** The estimated cost; `null` where it is not known before. */
  readonly usd: number | null;
  /** What would cost it, as the subject of a sentence: `This run`. */
  readonly subject: string;
}

/** A question when a run is stopped while others work for it. */
export interface LeavingQuestion {
  /** How many jobs are running. */
  readonly jobs: number;
  /** Where, as `--engine` names it. */
  readonly engine: string;
}

/** The caller's callbacks and settings for the steps of a run. */
export interface RunHooks {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Receives events. Ignoring them changes no result. */
  onEvent(event: RunEvent): void;
  /** Returns whether the money may be spent; `undefined` if nobody can answer. */
  confirm(question: SpendingQuestion): Promise<boolean | undefined>;
  /** Returns whether jobs that run elsewhere are to run on though the run is stopped; `undefined` if nobody can answer. @default they run on */
  leaveRunning?(question: LeavingQuestion): Promise<boolean | undefined>;
}
