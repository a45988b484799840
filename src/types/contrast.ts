/** @file Two approaches on the same rows. */
import type { Estimate, Metric } from "./scores.js";

/**
 * How much more to test for a verdict, with 80 % power: between what the two ends of the difference's 80 % interval would need, were one of them
 * the truth. In 90 % of cases it takes `low` at least.
 */
export interface MoreRows {
  readonly low: number;
  /** `null`: without a bound, since the truth may well be the margin itself. */
  readonly high: number | null;
  /** `groups` where rows come in groups: it is their number that counts. */
  readonly unit: "rows" | "groups";
  /** What they would show if the difference is as it looks now: one beyond the margin, or none that matters. */
  readonly aim: "difference" | "equivalence";
}

/** What one choice of rows says of two approaches. */
export interface Reading {
  /** Test rows it rests on. */
  readonly rows: number;
  readonly difference: Estimate;
  readonly pValue: number;
  readonly verdict: Contrast["verdict"];
}

/** `a` minus `b` on the same test rows: those that both have an outcome of, in every seed. */
export interface Contrast {
  readonly a: string;
  readonly b: string;
  readonly metric: Metric;
  readonly difference: Estimate;
  /** Rows where only `a` is right, only `b` is right (accuracy; first seed). */
  readonly discordant: readonly [number, number];
  /**
   * Accuracy and all labels right: the mid-p McNemar test, or its generalization where rows are grouped or there are several seeds.
   * Macro-F1 and micro-F1: a paired permutation test.
   */
  readonly pValue: number;
  /** The same after Holm's correction over all planned contrasts. */
  readonly adjustedPValue: number;
  readonly verdict: "a-better" | "b-better" | "equivalent" | "undecided";
  /** Where undecided: how many more test rows or groups would decide it with 80 % power; `null` where it can't be said. */
  readonly moreRows: MoreRows | null;
  /** Present where one of the two was asked about a random sample of the test rows: how many rows both were asked about. */
  readonly askedRows?: number;
  /** Present where one of the two has no outcome of some rows that both were asked about: how many were left out, and what all say, the missing ones wrong. */
  readonly missing?: { readonly rows: number; readonly asWrong: Reading };
  /** Present where `b` asked an LLM that never answered some labels: which, and what the rows of the other labels say. */
  readonly offered?: Reading & { readonly neverAnswered: readonly string[] };
  /** Present where `b` asked an LLM and more than a tenth of its answers could not be read or were cut off: what the other rows say. */
  readonly readable?: Reading;
  /** Present where a recording has answers with different labels to some rows: what the other rows say. */
  readonly undisputed?: Reading;
}
