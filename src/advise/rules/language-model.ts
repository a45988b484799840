import { isPromptedLlm } from "../../compare/language-model.js";
import type { Comparison } from "../../types/comparison.js";
import { type Decision, decide } from "../decision.js";
import type { Finding } from "../findings.js";

/** What is missing for an answer to the whole question: a language model, or a tuned model. */
export function missingArm(comparison: Comparison, decision: Decision = decide(comparison)): Finding[] {
  const missing: Finding[] = [];
  if (!comparison.summaries.some(isPromptedLlm)) {
    // Who named one that could not be asked is not to be told to name one.
    const tried = comparison.failed.filter(isPromptedLlm).map(({ approach }) => approach);
    const isOffered = decision.ground === "no-llm" && comparison.llmOffer !== undefined;
    missing.push({ kind: "add-llm", ...(tried.length > 0 && { tried }), ...(isOffered && { isOffered }) });
  }
  if (comparison.best.tune === null) missing.push({ kind: "add-tuned" });
  return missing;
}
