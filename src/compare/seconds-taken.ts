import type { Measurement } from "../types/measurement.js";

/** Seconds that a measurement took; where that was not timed, what it costs alone. */
export function secondsTaken({ elapsedSeconds, fitCost, predictCost }: Measurement): number {
  return elapsedSeconds ?? fitCost.seconds + predictCost.seconds;
}
