/** @file `--require`: conditions on the result, for CI. */
import { UserError } from "../lib/errors.js";
import { didYouMean } from "../lib/nearest-name.js";
import type { Summary } from "../types.js";

/** What a gate may ask about one approach. */
const metrics: Readonly<Record<string, (summary: Summary) => number | null>> = {
  accuracy: (summary) => summary.accuracy.value,
  macro_f1: (summary) => summary.macroF1.value,
  micro_f1: (summary) => summary.multiLabel?.microF1.value ?? null,
  balanced_accuracy: (summary) => summary.balancedAccuracy,
  mcc: (summary) => summary.mcc,
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
  if (!(metric in metrics)) {
    const names = Object.keys(metrics);
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
 * Checks gates against what was measured.
 *
 * @param shipped the approach that gates without a name are about
 */
export function checkGates(gates: readonly Gate[], summaries: readonly Summary[], shipped: string): GateResult[] {
  return gates.map((gate) => {
    const name = gate.approach ?? shipped;
    const summary = summaries.find((candidate) => candidate.approach === name);
    const value = summary === undefined ? null : metrics[gate.metric]!(summary);
    return { gate: gate.text, approach: name, value, isPassed: value !== null && holds[gate.operator]!(value, gate.limit) };
  });
}
