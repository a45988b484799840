import type { Advice } from "../advise/advise.js";
import { sentenceOf, titleOf } from "../advise/wordings.js";
import type { Comparison } from "../types.js";

/** The version of the JSON report. Fields are added without a new version; a new version means that one changed or went. */
export const reportFormat = 2;

/**
 * The comparison with every statistic, and the advice, as JSON for machines. Of the measurements all but the rows, which are what `.jsonl`
 * and `.csv` are for. Numbers are as computed, not rounded; what is not a number is `null`.
 */
export function renderJson(comparison: Comparison, advice: Advice): string {
  const { measurements, ...statistics } = comparison;
  const say = <Kind extends Advice["reasons"][number]>(finding: Kind) => ({
    ...finding,
    title: titleOf(finding),
    sentence: sentenceOf(finding),
  });
  const report = {
    format: reportFormat,
    ...statistics,
    advice: {
      ...advice,
      reasons: advice.reasons.map(say),
      cautions: advice.cautions.map(say),
      whatWouldChange: advice.whatWouldChange.map(say),
    },
    measurements: measurements.map(({ outcomes, ...head }) => ({ ...head, rows: outcomes.length })),
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}
