import type { Outcome } from "../../types/prediction.js";

/** What a score needs of an outcome. Probabilities of many labels at many sizes would be most of a run's size. */
export function answerOnly({ id, truth, group, answer, failure, refusedBy }: Outcome): Outcome {
  return {
    id,
    truth,
    ...(group !== undefined && { group }),
    answer,
    ...(failure !== undefined && { failure }),
    ...(refusedBy !== undefined && { refusedBy }),
  };
}
