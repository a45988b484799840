/** @file Labels that may be wrong, and rows that an approach loses in. */
import type { Contrast } from "../../types/contrast.js";
import type { Estimate, Metric } from "../../types/scores.js";
import type { SliceOf } from "../../types/slices.js";

/** Labels that may be wrong, and rows that an approach loses in. */
export type NoiseFinding =
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
    };
