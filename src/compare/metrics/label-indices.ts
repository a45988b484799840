import type { Outcome } from "../../types/prediction.js";

/**
 * Outcomes with labels as indices into the declared label list: what every metric is computed from.
 *
 * Single-label rows are the special case of one index a row, so one set of functions serves both kinds of task.
 */
export interface CodedRows {
  readonly labelCount: number;
  readonly isMultiLabel: boolean;
  /** Indices of the true labels, one array a row. */
  readonly truths: readonly (readonly number[])[];
  /** Indices of the answered labels; `null` where there was no answer, which is wrong whatever the truth is. */
  readonly answers: readonly (readonly number[] | null)[];
}

/** What makes outcomes readable: the declared labels, and whether a row may have several. */
export interface LabelSpace {
  readonly labels: readonly string[];
  readonly isMultiLabel: boolean;
}

/** Replaces names by indices. A name that is not in the list is a bug or a damaged run: it throws. */
export function codeOutcomes(outcomes: readonly Outcome[], space: LabelSpace): CodedRows {
  const indexOf = new Map(space.labels.map((label, index) => [label, index]));
  const code = (label: string): number => {
    const index = indexOf.get(label);
    if (index === undefined)
      throw new Error(`"${label.slice(0, 80)}" is not one of the ${space.labels.length} labels of the task`);
    return index;
  };
  return {
    labelCount: space.labels.length,
    isMultiLabel: space.isMultiLabel,
    truths: outcomes.map((outcome) => outcome.truth.map(code)),
    answers: outcomes.map((outcome) => outcome.answer?.map(code) ?? null),
  };
}

/** Whether row `row` is answered exactly right: the same set of labels. No answer is never right. */
export function isRight(coded: CodedRows, row: number): boolean {
  const truth = coded.truths[row]!;
  const answer = coded.answers[row]!;
  return answer !== null && answer.length === truth.length && answer.every((label) => truth.includes(label));
}
