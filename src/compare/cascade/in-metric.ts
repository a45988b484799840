import type { Metric } from "../../types/scores.js";

/** A policy's score, or a difference, in a metric that cascades are told in. */
export function inMetric<Value>(
  { accuracy, macroF1, microF1 }: { readonly accuracy: Value; readonly macroF1: Value; readonly microF1?: Value | undefined },
  metric: Metric,
): Value {
  if (metric === "macroF1") return macroF1;
  return metric === "microF1" && microF1 !== undefined ? microF1 : accuracy;
}
