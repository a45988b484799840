/**
 * @file A way of asking, as plain data: everything that decides an answer but the model and the text. It is what an approach starts with,
 * what an optimizer changes, and what a prompt's folder holds.
 */
import type { Example } from "../types.js";
import type { PromptTemplate } from "./template.js";

/** Which examples a prompt shows. */
export type DemoPlan =
  /** The same ones for every text, in the order shown; none: zero-shot. A near-duplicate of the text asked about is replaced by a spare of its labels. */
  | { readonly kind: "fixed"; readonly examples: readonly Example[]; readonly spares: readonly Example[] }
  /**
   * Those that suit the text, found by a frozen encoder among `pool`, the most similar last. `nearest`: the nearest ones. `balanced`: the
   * nearest of each label. `diverse`: near the text and unlike each other (maximal marginal relevance, Carbonell and Goldstein 1998).
   */
  | {
      readonly kind: "retrieved";
      readonly by: "nearest" | "balanced" | "diverse";
      readonly count: number;
      readonly pool: readonly Example[];
    };

/** A prompt, whole. Plain JSON. */
export interface PromptProgram {
  readonly template: PromptTemplate;
  readonly demos: DemoPlan;
  /** `direct`: the label at once. `reasoned`: thoughts first, the label on the last line (Wei et al. 2022, arXiv 2201.11903). */
  readonly answer: "direct" | "reasoned";
  /** Answers drawn at random for each text, of which the most frequent one counts (Wang et al. 2023, arXiv 2203.11171). 1: one, without chance. */
  readonly samples: number;
  /** Where there are many labels: only so many that an encoder finds nearest to the text are put into its question; `null`: all. */
  readonly shortlist: number | null;
}
