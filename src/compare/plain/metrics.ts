/**
 * @file Scores of answers against the truth, on plain arrays of labels, as scikit-learn computes them with `zero_division=0`.
 *
 * Rows of one label are given as labels, rows of several as lists of labels. A row without an answer (`null`) is missed by its label and false
 * for none. All throw a `UserError` where lengths differ or there are no rows.
 */
import type { CodedRows } from "../metrics/label-indices.js";
import * as metrics from "../metrics/metrics.js";
import { codeRows, type RowAnswer, type RowLabels } from "./rows.js";

function coded(truth: readonly RowLabels[], answers: readonly RowAnswer[]): CodedRows {
  return codeRows(truth, { answers }).sides[0]!;
}

/**
 * The share of rows that are answered exactly right, from 0 to 1; of rows with several labels, all of them. In scikit-learn: `accuracy_score`.
 *
 * ```ts
 * accuracy(["spam", "ham", "ham"], ["spam", "ham", "spam"]); // 0.667
 * ```
 */
export function accuracy(truth: readonly RowLabels[], answers: readonly RowAnswer[]): number {
  return metrics.accuracy(coded(truth, answers));
}

/**
 * The plain mean of each label's F1 = 2TP / (2TP + FP + FN), over the labels that occur in the truth: a rare label counts as much as a common
 * one. In scikit-learn: `f1_score(average="macro", labels=`those labels`)`.
 */
export function macroF1(truth: readonly RowLabels[], answers: readonly RowAnswer[]): number {
  return metrics.scoreIn(coded(truth, answers), "macroF1");
}

/** F1 of all labels' true positives, false positives and false negatives added up. Of one label a row and no `null` it is the accuracy. */
export function microF1(truth: readonly RowLabels[], answers: readonly RowAnswer[]): number {
  return metrics.scoreIn(coded(truth, answers), "microF1");
}

/** The mean recall over the labels that occur in the truth. In scikit-learn: `balanced_accuracy_score`. NaN where no row has any label. */
export function balancedAccuracy(truth: readonly RowLabels[], answers: readonly RowAnswer[]): number {
  return metrics.balancedAccuracy(metrics.labelCounts(coded(truth, answers)));
}

/**
 * Matthews correlation, from −1 to 1: 0 is what guessing gets (Gorodkin 2004 for more than two labels). Of rows with several labels, the mean
 * over all labels that occur in the truth or in the answers, each against the rest. In scikit-learn: `matthews_corrcoef`.
 */
export function matthewsCorrelation(truth: readonly RowLabels[], answers: readonly RowAnswer[]): number {
  const rows = coded(truth, answers);
  return metrics.matthewsCorrelation(metrics.labelCounts(rows), truth.length, rows.isMultiLabel);
}
