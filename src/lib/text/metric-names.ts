/** @file What metrics are called, and how their values are written. */
import type { Estimate, Metric } from "../../types/scores.js";
import { formatPercent, formatScore, formatShareEstimate } from "./format.js";

/** What the metrics are called, in tables and as names. */
export const metricNames: Readonly<Record<Metric, string>> = {
  accuracy: "accuracy",
  exactMatch: "all labels right",
  macroF1: "macro-F1",
  microF1: "micro-F1",
};

/** The same inside a sentence, where a name of several words must be seen to be one. */
export function metricInWords(metric: Metric): string {
  return metric === "exactMatch" ? `“${metricNames[metric]}”` : metricNames[metric];
}

/** A score as it is usually written: shares of rows as percentages, F1 with three decimals. */
export function formatMetric(metric: Metric, value: number): string {
  return isPercentage[metric] ? formatPercent(value) : formatScore(value);
}

/** The same with its 95% interval: `91.2% (90.1–92.3)`, `0.912 (0.903–0.921)`. */
export function formatMetricEstimate(metric: Metric, estimate: Estimate): string {
  const { value, low, high } = estimate;
  return isPercentage[metric]
    ? formatShareEstimate(estimate)
    : `${formatScore(value)} (${formatScore(low)}–${formatScore(high)})`;
}

/** Whether a metric is written as a percentage: a share of right rows is. */
const isPercentage: Readonly<Record<Metric, boolean>> = { accuracy: true, exactMatch: true, macroF1: false, microF1: false };
