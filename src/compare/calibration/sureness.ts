import type { Outcome } from "../../types/prediction.js";

/** How sure an answer is: its confidence, or the probability of its label, of several the least. −∞ without an answer; `null` where it does not tell. */
export function surenessOf({ answer, confidence, scores }: Outcome): number | null {
  if (answer === null) return Number.NEGATIVE_INFINITY;
  if (confidence !== undefined) return confidence.value;
  if (scores === undefined || answer.length === 0) return null;
  return Math.min(...answer.map((label) => (Object.hasOwn(scores, label) ? scores[label]! : 0)));
}
