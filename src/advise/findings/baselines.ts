/** @file Where what was measured stands beside what answers without a model. */
import type { Metric } from "../../types/scores.js";
import type { Gain } from "./parts.js";

/** Where what was measured stands beside what answers without a model. */
export type BaselineFinding =
  | { readonly kind: "above-baseline"; readonly approach: string; readonly baseline: string; readonly gain: Gain }
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
    };
