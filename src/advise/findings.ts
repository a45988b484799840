/**
 * @file What the rules can find, as data. A finding carries names and numbers, never prose: `words/` says each kind in words,
 * once for every renderer, and does not compile while a kind is missing.
 */
import type { Limit } from "../compare/limits.js";
import type { ChoiceBasis, ValidationBasis } from "../types/comparison.js";
import type { Contrast, MoreRows } from "../types/contrast.js";
import type { Criterion } from "../types/criteria.js";
import type { Crossover } from "../types/curves.js";
import type { Arm, DistilledFacts, SizedModel } from "../types/identity.js";
import type { FailedReason } from "../types/measurement.js";
import type { Failure } from "../types/prediction.js";
import type { BreakEven, LlmOffer, UntoldPrice } from "../types/prices.js";
import type { Estimate, Metric, UnansweredApproach } from "../types/scores.js";
import type { SliceOf } from "../types/slices.js";

/** Everything that a rule can find, told apart by `kind`. Every number in it was measured or follows from what was. */
export type Finding =
  // What decides.
  | ({ readonly kind: "better"; readonly winner: string; readonly loser: string } & Difference)
  | ({ readonly kind: "equivalent"; readonly a: string; readonly b: string } & Difference)
  | ({
      readonly kind: "not-worse";
      readonly approach: string;
      readonly other: string;
      readonly leadIsShown: boolean;
    } & Difference)
  | ({
      readonly kind: "undecided";
      readonly leader: string;
      readonly other: string;
      /** Whether the interval lies above 0 and the test excludes chance. */
      readonly leadIsShown: boolean;
      /** How many more test rows or groups would decide it; `null` where it can't be said. */
      readonly moreRows: MoreRows | null;
      readonly testRows: number;
    } & Difference)
  | { readonly kind: "only-arm"; readonly arm: Arm; readonly approach: string; readonly metric: Metric; readonly score: Estimate }
  | { readonly kind: "nothing-measured" }
  | {
      /** What fine-tuning reaches is the bar that a language model must pass: none was measured. */
      readonly kind: "not-answered";
      readonly approach: string;
      readonly metric: Metric;
      readonly score: Estimate;
      /** Labels that it learned from; `null` where nobody knows. */
      readonly labels: number | null;
      readonly testRows: number;
      readonly offer?: LlmOffer;
    }
  | {
      readonly kind: "not-good-enough";
      readonly best: string;
      readonly metric: Metric;
      readonly score: Estimate;
      readonly needed: number;
    }
  | { readonly kind: "none-within-limits"; readonly broken: readonly Limit[] }
  | {
      readonly kind: "trivial-rule-leads";
      readonly best: string;
      readonly baseline: string;
      readonly metric: Metric;
      /** Score of the baseline minus that of `best`. */
      readonly lead: number;
    }
  | ({
      readonly kind: "limits-decide";
      readonly approach: string;
      readonly other: string;
      /** The limits that `other` does not keep. */
      readonly broken: readonly Limit[];
    } & Difference)
  | ({
      readonly kind: "outweighed";
      readonly approach: string;
      readonly other: string;
      /** What speaks for `approach`, the weightiest first. */
      readonly by: readonly Criterion[];
    } & Difference)
  | ({ readonly kind: "no-answers"; readonly isRecording: boolean } & Omit<UnansweredApproach, "arm">)
  | {
      readonly kind: "unranked";
      /** Every pair that may be the best of both arms, the difference seen from the one named first. */
      readonly pairs: readonly ({ readonly a: string; readonly b: string; readonly verdict: Contrast["verdict"] } & Difference)[];
    }
  // What else speaks for the choice.
  | {
      readonly kind: "cheaper";
      readonly approach: string;
      readonly usd: number;
      readonly other: string;
      readonly otherUsd: number;
    }
  | {
      readonly kind: "monthly-bill";
      readonly approach: string;
      readonly usd: number;
      readonly other: string;
      readonly otherUsd: number;
      readonly requests: number;
    }
  | {
      readonly kind: "faster";
      readonly approach: string;
      readonly seconds: number;
      readonly other: string;
      readonly otherSeconds: number;
    }
  | { readonly kind: "self-contained"; readonly approach: string; readonly other: string; readonly otherNeeds: readonly string[] }
  | {
      /** A cascade of the two is recommended, and is worth more than the choice alone. */
      readonly kind: "both-together";
      readonly small: string;
      readonly llm: string;
      /** Share of the rows that the second one is asked about. */
      readonly escalated: number;
      readonly metric: Metric;
      readonly score: Estimate;
      /** The cascade minus either alone. */
      readonly overSmall: Estimate;
      readonly overLlm: Estimate;
      /** Per 1,000 requests; absent where that is not known. */
      readonly usd?: number;
      readonly llmUsd?: number;
      /** Differences within this do not matter in practice. */
      readonly margin: number;
      /** The second one replays a recording, which can be asked nothing new. */
      readonly isRecording: boolean;
    }
  /** What the labels of a language model taught a small one. */
  | ({ readonly kind: "distillation-paid" } & Taught)
  | ({ readonly kind: "distillation-unpaid" } & Taught)
  | { readonly kind: "above-baseline"; readonly approach: string; readonly baseline: string; readonly gain: Gain }
  // What to be careful about.
  /** Which is cheaper depends on what nobody told. */
  | { readonly kind: "price-untold"; readonly untold: readonly UntoldPrice[]; readonly a: string; readonly b: string }
  /** The interval of what would be used includes what is needed. */
  | {
      readonly kind: "needed-open";
      readonly approach: string;
      readonly metric: Metric;
      readonly score: Estimate;
      readonly needed: number;
    }
  /** A limit was set that nobody could hold the choice against. */
  | { readonly kind: "limit-unmeasured"; readonly approach: string; readonly limit: Limit }
  | {
      readonly kind: "no-better-than-guessing";
      readonly approach: string;
      readonly arm: Arm;
      /** An LLM that was asked, or a tuned approach, by the arm, unless told. */
      readonly what?: Guesser;
      /** Present where it says the same of every text: that. */
      readonly only?: readonly string[];
      /** See `Summary.aboveGuessing`: 0 is guessing, 1 is always right. */
      readonly aboveGuessing: Estimate;
    }
  | {
      readonly kind: "answers-differ";
      readonly approach: string;
      /** Test rows to which the recording has answers with different labels. First seed. */
      readonly rows: number;
      readonly testRows: number;
    }
  | {
      readonly kind: "baseline-leads";
      readonly approach: string;
      readonly baseline: string;
      readonly metric: Metric;
      /** Score of the baseline minus that of the approach. */
      readonly lead: number;
    }
  | { readonly kind: "no-better-than-majority"; readonly best: string; readonly baseline: string; readonly gain: Gain }
  | {
      readonly kind: "barely-above-baseline";
      readonly approach: string;
      readonly baseline: string;
      readonly gain: Gain;
      readonly margin: number;
    }
  | {
      readonly kind: "chance-not-excluded";
      readonly a: string;
      readonly b: string;
      readonly metric: Metric;
      readonly pValue: number;
      readonly adjustedPValue: number;
      /** Contrasts that were planned, for which the p-value is corrected. */
      readonly contrasts: number;
    }
  | {
      readonly kind: "metrics-disagree";
      readonly winner: string;
      readonly loser: string;
      readonly decidedBy: Metric;
      readonly metric: Metric;
      readonly difference: Estimate;
      readonly verdict: Contrast["verdict"];
    }
  | {
      readonly kind: "not-top-on-test";
      readonly chosen: string;
      readonly top: string;
      readonly metric: Metric;
      /** Score of `top` minus that of `chosen`; where one of them has missing rows, on the rows that both have. */
      readonly lead: number;
      readonly basis: ChoiceBasis;
    }
  | ({
      /** The test rows turned the choice of the validation rows. */
      readonly kind: "chosen-by-test";
      readonly approach: string;
      readonly over: string;
      readonly validation: ValidationBasis;
    } & Omit<Difference, "margin">)
  | {
      readonly kind: "dearer";
      readonly approach: string;
      readonly usd: number;
      readonly other: string;
      readonly otherUsd: number;
      /** Right answers that it gives beyond the other's, in 1,000 requests; absent where that is not known. */
      readonly extraRightPerThousand?: number;
      /** Present where rows may have several labels: right is then a row all of whose labels are. */
      readonly isExactMatch?: true;
    }
  | {
      readonly kind: "slower";
      readonly approach: string;
      readonly seconds: number;
      readonly other: string;
      readonly otherSeconds: number;
    }
  | {
      readonly kind: "unanswered";
      readonly approach: string;
      readonly rows: number;
      readonly testRows: number;
      readonly failures: Readonly<Partial<Record<Failure, number>>>;
      readonly answeredAccuracy: number | null;
      /** Present where rows may have several labels: right is then a row all of whose labels are. */
      readonly isExactMatch?: true;
    }
  | {
      readonly kind: "few-rows-of-labels";
      /** Labels that have test rows. */
      readonly labelsScored: number;
      readonly ofLabels: number;
      /** Test rows of such a label, in the median. */
      readonly rowsOfLabel: number;
      /** Present where these are the rows of a sample: those that all approaches were asked about. */
      readonly isSample?: true;
    }
  | {
      readonly kind: "few-groups";
      readonly groups: number;
      /** Groups of equal size that would say as much. */
      readonly effective: number;
      readonly testRows: number;
    }
  | {
      readonly kind: "missing-rows";
      readonly approach: string;
      readonly isRecording: boolean;
      readonly rows: number;
      readonly testRows: number;
      readonly reasons: Readonly<Partial<Record<Failure, number>>>;
      /** What was said in place of one answer; untrusted. */
      readonly example?: string;
      readonly accuracy: number;
      /** Were each of them wrong. */
      readonly worstAccuracy: number;
      /** Present where rows may have several labels: right is then a row all of whose labels are. */
      readonly isExactMatch?: true;
    }
  | ({
      readonly kind: "readings-disagree";
      readonly by: RowChoice;
      readonly a: string;
      readonly b: string;
      /** Test rows that the difference rests on, and those that the other reading does. */
      readonly rows: number;
      readonly otherRows: number;
      readonly otherDifference: Estimate;
      readonly otherVerdict: Contrast["verdict"];
    } & Difference)
  | ({
      readonly kind: "labels-never-answered";
      readonly approach: string;
      readonly other: string;
      readonly labels: readonly string[];
      readonly ofLabels: number;
      /** Rows of the labels that it does answer, and the difference there; `difference` is over all rows. */
      readonly offeredRows: number;
      readonly offeredDifference: Estimate;
      readonly offeredVerdict: Contrast["verdict"];
    } & Difference)
  | { readonly kind: "not-estimable"; readonly labels: readonly string[]; readonly ofLabels: number }
  | {
      readonly kind: "rare-labels-missed";
      readonly approach: string;
      /** The lowest recall first. */
      readonly labels: readonly { readonly label: string; readonly recall: number; readonly support: number }[];
      /** Mean recall over all labels. */
      readonly balancedAccuracy: number;
    }
  | {
      readonly kind: "badly-calibrated";
      readonly approach: string;
      readonly ece: number;
      /** What a perfectly calibrated approach would show at most on as many rows, on average. */
      readonly expectedByChance: number;
      /** Mean confidence minus accuracy: above 0, it is too sure. */
      readonly excess?: number;
      /** Present where one temperature, fitted on validation rows, makes up for at least half of what chance does not explain: it, and what is left. */
      readonly temperature?: { readonly value: number; readonly ece: number };
    }
  | {
      /** So many of the suspected labels are probably wrong that no score can come near 1. */
      readonly kind: "wrong-labels";
      /** Rows that both arms' best answer alike, and otherwise than labelled. */
      readonly alike: number;
      readonly testRows: number;
      /** Share of those whose label is wrong. */
      readonly wrongShare: Estimate;
      /** The accuracy of whoever reads every text right. */
      readonly ceiling: Estimate;
    }
  | {
      readonly kind: "verdict-depends-on-labels";
      readonly a: string;
      readonly b: string;
      readonly metric: Metric;
      readonly suspects: number;
      /** What was done with the suspected labels for the verdict to change. */
      readonly how: "left-out" | "corrected";
      readonly difference: Estimate;
      readonly verdict: Contrast["verdict"];
      readonly margin: number;
    }
  | {
      readonly kind: "loses-in-slices";
      /** The one that is ahead over all rows, and the other one, which is ahead in these slices. */
      readonly approach: string;
      readonly other: string;
      readonly tested: number;
      /** `lead`: of `other`, in accuracy. */
      readonly slices: readonly {
        readonly of: SliceOf;
        readonly rows: number;
        readonly lead: number;
        readonly adjustedPValue: number;
      }[];
    }
  | {
      readonly kind: "small-test-set";
      readonly testRows: number;
      /** Half the width of the 95% interval that the verdict rests on. */
      readonly halfWidth: number;
      readonly metric: Metric;
      readonly margin: number;
    }
  | {
      /** Approaches that were asked about a random sample of the test rows. */
      readonly kind: "sampled-rows";
      readonly approaches: readonly string[];
      /** That they were asked about. */
      readonly rows: number;
      readonly testRows: number;
      /** Whether the difference is not settled, so that asking about the others is worth something. */
      readonly isOpen: boolean;
    }
  | { readonly kind: "data-warning"; readonly text: string }
  | { readonly kind: "latency-not-measured"; readonly approach: string; readonly isRecording: boolean }
  | { readonly kind: "price-unknown"; readonly approach: string }
  | { readonly kind: "failed"; readonly approach: string; readonly reason: FailedReason }
  /** `labels`: more than the prompt used; all that it used where `isAll`, since nobody knows how many the prompt did. */
  | { readonly kind: "labels-free"; readonly approach: string; readonly labels: number; readonly isAll?: true }
  // What would change the answer.
  | { readonly kind: "labels-undescribed"; readonly approach: string }
  /** From how many requests a month on the tuned one is cheaper: one a way to run a machine. */
  | { readonly kind: "break-even"; readonly breakEvens: readonly BreakEven[] }
  /** At `at` of something assumed the answer turns: found by deciding anew on both sides of it. */
  | ({ readonly kind: "flip" } & Flip)
  | ({
      readonly kind: "crossover";
      /** Present where the best tuned approach has no curve, and this is another one: the best one. */
      readonly best?: string;
    } & Crossover)
  /** The fewest further labels that are expected to bring as much as counts. */
  | {
      readonly kind: "more-labels";
      /** Whose curve says so. */
      readonly approach: string;
      /** Present where the best tuned approach has no curve. */
      readonly best?: string;
      readonly metric: Metric;
      /** That it learned from. */
      readonly labels: number;
      readonly more: number;
      /** Over all labels that there are. */
      readonly gain: Estimate;
      /** What counts as enough: what is missing of what is needed, how far `other` is ahead, or the margin. */
      readonly aim: { readonly by: "needed" | "lead" | "margin"; readonly gain: number; readonly other?: string };
      /** False where even these, the most that the curve tells of, are not expected to be enough. */
      readonly isEnough: boolean;
      /** What they cost to make, where a label's price was told. */
      readonly usd?: number;
      /** Labels that it finds less often than the average label, as far as the test rows show. */
      readonly missed: readonly string[];
    }
  /** `unasked`: test rows that there are, and that not both were asked about. */
  | { readonly kind: "more-rows"; readonly needed: MoreRows; readonly a: string; readonly b: string; readonly unasked?: number }
  /** `tried`: approaches that would have asked one, and could not. `isOffered`: the verdict names one, with its price. */
  | { readonly kind: "add-llm"; readonly tried?: readonly string[]; readonly isOffered?: true }
  /** The language model is small, and did not win. `next`: one that runs in this process too. `offer`: what asking a service would cost. */
  | ({
      readonly kind: "larger-model";
      readonly testRows: number;
      readonly next?: SizedModel;
      readonly offer?: LlmOffer;
    } & SizedModel)
  | { readonly kind: "add-tuned" };

/**
 * Which other rows a difference is read from. `missing-as-wrong`: all test rows, those without an outcome counted as wrong.
 * `offered-labels`: those whose labels the LLM does answer. `readable-answers`: those whose answers of the LLM could be read.
 */
export type RowChoice = "missing-as-wrong" | "offered-labels" | "readable-answers" | "undisputed-answers";

/** What kind of thing an approach is that answers no better than guessing: what may be wrong with it differs. */
export type Guesser = "llm" | "recording" | "tuned";

/** One kind of finding. */
export type FindingOf<Kind extends Finding["kind"]> = Extract<Finding, { readonly kind: Kind }>;

/** A difference of two approaches on the same test rows, the one named first minus the other. */
/** A distilled model, and beside it the same model without the rows that it was taught. */
interface Taught extends DistilledFacts {
  readonly approach: string;
  /** What all of it cost. */
  readonly usd: number;
  /** `approach` minus `student`. Absent where the two were not contrasted. */
  readonly shown?: Pick<Contrast, "metric" | "difference" | "verdict">;
}

interface Difference {
  readonly metric: Metric;
  readonly difference: Estimate;
  /** Differences within this do not matter in practice. */
  readonly margin: number;
}

/** How far an approach lies above a baseline: by a planned contrast, or, where there was none, as the plain difference of two scores. */
export interface Gain {
  readonly metric: Metric;
  readonly value: number;
  /** Ends of the 95% interval, where the two were contrasted. */
  readonly interval?: { readonly low: number; readonly high: number };
}

/** What is assumed, and may turn the answer. */
export type FlipParameter =
  | "margin"
  | "requests-per-month"
  | "usd-per-label"
  | "llm-price"
  | "needed"
  | `weight-${Exclude<Criterion, "accuracy">}`;

/** A value at which the answer turns. */
export interface Flip {
  readonly parameter: FlipParameter;
  /** What is assumed now; `null` where nobody told. Weights are told as multiples of that of accuracy. */
  readonly now: number | null;
  /** The least value above, or the greatest below, with the other answer, to three digits. */
  readonly at: number;
  readonly side: "from" | "up-to";
  /** What would be chosen then; `null`: nothing. */
  readonly choice: string | null;
  readonly ground: string;
}

/** What sets two approaches of equal quality apart. */
export interface TieBreak {
  /** `lead`: its own, which is real, where nothing speaks for the other. */
  readonly by: "price" | "needs" | "latency" | "lead";
  readonly approach: string;
}
