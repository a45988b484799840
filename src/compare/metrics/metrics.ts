/**
 * @file Scores of answers against the truth, as scikit-learn computes them with `labels=` the declared labels and `zero_division=0`.
 *
 * A row without an answer is a prediction of no label: it is missed by its true label and false for none. It is never an
 * extra class. Checked against scikit-learn in `golden/compare.json`.
 */
import { quantile } from "../../lib/quantile.js";
import type { LabelScore, Metric } from "../../types/scores.js";
import { type CodedRows, isRight } from "./label-indices.js";

/** What every F1 is made of, one number a label. */
export interface LabelCounts {
  /** Rows with the label that were answered with it. */
  readonly truePositives: Float64Array;
  /** Rows answered with the label. */
  readonly predicted: Float64Array;
  /** Rows with the label. */
  readonly support: Float64Array;
}

export interface PrecisionRecallF1 {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/** Below this many test rows a label's F1 is hardly more than a guess. */
export const minEstimableRows = 20;

/** Counts by label. */
export function labelCounts(coded: CodedRows): LabelCounts {
  const truePositives = new Float64Array(coded.labelCount);
  const predicted = new Float64Array(coded.labelCount);
  const support = new Float64Array(coded.labelCount);
  for (const [row, truth] of coded.truths.entries()) {
    const answer = coded.answers[row] ?? [];
    for (const label of truth) support[label]! += 1;
    for (const label of answer) {
      predicted[label]! += 1;
      if (truth.includes(label)) truePositives[label]! += 1;
    }
  }
  return { truePositives, predicted, support };
}

/** Share of rows answered exactly right. In a multi-label task: subset accuracy. NaN of no rows. */
export function accuracy(coded: CodedRows): number {
  let right = 0;
  for (let row = 0; row < coded.truths.length; row++) if (isRight(coded, row)) right++;
  return right / coded.truths.length;
}

/** The score of the rows in a metric. NaN of no rows. */
export function scoreIn(coded: CodedRows, metric: Metric): number {
  if (metric === "macroF1") return macroAverage(labelCounts(coded)).f1;
  return metric === "microF1" ? microAverage(labelCounts(coded)).f1 : accuracy(coded);
}

/** Share of the answered rows that are right; `null` where no row was answered. */
export function answeredAccuracy(coded: CodedRows): number | null {
  let right = 0;
  let answered = 0;
  for (const [row, answer] of coded.answers.entries()) {
    if (answer === null) continue;
    answered++;
    if (isRight(coded, row)) right++;
  }
  return answered === 0 ? null : right / answered;
}

/** F1 = 2TP / (2TP + FP + FN); 0 where all three are 0. */
export function f1(truePositives: number, predicted: number, support: number): number {
  return predicted + support === 0 ? 0 : (2 * truePositives) / (predicted + support);
}

/** Precision, recall and F1 of each label against the rest. */
export function perLabelScores(counts: LabelCounts): PrecisionRecallF1[] {
  return Array.from(counts.support, (support, label) => {
    const truePositives = counts.truePositives[label]!;
    const predicted = counts.predicted[label]!;
    return {
      precision: predicted === 0 ? 0 : truePositives / predicted,
      recall: support === 0 ? 0 : truePositives / support,
      f1: f1(truePositives, predicted, support),
    };
  });
}

/** The same with the labels' names, for a summary. */
export function labelScores(counts: LabelCounts, labels: readonly string[]): LabelScore[] {
  return perLabelScores(counts).map((score, index) => {
    const support = counts.support[index]!;
    return { label: labels[index]!, ...score, support, isEstimable: support >= minEstimableRows };
  });
}

/**
 * The plain mean over the labels that have rows in the truth: a rare one counts as much as a common one. In scikit-learn: `labels=` those
 * labels, `average="macro"`.
 *
 * A label without a row has no score: counted as 0 it would say that the label is never found, which nobody tried. What is wrongly
 * answered with it still counts, as a miss of the row's own label.
 */
export function macroAverage(counts: LabelCounts): PrecisionRecallF1 {
  return averageOf(perLabelScores(counts), (label) => (counts.support[label]! > 0 ? 1 : 0));
}

/** Labels that have rows in the truth: those that `macroAverage` is a mean over. */
export function labelsScored({ support }: Pick<LabelCounts, "support">): number {
  return support.reduce((labels, rows) => labels + (rows > 0 ? 1 : 0), 0);
}

/** Rows of a label in the median over the labels that have any; 0 where none has. */
export function rowsOfLabel({ truths, labelCount }: Pick<CodedRows, "truths" | "labelCount">): number {
  const support = new Float64Array(labelCount);
  for (const truth of truths) for (const label of truth) support[label]! += 1;
  const present = support.filter((rows) => rows > 0);
  return present.length === 0 ? 0 : quantile(present, 0.5);
}

/** The mean over labels, weighted by their rows in the truth. */
export function weightedAverage(counts: LabelCounts): PrecisionRecallF1 {
  return averageOf(perLabelScores(counts), (label) => counts.support[label]!);
}

/** Precision, recall and F1 of all labels' counts added up. In a single-label task without failures all three are the accuracy. */
export function microAverage(counts: LabelCounts): PrecisionRecallF1 {
  const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
  const [truePositives, predicted, support] = [sum(counts.truePositives), sum(counts.predicted), sum(counts.support)];
  return {
    precision: predicted === 0 ? 0 : truePositives / predicted,
    recall: support === 0 ? 0 : truePositives / support,
    f1: f1(truePositives, predicted, support),
  };
}

/** Mean recall over the labels that occur in the truth. NaN where none does. */
export function balancedAccuracy(counts: LabelCounts): number {
  let sum = 0;
  let present = 0;
  for (const [label, support] of counts.support.entries()) {
    if (support === 0) continue;
    sum += counts.truePositives[label]! / support;
    present++;
  }
  return sum / present;
}

/**
 * Matthews correlation, between −1 and 1: (c·s − Σ p_k t_k) / √((s² − Σ p_k²)(s² − Σ t_k²)) with s rows, c of them right,
 * p_k predictions and t_k truths of label k; 0 where the denominator is 0. In a multi-label task the mean over the labels,
 * each against the rest.
 */
export function matthewsCorrelation(counts: LabelCounts, rows: number, isMultiLabel: boolean): number {
  const { truePositives, predicted, support } = counts;
  if (!isMultiLabel) {
    let [right, products, predictedSquares, supportSquares] = [0, 0, 0, 0];
    for (let label = 0; label < support.length; label++) {
      right += truePositives[label]!;
      products += predicted[label]! * support[label]!;
      predictedSquares += predicted[label]! ** 2;
      supportSquares += support[label]! ** 2;
    }
    return correlation(right * rows - products, (rows * rows - predictedSquares) * (rows * rows - supportSquares));
  }
  let sum = 0;
  for (let label = 0; label < support.length; label++) {
    const [p, t] = [predicted[label]!, support[label]!];
    // The binary case of the formula above, with the factor 2 of both sides canceled.
    sum += correlation(truePositives[label]! * rows - p * t, p * (rows - p) * t * (rows - t));
  }
  return sum / support.length;
}

/** Mean over rows of each row's own F1 between its true and its answered labels; a row with neither counts 0, as in scikit-learn. */
export function samplesF1(coded: CodedRows): number {
  let sum = 0;
  for (const [row, truth] of coded.truths.entries()) {
    const answer = coded.answers[row] ?? [];
    sum += f1(answer.filter((label) => truth.includes(label)).length, answer.length, truth.length);
  }
  return sum / coded.truths.length;
}

/** Share of all row-label decisions that are wrong. A row without an answer decides against every label. */
export function hammingLoss(coded: CodedRows): number {
  let wrong = 0;
  for (const [row, truth] of coded.truths.entries()) {
    const answer = coded.answers[row] ?? [];
    const shared = answer.filter((label) => truth.includes(label)).length;
    wrong += answer.length + truth.length - 2 * shared;
  }
  return wrong / (coded.truths.length * coded.labelCount);
}

function averageOf(scores: readonly PrecisionRecallF1[], weightOf: (label: number) => number): PrecisionRecallF1 {
  let [precision, recall, mean, total] = [0, 0, 0, 0];
  for (const [label, score] of scores.entries()) {
    const weight = weightOf(label);
    precision += weight * score.precision;
    recall += weight * score.recall;
    mean += weight * score.f1;
    total += weight;
  }
  return total === 0
    ? { precision: 0, recall: 0, f1: 0 }
    : { precision: precision / total, recall: recall / total, f1: mean / total };
}

function correlation(covariance: number, varianceProduct: number): number {
  return varianceProduct <= 0 ? 0 : covariance / Math.sqrt(varianceProduct);
}
