/**
 * @file Whether answers have become worse. An alarm that a cron job sounds each week must be worth getting up for, and a decline must not go unheard
 * for long: decision 0059 has the rule's error rates.
 */
import { mcnemarPower } from "../../compare/statistics/power.js";
import type { PairedAnswers } from "./paired-answers.js";

/** A decline with a test at least as uneven as this is not chance alone. */
export const worseBelow = 0.05;

/** What one asking says. */
export type Finding = "worse" | "kept" | "unclear";

/**
 * `worse`: the decline is more than the margin, and the test says that it is no chance. `kept`: the interval rules out a decline of more than the
 * margin. `unclear`: neither.
 *
 * By the point and not by the interval's end, since the end lies beyond the margin only where the decline is far larger: on 500 rows a decline of 3
 * points would go unheard two weeks out of three.
 */
export function findingOf({ accuracy, pValue }: Pick<PairedAnswers, "accuracy" | "pValue">, margin: number): Finding {
  const { value, low } = accuracy.difference;
  if (value < -margin - 1e-12 && pValue < worseBelow) return "worse";
  return low >= -margin ? "kept" : "unclear";
}

/** What a re-check comes to. */
export interface RecheckVerdict {
  /** Of the last asking. `worse` only where every asking says so. */
  readonly finding: Finding;
  /** Whether a first asking said `worse`, and a second one did not. */
  readonly isRefuted: boolean;
  /** Whether it would be `worse` if rows that got no answer now were wrong: then it cannot be said, and is no good news. */
  readonly hangsOnMissing: boolean;
}

/** The verdict over one asking or two. `asWrong`: each with rows without an answer counted as wrong ones. */
export function verdictOf(askings: readonly PairedAnswers[], asWrong: readonly PairedAnswers[], margin: number): RecheckVerdict {
  const findings = askings.map((asking) => findingOf(asking, margin));
  const finding = findings.at(-1)!;
  const isWorse = findings.every((each) => each === "worse");
  return {
    // One of two that says worse is a doubt, and not more.
    finding: finding === "worse" && !isWorse ? "unclear" : finding,
    isRefuted: findings[0] === "worse" && !isWorse,
    hangsOnMissing: !isWorse && asWrong.every((asking) => findingOf(asking, margin) === "worse"),
  };
}

/** Power of one asking at which two in a row, which have the stored answers in common, find a decline four times in five (`bench/recheck`). */
const powerOfEach = 0.92;

/**
 * The least lasting decline in accuracy that a re-check of so many rows finds about four times in five, where the share `flips` of the rows flips
 * either way without one. `null` where there is none.
 */
export function leastFoundDecline(rows: number, flips: number, margin: number): number | null {
  const powerAt = (decline: number): number =>
    mcnemarPower({ onlyA: Math.min(1 - flips / 2, flips / 2 + decline), onlyB: flips / 2 }, rows, { alpha: worseBelow });
  let [low, high] = [0, 1 - flips];
  if (powerAt(high) < powerOfEach) return null;
  while (high - low > 1e-4) {
    const middle = (low + high) / 2;
    if (powerAt(middle) < powerOfEach) low = middle;
    else high = middle;
  }
  return Math.max(high, margin);
}
