/** @file What several kinds of findings carry. */
import type { Contrast } from "../../types/contrast.js";
import type { Criterion } from "../../types/criteria.js";
import type { DistilledFacts } from "../../types/identity.js";
import type { Estimate, Metric } from "../../types/scores.js";

/**
 * Which other rows a difference is read from. `missing-as-wrong`: all test rows, those without an outcome counted as wrong.
 * `offered-labels`: those whose labels the LLM does answer. `readable-answers`: those whose answers of the LLM could be read.
 */
export type RowChoice = "missing-as-wrong" | "offered-labels" | "readable-answers" | "undisputed-answers";

/** What kind of thing an approach is that answers no better than guessing: what may be wrong with it differs. */
export type Guesser = "llm" | "recording" | "tuned";

/** A distilled model, and beside it the same model without the rows that it was taught. */
export interface Taught extends DistilledFacts {
  readonly approach: string;
  /** What all of it cost. */
  readonly usd: number;
  /** `approach` minus `student`. Absent where the two were not contrasted. */
  readonly shown?: Pick<Contrast, "metric" | "difference" | "verdict">;
}

/** A difference of two approaches on the same test rows, the one named first minus the other. */
export interface Difference {
  readonly metric: Metric;
  readonly difference: Estimate;
  /** Differences within this do not matter in practice. */
  readonly margin: number;
}

/** How far an approach lies above a baseline: by a planned contrast, or, where there was none, as the plain difference of two scores. */
export interface Gain {
  readonly metric: Metric;
  readonly value: number;
  /** Ends of the 95% interval, where the two were contrasted. */
  readonly interval?: { readonly low: number; readonly high: number };
}

/** What is assumed, and may turn the answer. */
export type FlipParameter =
  | "margin"
  | "requests-per-month"
  | "usd-per-label"
  | "llm-price"
  | "needed"
  | `weight-${Exclude<Criterion, "accuracy">}`;

/** A value at which the answer turns. */
export interface Flip {
  readonly parameter: FlipParameter;
  /** What is assumed now; `null` where nobody told. Weights are told as multiples of that of accuracy. */
  readonly now: number | null;
  /** The least value above, or the greatest below, with the other answer, to three digits. */
  readonly at: number;
  readonly side: "from" | "up-to";
  /** What would be chosen then; `null`: nothing. */
  readonly choice: string | null;
  readonly ground: string;
}

/** What sets two approaches of equal quality apart. */
export interface TieBreak {
  /** `lead`: its own, which is real, where nothing speaks for the other. */
  readonly by: "price" | "needs" | "latency" | "lead";
  readonly approach: string;
}
