/** @file What predictions cost, what came before the first one, and from how many requests on one way is the cheaper one. */
import type { Measurement } from "../types/measurement.js";
import type { Assumptions, BreakEven, SetupCost } from "../types/prices.js";
import type { Summary } from "../types/scores.js";
import { labelsUsed } from "./known-facts.js";
import { normalQuantile } from "./statistics/normal.js";

/** What measurements say of the price of a prediction, before any price of a machine is assumed. */
export type MeasuredPrice =
  | {
      readonly kind: "list-price";
      readonly usdPerThousand: number;
      readonly standardError: number | null;
      readonly requests: number;
    }
  /** `relativeError`: the standard error of the time of a text, over that time. */
  | { readonly kind: "machine"; readonly textsPerSecond: number; readonly relativeError: number | null };

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
  const outcomes = measurements.flatMap((measurement) => measurement.outcomes);
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
  return { kind: "machine", textsPerSecond, relativeError: standardError !== null && mean > 0 ? standardError / mean : null };
}

/**
 * USD per 1,000 predictions, from what, and how sure it is. A machine's price is that of its throughput over the share of the time it is busy:
 * an idle replica costs as much as a busy one. `null` where it is not known.
 */
export function usdPerThousand(measured: MeasuredPrice | null, assumptions: Assumptions): Summary["usdPerThousand"] {
  if (measured === null) return null;
  if (measured.kind === "list-price") {
    const { usdPerThousand: value, standardError, requests } = measured;
    return { value, basis: { kind: "list-price", requests }, ...(standardError !== null && { standardError }) };
  }
  const { textsPerSecond, relativeError } = measured;
  const { usdPerMachineHour, utilization } = assumptions;
  const value = (1000 * (usdPerMachineHour / 3600)) / (textsPerSecond * utilization);
  if (!Number.isFinite(value)) return null;
  return {
    value,
    basis: { kind: "machine", textsPerSecond, usdPerHour: usdPerMachineHour, utilization },
    ...(relativeError !== null && { standardError: value * relativeError }),
  };
}

/** A mean with its standard error, where values of one unit may depend on each other; `null` with fewer than two units. */
function clusteredMean(values: readonly { readonly value: number; readonly unit: string }[]): {
  readonly mean: number;
  readonly standardError: number | null;
} {
  const mean = values.reduce((sum, { value }) => sum + value, 0) / values.length;
  const residuals = new Map<string, number>();
  for (const { value, unit } of values) residuals.set(unit, (residuals.get(unit) ?? 0) + value - mean);
  const units = residuals.size;
  if (units < 2) return { mean, standardError: null };
  const squares = [...residuals.values()].reduce((sum, residual) => sum + residual ** 2, 0);
  return { mean, standardError: Math.sqrt((squares * units) / (units - 1)) / values.length };
}

/**
 * The cost of one fit at the assumed prices; `null` where labels have a price and nobody knows how many were used. What fitting a recording's
 * prompt took is not known either, and counted as nothing.
 */
export function setupCost(summary: Pick<Summary, "facts" | "fitCost">, assumptions: Assumptions): SetupCost | null {
  const labels = labelsUsed(summary);
  if (labels === null && assumptions.usdPerLabel > 0) return null;
  const { usd, seconds } = summary.fitCost;
  const fitting = summary.facts.recording === undefined ? usd + (seconds / 3600) * assumptions.usdPerMachineHour : 0;
  return { labels: (labels ?? 0) * assumptions.usdPerLabel, fitting };
}

/**
 * Two approaches that run on this machine are priced by a stopwatch. Of two that do the same work (one encoder, one matrix product)
 * up to 15 % was seen on a quiet machine; a quarter leaves room for a busier one.
 */
const timingNoise = 0.25;

/** Of fewer requests than this no number is said: it is below what a stopwatch and a single request can tell, and no plan has so few. */
export const fewestRequests = 50;

/**
 * Requests from which on the tuned model is the cheaper one: what it costs more to set up, over what a request saves. `null`
 * where a price per prediction or what setting up took is unknown, and where both run on this machine and differ by less than a stopwatch can tell. Test
 * labels serve both alike and cancel; people's time is not in it.
 */
export function breakEven(tuned: Summary, prompted: Summary, assumptions: Assumptions): BreakEven | null {
  if (tuned.usdPerThousand === null || prompted.usdPerThousand === null) return null;
  const isBilled = tuned.predictCost.usd > 0 || prompted.predictCost.usd > 0;
  const [low, high] = [tuned.usdPerThousand.value, prompted.usdPerThousand.value].sort((a, b) => a - b) as [number, number];
  if (!isBilled && high - low <= timingNoise * high) return null;
  const [tunedSetup, promptedSetup] = [setupCost(tuned, assumptions), setupCost(prompted, assumptions)];
  if (tunedSetup === null || promptedSetup === null) return null;
  const labels = tunedSetup.labels - promptedSetup.labels;
  const fitting = tunedSetup.fitting - promptedSetup.fitting;
  const saving = prompted.usdPerThousand.value - tuned.usdPerThousand.value;
  const requestsAt = (saved: number): number | null =>
    saved > 0 ? Math.max(0, Math.ceil((1000 * (labels + fitting)) / saved)) : null;
  const interval = breakEvenInterval(saving, [tuned, prompted], requestsAt);
  const names = { tuned: tuned.approach, prompted: prompted.approach };
  const isTimed = [tuned, prompted].some(({ predictCost }) => predictCost.usd === 0);
  return {
    ...names,
    requests: requestsAt(saving),
    ...(interval !== null && { interval }),
    ...(isTimed && { leavesOut: "machine-speed" as const }),
    basis: {
      extraSetup: { labels, fitting },
      usdPerThousand: { tuned: tuned.usdPerThousand.value, prompted: prompted.usdPerThousand.value },
      isSetupKnown: [tuned, prompted].every(({ facts }) => facts.recording === undefined),
    },
  };
}

/**
 * The break-even at both ends of the 95 % interval of what a request saves (normal; the two costs' variances added, though both were
 * asked the same texts: rather too wide). What came before the first request is taken as measured. `null` where a cost has no standard
 * error, and where no saving within the interval ever pays.
 */
function breakEvenInterval(
  saving: number,
  costs: readonly Summary[],
  requestsAt: (saving: number) => number | null,
): NonNullable<BreakEven["interval"]> | null {
  const errors = costs.map(({ usdPerThousand }) => usdPerThousand?.standardError);
  if (errors.includes(undefined)) return null;
  const half = normalQuantile(0.975) * Math.hypot(...errors.map((error) => error ?? 0));
  const low = requestsAt(saving + half);
  return low === null ? null : { low, high: requestsAt(saving - half) };
}
