import { outcomesOf } from "../compare/details/disagreements.js";
import { cutText } from "../lib/text/visible-text.js";
import type { Comparison } from "../types/comparison.js";
import type { Arm } from "../types/identity.js";
import type { Failure } from "../types/prediction.js";

/** A test row without an answer, and what was said instead. */
export interface UnansweredRow {
  readonly approach: string;
  readonly arm: Arm;
  readonly id: string;
  readonly failure: Failure;
  /** The first 80 characters. Untrusted. */
  readonly excerpt: string;
}

/** Enough to see what goes wrong; all of them are in the run's predictions. */
const shownOfEach = 5;
const shownCharacters = 80;

/**
 * Answers that were refusals, could not be read or were cut off: of each approach the first five of each reason, in the order of the test
 * rows (first seed). Where a service failed or a recording has no such row, nothing was said, and nothing is listed.
 */
export function unansweredExamples(comparison: Comparison): UnansweredRow[] {
  return comparison.summaries.flatMap(({ approach, arm }) => {
    const counts = new Map<Failure, number>();
    return (outcomesOf(comparison, approach) ?? []).flatMap(({ id, failure, rawAnswer }) => {
      if (failure === undefined || rawAnswer === undefined) return [];
      const count = (counts.get(failure) ?? 0) + 1;
      counts.set(failure, count);
      return count > shownOfEach ? [] : [{ approach, arm, id, failure, excerpt: cutText(rawAnswer, shownCharacters) }];
    });
  });
}
