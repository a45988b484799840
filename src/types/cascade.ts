/** @file Two approaches as one: a small model that answers where it is sure, and somebody who is asked for the rest. Plain JSON. */
import type { Confidence } from "./prediction.js";
import type { Estimate, Metric } from "./scores.js";

/**
 * What makes probabilities of claims, fitted on validation rows. `temperature`: log-probabilities are divided by it. `isotonic`: a claim of `claimed[i]`
 * comes true in `observed[i]` of the cases, between two of them on the line through both, beyond them as at the end. Neither changes an answer.
 */
export type ScoreCalibration = {
  /** What is calibrated: the probabilities of labels, or how sure an approach is of its answer, by what. */
  readonly claims: "scores" | Confidence["source"];
  /** Validation rows that it was fitted on. */
  readonly rows: number;
} & (
  | { readonly kind: "temperature"; readonly temperature: number }
  | { readonly kind: "isotonic"; readonly claimed: readonly number[]; readonly observed: readonly number[] }
);

/**
 * What a threshold is chosen for. `trade`: where it gains the most over handing on as many rows at random, which is where a further row handed on
 * begins to bring less than one picked by chance would.
 */
export type CascadeAim =
  | { readonly kind: "trade" }
  /** The fewest rows handed on with so high a score. */
  | { readonly kind: "score"; readonly least: number }
  /** The best score within so many USD per 1,000 rows. */
  | { readonly kind: "cost"; readonly mostUsdPerThousand: number };

/**
 * The rows that a threshold was chosen on. `validation`: rows that both answered after learning from fewer. `cross-fitted`: the test rows, in folds: each
 * fold with the threshold that the other folds choose, so that no row has a say in its own.
 */
export type ThresholdBasis =
  | { readonly kind: "validation"; readonly rows: number }
  | {
      readonly kind: "cross-fitted";
      readonly folds: number;
      /** The least and the greatest threshold of a fold; see `Cascade.threshold`. */
      readonly least: number | null;
      readonly most: number | null;
    };

/** A way to answer the rows, and what it scores. */
export interface CascadePolicy {
  readonly accuracy: Estimate;
  readonly macroF1: Estimate;
  /** Where rows may have several labels. */
  readonly microF1?: Estimate;
  /** `null` where a price is not known. Its interval is over rows; of what the clock prices it has no width. */
  readonly usdPerThousand: Estimate | null;
}

/** The cascade minus another way, on the same rows. */
export interface CascadeDifference extends CascadePolicy {
  /** In the metric that decides: the probability of so large a difference, were neither better. `null`: there is no exact test of it. */
  readonly pValue: number | null;
}

/** A threshold, and what it makes of the test rows. */
export interface EscalationPoint {
  /** See `Cascade.threshold`. */
  readonly threshold: number | null;
  /** Share of rows handed on. */
  readonly share: number;
  /** In the metric that decides, with its 95 % interval at this share. */
  readonly score: Estimate;
  readonly usdPerThousand: number | null;
  /** What handing on as many rows at random scores. */
  readonly random: number;
}

/** Why a cascade is not worth having. */
export type CascadeObjection =
  /** The rows don't show that it is better than handing on as many at random. */
  | "not-better-than-random"
  /** They don't show that it is better than the small model alone, which costs less. */
  | "not-better-than-small"
  /** The other approach alone is at least as good, and does not cost more. */
  | "llm-alone-suffices"
  /** No row is handed on, or every one. */
  | "nothing-handed-on"
  | "everything-handed-on"
  /** What was asked for is not reached on the rows that the threshold was chosen on. */
  | "aim-not-reached";

/** Why two approaches can't be paired. */
export type NoCascade =
  | { readonly kind: "not-measured"; readonly approach: string }
  | { readonly kind: "tells-no-confidence"; readonly approach: string }
  | { readonly kind: "few-shared-rows"; readonly rows: number; readonly least: number }
  | { readonly kind: "price-unknown"; readonly approach: string };

/** A small model that answers where it is sure enough, and another approach that is asked for the rest. */
export interface Cascade {
  readonly small: string;
  readonly llm: string;
  readonly aim: CascadeAim;
  /** In which the threshold is chosen and the verdict said. */
  readonly metric: Metric;
  /** What its confidences are calibrated by; `null`: they are taken as they are. */
  readonly calibration: ScoreCalibration | null;
  /** The small model answers from this confidence on; 0: always, where it has an answer; `null`: never. */
  readonly threshold: number | null;
  readonly basis: ThresholdBasis;
  /** Test rows that both have an outcome of, and test rows at all. */
  readonly rows: number;
  readonly of: number;
  /** Share of rows handed on. */
  readonly escalated: Estimate;
  /** Rows handed on whose other answer could not be used: the small model's stands. First seed. */
  readonly fallbacks: number;
  readonly policies: {
    readonly cascade: CascadePolicy;
    readonly small: CascadePolicy;
    readonly llm: CascadePolicy;
    /** Handing on as many rows at random. Without intervals: it is there to be compared with. */
    readonly random: {
      readonly accuracy: number;
      readonly macroF1: number;
      readonly microF1?: number;
      readonly usdPerThousand: number | null;
    };
  };
  readonly differences: {
    readonly small: CascadeDifference;
    readonly llm: CascadeDifference;
    readonly random: CascadeDifference;
  };
  /** By ascending share, over the test rows. First seed. */
  readonly curve: readonly EscalationPoint[];
  /** Empty where it is recommended. */
  readonly objections: readonly CascadeObjection[];
}

/** One model that answers where it is sure, and hands the rest to a person. */
export interface Selective {
  readonly approach: string;
  readonly calibration: ScoreCalibration | null;
  /** Test rows that it has an outcome of, and test rows at all. */
  readonly rows: number;
  readonly of: number;
  /** Share of wrong answers where all rows are answered, with its exact 95 % interval. */
  readonly errorRate: Estimate;
  /** What is asked for; `null`: nothing. */
  readonly maxError: number | null;
  readonly found: SelectiveThreshold | null;
  /** Rows that would have to be answered without an error to show it; beside `rows`, it says whether there are enough. Absent where nothing is asked for. */
  readonly leastRows?: number;
  /** By ascending share answered. */
  readonly curve: readonly RiskPoint[];
}

/** A threshold whose errors are shown to be few enough. */
export interface SelectiveThreshold {
  /** Answered from this confidence on; 0: wherever there is an answer. */
  readonly threshold: number;
  readonly answered: Estimate;
  readonly rows: number;
  readonly errors: number;
  /** The error rate is at most this, with 95 % confidence: an exact bound that the choice of the threshold is part of. */
  readonly bound: number;
  /** Where each fold is answered by the threshold of the others; `null` where these find none. */
  readonly heldOut: { readonly answered: number; readonly rows: number; readonly error: Estimate } | null;
}

/** A threshold, and the errors above it. */
export interface RiskPoint {
  readonly threshold: number;
  /** Share of rows answered. */
  readonly share: number;
  /** Share of wrong answers among them, with the exact 95 % interval at this share. */
  readonly error: Estimate;
}
