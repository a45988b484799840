/** @file What a run tells whoever started it, and what it asks. */
import type { Measurement, MeasurementKey, ProgressEvent } from "../types.js";

/** What happens in a run, in the order it happens. Dropping every event changes no result. */
export type RunEvent =
  | ProgressEvent
  /** Something the user should know of the data, a model or a price. Also in the report where it is about the data. */
  | { readonly kind: "warning"; readonly text: string }
  /** A measurement was made and is on disk. */
  | { readonly kind: "measured"; readonly key: MeasurementKey; readonly cost: Pick<Measurement, "fitCost" | "predictCost"> }
  /** An approach could not be measured; the others go on. */
  | { readonly kind: "failed"; readonly approach: string; readonly reason: string };

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
  onEvent(event: RunEvent): void;
  /** Whether so much may be spent; `undefined` where nobody can answer. */
  confirm(question: SpendingQuestion): Promise<boolean | undefined>;
}
