import { isPromptedLlm } from "../../compare/language-model.js";
import type { Comparison } from "../../types/comparison.js";
import { type Decision, decide } from "../decision.js";
import type { Finding } from "../findings/findings.js";
import { nextLarger, unchosenModel } from "../model-size.js";

/** What is missing for an answer to the whole question: a language model, a larger one, or a tuned model. */
export function missingArm(comparison: Comparison, decision: Decision = decide(comparison)): Finding[] {
  const missing: Finding[] = [];
  if (!comparison.summaries.some(isPromptedLlm)) {
    // Who named one that could not be asked is not to be told to name one.
    const tried = comparison.failed.filter(isPromptedLlm).map(({ approach }) => approach);
    const isOffered = decision.ground === "no-llm" && comparison.llmOffer !== undefined;
    missing.push({ kind: "add-llm", ...(tried.length > 0 && { tried }), ...(isOffered && { isOffered }) });
  }
  const model = unchosenModel(decision, comparison);
  if (model !== undefined) {
    const next = nextLarger(model);
    const { llmOffer: offer, task } = comparison;
    missing.push({ kind: "larger-model", ...model, testRows: task.testRows, ...(next && { next }), ...(offer && { offer }) });
  }
  if (comparison.best.tune === null) missing.push({ kind: "add-tuned" });
  return missing;
}
