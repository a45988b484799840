/** @file How the best of each arm was chosen, and what that leaves open. */
import type { ChoiceBasis, ValidationBasis } from "../../types/comparison.js";
import type { Contrast } from "../../types/contrast.js";
import type { Estimate, Metric } from "../../types/scores.js";
import type { Difference } from "./parts.js";

/** How the best of each arm was chosen, and what that leaves open. */
export type SelectionFinding =
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
    } & Omit<Difference, "margin">);
