/** @file What decides, in words. */

import { formatPlural, formatUsd } from "../../../lib/text/format.js";
import { formatMetric, formatMetricEstimate, metricInWords, metricNames } from "../../../lib/text/metric-names.js";
import { sequence } from "../lists.js";
import { armNames, criterionNames, limitNames } from "../names.js";
import { offerText } from "../offers.js";
import { pairText } from "../pairs.js";
import { isLevel, points, range, signed } from "../points.js";
import { unansweredText } from "../unanswered.js";
import type { WordingsOf } from "../wording.js";

/** Findings that decide. */
export const verdictWordings: WordingsOf<
  | "better"
  | "equivalent"
  | "not-worse"
  | "undecided"
  | "only-arm"
  | "nothing-measured"
  | "no-answers"
  | "unranked"
  | "not-answered"
  | "not-good-enough"
  | "none-within-limits"
  | "trivial-rule-leads"
  | "limits-decide"
  | "outweighed"
> = {
  better: {
    role: "reason",
    title: () => "A real difference",
    sentence: ({ winner, loser, metric, difference, margin }) =>
      `${winner} beats ${loser} by ${points(difference.value, margin)} of ${metricInWords(metric)} (95% interval ${range(difference, margin)}); ` +
      `the whole interval lies beyond the margin of ${points(margin)}.`,
  },
  equivalent: {
    role: "reason",
    title: () => "No difference that matters",
    sentence: ({ a, b, metric, difference, margin }) =>
      `${a} and ${b} are equivalent: they differ by ${signed(difference.value, margin)} points of ${metricInWords(metric)} ` +
      `(95% interval ${range(difference, margin)}), and the whole interval lies within the margin of ±${points(margin)}.`,
  },
  "not-worse": {
    role: "reason",
    title: () => "Not worse by more than the margin",
    sentence: ({ approach, other, metric, difference, margin, leadIsShown }) =>
      `${approach} is not worse than ${other} by more than the margin of ${points(margin)}: the difference is ` +
      `${signed(difference.value, margin)} points of ${metricInWords(metric)} (95% interval ${range(difference, margin)}). Whether it is better${leadIsShown ? " by more than the margin" : ""} is open.`,
  },
  undecided: {
    role: "reason",
    title: () => "The difference is not settled",
    sentence: ({ leader, other, metric, difference, margin, testRows, leadIsShown }) =>
      `On ${formatPlural(testRows, "test row")} ${leader} ` +
      (isLevel(difference)
        ? `and ${other} come out level in ${metricInWords(metric)}, but the `
        : `is ${points(difference.value, margin)} of ${metricInWords(metric)} ahead of ${other}, but the `) +
      `95% interval reaches from ${range(difference, margin)} points: ` +
      (difference.low > 0 && !leadIsShown
        ? `it lies beyond ${difference.low > margin ? "the margin" : "0"}, but on so few rows the test does not exclude chance.`
        : difference.low > 0
          ? `the lead is real, but it may be smaller than the margin of ${points(margin)}.`
          : "either of them may be the better one."),
    steps: ({ moreRows }) =>
      moreRows === null
        ? [{ text: "Give more test rows, in a file of their own.", command: "crossover run FILE --test TEST_FILE" }]
        : [],
  },
  "not-answered": {
    role: "reason",
    title: () => "Not answered yet",
    sentence: ({ approach, metric, score, labels, testRows, offer }) =>
      `No language model was measured. Fine-tuning reaches ${formatMetricEstimate(metric, score)} of ${metricInWords(metric)} (${approach}` +
      `${labels === null ? "" : `, ${formatPlural(labels, "label")}`}): a language model has to beat that.` +
      (offer === undefined ? "" : ` ${offerText(offer, testRows)}`),
    steps: ({ offer }) =>
      offer === undefined
        ? []
        : [
            {
              text: `Measure ${offer.model}: about ${formatUsd(offer.usd)}.`,
              command: `crossover run FILE --llm ${offer.model}`,
            },
          ],
  },
  "not-good-enough": {
    role: "reason",
    title: () => "None is good enough",
    sentence: ({ best, metric, score, needed }) =>
      `${best}, the best of what was measured, reaches ${formatMetricEstimate(metric, score)} of ${metricInWords(metric)}: less than the ` +
      `${formatMetric(metric, needed)} that you need.`,
  },
  "none-within-limits": {
    role: "reason",
    title: () => "None keeps your limits",
    sentence: ({ broken }) =>
      `Nothing that was measured keeps your limits on ${sequence(broken.map((limit) => limitNames[limit]))}.`,
  },
  "trivial-rule-leads": {
    role: "reason",
    title: () => "A trivial rule is ahead",
    sentence: ({ best, baseline, metric, lead }) =>
      `${baseline}, which gives every text the same answer, is ${points(lead)} of ${metricInWords(metric)} ahead of ${best}, the best of what was measured.`,
    steps: () => [
      {
        text: "Look for contradictory or wrong labels, and for texts that don't contain the answer.",
        command: "crossover check FILE",
      },
    ],
  },
  "limits-decide": {
    role: "reason",
    title: () => "Only one keeps your limits",
    sentence: ({ approach, other, broken, metric, difference, margin }) =>
      `${other} does not keep your limits on ${sequence(broken.map((limit) => limitNames[limit]))}; ${approach} does. Their difference is ` +
      `${signed(difference.value, margin)} points of ${metricInWords(metric)} (95% interval ${range(difference, margin)}).`,
  },
  outweighed: {
    role: "reason",
    title: () => "By your weights",
    sentence: ({ approach, other, by, metric, difference, margin }) =>
      `${approach} is ahead of ${other} in ${sequence(by.map((criterion) => criterionNames[criterion]))}, which counts for more by your weights than ` +
      `the difference of ${signed(difference.value, margin)} points of ${metricInWords(metric)} (95% interval ${range(difference, margin)}).`,
  },
  "only-arm": {
    role: "reason",
    title: ({ arm }) => `Only ${armNames[arm]} was measured`,
    sentence: ({ arm, approach, metric, score }) =>
      `Only ${armNames[arm]} was measured, so there is nothing to compare it with: ${approach} reaches ` +
      `${metric === "accuracy" ? "an" : "a"} ${metricNames[metric]} of ${formatMetric(metric, score.value)} ` +
      `(95% interval ${formatMetric(metric, score.low)} to ${formatMetric(metric, score.high)}).`,
  },
  "nothing-measured": {
    role: "reason",
    title: () => "Nothing was measured",
    sentence: () => "No approach of either arm gave a result, so there is nothing to compare.",
    steps: () => [
      { text: "See the plan, with rows, calls and cost, before running it.", command: "crossover run FILE --dry-run" },
    ],
  },
  "no-answers": {
    role: "reason",
    title: ({ approach }) => `No answers from ${approach}`,
    sentence: (finding) => `Nothing is concluded: ${unansweredText(finding)}`,
    steps: ({ approach, reason, isRecording }) => {
      if (reason !== "missing") {
        const text = `Look at what ${approach} said (predictions.jsonl in the run's folder), and change its prompt or settings so that it ends in a label.`;
        return [{ text }];
      }
      return isRecording
        ? [{ text: `Record the rows that ${approach} lacks, with the ids of the data, then run again.` }]
        : [
            {
              text: "Fix what the service complained of, and ask the failed rows again: the others are not asked twice.",
              command: "crossover resume RUN --retry-errors",
            },
          ];
    },
  },
  unranked: {
    role: "reason",
    title: () => "It depends on the candidate",
    sentence: ({ pairs }) =>
      "The validation rows cannot tell which candidate is the best of its arm, so each was held against the other arm: " +
      `${sequence(pairs.map(pairText))}.`,
    steps: () => [
      {
        text: "Name one candidate of each arm, or record its answers to the training rows too, so that validation can choose.",
        command: "crossover run FILE --approaches NAMES",
      },
    ],
  },
};
