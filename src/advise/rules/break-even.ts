import { labelsUsed } from "../../compare/known-facts.js";
import type { Comparison } from "../../types/comparison.js";
import { type Decision, decide } from "../decision.js";
import type { Finding } from "../findings/findings.js";
import { isUnanswered, summaryOf } from "../lookup.js";

/** From how many requests a month on the tuned model is the cheaper one. */
export function breakEven(comparison: Comparison): Finding[] {
  const { breakEvens } = comparison.money;
  const isKnown = breakEvens.every(({ tuned, prompted }) => {
    return !isUnanswered(comparison, tuned) && !isUnanswered(comparison, prompted);
  });
  return breakEvens.length > 0 && isKnown ? [{ kind: "break-even", breakEvens }] : [];
}

/** Says where labels that only the tuned arm learned from were counted as free, though bills are compared. */
export function freeLabels(comparison: Comparison): Finding[] {
  const [first] = comparison.money.breakEvens;
  const tuned = summaryOf(comparison, first?.tuned);
  const prompted = summaryOf(comparison, first?.prompted);
  if (comparison.assumptions.usdPerLabel !== undefined || tuned === undefined || prompted === undefined) return [];
  if (isUnanswered(comparison, tuned.approach) || isUnanswered(comparison, prompted.approach)) return [];
  const [own, others] = [labelsUsed(tuned) ?? 0, labelsUsed(prompted)];
  const labels = own - (others ?? 0);
  return labels > 0
    ? [{ kind: "labels-free", approach: tuned.approach, labels, ...(others === null && { isAll: true as const }) }]
    : [];
}

/** What must be told before prices can say which of the two is the cheaper one, where that decides. */
export function untoldPrices(_comparison: Comparison, decision: Decision = decide(_comparison)): Finding[] {
  if (decision.ground !== "equivalent" && decision.ground !== "undecided") return [];
  const { untold, contrast } = decision;
  return untold.length === 0 ? [] : [{ kind: "price-untold", untold, a: contrast.a, b: contrast.b }];
}
