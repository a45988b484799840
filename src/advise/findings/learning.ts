/** @file What more labels would bring. */
import type { Crossover } from "../../types/curves.js";
import type { Estimate, Metric } from "../../types/scores.js";

/** What more labels would bring. */
export type LearningFinding =
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
    };
