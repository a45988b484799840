/** @file What approaches score. */
import type { Arm, Identity, PredictorFacts, Traits } from "./identity.js";
import type { Cost, Failure } from "./prediction.js";
import type { PriceBasis } from "./prices.js";

/** A number and how sure we are of it. */
export interface Estimate {
  readonly value: number;
  /** Ends of the 95 % interval: over test rows, and over seeds where several were measured. */
  readonly low: number;
  readonly high: number;
}

/**
 * What approaches are judged by. `exactMatch`: the share of rows all of whose labels are right, which the accuracy is where rows may have
 * several. `macroF1`: the mean over the labels that have test rows.
 */
export type Metric = "accuracy" | "exactMatch" | "macroF1" | "microF1";

/** Which metric decides, which one ranks, and how many labels and rows macro-F1 rests on: of the test rows that every approach was asked about. */
export interface MetricChoice {
  /** Of the primary contrast, and of those with baselines and with the other candidates. */
  readonly primary: Metric;
  /** The others in which the primary pair is contrasted. */
  readonly others: readonly Metric[];
  /** By which validation rows choose, and tables and charts rank. */
  readonly ranking: Metric;
  /** Labels that have test rows: those that macro-F1 is the mean over. */
  readonly labelsScored: number;
  /** Test rows of such a label, in the median. */
  readonly rowsOfLabel: number;
}

/** Scores of one label, one against the rest. */
export interface LabelScore {
  readonly label: string;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Test rows with this label. */
  readonly support: number;
  /** False below 20 test rows: the F1 is then hardly more than a guess. */
  readonly isEstimable: boolean;
}

/**
 * Test rows that say nothing of an approach: a recording lacks them, or the service failed (see `isMissing`). They are left out of its
 * scores; what the scores would be were each of them wrong stands here.
 */
export interface MissingRows {
  /** Test rows that at least one of its seeds was asked about and has no outcome of. */
  readonly rows: number;
  /** By reason. First seed. */
  readonly reasons: Readonly<Partial<Record<Failure, number>>>;
  /** What was said of one of them, by the service or its filter. Absent where nothing was. Untrusted text. */
  readonly example?: string;
  /** Scores over all test rows that it was asked about, each missing one counted as wrong. */
  readonly worstCase: Pick<Summary, "accuracy" | "macroF1" | "multiLabel" | "balancedAccuracy" | "mcc">;
}

/**
 * One approach on the test rows, learned from the whole training set. Scores and costs are means over its seeds; intervals say what
 * other test rows would have changed. Scores are over the rows that it has an outcome of: all, unless `missing` or `sampledFrom` is there.
 */
export interface Summary extends Identity {
  /** Its name. */
  readonly approach: string;
  readonly traits: Traits;
  readonly seeds: readonly number[];
  readonly trainSize: number;
  /** Test rows that it was asked about, also those that are missing: all, unless `sampledFrom` is there. */
  readonly testRows: number;
  /** Present where it was asked about a random sample of the test rows: how many there are. */
  readonly sampledFrom?: number;
  /** Present where it has no outcome of some test rows. */
  readonly missing?: MissingRows;
  readonly accuracy: Estimate;
  readonly macroF1: Estimate;
  readonly balancedAccuracy: number;
  readonly mcc: number;
  /** Where a row may have several labels; `accuracy` is then the share of rows whose whole set of labels is right. */
  readonly multiLabel?: { readonly microF1: Estimate; readonly samplesF1: number; readonly hammingLoss: number };
  /**
   * Right labels beyond those that its answers would have if they were shuffled among the rows: 0 for whoever guesses, 1 for whoever is always
   * right, of the rows it answered. Absent where these do not differ in their labels.
   */
  readonly aboveGuessing?: Estimate;
  /** Of the first seed, where the approach gives probabilities: log loss, Brier score, expected calibration error. */
  readonly calibration: { readonly logLoss: number; readonly brier: number; readonly ece: number } | null;
  readonly perLabel: readonly LabelScore[];
  /** Rows are truths, columns answers, in the order of the labels; one more column counts rows without an answer. First seed. */
  readonly confusion: readonly (readonly number[])[];
  /** Rows without a usable answer, by reason, of those that it was asked about, the missing ones included. First seed. */
  readonly failures: Readonly<Partial<Record<Failure, number>>>;
  /** Accuracy among the rows that got an answer. */
  readonly answeredAccuracy: number | null;
  readonly latency: { readonly p50: number; readonly p95: number; readonly requests: number } | null;
  /**
   * USD per 1,000 predictions; `null` where unknown. `standardError`: of the value, by how much single requests differ; absent where that was
   * not measured.
   */
  readonly usdPerThousand: { readonly value: number; readonly basis: PriceBasis; readonly standardError?: number } | null;
  readonly fitCost: Cost;
  readonly predictCost: Cost;
  readonly facts: PredictorFacts;
}

/** Why a row has no usable answer; `missing`: see `MissingRows`. */
export type UnansweredReason = "missing" | "unparseable" | "refused" | "truncated";

/** An approach most of whose test rows have no usable answer, for whatever reasons: nothing is concluded from it. */
export interface UnansweredApproach {
  readonly approach: string;
  readonly arm: Arm;
  /** The most frequent reason, told apart by whether it speaks of the approach (`unparseable`, `refused`, `truncated`) or of nothing (`missing`). */
  readonly reason: UnansweredReason;
  /** Test rows by reason, the most frequent first; their sum is `rows`. First seed. Absent where it is one reason. */
  readonly reasons?: Readonly<Partial<Record<UnansweredReason, number>>>;
  /** Test rows without a usable answer. First seed. */
  readonly rows: number;
  /** That it was asked about. */
  readonly testRows: number;
  /** What was said in place of one answer. Absent where nothing was. Untrusted text. */
  readonly example?: string;
}
