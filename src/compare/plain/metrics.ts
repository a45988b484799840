/**
 * @file Scores of answers against the truth, on plain arrays of labels, as scikit-learn computes them with `zero_division=0`.
 *
 * Rows with one label are given as labels, rows with several as lists of labels. A row without an answer (`null`) is a false negative of its label
 * and no false positive. All throw a `UserError` if lengths differ or there are no rows.
 */
import type { CodedRows } from "../metrics/label-indices.js";
import * as metrics from "../metrics/metrics.js";
import { codeRows, type RowAnswer, type RowLabels } from "./rows.js";

function coded(truth: readonly RowLabels[], answers: readonly RowAnswer[]): CodedRows {
  return codeRows(truth, { answers }).sides[0]!;
}

/**
 * The share of rows whose answer is exactly right, from 0 to 1; with several labels per row, all of them. In scikit-learn: `accuracy_score`.
 *
 * ```ts
 * accuracy(["spam", "ham", "ham"], ["spam", "ham", "spam"]); // 0.667
 * ```
 */
export function accuracy(truth: readonly RowLabels[], answers: readonly RowAnswer[]): number {
  return metrics.accuracy(coded(truth, answers));
}

/**
 * The unweighted mean of F1 = 2TP / (2TP + FP + FN) over the labels that occur in the truth: a rare label counts as much as a common
 * one. In scikit-learn: `f1_score(average="macro", labels=`those labels`)`.
 */
export function macroF1(truth: readonly RowLabels[], answers: readonly RowAnswer[]): number {
  return metrics.scoreIn(coded(truth, answers), "macroF1");
}

/** F1 of the summed true positives, false positives and false negatives of all labels. With one label per row and no `null` it is the accuracy. */
export function microF1(truth: readonly RowLabels[], answers: readonly RowAnswer[]): number {
  return metrics.scoreIn(coded(truth, answers), "microF1");
}

/** The mean recall over the labels that occur in the truth. In scikit-learn: `balanced_accuracy_score`. NaN if no row has a label. */
export function balancedAccuracy(truth: readonly RowLabels[], answers: readonly RowAnswer[]): number {
  return metrics.balancedAccuracy(metrics.labelCounts(coded(truth, answers)));
}

/**
 * The Matthews correlation coefficient, from −1 to 1; guessing scores 0 (Gorodkin 2004 for more than two labels). With several labels per row,
 * the mean over all labels in the truth or the answers, each against the rest. In scikit-learn: `matthews_corrcoef`.
 */
export function matthewsCorrelation(truth: readonly RowLabels[], answers: readonly RowAnswer[]): number {
  const rows = coded(truth, answers);
  return metrics.matthewsCorrelation(metrics.labelCounts(rows), truth.length, rows.isMultiLabel);
}
