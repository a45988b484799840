import type { PromptProgram } from "../program.js";
import { accuracyOf, type Evaluate, type OptimizerContext, type RowResult } from "./optimizer.js";

/** A prompt that was judged on all selection rows. */
export interface Judged {
  readonly program: PromptProgram;
  /** One a selection row, in their order. */
  readonly results: readonly RowResult[];
  readonly accuracy: number;
}

/** Prompts compared on the same selection rows. */
export interface Contest {
  /** The best so far; of equals the one that came first, so that what an optimizer began with is only given up for a better one. */
  readonly best: Judged;
  /** Every prompt judged, the first one first. */
  readonly all: readonly Judged[];
  /** Judges a prompt. `null` where the budget does not allow to. */
  enter(program: PromptProgram, step: string): Promise<Judged | null>;
}

/** Begins with a prompt that is to be bettered. `null` where the budget does not even allow to judge that one. */
export async function openContest(
  first: PromptProgram,
  evaluate: Evaluate,
  { selection, report }: OptimizerContext,
): Promise<Contest | null> {
  const all: Judged[] = [];
  let best: Judged | undefined;
  const enter: Contest["enter"] = async (program, step) => {
    const results = await evaluate(program, selection);
    if (results === null) return null;
    const judged = { program, results, accuracy: accuracyOf(results) };
    all.push(judged);
    if (best === undefined || judged.accuracy > best.accuracy) best = judged;
    report(step, best.accuracy);
    return judged;
  };
  const begun = await enter(first, "the prompt to begin with");
  if (begun === null) return null;
  return {
    get best() {
      return best ?? begun;
    },
    all,
    enter,
  };
}
