import { labelsUsed } from "../../compare/known-facts.js";
import type { Comparison } from "../../types/comparison.js";
import type { Finding } from "../findings.js";
import { isUnanswered, summaryOf } from "../lookup.js";

/** From how many requests on the tuned model is the cheaper one, and how far that depends on the price of a label. */
export function breakEven(comparison: Comparison): Finding[] {
  if (comparison.breakEven === null) return [];
  const { tuned, prompted, requests, interval, leavesOut, basis } = comparison.breakEven;
  if (isUnanswered(comparison, tuned) || isUnanswered(comparison, prompted)) return [];
  if (requests === null) {
    const far = interval === undefined ? {} : { unlessFrom: interval.low };
    return [{ kind: "always-cheaper", approach: prompted, other: tuned, basis, ...far }];
  }
  if (requests <= 0) return [{ kind: "always-cheaper", approach: tuned, other: prompted, basis }];
  const found = { kind: "break-even" as const, tuned, prompted, requests, basis };
  return [{ ...found, ...(interval && { interval }), ...(leavesOut && { leavesOut }) }, ...labelPrice(comparison)];
}

/** The break-even is a straight line in the price of a label: labels that only one arm uses, over the saving of each request. */
function labelPrice(comparison: Comparison): Finding[] {
  const tuned = summaryOf(comparison, comparison.breakEven?.tuned);
  const prompted = summaryOf(comparison, comparison.breakEven?.prompted);
  if (!tuned?.usdPerThousand || !prompted?.usdPerThousand) return [];
  const [own, others] = [labelsUsed(tuned), labelsUsed(prompted)];
  if (own === null || others === null) return [];
  const extraLabels = own - others;
  const savedPerRequest = (prompted.usdPerThousand.value - tuned.usdPerThousand.value) / 1000;
  if (extraLabels <= 0 || savedPerRequest <= 0) return [];
  const { usdPerLabel } = comparison.assumptions;
  const requestsPerCent = (0.01 * extraLabels) / savedPerRequest;
  return [{ kind: "label-price", approach: tuned.approach, usdPerLabel, extraLabels, requestsPerCent }];
}

/** Says where labels that only the tuned arm learned from were counted as free, though a break-even was computed. */
export function freeLabels(comparison: Comparison): Finding[] {
  const tuned = summaryOf(comparison, comparison.breakEven?.tuned);
  const prompted = summaryOf(comparison, comparison.breakEven?.prompted);
  if (comparison.assumptions.usdPerLabel > 0 || tuned === undefined || prompted === undefined) return [];
  if (isUnanswered(comparison, tuned.approach) || isUnanswered(comparison, prompted.approach)) return [];
  const [own, others] = [labelsUsed(tuned) ?? 0, labelsUsed(prompted)];
  const labels = own - (others ?? 0);
  return labels > 0
    ? [{ kind: "labels-free", approach: tuned.approach, labels, ...(others === null && { isAll: true as const }) }]
    : [];
}
