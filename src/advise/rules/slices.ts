import type { Comparison } from "../../types/comparison.js";
import type { Finding } from "../findings/findings.js";
import { contrastBetween } from "../lookup.js";

/** Slices in which the one of the arms' best that is ahead over all rows is behind. */
export function losesInSlices(comparison: Comparison): Finding[] {
  const { slices } = comparison;
  const contrast = slices && contrastBetween(comparison, slices.a, slices.b);
  if (slices === undefined || contrast === undefined) return [];
  const isAhead = contrast.difference.value >= 0;
  const [approach, other] = isAhead ? [slices.a, slices.b] : [slices.b, slices.a];
  const lost = slices.differing.flatMap(({ of, rows, difference, adjustedPValue }) => {
    const lead = isAhead ? -difference.value : difference.value;
    return lead > 0 ? [{ of, rows, lead, adjustedPValue }] : [];
  });
  return lost.length === 0 ? [] : [{ kind: "loses-in-slices", approach, other, tested: slices.tested, slices: lost }];
}
