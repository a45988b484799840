/** @file What would have to be different for the answer to be different. */
import type { Comparison } from "../../types/comparison.js";
import { type Decision, decide } from "../decision.js";
import type { Finding } from "../findings/findings.js";
import { flipsOf } from "../flips.js";
import { unaskedRows } from "../lookup.js";

/** At which value of each thing assumed the answer turns, and to what. */
export function flips(comparison: Comparison, decision: Decision = decide(comparison)): Finding[] {
  return flipsOf(comparison, decision).map((flip) => ({ kind: "flip", ...flip }));
}

/** How many more test rows would decide what is open. */
export function moreRows(comparison: Comparison, decision: Decision = decide(comparison)): Finding[] {
  if (decision.ground !== "undecided" && decision.ground !== "not-worse") return [];
  const { a, b, moreRows: needed } = decision.contrast;
  if (needed === null) return [];
  const unasked = unaskedRows(decision.contrast, comparison);
  return [{ kind: "more-rows", needed, a, b, ...(unasked > 0 && { unasked }) }];
}
