/** @file What the user needs, held against what would be used. */
import type { Limit } from "../../compare/limits.js";
import { scoreOf } from "../../compare/metrics/metric-choice.js";
import type { Comparison } from "../../types/comparison.js";
import { type Decision, decide, subjectOf } from "../decision.js";
import type { Finding } from "../findings/findings.js";

/** Says where the interval of the choice's score includes the least that is needed. */
export function neededOpen(comparison: Comparison, decision: Decision = decide(comparison)): Finding[] {
  const { needed } = comparison.assumptions;
  const subject = subjectOf(decision);
  if (needed === undefined || subject === null) return [];
  const metric = comparison.metrics.primary;
  const score = scoreOf(subject, metric);
  return score.low >= needed ? [] : [{ kind: "needed-open", approach: subject.approach, metric, score, needed }];
}

/** Limits that were set and that the choice could not be held against: what they are about was not measured. */
export function limitsUnmeasured({ assumptions }: Comparison, decision: Decision): Finding[] {
  const { choice } = decision;
  if (choice === null) return [];
  const isUnmeasured: Readonly<Record<Exclude<Limit, "private">, boolean>> = {
    latency: assumptions.maxLatencySeconds !== undefined && choice.latency === null,
    price: assumptions.maxUsdPerThousand !== undefined && choice.usdPerThousand === null,
  };
  return (Object.keys(isUnmeasured) as (keyof typeof isUnmeasured)[])
    .filter((limit) => isUnmeasured[limit])
    .map((limit) => ({ kind: "limit-unmeasured", approach: choice.approach, limit }));
}
