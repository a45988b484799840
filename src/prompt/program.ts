/**
 * @file A way of asking, as plain data: everything that decides an answer but the model and the text. It is what an approach starts with,
 * what an optimizer changes, and what a prompt's folder holds.
 */
import type { LocalForm } from "./forms/local-form.js";
import type { AnswerStyle, Demo, PromptTemplate } from "./template.js";

/** The same examples for every text, in the order shown; none: zero-shot. */
export interface FixedDemos {
  readonly kind: "fixed";
  readonly examples: readonly Demo[];
  /** Where an example is nearly the text that is asked about, one of these with the same labels takes its place. */
  readonly spares: readonly Demo[];
}

/** For each text `count` examples that suit it, found in `pool` by a frozen encoder, the most similar last. */
export interface RetrievedDemos {
  readonly kind: "retrieved";
  /**
   * `nearest`: the nearest ones. `balanced`: the nearest of each label in turn. `diverse`: near the text and unlike each other
   * (maximal marginal relevance, Carbonell and Goldstein 1998).
   */
  readonly by: "nearest" | "balanced" | "diverse";
  readonly count: number;
  readonly pool: readonly Demo[];
}

/** Which examples a prompt shows. */
export type DemoPlan = FixedDemos | RetrievedDemos;

/** A prompt, whole. Plain JSON. */
export interface PromptProgram {
  readonly template: PromptTemplate;
  readonly demos: DemoPlan;
  readonly answer: AnswerStyle;
  /** Answers drawn at random for each text, of which the most frequent one counts (Wang et al. 2023, arXiv 2203.11171). 1: one, without chance. */
  readonly samples: number;
  /** Where there are many labels: only so many that an encoder finds nearest to the text are put into its question; `null`: all. */
  readonly shortlist: number | null;
  /** How a model that tells how likely given answers are is asked, and what is made of what it tells. Absent: as any other. It belongs to one model. */
  readonly form?: LocalForm;
}

/** The prompt for another model than the one that its form was chosen for: the biases are that model's. */
export function withoutForm({ form: _, ...program }: PromptProgram): PromptProgram {
  return program;
}
