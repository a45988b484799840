/**
 * @file Missing is not wrong. An outcome that a recording lacks, or that a service failed to give, says nothing of the approach: it takes
 * no part in a score, a contrast or a choice. What the approach itself refused, garbled or cut off is an answer of its own, and wrong.
 *
 * Unasked is missing by design, and at random: rows outside a sample are no trouble, and no reading counts them as wrong.
 */
import type { Failure, Outcome, Prediction } from "../types/prediction.js";

/** Whether an outcome says nothing of its approach: not asked for, not in the recording, failed for good, or refused by the host's filter. */
export function isMissing({ failure, refusedBy }: Pick<Prediction, "failure" | "refusedBy">): boolean {
  return failure === "unasked" || failure === "missing" || failure === "error" || (failure === "refused" && refusedBy === "host");
}

/**
 * The places of the rows that every run has an outcome of, in order: of one approach's seeds, or of several approaches.
 *
 * A row that one seed lacks is left out of all of them. Counting it for the other seeds would give rows unequal weights, and the test of
 * two approaches, which adds up seeds row by row, would no longer be exact.
 *
 * @param runs outcomes of the same rows in the same order
 */
export function presentRows(runs: readonly (readonly Outcome[])[]): number[] {
  return (runs[0] ?? []).flatMap((_, row) => (runs.some((outcomes) => isMissing(outcomes[row]!)) ? [] : [row]));
}

/** Whether the row was asked about: all are, unless the approach is asked about a sample. */
export function isAsked({ failure }: Pick<Prediction, "failure">): boolean {
  return failure !== "unasked";
}

/** The outcomes of the rows that were asked about. */
export function askedOutcomes(outcomes: readonly Outcome[]): readonly Outcome[] {
  return outcomes.every(isAsked) ? outcomes : outcomes.filter(isAsked);
}

/** The places of the rows that every run was asked about, in order; see `presentRows`. */
export function askedRows(runs: readonly (readonly Outcome[])[]): number[] {
  return (runs[0] ?? []).flatMap((_, row) => (runs.every((outcomes) => isAsked(outcomes[row]!)) ? [row] : []));
}

/** The missing rows by reason, of those that were asked about; reasons that did not occur are absent. */
export function missingReasons(outcomes: readonly Outcome[]): Partial<Record<Failure, number>> {
  const counts: Partial<Record<Failure, number>> = {};
  for (const outcome of outcomes) {
    if (outcome.failure !== undefined && isAsked(outcome) && isMissing(outcome))
      counts[outcome.failure] = (counts[outcome.failure] ?? 0) + 1;
  }
  return counts;
}
