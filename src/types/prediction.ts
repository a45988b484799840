/** @file What is said of a text, and what it cost. */

/**
 * Why there is no answer. `missing`: a recording has no such row. `error`: the service failed for good. `unasked`: nobody asked, since the approach is
 * asked about a random sample of the rows.
 */
export type Failure = "unparseable" | "refused" | "truncated" | "missing" | "error" | "unasked";

/** Tokens one answer used, as the service reported them. */
export interface Usage {
  /** All input tokens, cached ones included. */
  readonly inputTokens: number;
  /** The part of `inputTokens` that was read from the service's prompt cache. */
  readonly cachedInputTokens: number;
  /** The part of `inputTokens` that was written to the service's prompt cache, where that is billed at a price of its own. None unless told. */
  readonly cacheWriteInputTokens?: number;
  /** All output tokens, reasoning included. */
  readonly outputTokens: number;
  /** The part of `outputTokens` that was reasoning. */
  readonly reasoningTokens: number;
}

/** How sure an approach is of one answer, and by what. */
export interface Confidence {
  /** From 0 to 1. */
  readonly value: number;
  /** `probability`: of a trained model, or of one that tells the probabilities of labels. `logprob`: from the LLM's log-probabilities. `votes`: share of repeated answers. `stated`: what the LLM said itself. */
  readonly source: "probability" | "logprob" | "votes" | "stated";
}

/** What an approach says of one text. */
export interface Prediction {
  /** Label names: exactly one where the task is single-label. `null` where no label could be had; it counts as wrong. */
  readonly answer: readonly string[] | null;
  /** Present exactly where `answer` is `null`. */
  readonly failure?: Failure;
  /**
   * Beside the failure `refused`: that the filter of the service which hosts the model refused, and not the model. Such a row says nothing of
   * the model, so it counts as missing, not as wrong. Absent where the model itself refused.
   */
  readonly refusedBy?: "host";
  /**
   * Probability of each label, where the approach has one. Sums to 1 unless the task is multi-label. Of more than 200 labels a measurement keeps
   * the 100 largest and those of the true labels.
   */
  readonly scores?: Readonly<Record<string, number>>;
  /** How sure it is of its answer, where it can tell. */
  readonly confidence?: Confidence;
  /** What was said, word for word (at most 500 characters), where it was not simply a label; for `error` what the service said. Untrusted text. */
  readonly rawAnswer?: string;
  /** Seconds from request to answer, where each text is its own request. */
  readonly latencySeconds?: number;
  readonly usage?: Usage;
  /** What this answer costs at list price, cached or not. Absent where nothing is billed per answer; `null` where the price is unknown. */
  readonly costUsd?: number | null;
  /** Present where an approach hands texts on to others: which of them answered this one, by its name. */
  readonly answeredBy?: string;
  /** True where the answer came from a store and was not billed now. */
  readonly isCached?: boolean;
  /** Present where a recording holds another answer to the same row too, with other labels. */
  readonly isDisputed?: true;
}

/** One prediction beside the truth. */
export interface Outcome extends Prediction {
  readonly id: string;
  /** The true labels. */
  readonly truth: readonly string[];
  /** Characters of the text. Absent in runs that were stored without it. */
  readonly characters?: number;
  /** The row's group, where it has one: rows of one group are not independent, and intervals must know. */
  readonly group?: string;
}

/** What something used up. Adding two costs adds each field. */
export interface Cost {
  readonly usd: number;
  /** Seconds of work on this machine, or of waiting for a service. Includes what a cache saved: it is the cost of doing it alone. */
  readonly seconds: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Labelled examples learned from. */
  readonly labels: number;
}

/** What asking services came to. */
export interface Spending {
  /** Paid for answers, at list price. */
  readonly paidUsd: number;
  /** The most that requests may have cost besides whose fate is unknown: they broke off, or were answered without a count of tokens. */
  readonly uncertainUsd: number;
  /** How many those are. */
  readonly uncertainRequests: number;
}
