/** @file Scores and calibration of probabilities, on plain arrays. All throw a `UserError` if lengths differ or there are no rows. */
import { UserError } from "../../lib/errors.js";
import * as metrics from "../metrics/calibration.js";
import { checkNumber, checkNumbers, codeRows, type Label, type RowLabels, rowCount } from "./rows.js";

/** The probability of each label by name, from 0 to 1. With one label per row, labels that are left out share the rest of 1. */
export type Probabilities = Readonly<Record<string, number>>;

/** A float32 softmax may pass 1 by its rounding. */
const rounding = 1e-6;
const isProbability = (value: number): boolean => value >= 0 && value <= 1 + rounding;

function calibration(truth: readonly RowLabels[], probabilities: readonly Probabilities[]): metrics.Calibration {
  rowCount({ truth, probabilities });
  for (const [row, scores] of probabilities.entries()) {
    const bad = Object.entries(scores).find(([, value]) => !isProbability(value));
    if (bad === undefined) continue;
    throw new UserError(`probabilities[${row}] has ${bad[1]} for ${JSON.stringify(bad[0])}; expected a number from 0 to 1.`);
  }
  const truthList = (row: RowLabels): string[] => (Array.isArray(row) ? (row as readonly Label[]).map(String) : [String(row)]);
  const { labels, sides } = codeRows(truth, { probabilities: probabilities.map((scores) => Object.keys(scores)) });
  const outcomes = truth.map((row, i) => ({ id: String(i), truth: truthList(row), answer: [], scores: probabilities[i]! }));
  return metrics.calibration(outcomes, { labels, isMultiLabel: sides[0]!.isMultiLabel })!;
}

/**
 * The mean negative log-probability of the true label, in nats; 0 is best. Probabilities are normalized to a sum of 1 and clipped away from 0 and 1
 * by the machine epsilon. With several labels per row, every label is a binary question, and those of a row are summed. In scikit-learn:
 * `log_loss`.
 *
 * ```ts
 * logLoss(["spam", "ham"], [{ spam: 0.9, ham: 0.1 }, { spam: 0.3, ham: 0.7 }]); // 0.231
 * ```
 */
export function logLoss(truth: readonly RowLabels[], probabilities: readonly Probabilities[]): number {
  return calibration(truth, probabilities).logLoss;
}

/**
 * The mean squared error of the probabilities (1 for a true label, 0 for the others), summed over the labels; 0 is best, and with one label per
 * row 2 is worst (Brier 1950). In scikit-learn: `brier_score_loss(scale_by_half=False)`.
 */
export function brierScore(truth: readonly RowLabels[], probabilities: readonly Probabilities[]): number {
  return calibration(truth, probabilities).brier;
}

/**
 * The mean absolute difference between confidence and accuracy over bins of about equally many rows, weighted by their rows (Naeini et al. 2015,
 * with equal-mass bins); 0 is best. Equal confidences share a bin.
 *
 * @param confidences the probability of each row's answer, from 0 to 1
 * @param isRight whether that answer is right
 * @param options `bins`: the number of bins. @default 15
 */
export function expectedCalibrationError(
  confidences: readonly number[],
  isRight: readonly boolean[],
  { bins = 15 }: { readonly bins?: number } = {},
): number {
  rowCount({ confidences, isRight });
  checkNumber("bins", bins, Number.isInteger(bins) && bins >= 1, "a whole number of at least 1");
  checkNumbers("confidences", confidences, isProbability, "a number from 0 to 1");
  return metrics.expectedCalibrationError(confidences, isRight, bins);
}

/**
 * The area under the ROC curve: the probability that a random positive row scores above a random negative one, with ties counting half. `null` if
 * there is no positive or no negative row. In scikit-learn: `roc_auc_score`.
 */
export function auroc(scores: readonly number[], isPositive: readonly boolean[]): number | null {
  rowCount({ scores, isPositive });
  checkNumbers("scores", scores, (value) => !Number.isNaN(value), "a number");
  return metrics.auroc(scores, isPositive);
}
