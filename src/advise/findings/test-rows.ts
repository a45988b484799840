/** @file What the test rows can tell. */
import type { Metric } from "../../types/scores.js";

/** What the test rows can tell. */
export type TestRowsFinding =
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
  | { readonly kind: "data-warning"; readonly text: string };
