/** @file What experiments show beyond the rows as they are: how an approach adapts to a new label, to texts typed otherwise, to chance and wording. */
import type { Estimate, Metric } from "./scores.js";

/** How texts are changed: one or two pairs of neighboring letters swapped; all in lower or upper case; without punctuation. */
export type PerturbationKind = "typos" | "case" | "punctuation";

/** What an approach makes of a label that is new: it learned from all rows of the other labels, and from so many of this one. */
export interface NewLabel {
  readonly approach: string;
  readonly label: string;
  /** Training rows that have the label. */
  readonly trainRows: number;
  /** Training rows of all labels, these among them: a part of the task's where these are many. */
  readonly wholeRows: number;
  /** Test rows that have it: of these the share that is found is told. */
  readonly testRows: number;
  /** The share found with all training rows. */
  readonly fullRecall: Estimate;
  /** Ascending by labels, without all training rows. An approach that learns from no labels has one, of 0. */
  readonly points: readonly {
    /** Training rows with the label that it had. */
    readonly labels: number;
    readonly seeds: number;
    readonly recall: Estimate;
    /** What fitting took. */
    readonly fitSeconds: number;
  }[];
  /**
   * The fewest labels measured from which on it finds 95 % of what it finds with all; `above`: the next fewer measured, which do not suffice, `null` where none
   * is. `null`: it finds none of the test rows even with all.
   */
  readonly enough: { readonly labels: number; readonly above: number | null; readonly fitSeconds: number } | null;
  /** On the rows of the other labels: what learning the new one with all its rows changes. Absent where it was not measured without the label. */
  readonly otherLabels?: { readonly metric: Metric; readonly rows: number; readonly difference: Estimate };
}

/** What an approach makes of texts that are typed otherwise. */
export interface Perturbed {
  readonly approach: string;
  readonly how: PerturbationKind;
  /** Test rows whose texts were changed. */
  readonly rows: number;
  /** Share of them that it answers otherwise. */
  readonly answersChanged: number;
  readonly metric: Metric;
  /** The score on the changed texts minus that on the texts as they are, on these rows. */
  readonly difference: Estimate;
  readonly pValue: number;
}

/**
 * How far scores lie apart. `seeds`: of fits that differ in their seed, and below all training rows in their draw of them, with so many `labels`. `wordings`: of
 * the same prompt in other words, the own one among them. `orders`: of the same prompt with its examples in other orders, likewise.
 */
export interface Spread {
  readonly approach: string;
  readonly over: "seeds" | "wordings" | "orders";
  readonly runs: number;
  readonly labels: number;
  readonly metric: Metric;
  /** Standard deviation of one run. */
  readonly deviation: number;
}

/**
 * The rows that were held out as unlike the others. `length`: texts of so many characters or more. `order`: in the column named, this value and later or larger
 * ones. `value`: this one value of the column.
 */
export type ShiftPart =
  | { readonly by: "length"; readonly from: number }
  | { readonly by: "order"; readonly column: string; readonly from: string }
  | { readonly by: "value"; readonly column: string; readonly value: string };

/** What an approach loses on rows unlike those that it learned from. */
export interface Shifted {
  readonly approach: string;
  readonly part: ShiftPart;
  /** Test rows of the part. */
  readonly rows: number;
  /** `null`: it learned from no rows, so it loses nothing, by construction. */
  readonly loss: ShiftLoss | null;
}

/** Two fits on equally many training rows, asked about the same test rows. */
export interface ShiftLoss {
  /** That each of the two learned from. */
  readonly trainRows: number;
  readonly seeds: number;
  readonly metric: Metric;
  /** The score having learned from rows of all kinds, and from others than those of the part. */
  readonly alike: number;
  readonly unlike: number;
  /** The first minus the second: what is lost. */
  readonly difference: Estimate;
  readonly pValue: number;
}

/** What is lost: by texts changed in a way, or by rows unlike those learned from. */
export type LossKind = { readonly kind: "perturbed"; readonly how: PerturbationKind } | { readonly kind: "shift" };

/** Whether one of two approaches loses more than the other, on the rows that both were asked about. */
export interface LossDifference {
  /** The tuned one. */
  readonly a: string;
  /** The prompted one. */
  readonly b: string;
  readonly of: LossKind;
  readonly rows: number;
  /** Losses are of the share of right rows: those right before, minus those right after. */
  readonly metric: "accuracy" | "exactMatch";
  readonly lossA: number;
  readonly lossB: number;
  /** What `a` loses more than `b`. */
  readonly difference: Estimate;
  /** By the sign-flip test on the rows' losses. */
  readonly pValue: number;
  /** By Holm, over the ways of changing texts; the shift stands alone. */
  readonly adjustedPValue: number;
}

/** What all experiments of a comparison showed. */
export interface ExperimentResults {
  readonly newLabels: readonly NewLabel[];
  readonly perturbed: readonly Perturbed[];
  readonly shifts: readonly Shifted[];
  /** Which of the best of both arms loses more. Absent where they were not both tried. */
  readonly lossDifferences?: readonly LossDifference[];
  readonly spreads: readonly Spread[];
}
