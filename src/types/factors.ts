/** @file The table of factors. */
import type { Crossover, LearningCurve } from "./curves.js";
import type { LossDifference, NewLabel, Perturbed, Shifted, Spread } from "./experiments.js";
import type { PredictorFacts } from "./identity.js";
import type { BreakEven, PriceBasis, Upfront } from "./prices.js";
import type { Estimate, Metric, Summary } from "./scores.js";

/** The six factors of the decision, and quality, which they are traded against. */
export type FactorName = "customization" | "time" | "cost" | "data" | "flexibility" | "skill" | "quality";

/** A score in one metric. `labels`: present where macro-F1 is the mean over fewer labels than the task has. */
export interface MetricScore {
  readonly metric: Metric;
  readonly score: Estimate;
  readonly labels?: LabelsScored;
}

/** How many of the task's labels have test rows. */
export interface LabelsScored {
  readonly scored: number;
  readonly of: number;
}

/**
 * One cell of the factor table: what was measured, as numbers, or why nothing was. A new kind is one member here, which `compare/factors.ts`
 * fills and `advise/words/factor-cells.ts` says.
 */
export type FactorCell =
  | ({
      readonly kind: "score";
      /** The same in the metrics that do not rank. */
      readonly others: readonly MetricScore[];
      readonly balancedAccuracy: number;
      /** That it was asked about. */
      readonly testRows: number;
      /** Present where these are a random sample: of how many. */
      readonly sampledFrom?: number;
      /** Present where test rows are missing: how many, and the share of right rows were each of them wrong. */
      readonly missing?: { readonly rows: number; readonly metric: "accuracy" | "exactMatch"; readonly asWrong: number };
      /** How many seeds the scores are the means of. */
      readonly seeds: number;
    } & MetricScore)
  | ({
      readonly kind: "changes";
      /** Share of the test rows that it answers otherwise than the approach it started from. Absent where there is none. */
      readonly answersChanged?: { readonly share: number; readonly from: string };
    } & Pick<PredictorFacts, "trainedParameters" | "totalParameters" | "promptTokens" | "artifactBytes">)
  | {
      readonly kind: "time";
      readonly fitSeconds: number;
      /** Seconds of one answer; `null` where that was not measured. */
      readonly latency: Summary["latency"];
      /** All test rows that it was asked about, and what answering them took. */
      readonly testRows: number;
      readonly predictSeconds: number;
    }
  | {
      readonly kind: "price";
      readonly usdPerThousand: number;
      readonly basis: PriceBasis;
      /** `null`: not known. */
      readonly upfront: Upfront | null;
      /** Present for the two approaches that they are about. */
      readonly breakEvens?: readonly BreakEven[];
    }
  | {
      readonly kind: "labels";
      /** Labelled examples that it learned from. */
      readonly labels: number;
      /** The user told, of a recording: it was not measured. */
      readonly isTold: boolean;
      readonly trainRows: number;
      /** Its scores at some numbers of labels: those measured that are nearest to 10, 100, 1,000, and all. Absent without a curve. */
      readonly curve?: Pick<LearningCurve, "metric" | "points">;
      /** Why there is none, where it learned from labels: a service would bill it, no time was left for it, or no curve at all was measured. */
      readonly noCurve?: "billed" | "no-time" | "none";
      /** Of a tuned approach: against the best prompt. Of the best prompt: against the best tuned approach that has a curve. */
      readonly crossover?: Crossover;
    }
  | {
      readonly kind: "effort";
      /** Words a person wrote. */
      readonly words: number;
      /** The user told, of a recording: nothing else is known. */
      readonly isTold: boolean;
      /** Settings chosen by measuring. */
      readonly settings: PredictorFacts["chosen"];
      readonly needs: readonly string[];
      /** How far its scores lie apart by what nobody chose. Absent where that was not measured. */
      readonly spreads?: readonly Omit<Spread, "approach">[];
      /** Why it was not measured how far other words, or another order of examples, move the score. Absent where it was, or where nothing of it was measured of any approach. */
      readonly unvaried?: "billed" | "recorded-answers";
    }
  | {
      readonly kind: "adaptation";
      readonly newLabel: Omit<NewLabel, "approach" | "points"> | NoNewLabel;
      /** In the order of kinds; none where it was not asked about changed texts, for the reason told. */
      readonly perturbed: readonly Omit<Perturbed, "approach">[] | NoPerturbed;
      readonly shift: Omit<Shifted, "approach"> | NoShift;
      /** What it loses more than the best of the other arm. Absent where it is not the best of its own, or the other one was not tried alike. */
      readonly against?: {
        readonly approach: string;
        readonly differences: readonly Pick<LossDifference, "of" | "difference" | "adjustedPValue">[];
      };
    }
  | { readonly kind: "not-measured"; readonly why: NotMeasured };

/**
 * Why a cell has no measurement. `recorded`: how the answers came about was not measured. `labels-not-told`, `words-not-told`: nor did the
 * user tell. `no-experiment`: there was none, or no time for it. Of experiments: `recorded-answers`: none can be asked for; `billed`: each answer is paid for;
 * `baseline`: none is made with it.
 */
export type NotMeasured =
  | "recorded"
  | "labels-not-told"
  | "words-not-told"
  | "price-unknown"
  | "no-experiment"
  | "recorded-answers"
  | "billed"
  | "baseline";

/**
 * Why no label was held out. `two-labels`: none would be left to tell apart. `no-label`: no label had enough rows, or there was no time. `no-time`: there was none
 * for this approach.
 */
export type NoNewLabel = "two-labels" | "no-label" | "no-time" | "billed";

/** Why it was not measured on rows unlike those learned from. `no-part`: nobody was, for no part of the rows was large enough, or there was no time. */
export type NoShift = "no-part" | "no-time" | "billed" | "recorded-answers";

/** Why there were no changed texts. `no-time`: or none changed. */
export type NoPerturbed = "billed" | "recorded-answers" | "no-time";

/** What a row of the factor table shows. */
export type FactorMeasure =
  | { readonly kind: "score"; readonly metric: Metric; readonly labels?: LabelsScored }
  | { readonly kind: Exclude<FactorCell["kind"], "score" | "not-measured"> };

export interface FactorRow {
  readonly factor: FactorName;
  readonly measure: FactorMeasure;
  /** By approach name. */
  readonly cells: Readonly<Record<string, FactorCell>>;
}
