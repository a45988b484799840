/** @file What a prediction costs. */
import type { Measurement } from "../../types/measurement.js";
import type { Assumptions } from "../../types/prices.js";
import type { Summary } from "../../types/scores.js";
import { askedOutcomes } from "../missing.js";
import { clusteredMean } from "../statistics/clustered-mean.js";

/** What measurements say of the price of a prediction, before any price of a machine is assumed. */
export type MeasuredPrice =
  | {
      readonly kind: "list-price";
      readonly usdPerThousand: number;
      readonly standardError: number | null;
      readonly requests: number;
    }
  /** `relativeError`: the standard error of the time of a text, over that time. `isElsewhere`: it was an engine's machine, not this one. */
  | {
      readonly kind: "machine";
      readonly textsPerSecond: number;
      readonly relativeError: number | null;
      readonly isElsewhere?: true;
    };

/**
 * What a prediction costs, by the bill or by the clock.
 *
 * Where a service bills each answer, its mean list price over the requests it answered, cached or not; `null` where a price is
 * unknown. Otherwise the measured throughput, which includes the time that local caches saved. `null` where nothing was answered.
 *
 * The standard error is that of a mean over texts; rows of one group, and the same row with another seed, are not independent (Liang &
 * Zeger 1986, with the correction for few clusters). A local model is priced by one clock over all texts: how much texts differ is taken
 * from the single answers that were timed.
 */
export function measuredPrice(measurements: readonly Measurement[]): MeasuredPrice | null {
  const outcomes = askedOutcomes(measurements.flatMap((measurement) => measurement.outcomes));
  if (!outcomes.some((outcome) => outcome.answer !== null || typeof outcome.costUsd === "number")) return null;
  const billed = outcomes.flatMap(({ costUsd, group, id }) => (costUsd === undefined ? [] : [{ costUsd, unit: group ?? id }]));
  if (billed.length > 0) {
    const known = billed.flatMap(({ costUsd, unit }) => (costUsd === null ? [] : [{ value: 1000 * costUsd, unit }]));
    if (known.length < billed.length) return null;
    const { mean, standardError } = clusteredMean(known);
    return { kind: "list-price", usdPerThousand: mean, standardError, requests: known.length };
  }
  const seconds = measurements.reduce((sum, measurement) => sum + measurement.predictCost.seconds, 0);
  const textsPerSecond = outcomes.length / seconds;
  const timed = measurements.flatMap(({ latencies }) => latencies).map((seconds, i) => ({ value: seconds, unit: String(i) }));
  const { mean, standardError } = clusteredMean(timed);
  const isElsewhere = measurements.every(({ facts }) => facts.isAnsweredAhead === true);
  return {
    kind: "machine",
    textsPerSecond,
    relativeError: standardError !== null && mean > 0 ? standardError / mean : null,
    ...(isElsewhere && { isElsewhere }),
  };
}

/**
 * USD per 1,000 predictions, from what, and how sure it is. A machine's price is that of its throughput over the share of the time it is busy:
 * an idle replica costs as much as a busy one. `null` where it is not known.
 */
export function usdPerThousand(measured: MeasuredPrice | null, assumptions: Assumptions): Summary["usdPerThousand"] {
  if (measured === null) return null;
  if (measured.kind === "list-price") {
    const { llmPrice = 1 } = assumptions;
    const { usdPerThousand: value, standardError, requests } = measured;
    const basis = { kind: "list-price" as const, requests };
    return { value: llmPrice * value, basis, ...(standardError !== null && { standardError: llmPrice * standardError }) };
  }
  const { textsPerSecond, relativeError, isElsewhere } = measured;
  const { usdPerMachineHour, utilization } = assumptions;
  const value = (1000 * (usdPerMachineHour / 3600)) / (textsPerSecond * utilization);
  if (!Number.isFinite(value)) return null;
  return {
    value,
    basis: { kind: "machine", textsPerSecond, usdPerHour: usdPerMachineHour, utilization, ...(isElsewhere && { isElsewhere }) },
    ...(relativeError !== null && { standardError: value * relativeError }),
  };
}
