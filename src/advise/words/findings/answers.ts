/** @file What is wrong with answers, in words: guesses, gaps, contradictions. */

import { formatCount, formatPercent, formatPlural, formatScore } from "../../../lib/text/format.js";
import { metricInWords } from "../../../lib/text/metric-names.js";
import type { FindingOf } from "../../findings/findings.js";
import type { Guesser } from "../../findings/parts.js";
import { guesserDoubts, guessInWords } from "../guessing.js";
import { capitalized, quoted, sequence, shortList } from "../lists.js";
import { missingNames, pairVerdicts, readingNames, readingTitles } from "../names.js";
import { range, signed } from "../points.js";
import { failureList, shareRight } from "../unanswered.js";
import type { NextStep, WordingsOf } from "../wording.js";

/** Findings on what approaches answered. */
export const answerWordings: WordingsOf<
  "no-better-than-guessing" | "answers-differ" | "unanswered" | "missing-rows" | "labels-never-answered" | "readings-disagree"
> = {
  "no-better-than-guessing": {
    role: "caution",
    title: (finding) => capitalized(guesserDoubts[guesserOf(finding)]),
    sentence: ({ approach, aboveGuessing, only }) =>
      `${approach} answers ${guessInWords(aboveGuessing)}, as far as these rows can tell: ` +
      (only === undefined
        ? `shuffled among the rows its answers would be right ${aboveGuessing.high < 0 ? "more" : aboveGuessing.low > 0 ? "nearly as" : "about as"} often`
        : `it gives every text the same answer, ${only.length === 0 ? "no label" : sequence(only)}`) +
      ` (on a scale from 0, guessing, to 1, always right: ${formatScore(aboveGuessing.value)}, 95% interval ` +
      `${formatScore(aboveGuessing.low)} to ${formatScore(aboveGuessing.high)}).`,
    steps: (finding) => guesserSteps[guesserOf(finding)],
  },
  "answers-differ": {
    role: "caution",
    title: () => "Rows that were answered twice",
    sentence: ({ approach, rows, testRows }) =>
      `The recording of ${approach} has answers that differ to ${formatCount(rows)} of ${formatPlural(testRows, "test row")}; the last one counts. ` +
      "Answers of several runs, prompts or models in one file measure none of them.",
    steps: ({ approach }) => [{ text: `Give ${approach} as one recording for each run of a prompt, with one answer a row.` }],
  },
  unanswered: {
    role: "caution",
    title: () => "Rows without an answer",
    sentence: ({ approach, rows, testRows, failures, answeredAccuracy, isExactMatch }) =>
      `${approach} gave no usable answer to ${formatCount(rows)} of ${formatPlural(testRows, "test row")} (${failureList(failures)}); they count ` +
      `as wrong.${answeredAccuracy === null ? "" : ` Among the answered rows ${shareRight(isExactMatch)} is ${formatPercent(answeredAccuracy)}.`}`,
  },
  "missing-rows": {
    role: "caution",
    title: () => "Missing rows",
    sentence: ({ approach, rows, testRows, reasons, example, accuracy, worstAccuracy, isExactMatch }) =>
      `${approach} has no answer to ${formatCount(rows)} of ${formatPlural(testRows, "test row")} (${failureList(reasons, missingNames)})${quoted(example)}. ` +
      `They say nothing of it and are left out: ${shareRight(isExactMatch)} is ${formatPercent(accuracy)} on the others, and ${formatPercent(worstAccuracy)} if ` +
      "each of them counts as wrong.",
    steps: ({ approach, reasons, isRecording }) => [
      ...(reasons.missing === undefined && !isRecording
        ? []
        : [{ text: `Record the rows that ${approach} lacks, then run again.` }]),
      ...(reasons.error === undefined || isRecording
        ? []
        : [
            {
              text: "Ask the rows again that failed for good: the others are not asked twice.",
              command: "crossover resume RUN --retry-errors",
            },
          ]),
    ],
  },
  "labels-never-answered": {
    role: "caution",
    title: () => "Labels that were never answered",
    sentence: ({ approach, other, labels, ofLabels, metric, difference, offeredRows, offeredDifference, offeredVerdict }) =>
      `${approach} never answered ${formatCount(labels.length)} of ${formatPlural(ofLabels, "label")}, which is no chance: ${shortList(labels)}. ` +
      `Perhaps its prompt does not offer them. Over all labels ${other} is ${signed(difference.value)} points of ${metricInWords(metric)} apart from it ` +
      `(95% interval ${range(difference)}), on the ${formatPlural(offeredRows, "row")} of the others ${signed(offeredDifference.value)} points ` +
      `(95% interval ${range(offeredDifference)}): ${pairVerdicts[offeredVerdict].replace(/^the first/, "the tuned one").replace(/^the second/, "the LLM")}.`,
    steps: ({ approach }) => [
      { text: `See that the prompt behind ${approach} names every label as the data does, and ask again.` },
    ],
  },
  "readings-disagree": {
    role: "caution",
    title: ({ by }) => readingTitles[by],
    sentence: ({ by, a, b, metric, rows, difference, otherRows, otherDifference, otherVerdict }) =>
      `On the ${formatPlural(rows, "row")} that both have an answer to, ${a} and ${b} differ by ${signed(difference.value)} points of ${metricInWords(metric)} ` +
      `(95% interval ${range(difference)}); ${readingNames[by]} (${formatPlural(otherRows, "row")}) by ${signed(otherDifference.value)} points ` +
      `(95% interval ${range(otherDifference)}): ${pairVerdicts[otherVerdict]}.`,
  },
};

function guesserOf({ arm, what = arm === "prompt" ? "llm" : "tuned" }: FindingOf<"no-better-than-guessing">): Guesser {
  return what;
}

const lookAtAnswers =
  "Look at some of its answers as they were given, each beside its text (predictions.jsonl), before anything is concluded from it";
const guesserSteps: Readonly<Record<Guesser, readonly NextStep[]>> = {
  llm: [{ text: `${lookAtAnswers}.` }],
  recording: [{ text: `${lookAtAnswers}: do the ids of the recording belong to these rows?` }],
  tuned: [{ text: "Look for wrong labels, and for texts that don't contain the answer.", command: "crossover check FILE" }],
};
