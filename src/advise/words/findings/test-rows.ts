/** @file How much the test rows can tell, in words. */

import { formatCount, formatNumber, formatPercent, formatPlural } from "../../../lib/text/format.js";
import { metricInWords } from "../../../lib/text/metric-names.js";
import { sequence, shortList } from "../lists.js";
import { sampleText } from "../pairs.js";
import { points } from "../points.js";
import type { WordingsOf } from "../wording.js";

/** Findings on the test rows, and on labels with few of them. */
export const testRowsWordings: WordingsOf<
  | "few-rows-of-labels"
  | "few-groups"
  | "not-estimable"
  | "rare-labels-missed"
  | "badly-calibrated"
  | "small-test-set"
  | "sampled-rows"
  | "data-warning"
> = {
  "few-rows-of-labels": {
    role: "caution",
    title: () => "Too few test rows of a label for macro-F1",
    sentence: ({ labelsScored, ofLabels, rowsOfLabel, isSample = false }) =>
      `${formatCount(labelsScored)} of ${formatPlural(ofLabels, "label")} ${labelsScored === 1 ? "has" : "have"} test rows` +
      `${isSample ? " in the sample that all approaches answered" : ""}, ` +
      `${formatNumber(rowsOfLabel)} each in the median: which labels happen to be tested moves macro-F1 more than the approaches do. ` +
      "So accuracy ranks the approaches and chooses among them.",
  },
  "few-groups": {
    role: "caution",
    title: () => "Few groups of test rows",
    sentence: ({ groups, effective, testRows }) =>
      `The ${formatPlural(testRows, "test row")} belong to ${formatPlural(groups, "group")}` +
      `${Math.round(effective) < groups ? `, worth about ${formatCount(effective)} of equal size` : ""}: rows of one group are not independent, ` +
      "so intervals are as wide as for that many, and rest on few. Test rows of further groups would say more than further rows of these.",
  },
  "not-estimable": {
    role: "caution",
    title: () => "Labels with too few test rows",
    sentence: ({ labels, ofLabels }) =>
      `${formatCount(labels.length)} of ${formatPlural(ofLabels, "label")} ${labels.length === 1 ? "has" : "have"} fewer than 20 test rows, ` +
      `too few for a score of ${labels.length === 1 ? "its" : "their"} own: ${shortList(labels)}.`,
    steps: ({ labels }) => [
      {
        text: `Add test rows until each label has 20${labels.length === 1 ? ` (${labels[0]})` : ""}, or merge labels that are used alike.`,
      },
    ],
  },
  "rare-labels-missed": {
    role: "caution",
    title: () => "Rare labels are missed",
    sentence: ({ approach, labels, balancedAccuracy }) =>
      `${approach} finds these rare labels less often than the average label (recall ${formatPercent(balancedAccuracy)}): ` +
      `${shortList(labels.map(({ label, recall, support }) => `${label} (${formatPercent(recall)} of ${formatCount(support)} rows)`))}.`,
    steps: ({ labels }) => [{ text: `Label more training rows of ${shortList(labels.map(({ label }) => label))}.` }],
  },
  "badly-calibrated": {
    role: "caution",
    title: ({ ece, excess = 0 }) => (excess > ece / 2 ? "It is too sure of its answers" : "Its probabilities are off"),
    sentence: ({ approach, ece, expectedByChance, excess = 0, temperature }) =>
      `The probabilities of ${approach} are ${excess > ece / 2 ? "too high" : "off"} by ${points(ece)} on average (expected calibration error; up to ` +
      `${points(expectedByChance)} would be chance): ` +
      (temperature === undefined
        ? "don't rely on a confidence threshold."
        : `divide its log-probabilities by ${formatNumber(temperature.value)} before you set a threshold, which leaves ${points(temperature.ece)} and changes no answer.`),
  },
  "small-test-set": {
    role: "caution",
    title: () => "The test set is small",
    sentence: ({ testRows, halfWidth, metric, margin }) =>
      `${formatPlural(testRows, "test row")} ${testRows === 1 ? "fixes" : "fix"} the ${metricInWords(metric)} to about ±${points(halfWidth)} only, wider than the margin of ` +
      `${points(margin)}: smaller differences can't be seen.`,
  },
  "sampled-rows": {
    role: "caution",
    title: () => "Asked about a sample of the rows",
    sentence: ({ approaches, rows, testRows }) =>
      `${sequence(approaches)} ${approaches.length === 1 ? "was" : "were"} asked about ${sampleText(rows, testRows)} (--llm-rows): scores and differences ` +
      "rest on these, and their intervals are wider than those of all rows would be. What was trained answered all of them.",
    steps: ({ isOpen, testRows }) =>
      isOpen
        ? [
            {
              text: `Ask about all ${formatPlural(testRows, "test row")}.`,
              command: `crossover run FILE --llm-rows ${testRows}`,
            },
          ]
        : [],
  },
  "data-warning": {
    role: "caution",
    title: () => "The split is not clean",
    sentence: ({ text }) => text,
    steps: () => [{ text: "See which rows are meant, and take them out or group them.", command: "crossover check FILE" }],
  },
};
