/** @file Which metric decides and which one ranks: said once, for the choice on validation rows, the contrasts, tables, charts and words. */
import type { TaskFacts } from "../../types/data.js";
import type { Estimate, Metric, MetricChoice, Summary } from "../../types/scores.js";
import type { CodedRows } from "./label-indices.js";
import { labelCounts, labelsScored, rowsOfLabel } from "./metrics.js";

/**
 * From this many rows of a label on, in the median over the labels that have any, macro-F1 ranks; with fewer the accuracy does. Most labels'
 * F1 then comes from one or two rows, and which labels are tested at all moves the mean by more than the approaches differ: simulated in
 * `decisions/0019-intervals-that-cover.md`.
 */
export const minRowsToRank = 3;

/**
 * What approaches are judged by on such rows.
 *
 * One label a row: accuracy decides, since its test is exact and a user's margin is meant in it; macro-F1 ranks, and chooses on validation
 * rows, since a rare label counts there, unless its labels have too few rows.
 *
 * Several labels a row: micro-F1 does both. Each decision on a label counts alike, it needs no label to have many rows, and of one label a row
 * it is the accuracy. All labels of a row right is a matter of luck with many labels, and giving none is often the best way to it; macro-F1
 * is lifted by giving rare labels freely, and a baseline that gives one label always never has any of it.
 */
export function metricChoice(
  coded: Pick<CodedRows, "truths" | "labelCount">,
  { isMultiLabel }: Pick<TaskFacts, "isMultiLabel">,
): MetricChoice {
  const counts = {
    labelsScored: labelsScored(labelCounts({ ...coded, isMultiLabel, answers: coded.truths })),
    rowsOfLabel: rowsOfLabel(coded),
  };
  if (isMultiLabel) return { primary: "microF1", others: ["macroF1", "exactMatch"], ranking: "microF1", ...counts };
  const ranking = counts.rowsOfLabel < minRowsToRank ? "accuracy" : "macroF1";
  return { primary: "accuracy", others: ["macroF1"], ranking, ...counts };
}

/** An approach's score in a metric, with its interval. Micro-F1 of one label a row is not summarized: it throws. */
export function scoreOf({ accuracy, macroF1, multiLabel }: ScoredSummary, metric: Metric): Estimate {
  if (metric === "macroF1") return macroF1;
  if (metric !== "microF1") return accuracy;
  if (multiLabel === undefined) throw new Error("micro-F1 is summarized only where rows may have several labels");
  return multiLabel.microF1;
}

type ScoredSummary = Pick<Summary, "accuracy" | "macroF1" | "multiLabel">;
