/** @file What a run tells whoever started it, and what it asks. */
import type { RunEvent } from "../types.js";

/** Money that is about to be spent. */
export interface SpendingQuestion {
  /** The estimate. */
  readonly usd: number;
  /** What would spend it, as the subject of a sentence: `This run`. */
  readonly subject: string;
}

/** What the steps of a run are given by whoever started it. */
export interface RunHooks {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Hears what happens. Dropping every event changes no result. */
  onEvent(event: RunEvent): void;
  /** Whether so much may be spent; `undefined` where nobody can answer. */
  confirm(question: SpendingQuestion): Promise<boolean | undefined>;
}
