/** @file How sure a choice is among candidates and metrics, in words. */

import { formatPlural, formatPValue } from "../../../lib/text/format.js";
import { metricInWords, metricNames } from "../../../lib/text/metric-names.js";
import type { Contrast } from "../../../types/contrast.js";
import { choiceBasisText } from "../choices.js";
import { capitalized } from "../lists.js";
import { points, range, signed } from "../points.js";
import type { WordingsOf } from "../wording.js";

/** Findings on the choice among candidates and metrics. */
export const selectionWordings: WordingsOf<"chance-not-excluded" | "metrics-disagree" | "not-top-on-test" | "chosen-by-test"> = {
  "chance-not-excluded": {
    role: "caution",
    title: () => "Chance is not excluded",
    sentence: ({ a, b, metric, pValue, adjustedPValue, contrasts }) =>
      `Taken alone the difference of ${a} and ${b} in ${metricInWords(metric)} is unlikely to be chance (${formatPValue(pValue)}), but corrected ` +
      `for ${formatPlural(contrasts, "planned contrast")} the test gives ${formatPValue(adjustedPValue)}.`,
  },
  "metrics-disagree": {
    role: "caution",
    title: ({ metric }) => `${capitalized(metricNames[metric])} does not say the same`,
    sentence: ({ winner, loser, decidedBy, metric, difference, verdict }) =>
      `${winner} is better than ${loser} in ${metricInWords(decidedBy)}, but in ${metricInWords(metric)}${metric === "macroF1" ? ", which counts every label alike," : ""} ` +
      `${disagreements[verdict]}: ${signed(difference.value)} points (95% interval ${range(difference)}).`,
  },
  "chosen-by-test": {
    role: "caution",
    title: () => "The test rows turned a choice",
    sentence: ({ approach, over, validation, metric, difference }) =>
      `The validation rows chose ${over} (${choiceBasisText(validation)}). On the test rows ${approach} is shown to be better by ` +
      `${points(difference.value)} of ${metricInWords(metric)} (95% interval ${range(difference)}), so it stands for its side. Its score may be a little too ` +
      "high, since it was chosen by it; the tests are corrected for the choice.",
  },
  "not-top-on-test": {
    role: "caution",
    title: () => "Another one scored higher on the test rows",
    sentence: ({ chosen, top, metric, lead, basis }) =>
      `${chosen} was chosen ${basis.kind === "test" ? "by the test rows" : "without the test rows"} (${choiceBasisText(basis)}); on them ${top} came out ${points(lead)} of ${metricInWords(metric)} higher. ` +
      "Choosing it now, by its test score, would overrate it.",
  },
};

/** What the second metric says, where the first says "better". */
const disagreements: Readonly<Record<Contrast["verdict"], string>> = {
  "a-better": "it is better too",
  "b-better": "it is worse",
  equivalent: "the two are equivalent",
  undecided: "the difference is not settled",
};
