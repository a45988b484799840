/** @file Test labels that are probably wrong, and slices, in words. */
import { formatPercent, formatPlural, formatPointsEstimate, formatPValue } from "../../../lib/text/format.js";
import { metricInWords } from "../../../lib/text/metric-names.js";
import { capitalized, shortList } from "../lists.js";
import { pairVerdicts } from "../names.js";
import { wrongShareText } from "../noise.js";
import { points } from "../points.js";
import { sliceName } from "../slices.js";
import type { WordingsOf } from "../wording.js";

/** Findings on what stands in the test rows' labels, and on parts of them. */
export const noiseWordings: WordingsOf<"wrong-labels" | "verdict-depends-on-labels" | "loses-in-slices"> = {
  "wrong-labels": {
    role: "caution",
    title: () => "Some test labels are probably wrong",
    sentence: ({ alike, testRows, wrongShare, ceiling }) =>
      `${capitalized(wrongShareText(alike, wrongShare))}. Of ${formatPlural(testRows, "test row")}, so whoever reads every text right scores about ` +
      `${formatPercent(ceiling.value)}: no approach can come nearer to 100%.`,
    steps: () => [
      { text: "Look through the suspected labels in the report, mend those that are wrong in your data, and run again." },
    ],
  },
  "verdict-depends-on-labels": {
    role: "caution",
    title: () => "It depends on doubtful labels",
    sentence: ({ a, b, metric, suspects, how, difference, verdict, margin }) =>
      `${how === "left-out" ? "Without" : "With the suggested label of"} the ${formatPlural(suspects, "row")} whose ${suspects === 1 ? "label" : "labels"} both contradict, ` +
      `${a} minus ${b} is ${formatPointsEstimate(difference, margin)} of ${metricInWords(metric)}: ${pairVerdicts[verdict]}.`,
    steps: () => [{ text: "Look through the suspected labels in the report before you rely on the verdict." }],
  },
  "loses-in-slices": {
    role: "caution",
    title: () => "It loses in a part of the rows",
    sentence: ({ approach, other, tested, slices }) =>
      `${approach} is ahead over all rows, but ${other} is better on ` +
      `${shortList(slices.map(({ of, rows, lead, adjustedPValue }) => `${sliceName(of)} (by ${points(lead)} of ${formatPlural(rows, "row")}, ${formatPValue(adjustedPValue)})`))}. ` +
      `${formatPlural(tested, "slice")} ${tested === 1 ? "was" : "were"} tested, and p is corrected for that.`,
  },
};
