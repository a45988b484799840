import type { Comparison } from "../../types/comparison.js";
import type { LabelScore } from "../../types/scores.js";

/** One label's scores by the best of both arms. */
export interface LabelDifference {
  readonly label: string;
  readonly tuned: LabelScore;
  readonly prompted: LabelScore;
}

/** The labels with the F1 of the best of both arms, the largest difference first; nothing where an arm is missing. */
export function labelDifferences(comparison: Comparison): LabelDifference[] {
  const summaryOf = (approach: string | undefined) => comparison.summaries.find((summary) => summary.approach === approach);
  const tuned = summaryOf(comparison.best.tune?.approach);
  const prompted = summaryOf(comparison.best.prompt?.approach);
  if (tuned === undefined || prompted === undefined) return [];
  const promptedByLabel = new Map(prompted.perLabel.map((score) => [score.label, score]));
  return tuned.perLabel
    .flatMap((score) => {
      const other = promptedByLabel.get(score.label);
      return other === undefined ? [] : [{ label: score.label, tuned: score, prompted: other }];
    })
    .sort((a, b) => Math.abs(b.tuned.f1 - b.prompted.f1) - Math.abs(a.tuned.f1 - a.prompted.f1));
}
