/** @file How far what approaches claim of their own answers can be believed, and what answering only the surest rows is worth. */
import type { Arm } from "./identity.js";
import type { Confidence } from "./prediction.js";
import type { Estimate } from "./scores.js";

/** Claims of about the same confidence beside what came true. */
export interface ReliabilityBin {
  readonly claims: number;
  /** Mean of what was claimed. */
  readonly confidence: number;
  /** Share that came true. */
  readonly accuracy: number;
}

/** What was claimed beside what came true, by ascending confidence: up to 15 bins of about equally many claims, equal ones never parted. */
export interface Reliability {
  /** Expected calibration error over these bins. */
  readonly ece: number;
  /** Mean confidence minus the share that came true: above 0, it claims too much. */
  readonly excess: number;
  readonly bins: readonly ReliabilityBin[];
}

/**
 * One temperature T for all claims: log-probabilities are divided by it, so that no answer changes (Guo et al. 2017). Fitted on validation rows,
 * whose model had learned from fewer rows; `reliability` is on the test rows.
 */
export type Temperature =
  | {
      readonly kind: "fitted";
      /** Above 1: it was too sure. With its 95 % interval (likelihood ratio), as if rows were independent. */
      readonly value: Estimate;
      readonly validationRows: number;
      /** Mean negative log-likelihood of the validation rows, with T = 1 and with the one fitted. */
      readonly validationLogLoss: { readonly before: number; readonly after: number };
      readonly reliability: Reliability;
    }
  /**
   * `no-validation-rows`: none were held out, since there was nothing to choose, or it has no claims there. `scores-cut`: of so many labels not all
   * scores are kept. `no-minimum`: the likelihood still rises at the end of what is searched, as where every validation row is right.
   */
  | { readonly kind: "not-fitted"; readonly reason: "no-validation-rows" | "scores-cut" | "no-minimum" };

/** The share of rows that it can answer at an accuracy, the surest first. */
export interface AccuracyTarget {
  readonly accuracy: number;
  /** `low`: the largest share whose accuracy is that high beyond doubt; `high`: the largest whose may be. */
  readonly share: Estimate;
}

/** Accuracy against the share of rows answered, the surest rows first. Rows without an answer come last, and are wrong. */
export interface AnsweredShare {
  readonly rows: number;
  /** Mean error rate over all shares answered (AURC, Geifman et al. 2019), with its 95 % interval over rows or groups. */
  readonly area: Estimate;
  /** Error rate where all rows are answered: what the area would be, were confidence a lottery. */
  readonly errorRate: number;
  /** Ascending in the share; equal confidences are answered together. */
  readonly curve: readonly { readonly share: number; readonly accuracy: number }[];
  /** Accuracies above the one of all rows; empty where that is above all that are asked for. */
  readonly targets: readonly AccuracyTarget[];
}

/** What one approach claims of its answers to the test rows. First seed. */
export interface ApproachCalibration {
  readonly approach: string;
  readonly arm: Arm;
  /**
   * What is claimed. `scores`: the probability of the likeliest label or, where rows may have several, of each label of each row. Otherwise how sure
   * it is of its answer, and by what.
   */
  readonly claims: "scores" | Confidence["source"];
  readonly reliability: Reliability;
  readonly temperature: Temperature;
  /**
   * The same claims on the test rows by isotonic regression on the validation rows: where rows may have several labels, and of what is stated. Absent
   * elsewhere, and with fewer than 100 validation rows.
   */
  readonly isotonic?: { readonly validationRows: number; readonly reliability: Reliability };
  /** `null` where some answer has no confidence of its own. */
  readonly answered: AnsweredShare | null;
}
