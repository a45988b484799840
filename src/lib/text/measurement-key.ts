/** @file The key of a measurement: what is equal in two of them that answer the same question, and so are one. */
import type { MeasurementKey } from "../../types/measurement.js";

/** The key alone, without what was measured. */
export function keyOf({ approach, split, trainSize, seed, experiment }: MeasurementKey): MeasurementKey {
  return { approach, split, trainSize, seed, ...(experiment !== undefined && { experiment }) };
}

/** The key as one text: equal for equal keys, in whatever order an experiment's settings stand. */
export function measurementKey({ approach, split, trainSize, seed, experiment }: MeasurementKey): string {
  const settings = experiment === undefined ? [] : [Object.entries(experiment).sort(([a], [b]) => (a < b ? -1 : 1))];
  return JSON.stringify([approach, split, trainSize, seed, ...settings]);
}
