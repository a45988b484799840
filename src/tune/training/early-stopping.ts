/**
 * @file When training has gone on long enough. Judged by the loss on held-out rows, not by macro-F1: with few such rows the latter moves
 * in steps of a whole row and has ties; the loss also says how sure the answers are.
 */
import type { EvaluationReport } from "./training-job.js";

/** The evaluation with the lowest loss, the first of equals; one that is no number is never it, unless there is no other. */
export function lowestLoss(evaluations: readonly EvaluationReport[]): EvaluationReport | undefined {
  let best: EvaluationReport | undefined;
  for (const evaluation of evaluations)
    if (best === undefined || evaluation.loss < best.loss || Number.isNaN(best.loss)) best = evaluation;
  return best;
}

/** Whether the last `patience` evaluations were no better than one before them. */
export function isStale(evaluations: readonly EvaluationReport[], patience = Number.POSITIVE_INFINITY): boolean {
  const best = lowestLoss(evaluations);
  return best !== undefined && evaluations.length - 1 - evaluations.indexOf(best) >= patience;
}
