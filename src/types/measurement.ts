/** @file What was measured, as rows. */
import type { Identity, PredictorFacts, Traits } from "./identity.js";
import type { Cost, Outcome } from "./prediction.js";

/**
 * What one approach did with one training set and one seed.
 *
 * Stores outcomes, not scores: every metric, interval and chart is computed from these rows, so a
 * new metric never needs a new run. Plain JSON.
 */
export interface Measurement extends Identity {
  /** Its name. */
  readonly approach: string;
  readonly traits: Traits;
  /** `validation`: fitted on a part of the training set, answered the rest of it; serves only to choose within an arm. */
  readonly split: "validation" | "test";
  /** Training rows that it was fitted on. Fewer than the comparison's own measurements: a point of a learning curve. */
  readonly trainSize: number;
  readonly seed: number;
  /** Present where the rows are not the task's as they are. */
  readonly experiment?: Experiment;
  /** One row an example of the split, in its order. */
  readonly outcomes: readonly Outcome[];
  /**
   * Seconds of single requests, one after the other, without local caches. For an approach that answers each text by a
   * request of its own these are the outcomes' latencies; for a local model, of a sample of the rows. Empty: not measured.
   */
  readonly latencies: readonly number[];
  readonly fitCost: Cost;
  readonly predictCost: Cost;
  /** Seconds that fitting and answering took by the clock: less than the costs say where a cache served. Absent where it was not timed. */
  readonly elapsedSeconds?: number;
  readonly facts: PredictorFacts;
}

/** What was changed in the rows to see what follows: a label held out of the training, texts shifted in the test set. Plain JSON. */
export interface Experiment {
  readonly kind: string;
  /** The settings of this kind. */
  readonly [setting: string]: string | number | boolean;
}

/** What tells a measurement from the others of a comparison. */
export type MeasurementKey = Pick<Measurement, "approach" | "split" | "trainSize" | "seed" | "experiment">;

/** An approach that could not be measured, and why. */
export interface FailedApproach extends Identity {
  /** Its name. */
  readonly approach: string;
  readonly traits: Traits;
  readonly reason: FailedReason;
}

/** The message of the error that ended it, or that it has no outcome of any test row. `example`: see `UnansweredApproach`. */
export type FailedReason = string | { readonly kind: "no-outcome"; readonly testRows: number; readonly example?: string };
