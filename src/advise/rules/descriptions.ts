import type { Comparison } from "../../types/comparison.js";
import type { Finding } from "../findings/findings.js";
import { summaryOf } from "../lookup.js";

/**
 * Whether the best prompted approach had nothing to go by but the labels' names. Of a recording nobody knows what its prompt said.
 */
export function undescribedLabels(comparison: Comparison): Finding[] {
  const prompted = summaryOf(comparison, comparison.best.prompt?.approach);
  if (prompted === undefined || prompted.facts.humanWords > 0 || prompted.facts.recording !== undefined) return [];
  return [{ kind: "labels-undescribed", approach: prompted.approach }];
}
