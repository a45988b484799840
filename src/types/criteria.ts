/** @file What an answer must fulfill, and how much each criterion counts. Users set it; absent is what nobody told. */

/** What a choice is weighed by. `independence`: that it runs on files of one's own, and asks no service. */
export type Criterion = "accuracy" | "cost" | "independence" | "latency";

/** How much each criterion counts beside the others: relative, from 0. */
export type Weights = Readonly<Record<Criterion, number>>;

/** Limits that a choice must keep, and weights of what is weighed among those that keep them. */
export interface Criteria {
  /** The least score, in the metric that decides, that is good enough to be used. 0 to 1. */
  readonly needed?: number;
  /** The longest that 95 of 100 answers may take, in seconds. */
  readonly maxLatencySeconds?: number;
  /** The most that 1,000 requests may cost to run, in USD. */
  readonly maxUsdPerThousand?: number;
  /** Whether no text may leave one's own machines: nothing that asks a service can be chosen. */
  readonly isPrivate?: true;
  /** @default `usualWeights`: accuracy before all others, then cost, independence, latency */
  readonly weights?: Weights;
}
