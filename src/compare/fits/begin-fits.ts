/** @file Fits that other machines work on at once, begun before they are waited for one by one. */
import { UserError } from "../../lib/errors.js";
import { keyOfFit } from "../measure.js";
import type { PlannedMeasurement } from "../plan.js";
import type { AttemptOptions } from "./attempt.js";

/** Begins those of the planned fits that can be, in their order. What goes wrong with one is told when it is measured. */
export async function beginFits(
  planned: readonly PlannedMeasurement[],
  { signal, log, checkpointFolder, sharedFolder }: Pick<AttemptOptions, "signal" | "log" | "checkpointFolder" | "sharedFolder">,
): Promise<void> {
  for (const fit of planned) {
    const { approach, train, test, seed, repeat } = fit;
    if (approach.begin === undefined) continue;
    signal.throwIfAborted();
    const measurement = keyOfFit(approach, train, fit);
    const kept = {
      ...(checkpointFolder && { checkpointFolder: checkpointFolder(measurement) }),
      ...(sharedFolder !== undefined && { sharedFolder }),
    };
    const queries = test.examples.map(({ id, text }) => ({ id, text }));
    try {
      await approach.begin(train, { seed, repeat, queries, signal, log: (event) => log({ ...event, measurement }), ...kept });
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof UserError)) throw error;
    }
  }
}
