/** @file How approaches stand to the baselines, in words. */

import { metricInWords } from "../../../lib/text/metric-names.js";
import { certainGain } from "../../lookup.js";
import { gainText, points } from "../points.js";
import type { WordingsOf } from "../wording.js";

/** Findings on the baselines. */
export const baselineWordings: WordingsOf<
  "above-baseline" | "baseline-leads" | "no-better-than-majority" | "barely-above-baseline"
> = {
  "above-baseline": {
    role: "reason",
    title: () => "Well above the baseline",
    sentence: ({ approach, baseline, gain }) =>
      `${approach} beats the strongest baseline, ${baseline}, by ${gainText(gain).replace(/^\+/, "")}.`,
  },
  "baseline-leads": {
    role: "caution",
    title: () => "A simple baseline leads in another metric",
    sentence: ({ approach, baseline, metric, lead }) =>
      `${baseline}, a simple baseline, is ${points(lead)} ahead of ${approach} in ${metricInWords(metric)}.`,
  },
  "no-better-than-majority": {
    role: "reason",
    title: () => "Nothing beats guessing",
    sentence: ({ best, baseline, gain }) =>
      `${best}, the best candidate, is not shown to beat ${baseline}, which gives every text the most frequent label: ` +
      `the difference is ${gainText(gain)}${certainGain(gain) > 0 ? ", but on so few rows the test does not exclude chance" : ""}.`,
    steps: () => [
      {
        text: "Look for contradictory or wrong labels, and for texts that don't contain the answer.",
        command: "crossover check FILE",
      },
      { text: "Say in words what each label means, for the prompts.", command: "crossover run FILE --descriptions labels.yaml" },
    ],
  },
  "barely-above-baseline": {
    role: "caution",
    title: () => "Hardly above a simple baseline",
    sentence: ({ approach, baseline, gain, margin }) =>
      certainGain(gain) < 0 && gain.value <= 0
        ? `${baseline}, a simple baseline, does as well as ${approach} or better: the difference is ${gainText(gain)}. Nothing shows that ${approach} is worth more than that.`
        : `${approach} is not shown to beat ${baseline}, a simple baseline, by more than the margin of ${points(margin)}: the difference is ` +
          `${gainText(gain, margin)}. The simple one may be all that is worth shipping.`,
  },
};
