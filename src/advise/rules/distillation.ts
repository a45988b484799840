import type { Comparison } from "../../types/comparison.js";
import type { Finding } from "../findings/findings.js";
import { contrastBetween, significance } from "../lookup.js";

/** Whether the labels of a language model are shown to make a small model better: against the same model without them, on the test rows. */
export function distillation(comparison: Comparison): Finding[] {
  return comparison.summaries.flatMap(({ approach, facts: { distilled }, fitCost: { usd } }): Finding[] => {
    if (distilled === undefined) return [];
    const contrast = contrastBetween(comparison, approach, distilled.student);
    const shown = contrast && { metric: contrast.metric, difference: contrast.difference, verdict: contrast.verdict };
    // Ahead at all: a small model that is a little better is no worse for what it cost, which is told beside it.
    const isAhead = contrast !== undefined && contrast.difference.low > 0 && contrast.adjustedPValue < significance;
    const kind = isAhead ? "distillation-paid" : "distillation-unpaid";
    return [{ kind, approach, ...distilled, usd, ...(shown && { shown }) }];
  });
}
