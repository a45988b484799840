/** @file What decides: which of two is better, or that neither is shown to be. */
import type { Limit } from "../../compare/limits.js";
import type { Contrast, MoreRows } from "../../types/contrast.js";
import type { Criterion } from "../../types/criteria.js";
import type { Arm } from "../../types/identity.js";
import type { LlmOffer } from "../../types/prices.js";
import type { Estimate, Metric, UnansweredApproach } from "../../types/scores.js";
import type { Difference } from "./parts.js";

/** What decides: which of two is better, or that neither is shown to be. */
export type VerdictFinding =
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
    };
