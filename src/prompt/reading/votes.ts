import type { Prediction } from "../../types/prediction.js";

/** What one sample said. */
export type Vote = Pick<Prediction, "answer" | "failure" | "refusedBy" | "rawAnswer" | "scores" | "confidence">;

/**
 * What most samples answered (self-consistency, Wang et al. 2023); of answers with equally many votes, the one that was given first. A set
 * of labels counts as a whole. The confidence is its share of all samples, those without an answer included. Where no sample has an
 * answer, the first one's failure.
 */
export function majority(
  votes: readonly Vote[],
): Pick<Prediction, "answer" | "failure" | "refusedBy" | "rawAnswer" | "confidence"> {
  const tally = new Map<string, { readonly first: Vote; count: number }>();
  for (const vote of votes) {
    if (vote.answer === null) continue;
    const key = JSON.stringify(vote.answer);
    const entry = tally.get(key);
    if (entry === undefined) tally.set(key, { first: vote, count: 1 });
    else entry.count++;
  }
  // Answers stand in the order of their first votes: only more votes move another one ahead.
  let best: { readonly first: Vote; readonly count: number } | undefined;
  for (const entry of tally.values()) if (best === undefined || entry.count > best.count) best = entry;
  if (best === undefined) return votes[0]!;
  // Scores of one answer among several say nothing of them all.
  const { scores: _, ...first } = best.first;
  return { ...first, confidence: { value: best.count / votes.length, source: "votes" } };
}
