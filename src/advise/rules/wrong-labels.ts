import type { Comparison } from "../../types/comparison.js";
import { type Decision, decide } from "../decision.js";
import type { Finding } from "../findings/findings.js";
import { contrastBetween } from "../lookup.js";

/** Whether so many test labels are surely wrong that it matters: that an approach which reads every text right would miss more than the margin. */
export function wrongLabels({ noise, assumptions }: Comparison): Finding[] {
  if (noise === undefined || noise.wrongShare === null || noise.ceiling.expected === null) return [];
  const { alike, rows: testRows, wrongShare, ceiling } = noise;
  if (1 - ceiling.expected!.high <= assumptions.margin) return [];
  const { value, low, high } = wrongShare!;
  return [{ kind: "wrong-labels", alike, testRows, wrongShare: { value, low, high }, ceiling: ceiling.expected! }];
}

/** Whether a verdict that is settled is another one without the suspected labels, or with the suggested ones in their place. */
export function verdictDependsOnLabels(comparison: Comparison, decision: Decision = decide(comparison)): Finding[] {
  const { noise, assumptions } = comparison;
  if (noise === undefined || !("contrast" in decision)) return [];
  const { tuned: a, prompted: b, suspects } = noise;
  const contrast = contrastBetween(comparison, a, b);
  if (contrast === undefined || contrast.verdict === "undecided") return [];
  const readings = [
    { how: "left-out" as const, reading: noise.leftOut },
    { how: "corrected" as const, reading: noise.corrected },
  ];
  const changed = readings.find(({ reading }) => reading !== null && reading.verdict !== contrast.verdict);
  if (changed?.reading == null) return [];
  const { difference, verdict } = changed.reading;
  const { metric } = contrast;
  return [
    {
      kind: "verdict-depends-on-labels",
      ...{ a, b, metric, suspects: suspects.length, how: changed.how, difference, verdict, margin: assumptions.margin },
    },
  ];
}
