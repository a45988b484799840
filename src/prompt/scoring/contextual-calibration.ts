/**
 * @file Contextual calibration (Zhao et al. 2021, "Calibrate Before Use", arXiv 2102.09690): a prompt leans to some labels before it has
 * seen a text. How much is measured by texts without content, and divided out.
 */

import type { Answered } from "../client/llm-client.js";
import { normalized } from "./label-distribution.js";
import { labelScores, type ScoredTask } from "./label-scores.js";

type Scores = Readonly<Record<string, number>>;

/** The texts without content of the paper. */
export const contentFreeInputs: readonly string[] = ["N/A", "", "[MASK]"];

/** The mean of distributions over the same labels. */
export function meanScores(distributions: readonly Scores[]): Scores {
  const labels = Object.keys(distributions[0] ?? {});
  return Object.fromEntries(
    labels.map((label) => [label, distributions.reduce((sum, scores) => sum + scores[label]!, 0) / distributions.length]),
  );
}

/**
 * Probabilities divided by those of content-free texts, renormalized: the paper's W = diag(p_cf)⁻¹, b = 0. All of `prior` are above 0. A
 * label that the content-free answers do not list has a floor for a prior, and is raised by the division: a prompt is better calibrated
 * where all labels are listed, as letters are.
 */
export function calibratedScores(scores: Scores, prior: Scores): Scores {
  return normalized(Object.keys(scores), (label) => scores[label]! / prior[label]!);
}

/** What a prompt leans to, and what asking took. */
export interface ContentFreePrior {
  /** `null` where an answer brought no log-probabilities of labels: then nothing can be calibrated. */
  readonly prior: Scores | null;
  /** The requests, for their bill. */
  readonly requests: readonly Answered[];
}

/**
 * Asks about each content-free text once, in the very prompt that the texts are asked about in: with the same examples, or the prior is
 * that of another prompt. Throws what `ask` throws.
 *
 * @param ask one request through the client, so that it is stored and paid for as any other, with log-probabilities wanted
 */
export async function contentFreePrior(ask: (text: string) => Promise<Answered>, task: ScoredTask): Promise<ContentFreePrior> {
  const requests = await Promise.all(contentFreeInputs.map(ask));
  const scores = requests.map(({ completion }) => labelScores(completion, null, task));
  const known = scores.filter((one) => one !== null);
  return { prior: known.length < scores.length ? null : meanScores(known), requests };
}
