import { scoreOf } from "../../compare/metrics/metric-choice.js";
import type { Comparison } from "../../types/comparison.js";
import type { Metric, Summary } from "../../types/scores.js";
import { type Decision, decide, subjectOf } from "../decision.js";
import type { Finding } from "../findings/findings.js";
import { certainGainOver, gainOver } from "../lookup.js";

/**
 * How far the choice lies above the baseline that comes nearest to it: a reason to ship it, or a reason not to. Where a baseline leads in
 * another metric, that is said in place of any praise.
 */
export function aboveBaseline(comparison: Comparison, decision: Decision = decide(comparison)): Finding[] {
  const subject = subjectOf(decision);
  if (subject === null) return [];
  const { approach } = subject;
  const { margin } = comparison.assumptions;
  const baselines = comparison.summaries.filter(({ arm }) => arm === "baseline");
  const [nearest] = baselines
    .map((baseline) => ({ baseline, certain: certainGainOver(comparison, subject, baseline) }))
    .sort((a, b) => a.certain - b.certain);
  if (nearest === undefined) return [];
  const found = { approach, baseline: nearest.baseline.approach, gain: gainOver(comparison, subject, nearest.baseline) };
  if (nearest.certain <= margin) return [{ kind: "barely-above-baseline", ...found, margin }];
  return baselineLeads(comparison).length > 0 ? [] : [{ kind: "above-baseline", ...found }];
}

/** The baseline that is farthest ahead of the choice, in each metric in which one is ahead. */
export function baselineLeads(comparison: Comparison, decision: Decision = decide(comparison)): Finding[] {
  const subject = subjectOf(decision);
  if (subject === null) return [];
  return metricsOf(comparison).flatMap((metric): Finding[] => {
    const score = (summary: Summary): number => scoreOf(summary, metric).value;
    const [best] = comparison.summaries.filter(({ arm }) => arm === "baseline").sort((a, b) => score(b) - score(a));
    if (best === undefined || score(best) <= score(subject)) return [];
    return [
      { kind: "baseline-leads", approach: subject.approach, baseline: best.approach, metric, lead: score(best) - score(subject) },
    ];
  });
}

function metricsOf({ metrics }: Comparison): Metric[] {
  return [metrics.primary, ...metrics.others];
}
