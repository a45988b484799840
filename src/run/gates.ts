/** @file `--require`: conditions on the result, for CI. */
import { UserError } from "../lib/errors.js";
import { didYouMean } from "../lib/text/nearest-name.js";
import type { Summary } from "../types/scores.js";

type Scores = Pick<Summary, "accuracy" | "macroF1" | "multiLabel" | "balancedAccuracy" | "mcc">;

/** Scores that a gate may ask about. */
const scores: Readonly<Record<string, (scores: Scores) => number | null>> = {
  accuracy: ({ accuracy }) => accuracy.value,
  macro_f1: ({ macroF1 }) => macroF1.value,
  micro_f1: ({ multiLabel }) => multiLabel?.microF1.value ?? null,
  balanced_accuracy: ({ balancedAccuracy }) => balancedAccuracy,
  mcc: (all) => all.mcc,
};

/** What else a gate may ask about one approach. */
const metrics: Readonly<Record<string, (summary: Summary) => number | null>> = {
  usd_per_thousand: (summary) => summary.usdPerThousand?.value ?? null,
  latency_p50: (summary) => summary.latency?.p50 ?? null,
  latency_p95: (summary) => summary.latency?.p95 ?? null,
};

const holds: Readonly<Record<string, (value: number, limit: number) => boolean>> = {
  ">=": (value, limit) => value >= limit,
  "<=": (value, limit) => value <= limit,
  ">": (value, limit) => value > limit,
  "<": (value, limit) => value < limit,
};

/** One condition: of one approach, or, where `approach` is null, of the one that the comparison would ship. */
export interface Gate {
  readonly text: string;
  readonly approach: string | null;
  readonly metric: string;
  readonly operator: string;
  readonly limit: number;
}

export interface GateResult {
  readonly gate: string;
  readonly approach: string;
  /** `null` where the approach or the metric was not measured: the gate then fails. */
  readonly value: number | null;
  readonly isPassed: boolean;
}

/** Reads `macro_f1>=0.9` or `tune:probe.accuracy>=0.85`. */
export function parseGate(text: string): Gate {
  const match = /^\s*(?:(?<approach>.+)\.)?(?<metric>[a-z0-9_]+)\s*(?<operator>>=|<=|>|<)\s*(?<limit>[-+.\de]+)\s*$/i.exec(text);
  const { approach, metric, operator, limit } = match?.groups ?? {};
  if (metric === undefined || operator === undefined || !Number.isFinite(Number(limit))) {
    throw new UserError(
      `--require "${text}" can't be read. Write METRIC>=NUMBER or APPROACH.METRIC>=NUMBER, e.g. macro_f1>=0.9.`,
    );
  }
  const names = [...Object.keys(scores), ...Object.keys(metrics)];
  if (!names.includes(metric)) {
    throw new UserError(
      `--require "${text}": "${metric}" is not a metric.${didYouMean(metric, names)} Metrics: ${names.join(", ")}.`,
    );
  }
  return { text, approach: approach ?? null, metric, operator, limit: Number(limit) };
}

/** Refuses gates about approaches that are not part of the run, before anything is spent. */
export function checkGateNames(gates: readonly Gate[], approaches: readonly string[]): void {
  for (const { text, approach } of gates) {
    if (approach === null || approaches.includes(approach)) continue;
    throw new UserError(
      `--require "${text}": "${approach}" is not an approach of this run.${didYouMean(approach, approaches)} Approaches: ${approaches.join(", ")}.`,
    );
  }
}

/**
 * Checks gates against what was measured. Of an approach with missing rows a score must hold as it is and with each of them counted as
 * wrong; `value` is the one that decides.
 *
 * @param shipped the approach that gates without a name are about
 */
export function checkGates(gates: readonly Gate[], summaries: readonly Summary[], shipped: string): GateResult[] {
  return gates.map((gate) => {
    const name = gate.approach ?? shipped;
    const summary = summaries.find((candidate) => candidate.approach === name);
    const values = summary === undefined ? [] : readings(gate.metric, summary);
    const isHeld = (value: number | null): boolean => value !== null && holds[gate.operator]!(value, gate.limit);
    const failing = values.find((value) => !isHeld(value));
    const value = failing === undefined ? (values.at(-1) ?? null) : failing;
    return { gate: gate.text, approach: name, value, isPassed: values.length > 0 && failing === undefined };
  });
}

/** The values a gate is held against: of a score where rows are missing, the one over the others and the worst case. */
function readings(metric: string, summary: Summary): (number | null)[] {
  const score = scores[metric];
  if (score === undefined) return [metrics[metric]!(summary)];
  return [summary, ...(summary.missing === undefined ? [] : [summary.missing.worstCase])].map(score);
}
