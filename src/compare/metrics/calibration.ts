/** @file How far probabilities can be believed: log loss, Brier score, expected calibration error, and the area under the ROC curve. */
import type { Outcome } from "../../types/prediction.js";
import type { LabelSpace } from "./label-indices.js";
import { reliability } from "./reliability.js";
import { tieRuns } from "./tie-runs.js";

export interface Calibration {
  readonly logLoss: number;
  readonly brier: number;
  readonly ece: number;
}

/**
 * Calibration over the rows that have probabilities; `null` where there are none, or where some answered row has none
 * (the rest would then be a biased sample).
 *
 * In a multi-label task each label of each row is a yes-or-no question: log loss and Brier score are summed over a row's
 * labels, the calibration error is over all the questions.
 */
export function calibration(outcomes: readonly Outcome[], space: LabelSpace): Calibration | null {
  if (outcomes.some((outcome) => outcome.answer !== null && outcome.scores === undefined)) return null;
  const scored = outcomes.filter((outcome) => outcome.scores !== undefined);
  if (scored.length === 0) return null;
  const confidences: number[] = [];
  const hits: boolean[] = [];
  let logLoss = 0;
  let brier = 0;
  for (const { scores, truth } of scored) {
    const probabilities = probabilitiesOf(scores!, space);
    const isTrue = space.labels.map((label) => truth.includes(label));
    if (space.isMultiLabel) {
      for (const [label, probability] of probabilities.entries()) {
        logLoss -= Math.log(clip(isTrue[label] ? probability : 1 - probability));
        brier += (probability - (isTrue[label] ? 1 : 0)) ** 2;
        confidences.push(probability);
        hits.push(isTrue[label]!);
      }
    } else {
      const total = probabilities.reduce((sum, probability) => sum + probability, 0);
      const normalized = probabilities.map((probability) => (total > 0 ? probability / total : 1 / probabilities.length));
      let top = 0;
      for (const [label, probability] of normalized.entries()) {
        if (isTrue[label]) logLoss -= Math.log(clip(probability));
        brier += (probability - (isTrue[label] ? 1 : 0)) ** 2;
        if (probability > normalized[top]!) top = label;
      }
      confidences.push(normalized[top]!);
      hits.push(isTrue[top]!);
    }
  }
  return {
    logLoss: logLoss / scored.length,
    brier: brier / scored.length,
    ece: expectedCalibrationError(confidences, hits),
  };
}

/** The probability of each label. Of many labels only the largest are stored: the others share what is left, or, as questions of their own, are 0. */
export function probabilitiesOf(scores: NonNullable<Outcome["scores"]>, { labels, isMultiLabel }: LabelSpace): number[] {
  const stored = Object.values(scores);
  const left = isMultiLabel ? 0 : Math.max(0, 1 - stored.reduce((sum, score) => sum + score, 0));
  const share = stored.length < labels.length ? left / (labels.length - stored.length) : 0;
  return labels.map((label) => (Object.hasOwn(scores, label) ? scores[label]! : share));
}

/**
 * Mean distance between what is claimed and what comes true, over bins of about equally many rows, weighted by their rows
 * (Naeini et al. 2015, with equal-mass bins). Rows with the same confidence are never parted: a bin may be larger for it,
 * and the result does not depend on the order of the rows.
 */
export function expectedCalibrationError(confidences: readonly number[], hits: readonly boolean[], binCount?: number): number {
  return reliability(confidences, hits, binCount).ece;
}

/**
 * Area under the ROC curve: the probability that a random positive row scores above a random negative one, ties counting half
 * (Mann-Whitney U by midranks). `null` where one of the two classes is absent.
 */
export function auroc(scores: readonly number[], isPositive: readonly boolean[]): number | null {
  const order = [...scores.keys()].sort((a, b) => scores[a]! - scores[b]!);
  let positives = 0;
  let rankSum = 0;
  for (const [start, end] of tieRuns(order, scores)) {
    const midrank = (start + 1 + end) / 2;
    for (let rank = start; rank < end; rank++) {
      if (!isPositive[order[rank]!]) continue;
      positives++;
      rankSum += midrank;
    }
  }
  const negatives = scores.length - positives;
  if (positives === 0 || negatives === 0) return null;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

/** Away from 0 and 1 by the machine epsilon, as scikit-learn does: one sure mistake must not make the mean infinite. */
export function clip(probability: number): number {
  return Math.min(1 - Number.EPSILON, Math.max(Number.EPSILON, probability));
}
