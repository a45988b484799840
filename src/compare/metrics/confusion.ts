import type { Failure, Outcome } from "../../types/prediction.js";
import type { CodedRows } from "./label-indices.js";

/**
 * Rows are truths, columns answers, in the order of the labels; the last column counts rows without an answer.
 *
 * In a multi-label task a row of the table is a true label: on the diagonal the rows where it was found, in the last column
 * those where it was missed, elsewhere those that were also given the column's label wrongly.
 */
export function confusionMatrix(coded: CodedRows): number[][] {
  const matrix = Array.from({ length: coded.labelCount }, () => new Array<number>(coded.labelCount + 1).fill(0));
  for (const [row, truth] of coded.truths.entries()) {
    const answer = coded.answers[row]!;
    for (const label of truth) {
      const cells = matrix[label]!;
      const isFound = answer?.includes(label) ?? false;
      if (isFound) cells[label]! += 1;
      else if (answer === null || coded.isMultiLabel) cells[coded.labelCount]! += 1;
      for (const given of answer ?? []) if (!truth.includes(given)) cells[given]! += 1;
    }
  }
  return matrix;
}

/** Rows without an answer, by reason; reasons that did not occur are absent. */
export function failureCounts(outcomes: readonly Outcome[]): Partial<Record<Failure, number>> {
  const counts: Partial<Record<Failure, number>> = {};
  for (const { failure } of outcomes)
    if (failure !== undefined && failure !== "unasked") counts[failure] = (counts[failure] ?? 0) + 1;
  return counts;
}
