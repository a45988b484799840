/** @file An answer that was not generated but is the likeliest of all labels, in the form of one that was generated. */

import type { Completion, CompletionRequest, TokenLogprob } from "../../llm.js";

/** What is known of a label's answer. */
export interface LabelAnswer {
  /** The property of the JSON in which the label stands. */
  readonly property: string;
  readonly labels: readonly string[];
  /** Natural logarithms of the labels' probabilities. */
  readonly logprobs: readonly number[];
  /** Index of the label that is the answer. */
  readonly chosen: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly servedBy: string;
}

/** The completion `{"label":"…"}`, with the distribution over the labels where log-probabilities are wanted. */
export function labelCompletion(answer: LabelAnswer, request: CompletionRequest): Omit<Completion, "latencySeconds"> {
  const { property, labels, chosen, inputTokens, outputTokens, servedBy } = answer;
  const text = JSON.stringify({ [property]: labels[chosen] });
  return {
    text,
    finish: "stop",
    usage: { inputTokens, cachedInputTokens: 0, outputTokens, reasoningTokens: 0 },
    servedBy,
    ...(request.wantsLogprobs === true ? { logprobs: labelTokens(text, answer) } : {}),
  };
}

/**
 * The answer as three tokens: the label whole, with every label as an alternative, and around it what was certain. The closing quote is the label's: without
 * it "card" would be the beginning of "card arrival", and its probability shared by both.
 */
function labelTokens(text: string, { labels, logprobs, chosen }: LabelAnswer): TokenLogprob[] {
  const written = labels.map((label) => JSON.stringify(label).slice(1));
  const certain = (token: string): TokenLogprob => ({ token, logprob: 0, top: [{ token, logprob: 0 }] });
  const label = written[chosen]!;
  const start = text.length - label.length - "}".length;
  const top = written.map((token, i) => ({ token, logprob: logprobs[i]! })).sort((a, b) => b.logprob - a.logprob);
  return [
    certain(text.slice(0, start)),
    { token: label, logprob: logprobs[chosen]!, top },
    certain(text.slice(start + label.length)),
  ];
}

/** Natural logarithms of the softmax. */
export function logSoftmax(values: readonly number[]): number[] {
  const most = Math.max(...values);
  const total = values.reduce((sum, value) => sum + Math.exp(value - most), 0);
  return values.map((value) => value - most - Math.log(total));
}
