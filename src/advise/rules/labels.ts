import type { Comparison } from "../../types/comparison.js";
import type { Summary } from "../../types/scores.js";
import { type Decision, decide, subjectOf } from "../decision.js";
import type { Finding } from "../findings/findings.js";

/** Labels with so few test rows that their scores are hardly more than a guess, also of whoever was asked about all rows. */
export function notEstimable({ summaries }: Comparison): Finding[] {
  const most = Math.max(...summaries.map(({ testRows }) => testRows));
  const perLabel = summaries.find(({ testRows }) => testRows === most)?.perLabel ?? [];
  const labels = perLabel.filter(({ isEstimable }) => !isEstimable).map(({ label }) => label);
  return labels.length === 0 ? [] : [{ kind: "not-estimable", labels, ofLabels: perLabel.length }];
}

/** Whether labels have so few test rows that the accuracy ranks in place of macro-F1. */
export function fewRowsOfLabels({ metrics, task, summaries }: Comparison): Finding[] {
  const { labelsScored, rowsOfLabel, ranking } = metrics;
  if (ranking !== "accuracy") return [];
  const isSample = summaries.some(({ sampledFrom }) => sampledFrom !== undefined);
  const rows = { labelsScored, ofLabels: task.labels.length, rowsOfLabel };
  return [{ kind: "few-rows-of-labels", ...rows, ...(isSample && { isSample }) }];
}

/**
 * Rare labels that the choice finds less often than the average label. Rare: less than half the rows that the label would have were all
 * equally frequent. Less often: the upper end of the recall's 95% interval lies below the mean recall by more than the margin.
 */
export function rareLabelsMissed(comparison: Comparison, decision: Decision = decide(comparison)): Finding[] {
  const subject = subjectOf(decision);
  if (subject === null) return [];
  const { approach, perLabel, balancedAccuracy } = subject;
  const rows = perLabel.reduce((sum, { support }) => sum + support, 0);
  const labels = missedLabels(subject, comparison.assumptions.margin).filter(
    ({ support }) => support < rows / perLabel.length / 2,
  );
  return labels.length === 0 ? [] : [{ kind: "rare-labels-missed", approach, labels, balancedAccuracy }];
}

/**
 * Labels that an approach finds less often than the average label, the lowest recall first: the upper end of the recall's 95% interval lies below the mean
 * recall by more than the margin.
 */
export function missedLabels(
  { perLabel, balancedAccuracy }: Pick<Summary, "perLabel" | "balancedAccuracy">,
  margin: number,
): { readonly label: string; readonly recall: number; readonly support: number }[] {
  return perLabel
    .filter(({ isEstimable }) => isEstimable)
    .filter(({ recall, support }) => wilsonUpper(recall, support) < balancedAccuracy - margin)
    .map(({ label, recall, support }) => ({ label, recall, support }))
    .sort((a, b) => a.recall - b.recall);
}

/** Upper end of Wilson's 95% interval of a share seen in `rows` rows (Wilson 1927). In R: `prop.test(x, n, correct = FALSE)$conf.int[2]`. */
export function wilsonUpper(share: number, rows: number): number {
  const z = 1.959963984540054;
  const center = share + z ** 2 / (2 * rows);
  const spread = z * Math.sqrt((share * (1 - share)) / rows + z ** 2 / (4 * rows ** 2));
  return (center + spread) / (1 + z ** 2 / rows);
}
