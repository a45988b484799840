/** @file What was not measured, or failed. */
import type { Limit } from "../../compare/limits.js";
import type { SizedModel } from "../../types/identity.js";
import type { FailedReason } from "../../types/measurement.js";
import type { LlmOffer } from "../../types/prices.js";
import type { Estimate, Metric } from "../../types/scores.js";

/** What was not measured, or failed. */
export type UnmeasuredFinding =
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
  | { readonly kind: "latency-not-measured"; readonly approach: string; readonly isRecording: boolean }
  | { readonly kind: "price-unknown"; readonly approach: string }
  | { readonly kind: "failed"; readonly approach: string; readonly reason: FailedReason }
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
