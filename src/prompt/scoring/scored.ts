/** @file Label scoring: how sure an answer is, and where its service has log-probabilities, of which labels how much. */

import type { Prediction } from "../../types/prediction.js";
import type { Completion } from "../llm.js";
import { confidenceOf } from "./confidence.js";
import { calibratedScores } from "./contextual-calibration.js";
import { isOfLabels, labelScores, labelSetProbability, listProbability, type ScoredTask } from "./label-scores.js";
import { statedConfidence } from "./stated-confidence.js";

/**
 * An answer that was read from a completion, with its scores and confidence.
 *
 * With scores the answer is the likeliest label. That is another one than was said where a calibrated prior speaks for it, or where each
 * token was the likeliest but the label was not; what was said is then in `rawAnswer`. An answer of several labels has a confidence only.
 *
 * @param read what `readCompletion` made of the completion
 * @param prior of contextual calibration; none: scores are as they are
 */
export function scored<Read extends Pick<Prediction, "answer" | "rawAnswer">>(
  completion: Pick<Completion, "text" | "logprobs" | "probabilities">,
  read: Read,
  task: ScoredTask,
  prior: Readonly<Record<string, number>> | null = null,
): Read & Pick<Prediction, "scores" | "confidence"> {
  if (read.answer === null) return read;
  const { probabilities } = completion;
  const stated = statedConfidence(completion.text);
  if (task.isMultiLabel && probabilities !== undefined && isOfLabels(probabilities, task.labels))
    return { ...read, scores: probabilities, ...confident({ probability: labelSetProbability(probabilities, read.answer) }) };
  if (task.isMultiLabel) return { ...read, ...confident({ logprob: listProbability(completion), stated }) };
  const said = read.answer[0]!;
  const own = labelScores(completion, said, task);
  if (own === null) return { ...read, ...confident({ stated }) };
  const scores = prior === null ? own : calibratedScores(own, prior);
  const answer = task.labels.reduce((best, label) => (scores[label]! > scores[best]! ? label : best), said);
  return {
    ...read,
    answer: [answer],
    ...(answer === said ? {} : { rawAnswer: read.rawAnswer ?? completion.text.slice(0, 500) }),
    scores,
    ...confident(probabilities === undefined ? { logprob: scores[answer]!, stated } : { probability: scores[answer]! }),
  };
}

function confident(known: Parameters<typeof confidenceOf>[0]): Pick<Prediction, "confidence"> {
  const confidence = confidenceOf(known);
  return confidence === undefined ? {} : { confidence };
}
