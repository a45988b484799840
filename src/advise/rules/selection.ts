import { scoreOf } from "../../compare/metrics/metric-choice.js";
import type { Comparison } from "../../types/comparison.js";
import type { Metric, Summary } from "../../types/scores.js";
import type { Finding } from "../findings/findings.js";
import { contrastBetween, isPerhapsChance, primaryContrast, reversed, summaryOf } from "../lookup.js";

/**
 * Where another approach of an arm did better on the test rows than the one that stands for the arm, and is not shown to be better. It stays the choice
 * then: picking by test score would make that score too good.
 */
export function notTopOnTest(comparison: Comparison): Finding[] {
  return (["tune", "prompt"] as const).flatMap((arm): Finding[] => {
    const best = comparison.best[arm];
    const chosen = summaryOf(comparison, best?.approach);
    if (best === null || chosen === undefined) return [];
    const rivals = comparison.summaries.filter((summary) => summary.arm === arm);
    const leads = rivals.map((rival) => ({ rival, ...leadOver(comparison, rival, chosen) }));
    const { rival: top, lead, metric } = leads.reduce((a, b) => (b.lead > a.lead ? b : a));
    if (lead <= comparison.assumptions.margin) return [];
    return [{ kind: "not-top-on-test", chosen: chosen.approach, top: top.approach, metric, lead, basis: best.basis }];
  });
}

/** Where the test rows show another candidate to be better than the one that validation rows chose: it stands for the arm. */
export function chosenByTest(comparison: Comparison): Finding[] {
  return (["tune", "prompt"] as const).flatMap((arm): Finding[] => {
    const best = comparison.best[arm];
    if (best?.basis.kind !== "test") return [];
    const { over, validation } = best.basis;
    const contrast = contrastBetween(comparison, best.approach, over);
    if (contrast === undefined) return [];
    const { metric, difference } = contrast;
    return [{ kind: "chosen-by-test", approach: best.approach, over, validation, metric, difference }];
  });
}

/** How far a rival lies above the chosen one: in the metric that ranks, or, where one of them lacks some rows, on the rows that both have. */
function leadOver(comparison: Comparison, rival: Summary, chosen: Summary): { lead: number; metric: Metric } {
  const metric = comparison.metrics.ranking;
  const isWhole = ({ missing, sampledFrom }: Summary): boolean => missing === undefined && sampledFrom === undefined;
  if (isWhole(rival) && isWhole(chosen)) {
    return { lead: scoreOf(rival, metric).value - scoreOf(chosen, metric).value, metric };
  }
  const contrast = rival === chosen ? undefined : contrastBetween(comparison, rival.approach, chosen.approach);
  return { lead: contrast?.difference.value ?? 0, metric: contrast?.metric ?? metric };
}

/** Where the verdict says "better", but the test, corrected for the number of contrasts, no longer excludes chance: it is not called shown then. */
export function chanceNotExcluded(comparison: Comparison): Finding[] {
  const primary = primaryContrast(comparison);
  if (primary === undefined || !isPerhapsChance(primary)) return [];
  const { a, b, metric, pValue, adjustedPValue } = primary;
  return [{ kind: "chance-not-excluded", a, b, metric, pValue, adjustedPValue, contrasts: comparison.contrasts.length }];
}

/** Where the other metric does not say the same of the two as the one that decided. */
export function metricsDisagree(comparison: Comparison): Finding[] {
  const primary = primaryContrast(comparison);
  if (primary === undefined || (primary.verdict !== "a-better" && primary.verdict !== "b-better")) return [];
  const decided = primary.verdict === "a-better" ? primary : reversed(primary);
  const other = comparison.contrasts
    .map((contrast) => (contrast.a === decided.a ? contrast : reversed(contrast)))
    .find(({ a, b, metric }) => a === decided.a && b === decided.b && metric !== decided.metric);
  if (other === undefined || other.verdict === "a-better") return [];
  const { a, b, metric, difference, verdict } = other;
  return [{ kind: "metrics-disagree", winner: a, loser: b, decidedBy: decided.metric, metric, difference, verdict }];
}
