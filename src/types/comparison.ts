/** @file Everything that follows from the measurements of a task. */
import type { ApproachCalibration } from "./calibration.js";
import type { Cascade, NoCascade } from "./cascade.js";
import type { Contrast } from "./contrast.js";
import type { Crossover, LearningCurve } from "./curves.js";
import type { TaskFacts } from "./data.js";
import type { ExperimentResults } from "./experiments.js";
import type { FactorRow } from "./factors.js";
import type { FailedApproach, Measurement } from "./measurement.js";
import type { LabelNoise } from "./noise.js";
import type { Spending } from "./prediction.js";
import type { Assumptions, LlmOffer, Money } from "./prices.js";
import type { Metric, MetricChoice, Summary, UnansweredApproach } from "./scores.js";
import type { Slices } from "./slices.js";

/**
 * Everything measured on one task, and what follows from it. A run's folder holds the task's facts, the assumptions and the
 * measurements; the rest is computed from them on load, so that old runs gain new statistics.
 */
export interface Comparison {
  readonly task: TaskFacts;
  readonly assumptions: Assumptions;
  readonly measurements: readonly Measurement[];
  readonly metrics: MetricChoice;
  /** One an approach, the best in `metrics.ranking` first. */
  readonly summaries: readonly Summary[];
  /** The primary contrast first. */
  readonly contrasts: readonly Contrast[];
  /** The best of each arm, chosen without looking at the test rows; `null` where an arm has no approach that ran. */
  readonly best: { readonly tune: BestChoice | null; readonly prompt: BestChoice | null };
  /**
   * Candidates that validation rows could not rank against the best of their arm: a verdict must hold against each of them. Absent where
   * both arms could be ranked.
   */
  readonly rivals?: readonly string[];
  readonly factors: readonly FactorRow[];
  /** Bills by the month. */
  readonly money: Money;
  /** Approaches that could not be measured, and why: also those that have no outcome of any test row, which have no summary. */
  readonly failed: readonly FailedApproach[];
  /** Approaches that most answers could not be had from. Absent where there is none. */
  readonly unanswered?: readonly UnansweredApproach[];
  /** How quality grows with labels, one an approach whose curve was measured. Absent where none was. */
  readonly curves?: readonly LearningCurve[];
  /** Where each of these curves overtakes each prompt; the pair of the arms' best first, where it has a curve. Absent where there is no curve. */
  readonly crossovers?: readonly Crossover[];
  /** How far claims of confidence can be believed, one an approach that makes some, the best first. Absent where none does. */
  readonly calibrations?: readonly ApproachCalibration[];
  /** What experiments showed: a new label, texts typed otherwise, chance and wording. Absent where nothing was tried. */
  readonly experiments?: ExperimentResults;
  /** Suspected label errors among the test rows. Absent where an arm is missing, or rows may have several labels. */
  readonly noise?: LabelNoise;
  /** Parts of the test rows in which the best of both arms differ. Absent where an arm is missing, or no part has rows enough. */
  readonly slices?: Slices;
  /**
   * The best of both arms as one, `hybrid:cascade`: the tuned one answers where it is sure, the prompted one is asked for the rest. Computed from stored
   * outcomes, it stands beside the comparison: it has no summary, and no contrast or choice knows of it. Absent where an arm is missing.
   */
  readonly cascade?: Cascade;
  /** Why there is none, where both arms were measured. */
  readonly noCascade?: NoCascade;
  /** What measuring a language model of a service would cost. Absent where one was measured, and where nobody computed it. */
  readonly llmOffer?: LlmOffer;
  /** What all of it came to, with what was measured anew. Absent where nothing was asked. */
  readonly spending?: Spending;
}

/** The best of an arm. */
export interface BestChoice {
  readonly approach: string;
  readonly basis: ChoiceBasis;
}

/** How the best of an arm was chosen. */
export type ChoiceBasis =
  /** There was no other one: at all, that was fully measured, or that keeps the limits that were set. */
  | { readonly kind: "only-candidate" | "only-measured" | "only-within-limits" }
  /** Its predictions cost the least, since no validation rows could rank the candidates: none were held back, or too few have all answers. */
  | { readonly kind: "cheapest"; readonly why: "no-validation-rows" | "few-answered-rows" }
  | ValidationBasis
  /** The test rows show it to be better than `over`, which the validation rows chose. */
  | { readonly kind: "test"; readonly over: string; readonly validation: ValidationBasis };

/** It has the best score on the validation rows that all candidates answered, which are `rows` of `of`. */
export interface ValidationBasis {
  readonly kind: "validation";
  readonly metric: Metric;
  readonly score: number;
  readonly rows: number;
  readonly of: number;
}
