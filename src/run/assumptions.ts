import type { Assumptions } from "../types/prices.js";
import type { RunOptions } from "./run-options.js";

/** Options that assumptions are made from: with others a stored run is decided anew, and nothing is measured again. */
export const assumptionOptions = [
  "margin",
  "requestsPerMonth",
  "usdPerLabel",
  "machine",
  "usdPerMachineHour",
  "utilization",
  "usdPerPersonHour",
  "personHours",
  "llmPrice",
  "priority",
  "needed",
  "maxLatencyMs",
  "maxUsdPer1k",
  "private",
] as const satisfies readonly (keyof RunOptions)[];

type Told = Partial<Pick<RunOptions, (typeof assumptionOptions)[number]>>;

/** What the options of a run assume. What was not told is absent. */
export function assumptionsOf(options: Pick<RunOptions, (typeof assumptionOptions)[number]>): Assumptions {
  const { margin, usdPerMachineHour, utilization } = options;
  return { margin, usdPerMachineHour, utilization, ...toldAssumptions(options) };
}

/** What some options assume: nothing of the others. */
export function toldAssumptions(options: Told): Partial<Assumptions> {
  const { margin, usdPerMachineHour, utilization, requestsPerMonth, usdPerLabel, machine, usdPerPersonHour, needed } = options;
  const { personHours, priority, maxLatencyMs, maxUsdPer1k, llmPrice, private: isPrivate } = options;
  return {
    ...(margin !== undefined && { margin }),
    ...(usdPerMachineHour !== undefined && { usdPerMachineHour }),
    ...(utilization !== undefined && { utilization }),
    ...(requestsPerMonth !== undefined && { requestsPerMonth }),
    ...(usdPerLabel !== undefined && { usdPerLabel }),
    ...(machine !== undefined && { machine }),
    ...(usdPerPersonHour !== undefined && { usdPerPersonHour }),
    ...(needed !== undefined && { needed }),
    ...(llmPrice !== undefined && llmPrice !== 1 && { llmPrice }),
    ...(personHours !== undefined && { personHours: { tune: personHours.tuned ?? 0, prompt: personHours.prompted ?? 0 } }),
    ...(priority !== undefined && { weights: { accuracy: 0, cost: 0, independence: 0, latency: 0, ...priority } }),
    ...(maxLatencyMs !== undefined && { maxLatencySeconds: maxLatencyMs / 1000 }),
    ...(maxUsdPer1k !== undefined && { maxUsdPerThousand: maxUsdPer1k }),
    ...(isPrivate === true && { isPrivate }),
  };
}
