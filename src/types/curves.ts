/** @file How quality grows with labels, and where tuning overtakes prompting. */
import type { Arm } from "./identity.js";
import type { Estimate, Metric } from "./scores.js";

/** A score at one number of training rows: the mean over its seeds. */
export interface LearningPoint {
  /** Training rows. */
  readonly labels: number;
  readonly seeds: number;
  /** The 95 % interval is over other test rows and, where there are several seeds, other draws of the training rows. */
  readonly score: Estimate;
}

/** What is expected at a number of labels. */
export interface ExpectedScore {
  readonly labels: number;
  /** With the 95 % interval of the curve. */
  readonly score: Estimate;
  /** Ends of the 95 % interval of what one more measurement would find. */
  readonly predicted: { readonly low: number; readonly high: number };
  /** How far this is beyond the largest number measured: up to 4 times, up to 8 times. */
  readonly reach: "measured" | "near" | "far";
}

/** What further labels are expected to bring. */
export interface LabelGain {
  /** Labels beyond all that there are. */
  readonly more: number;
  /** Expected score less that with all labels there are, with the 95 % interval of the curve and of how far off such curves were. */
  readonly gain: Estimate;
}

/** How the quality of one approach grows with the labels that it learns from. */
export interface LearningCurve {
  readonly approach: string;
  readonly arm: Arm;
  readonly metric: Metric;
  /** Ascending; the last one is all training rows. */
  readonly points: readonly LearningPoint[];
  /** A curve through them, by the shape that predicts the larger sizes best from the smaller ones; or why none is drawn. */
  readonly fit:
    | {
        readonly kind: "fitted";
        readonly shape: "pow3" | "pow4" | "mmf4" | "last1";
        readonly expected: readonly ExpectedScore[];
        /** At round numbers of further labels, ascending, up to four times all. Absent in runs of an earlier version. */
        readonly gains?: readonly LabelGain[];
      }
    | { readonly kind: "refused"; readonly reason: "no-scores" | "too-few-sizes" | "not-rising" };
}

/** On which side a number of labels is out of sight: below the smallest that was measured, or beyond the largest. */
export type OutOfSight = "before" | "after";

/** A number of labels with its 90 % interval. What is out of sight is `null`; `side` says on which side. */
export interface LabelsEstimate {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly side: { readonly value?: OutOfSight; readonly low?: OutOfSight; readonly high?: OutOfSight };
}

/** A number of labels; `null` with its side where it is out of sight. */
export interface LabelsFrom {
  readonly value: number | null;
  readonly side?: OutOfSight;
}

/** From how many labels on one approach does better, by some of the test rows. */
export type CrossoverReading =
  | {
      readonly kind: "crossover";
      /** Test rows it rests on. */
      readonly rows: number;
      /** The fewest labels from which the tuned approach is likelier than not to do better, and stays so. */
      readonly labels: LabelsEstimate;
      /** The same with a probability of 90 %. */
      readonly safeLabels: LabelsFrom;
      /** The same two of a single training, as it would be put to work, in place of the mean of several. */
      readonly single: { readonly labels: LabelsFrom; readonly safeLabels: LabelsFrom };
      /** At each number of labels that was measured, ascending. */
      readonly points: readonly {
        readonly labels: number;
        /** Score of the tuned approach minus that of the prompted one. */
        readonly difference: number;
        /** Probability that the tuned one does better, on average over trainings, and for a single one. */
        readonly probability: number;
        readonly singleProbability: number;
      }[];
      /** False where each size has one seed: the interval then says nothing of the luck of a training. */
      readonly coversSeeds: boolean;
    }
  /** `level`: the two do the same at every size. */
  | { readonly kind: "refused"; readonly rows: number; readonly reason: "no-rows" | "no-common-sizes" | "level" };

/** From how many labels on a tuned approach does better than a prompted one. By the test rows that both have an outcome of. */
export interface Crossover {
  readonly tuned: string;
  readonly prompted: string;
  readonly metric: Metric;
  readonly found: CrossoverReading;
  /** Whether the prompt's own curve was measured too. Otherwise its score with all the labels that it uses stands against every size. */
  readonly isPromptCurve: boolean;
  /** Present where one of the two has no outcome of some test rows: the same where they count as wrong. */
  readonly asWrong?: CrossoverReading;
  /** Present where the LLM never answered some labels: which, and the same by the rows of the other labels. */
  readonly offered?: { readonly neverAnswered: readonly string[]; readonly found: CrossoverReading };
  /**
   * Present where it is not reached with all labels, and curves could be fitted: the number of labels at which they meet, with its 90 % interval, an end of
   * which is `null` where it is out of sight. `null` where they do not meet within 8 times all labels.
   */
  readonly beyond?: {
    readonly labels: number;
    readonly low: number | null;
    readonly high: number | null;
    /** Up to 4 times all labels, up to 8 times. */
    readonly reach: "near" | "far";
  } | null;
  /**
   * Labels that the tuned approach needs less than the prompted one for the same score, on average over the scores that both reach. Present where both have
   * curves with scores in common.
   */
  readonly dataAdvantage?: { readonly labels: Estimate; readonly scores: readonly [lowest: number, highest: number] };
}
