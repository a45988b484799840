/** @file One planned measurement, attempted: a `UserError` ends this approach, not the comparison. */
import { BudgetError, UserError } from "../../lib/errors.js";
import type { Predictor } from "../../types/approach.js";
import type { ProgressEvent } from "../../types/events.js";
import type { Measurement, MeasurementKey } from "../../types/measurement.js";
import { keyOfFit, measure } from "../measure.js";
import type { PlannedMeasurement } from "../plan.js";

export interface AttemptOptions {
  readonly signal: AbortSignal;
  readonly log: (event: ProgressEvent) => void;
  /** See `MeasureOptions.isTimed`. */
  readonly isTimed?: boolean;
  readonly checkpointFolder?: ((fit: MeasurementKey) => string) | undefined;
  readonly sharedFolder?: string | undefined;
  readonly onPredictor?: ((measurement: Measurement, predictor: Predictor) => Promise<void>) | undefined;
}

/**
 * The measurement, or why it can't be had.
 *
 * @throws whatever is not the approach's failure: an abort, a reached budget, files that can't be stored, a bug
 */
export async function attempt(planned: PlannedMeasurement, options: AttemptOptions): Promise<Measurement | UserError> {
  const { approach, train, test, split, seed, repeat, experiment } = planned;
  const { signal, log, isTimed = true, checkpointFolder, sharedFolder, onPredictor } = options;
  let isStoring = false;
  const store = async (measurement: Measurement, predictor: Predictor): Promise<void> => {
    isStoring = true;
    await onPredictor?.(measurement, predictor);
    isStoring = false;
  };
  const kept = checkpointFolder && { checkpointFolder: checkpointFolder(keyOfFit(approach, train, planned)) };
  try {
    return await measure(approach, train, test, {
      split,
      seed,
      repeat,
      experiment,
      isTimed,
      signal,
      log,
      onPredictor: store,
      ...kept,
      ...(sharedFolder !== undefined && { sharedFolder }),
    });
  } catch (error) {
    // An abort is often reported as something else by whoever was interrupted.
    signal.throwIfAborted();
    // A full disk is not the approach's failure.
    if (isStoring || !(error instanceof UserError) || error instanceof BudgetError) throw error;
    return error;
  }
}
