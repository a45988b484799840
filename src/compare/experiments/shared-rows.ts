/** @file The rows that several measurements have in common, though they answered different ones of the test rows. */
import type { Measurement } from "../../types/measurement.js";
import type { Outcome } from "../../types/prediction.js";
import { isMissing } from "../missing.js";

/** Rows that all have an outcome of, in the order of the first measurement. */
export interface SharedRows {
  readonly ids: readonly string[];
  readonly groups: readonly (string | undefined)[];
  /** Of one of the measurements. */
  outcomesOf(measured: Measurement): Outcome[];
}

/**
 * @param measurements at least one
 * @param among ids of rows that count. @default all
 */
export function onSharedRows(measurements: readonly Measurement[], among?: ReadonlySet<string>): SharedRows {
  const byId = new Map(
    measurements.map((each) => [
      each,
      new Map(each.outcomes.flatMap((outcome) => (isMissing(outcome) ? [] : [[outcome.id, outcome] as const]))),
    ]),
  );
  const all = [...byId.values()];
  const ids = [...all[0]!.keys()].filter((id) => (among?.has(id) ?? true) && all.every((outcomes) => outcomes.has(id)));
  return {
    ids,
    groups: ids.map((id) => all[0]!.get(id)!.group),
    outcomesOf: (measured) => ids.map((id) => byId.get(measured)!.get(id)!),
  };
}
