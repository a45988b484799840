/** @file Suspected label errors in words, for findings and reports. */
import { formatCount, formatPercent, formatPlural, formatPointsEstimate } from "../../lib/text/format.js";
import type { LabelNoise, SuspectedLabel } from "../../types/noise.js";
import type { Estimate } from "../../types/scores.js";
import { pairVerdicts } from "./names.js";

/** Why a row is suspected. */
export const suspicionNames: Readonly<Record<SuspectedLabel["by"], string>> = {
  "alike-and-confident": "both agree, and so do the probabilities",
  alike: "both agree",
  confident: "the probabilities of one",
};

/** `About 6 (2 to 9) of them are probably wrong labels`: of so many rows that both answer alike. */
export function wrongShareText(alike: number, { value, low, high }: Estimate): string {
  const of = (share: number): string => formatCount(Math.round(share * alike));
  const doubt =
    high < 0.5
      ? "; most of them are hard texts, rightly labelled"
      : low < 0.5
        ? "; how many is hardly known, so look before you change one"
        : "";
  return `about ${of(value)} (95% interval ${of(low)} to ${of(high)}) of the ${formatPlural(alike, "row")} that both answer alike ${alike === 1 ? "is a wrong label" : "are wrong labels"}${doubt}`;
}

/** How sure the list is, and what it would change, in sentences for a report. */
export function noiseSentences(
  { tuned, prompted, rows, suspects, alike, wrongShare, ceiling, leftOut, corrected }: LabelNoise,
  margin: number,
): string[] {
  if (suspects.length === 0) return [`Of ${formatPlural(rows, "test row")} there is none whose label both contradict.`];
  const estimate = wrongShare === null || alike === 0 ? null : wrongShareText(alike, wrongShare);
  const expected = ceiling.expected;
  return [
    `${formatPlural(suspects.length, "row")} of ${formatCount(rows)} ${suspects.length === 1 ? "has a label" : "have labels"} that both contradict. ` +
      (estimate === null
        ? "How many of them are wrong labels, and how many hard texts, can't be told from these answers."
        : `By how sure ${wrongShare!.by} is, ${estimate}. Hard texts that mislead both are counted in, so it is rather fewer.`),
    `Were all of them wrong, reading every text right would score ${formatPercent(ceiling.ifAll)}` +
      `${expected === null ? "" : `; by the estimate ${formatPercent(expected.value)}`}. No row is left out of any score for it.`,
    ...(leftOut === null
      ? []
      : [
          `Without them ${tuned} minus ${prompted} is ${formatPointsEstimate(leftOut.difference, margin)}: ${pairVerdicts[leftOut.verdict]}.`,
        ]),
    `With the suggested labels ${leftOut === null ? `${tuned} minus ${prompted}` : "it"} is ${formatPointsEstimate(corrected.difference, margin)}: ${pairVerdicts[corrected.verdict]}.`,
  ];
}
