/** @file What predictions cost, what came before the first one, and from how many requests on one way is the cheaper one. */
import { formatCount, formatNumber, formatPercent, formatUsd } from "../lib/format.js";
import type { Assumptions, BreakEven, Cost, Measurement, Summary } from "../types.js";

/**
 * USD per 1,000 predictions, and from what.
 *
 * Where a service bills each answer, its mean list price over the requests it answered, cached or not; `null` where a price is
 * unknown. Otherwise the price of this machine for the measured throughput, which includes the time that local caches saved, over
 * the share of the time it is busy: an idle replica costs as much as a busy one. `null` where nothing was answered.
 */
export function usdPerThousand(measurements: readonly Measurement[], assumptions: Assumptions): Summary["usdPerThousand"] {
  const outcomes = measurements.flatMap((measurement) => measurement.outcomes);
  if (!outcomes.some((outcome) => outcome.answer !== null || typeof outcome.costUsd === "number")) return null;
  const billed = outcomes.map((outcome) => outcome.costUsd).filter((cost) => cost !== undefined);
  if (billed.length > 0) {
    const known = billed.filter((cost) => cost !== null);
    if (known.length < billed.length) return null;
    const value = (1000 * known.reduce((sum, cost) => sum + cost, 0)) / known.length;
    return { value, basis: `mean list price of ${formatCount(known.length)} requests` };
  }
  const seconds = measurements.reduce((sum, measurement) => sum + measurement.predictCost.seconds, 0);
  const throughput = outcomes.length / seconds;
  const value = (1000 * (assumptions.usdPerMachineHour / 3600)) / (throughput * assumptions.utilization);
  if (!Number.isFinite(value)) return null;
  const machine = `${formatUsd(assumptions.usdPerMachineHour)} an hour, busy ${formatPercent(assumptions.utilization)} of the time`;
  return { value, basis: `${formatNumber(throughput)} texts a second on this machine, at ${machine}` };
}

/** What was spent before the first prediction, in USD. */
export interface SetupCost {
  /** Making the labels it learned from. */
  readonly labels: number;
  /** Machine time of fitting, and what services billed for it. */
  readonly fitting: number;
}

/** The cost of one fit at the assumed prices. */
export function setupCost(fit: Cost, assumptions: Assumptions): SetupCost {
  return {
    labels: fit.labels * assumptions.usdPerLabel,
    fitting: fit.usd + (fit.seconds / 3600) * assumptions.usdPerMachineHour,
  };
}

/**
 * Two approaches that run on this machine are priced by a stopwatch. Of two that do the same work (one encoder, one matrix product)
 * up to 15 % was seen on a quiet machine; a quarter leaves room for a busier one.
 */
const timingNoise = 0.25;

/**
 * Requests from which on the tuned model is the cheaper one: what it costs more to set up, over what a request saves. `null`
 * where a price per prediction is unknown, and where both run on this machine and differ by less than a stopwatch can tell. Test
 * labels serve both alike and cancel; people's time is not in it.
 */
export function breakEven(tuned: Summary, prompted: Summary, assumptions: Assumptions): BreakEven | null {
  if (tuned.usdPerThousand === null || prompted.usdPerThousand === null) return null;
  const isBilled = tuned.predictCost.usd > 0 || prompted.predictCost.usd > 0;
  const [low, high] = [tuned.usdPerThousand.value, prompted.usdPerThousand.value].sort((a, b) => a - b) as [number, number];
  if (!isBilled && high - low <= timingNoise * high) return null;
  const [tunedSetup, promptedSetup] = [setupCost(tuned.fitCost, assumptions), setupCost(prompted.fitCost, assumptions)];
  const labels = tunedSetup.labels - promptedSetup.labels;
  const fitting = tunedSetup.fitting - promptedSetup.fitting;
  const saving = prompted.usdPerThousand.value - tuned.usdPerThousand.value;
  const spent = `${formatUsd(labels)} more for labels, ${formatUsd(fitting)} more for fitting`;
  const rates = `${formatUsd(prompted.usdPerThousand.value)} prompted against ${formatUsd(tuned.usdPerThousand.value)} tuned`;
  const basis = `${spent}; per 1,000 requests ${rates}. People's time is not counted.`;
  const names = { tuned: tuned.approach, prompted: prompted.approach };
  if (saving <= 0) return { ...names, requests: null, basis };
  return { ...names, requests: Math.max(0, Math.ceil((1000 * (labels + fitting)) / saving)), basis };
}
