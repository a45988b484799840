import type { Completion, TokenLogprob } from "../llm.js";
import type { PromptTemplate } from "../template.js";
import { labelDistribution, leastProbability, normalized } from "./label-distribution.js";
import { labelSpan, labelsStart } from "./label-span.js";

/** What scoring has to know of a task. */
export type ScoredTask = Pick<PromptTemplate, "labels" | "aliases" | "isMultiLabel">;

/**
 * The probability of each label by the answer's log-probabilities, summing to 1; `null` where there are none, or it is not seen which are
 * a label's.
 *
 * @param label the one that the answer was read as; `null` where it is not to matter what was said, as of a text without content
 */
export function labelScores(
  completion: Pick<Completion, "text" | "logprobs" | "probabilities">,
  label: string | null,
  { labels, aliases }: ScoredTask,
): Record<string, number> | null {
  const { probabilities } = completion;
  if (probabilities !== undefined) return toldScores(probabilities, labels);
  const text = completion.text.trim();
  const tokens = alignedTokens(text, completion.logprobs);
  if (tokens === null) return null;
  const namesOf = (one: string): string[] => [one, ...(Object.hasOwn(aliases, one) ? aliases[one]! : [])];
  const ways = labels.flatMap((one) => namesOf(one).map((written) => ({ label: one, written })));
  const span = labelSpan(text, label === null ? [] : namesOf(label));
  return span === null ? null : labelDistribution(tokens, span, ways, labels, label);
}

/** Whether what is told is told of labels of the task alone. Otherwise it is not known what a probability is of: options may have other names. */
export function isOfLabels(told: Readonly<Record<string, number>>, labels: readonly string[]): boolean {
  const known = new Set(labels);
  return Object.keys(told).every((option) => known.has(option));
}

/** Probabilities of labels as a model told them, rounded as it may have: to sum to 1, and none of them 0. `null` where they are not these labels. */
function toldScores(told: Readonly<Record<string, number>>, labels: readonly string[]): Record<string, number> | null {
  if (!isOfLabels(told, labels)) return null;
  return normalized(labels, (label) => Math.max(leastProbability, Object.hasOwn(told, label) ? told[label]! : 0));
}

/**
 * The probability of an answer of several labels where that of each is told: each of those that apply does, and none of the others, as if they
 * did so independently.
 */
export function labelSetProbability(told: Readonly<Record<string, number>>, answer: readonly string[]): number {
  return Object.entries(told).reduce((product, [label, p]) => product * (answer.includes(label) ? p : 1 - p), 1);
}

/**
 * The probability of an answer of several labels as it was written: the product over the tokens of their list, without thoughts before it.
 * A lower bound for the set of labels, which could have been written in another order. `null` where there are no log-probabilities.
 */
export function listProbability(completion: Pick<Completion, "text" | "logprobs">): number | null {
  const text = completion.text.trim();
  const tokens = alignedTokens(text, completion.logprobs);
  if (tokens === null) return null;
  const start = labelsStart(text);
  let end = 0;
  let logprob = 0;
  for (const token of tokens) {
    end += token.token.length;
    if (end > start) logprob += token.logprob;
  }
  return Math.exp(logprob);
}

/**
 * The tokens of a text, the first one cut where the text begins. Services trim what they answer, or leave out thoughts that have tokens
 * all the same. `null` where the text is not among the tokens.
 */
function alignedTokens(text: string, logprobs: readonly TokenLogprob[] | undefined): TokenLogprob[] | null {
  if (logprobs === undefined || text === "") return null;
  let skipped = logprobs
    .map(({ token }) => token)
    .join("")
    .lastIndexOf(text);
  if (skipped < 0) return null;
  return logprobs.flatMap((token) => {
    const cut = Math.min(skipped, token.token.length);
    skipped -= cut;
    return cut === 0 ? [token] : cut === token.token.length ? [] : [cutFront(token, token.token.slice(0, cut))];
  });
}

/** A token without what stands before the text, and so its alternatives. */
function cutFront({ token, logprob, top }: TokenLogprob, lead: string): TokenLogprob {
  const cut = (text: string): string => (text.startsWith(lead) ? text.slice(lead.length) : text);
  return { token: cut(token), logprob, top: top.map((other) => ({ token: cut(other.token), logprob: other.logprob })) };
}
