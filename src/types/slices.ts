/** @file Parts of the test rows in which one of two approaches does better than the other. */
import type { Estimate } from "./scores.js";

/** What the rows of a slice have in common. */
export type SliceOf =
  | { readonly kind: "label"; readonly label: string }
  /** Characters of the text, both ends included. A third of the rows, equal lengths never parted. */
  | { readonly kind: "length"; readonly third: "short" | "middle" | "long"; readonly from: number; readonly to: number };

/** One slice in which the two differ. Right is a row all of whose labels are right. */
export interface Slice {
  readonly of: SliceOf;
  readonly rows: number;
  /** Share of right rows, and `a` minus `b`. */
  readonly a: number;
  readonly b: number;
  readonly difference: Estimate;
  /** Exact McNemar test or, with groups or several seeds, the sign-flip test it is a case of. */
  readonly pValue: number;
  /** After Holm's correction over all slices tested. */
  readonly adjustedPValue: number;
}

/** The best of both arms by slices of the rows that both have an outcome of. */
export interface Slices {
  readonly a: string;
  readonly b: string;
  /** Slices with rows enough to test; whatever came out. */
  readonly tested: number;
  /** Those in which the two differ (corrected p below 0.05), the surest first. */
  readonly differing: readonly Slice[];
}
