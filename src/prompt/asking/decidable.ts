/** @file What a decision model can be asked: it chooses among labels at once, a few hundred at most, and writes nothing. */

import { UserError } from "../../lib/errors.js";
import type { DecisionLimits, ModelCard } from "../llm.js";
import type { PromptProgram } from "../program.js";

/** The most labels that one question about a text may offer: as options of one question, or as a question each. */
export function mostOffered({ options, questions }: DecisionLimits, isMultiLabel: boolean): number {
  return isMultiLabel ? questions : options;
}

/** Why a model cannot be asked in a prompt's way; `null`: it can. Any other than a decision model can. */
function whyUndecidable(
  { template, answer, samples, shortlist }: Pick<PromptProgram, "template" | "answer" | "samples" | "shortlist">,
  { spec, decides }: Pick<ModelCard, "spec" | "decides">,
): string | null {
  if (decides === undefined) return null;
  if (answer === "reasoned")
    return `${spec} is a decision model, which writes no thoughts: this prompt asks for thoughts before the answer`;
  if (samples > 1)
    return `${spec} is a decision model, which answers the same each time: this prompt counts the votes of ${samples} answers`;
  const { labels, isMultiLabel } = template;
  const most = mostOffered(decides, isMultiLabel);
  const offered = Math.min(labels.length, shortlist ?? labels.length);
  if (offered <= most) return null;
  return (
    `${spec} takes at most ${most} ${isMultiLabel ? "questions, one a label," : "options"} at once, and this prompt offers ${offered} labels: ` +
    "give it an encoder that makes a shortlist of them, or a smaller shortlist"
  );
}

/** Refuses a prompt that a model cannot be asked. */
export function checkAskable(program: PromptProgram, card: Pick<ModelCard, "spec" | "decides">): void {
  const { samples } = program;
  if (!(Number.isInteger(samples) && samples >= 1)) {
    throw new UserError(`A prompt asks for ${samples} answers to each text; expected a whole number of at least 1.`);
  }
  const undecidable = whyUndecidable(program, card);
  if (undecidable !== null) throw new UserError(`${undecidable}.`);
}
