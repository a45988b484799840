/** @file Every kind of finding in words, once for all renderers: a complete table, so that no renderer writes prose of its own. */
import { fewestRequests } from "../compare/cost.js";
import {
  formatCount,
  formatNumber,
  formatPercent,
  formatPlural,
  formatPoints,
  formatPValue,
  formatScore,
  formatSeconds,
  formatUsd,
} from "../lib/text/format.js";
import { formatMetric, metricInWords, metricNames } from "../lib/text/metric-names.js";
import type {
  Arm,
  BreakEven,
  Comparison,
  Contrast,
  Estimate,
  Failure,
  MoreRows,
  UnansweredApproach,
  UnansweredReason,
} from "../types.js";
import type { Decision } from "./decision.js";
import type { Finding, FindingOf, Gain, Guesser, RowChoice, TieBreak } from "./findings.js";
import { certainGain } from "./lookup.js";
import type { OtherReading } from "./other-readings.js";

/** Where a finding stands in the advice. */
export type Role = "reason" | "caution" | "change";

/** Something to do, and the command that does it, where there is one. `FILE` stands for the user's data, `RUN` for the run's folder. */
export interface NextStep {
  readonly text: string;
  readonly command?: string;
}

/** How one kind of finding is said. */
export interface Wording<Kind extends Finding["kind"]> {
  readonly role: Role;
  /** A few words, for a list or a table. */
  readonly title: (finding: FindingOf<Kind>) => string;
  /** For people: a sentence or two that stand on their own. */
  readonly sentence: (finding: FindingOf<Kind>) => string;
  /** What to do about it. */
  readonly steps?: (finding: FindingOf<Kind>) => readonly NextStep[];
}

const wordings: { readonly [Kind in Finding["kind"]]: Wording<Kind> } = {
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
              text: "Mend what the service complained of, and ask the failed rows again: the others are not asked twice.",
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
  cheaper: {
    role: "reason",
    title: () => "Cheaper to run",
    sentence: ({ approach, usd, other, otherUsd }) =>
      `1,000 requests cost ${formatUsd(usd)} with ${approach} and ${formatUsd(otherUsd)} with ${other}${times(otherUsd, usd, "less")}.`,
  },
  faster: {
    role: "reason",
    title: () => "Faster",
    sentence: ({ approach, seconds, other, otherSeconds }) =>
      `The median answer takes ${formatSeconds(seconds)} with ${approach} and ${formatSeconds(otherSeconds)} with ${other}.`,
  },
  "self-contained": {
    role: "reason",
    title: () => "Runs on its own",
    sentence: ({ approach, other, otherNeeds }) =>
      `${approach} can be shipped as files and asks no service; ${other} needs ${otherNeeds.length === 0 ? "its service" : sequence(otherNeeds)} for every answer.`,
  },
  "above-baseline": {
    role: "reason",
    title: () => "Well above the baseline",
    sentence: ({ approach, baseline, gain }) =>
      `${approach} beats the strongest baseline, ${baseline}, by ${gainText(gain).replace(/^\+/, "")}.`,
  },
  "no-llm": {
    role: "caution",
    title: () => "No language model was measured",
    sentence: ({ standIn }) =>
      `The prompted arm consisted of ${standIn} only: a frozen encoder that compares texts with label descriptions, a weak stand-in for ` +
      "an LLM. What is said here of prompting is about this stand-in and says nothing about prompting an LLM.",
  },
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
  "not-top-on-test": {
    role: "caution",
    title: () => "Another one scored higher on the test rows",
    sentence: ({ chosen, top, metric, lead, basis }) =>
      `${chosen} was chosen without the test rows (${basis}); on them ${top} came out ${points(lead)} of ${metricInWords(metric)} higher. ` +
      "Choosing it now, by its test score, would overrate it.",
  },
  dearer: {
    role: "caution",
    title: () => "Dearer to run",
    sentence: ({ approach, usd, other, otherUsd, extraRightPerThousand: extra }) =>
      `1,000 requests cost ${formatUsd(usd)} with ${approach} and ${formatUsd(otherUsd)} with ${other}` +
      (extra === undefined
        ? ", without more right answers in return."
        : `, for ${formatNumber(extra)} more right answers: ${formatUsd((usd - otherUsd) / extra)} for each.`),
  },
  slower: {
    role: "caution",
    title: () => "Slower",
    sentence: ({ approach, seconds, other, otherSeconds }) =>
      `The median answer takes ${formatSeconds(seconds)} with ${approach}, but ${formatSeconds(otherSeconds)} with ${other}.`,
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
  "few-rows-of-labels": {
    role: "caution",
    title: () => "Too few test rows of a label for macro-F1",
    sentence: ({ labelsScored, ofLabels, rowsOfLabel }) =>
      `${formatCount(labelsScored)} of ${formatPlural(ofLabels, "label")} ${labelsScored === 1 ? "has" : "have"} test rows, ` +
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
    title: () => "Its probabilities are off",
    sentence: ({ approach, ece, expectedByChance }) =>
      `The probabilities of ${approach} are off by ${points(ece)} on average (expected calibration error; up to ${points(expectedByChance)} ` +
      "would be chance): don't rely on a confidence threshold.",
  },
  "small-test-set": {
    role: "caution",
    title: () => "The test set is small",
    sentence: ({ testRows, halfWidth, metric, margin }) =>
      `${formatPlural(testRows, "test row")} ${testRows === 1 ? "fixes" : "fix"} the ${metricInWords(metric)} to about ±${points(halfWidth)} only, wider than the margin of ` +
      `${points(margin)}: smaller differences can't be seen.`,
  },
  "data-warning": {
    role: "caution",
    title: () => "The split is not clean",
    sentence: ({ text }) => text,
    steps: () => [{ text: "See which rows are meant, and take them out or group them.", command: "crossover check FILE" }],
  },
  "latency-not-measured": {
    role: "caution",
    title: () => "Latency not measured",
    sentence: ({ approach, isRecording }) =>
      isRecording
        ? `The answers of ${approach} come from a recording, so its latency was not measured.`
        : `The latency of ${approach} was not measured.`,
  },
  "price-unknown": {
    role: "caution",
    title: () => "Price unknown",
    sentence: ({ approach }) => `The price of ${approach} is unknown, so the running costs are not compared.`,
    steps: ({ approach }) => [
      { text: `Give the price of ${approach} in a file of your own.`, command: "crossover run FILE --prices prices.json" },
    ],
  },
  failed: {
    role: "caution",
    title: () => "Not measured",
    sentence: ({ approach, reason }) => `${approach} could not be measured: ${closed(reason)}`,
    steps: () => [
      {
        text: "Mend what kept an approach from being measured (it stands among the cautions), and go on: only what is missing is asked.",
        command: "crossover resume RUN",
      },
    ],
  },
  "labels-free": {
    role: "caution",
    title: () => "Labels are counted as free",
    sentence: ({ approach, labels, isAll }) =>
      `${approach} learned from ${formatPlural(labels, "label")}${isAll ? "" : " more than the prompt used"}; they are counted as free because no price of a ` +
      "label was given.",
    steps: () => [{ text: "Say what a label costs you.", command: "crossover run FILE --usd-per-label 0.10" }],
  },
  "labels-undescribed": {
    role: "change",
    title: () => "Descriptions of the labels",
    sentence: ({ approach }) =>
      `${approach} knew the labels by their bare names. What a sentence on the meaning of each would add was not measured.`,
    steps: () => [
      {
        text: "Say in words what each label means, in label-descriptions.yaml beside the data (label: what it means), and run again.",
      },
    ],
  },
  "break-even": {
    role: "change",
    title: () => "The number of requests",
    sentence: ({ tuned, prompted, requests, ...rest }) =>
      requests < fewestRequests
        ? `From the first ${fewestRequests} requests on at the latest, ${tuned} costs less in total than ${prompted}.`
        : `Below about ${about(requests)} requests in all (${requestRange(rest)}), ${prompted} costs less in total; above, ${tuned} does.`,
  },
  "always-cheaper": {
    role: "change",
    title: () => "Not the number of requests",
    sentence: ({ approach, other, unlessFrom }) =>
      `At these prices ${approach} costs less than ${other} at any number of requests.` +
      (unlessFrom === undefined
        ? ""
        : ` That is not sure: within the 95% interval of the costs ${other} may be the cheaper one from about ${about(unlessFrom)} requests on.`),
  },
  "price-fall": {
    role: "change",
    title: () => "A lower price",
    sentence: ({ approach, other, fall, usd, otherUsd }) =>
      usd !== undefined && otherUsd !== undefined && fall >= telling
        ? `If the running price of ${approach} fell from ${formatUsd(usd)} to ${formatUsd(otherUsd)} per 1,000 requests, it would cost as much as ${other}.`
        : `If the running price of ${approach} fell by ${formatPercent(fall)}, it would cost as much as ${other}.`,
  },
  "wider-margin": {
    role: "change",
    title: () => "Your margin",
    sentence: ({ a, b, margin, undecidedFrom, equivalentFrom, successor }) =>
      `With a margin of ${points(undecidedFrom)} or more (now ${points(margin)}), ${a} would no longer be surely better; from ` +
      `${points(equivalentFrom)} on, ${a} and ${b} would count as equivalent` +
      (successor === undefined ? "." : `, and ${successor.approach} would be chosen by its ${tieBreakNames[successor.by]}.`),
  },
  "label-price": {
    role: "change",
    title: () => "The price of a label",
    sentence: ({ approach, usdPerLabel, extraLabels, requestsPerCent }) =>
      `${approach} uses ${formatPlural(extraLabels, "label")} more than the prompt, counted at ${formatUsd(usdPerLabel)} each; every further cent ` +
      `a label costs moves the break-even up by ${about(requestsPerCent)} requests.`,
  },
  "more-rows": {
    role: "change",
    title: () => "More test rows",
    sentence: ({ needed, a, b }) =>
      (needed.aim === "equivalence"
        ? `To show that ${a} and ${b} differ by less than the margin, as it looks now, takes ${moreTestRows(needed)}`
        : `To settle whether ${a} or ${b} is better takes ${moreTestRows(needed)}`) +
      `, for a chance of 80%${needed.high === null ? "; how many more can't be bounded, since the true difference may be about the margin" : ""}.`,
    steps: ({ needed }) => [
      {
        text: `Label ${moreTestRows(needed)} and give them in a file of their own.`,
        command: "crossover run FILE --test TEST_FILE",
      },
    ],
  },
  "add-llm": {
    role: "change",
    title: () => "A language model",
    sentence: () => "No language model was measured; one may do better or worse than everything here.",
    steps: ({ tried }) =>
      tried !== undefined
        ? []
        : [
            {
              text: "Measure an LLM: set OPENAI_API_KEY (see the cost first with --dry-run).",
              command: "crossover run FILE --llm openai:gpt-6-luna",
            },
            { text: "Without a key: a local model by Ollama.", command: "crossover run FILE --llm ollama:qwen3:8b" },
            {
              text: "From answers you have: the output file of an OpenAI batch.",
              command: "crossover run FILE --llm recorded:batch-output.jsonl",
            },
          ],
  },
  "add-tuned": {
    role: "change",
    title: () => "A tuned model",
    sentence: () => "No tuned model was measured; one may do better or worse than everything here.",
    steps: () => [{ text: "Measure the tuned arm too: it needs no key and no network.", command: "crossover run FILE" }],
  },
};

/** A fall by so much is told by the two prices: near 100% percentages all look alike. */
const telling = 0.95;

/** What a finding is called, in a few words. */
export function titleOf<Kind extends Finding["kind"]>(finding: FindingOf<Kind>): string {
  return wordingOf(finding).title(finding);
}

/** A finding in a sentence or two. Names of labels and approaches stand in it as they are: the renderer escapes. */
export function sentenceOf<Kind extends Finding["kind"]>(finding: FindingOf<Kind>): string {
  return wordingOf(finding).sentence(finding);
}

/** Where a finding stands in the advice. */
export function roleOf(finding: Finding): Role {
  return wordings[finding.kind].role;
}

/** What to do about a finding. */
export function stepsOf<Kind extends Finding["kind"]>(finding: FindingOf<Kind>): readonly NextStep[] {
  return wordingOf(finding).steps?.(finding) ?? [];
}

/** Every kind of finding there is. */
export const findingKinds: readonly string[] = Object.keys(wordings);

function wordingOf<Kind extends Finding["kind"]>(finding: FindingOf<Kind>): Wording<Kind> {
  return wordings[finding.kind as Kind];
}

/** What the second metric says, where the first says "better". */
const disagreements: Readonly<Record<Contrast["verdict"], string>> = {
  "a-better": "it is better too",
  "b-better": "it is worse",
  equivalent: "the two are equivalent",
  undecided: "the difference is not settled",
};

function guesserOf({ arm, what = arm === "prompt" ? "llm" : "tuned" }: FindingOf<"no-better-than-guessing">): Guesser {
  return what;
}

/** What may be wrong where an approach answers no better than guessing. */
export const guesserDoubts: Readonly<Record<Guesser, string>> = {
  llm: "wrong endpoint, labels or prompt?",
  recording: "wrong ids, labels, endpoint or prompt?",
  "stand-in": "do the labels' names say too little?",
  tuned: "wrong labels, or texts that do not tell?",
};

const lookAtAnswers =
  "Look at some of its answers as they were given, each beside its text (predictions.jsonl), before anything is concluded from it";
const guesserSteps: Readonly<Record<Guesser, readonly NextStep[]>> = {
  llm: [{ text: `${lookAtAnswers}.` }],
  recording: [{ text: `${lookAtAnswers}: do the ids of the recording belong to these rows?` }],
  "stand-in": [
    { text: "Say in words what each label means, for the prompts.", command: "crossover run FILE --descriptions labels.yaml" },
  ],
  tuned: [{ text: "Look for wrong labels, and for texts that don't contain the answer.", command: "crossover check FILE" }],
};

/** How answers that know nothing of the texts compare with a guess. */
export function guessInWords({ low, high }: Pick<Estimate, "low" | "high">): string {
  if (high < 0) return "worse than guessing";
  return low > 0 ? "hardly better than guessing" : "no better than guessing";
}

/** What the arms are called in a sentence. */
export const armNames: Readonly<Record<Arm, string>> = {
  tune: "fine-tuning",
  prompt: "prompting",
  hybrid: "a hybrid of both",
  baseline: "a baseline",
};

/** What a missing answer is called, by its reason. */
export const failureNames: Readonly<Record<Failure, string>> = {
  unparseable: "unparseable",
  refused: "refused",
  truncated: "cut off",
  missing: "missing from the recording",
  error: "failed for good",
};

/** Why a row is missing, by its reason. */
const missingNames: Readonly<Record<Failure, string>> = {
  ...failureNames,
  missing: "not in the recording",
  refused: "refused by the host's filter",
};

/** What the reasons are called of which one keeps answers away. */
const unansweredNames: Readonly<Record<UnansweredReason, string>> = {
  missing: "missing (not in the recording, or the service failed)",
  unparseable: "unparseable",
  refused: "refused",
  truncated: "cut off",
};

/** What other choices of rows are called: as the title of a caution, and in a sentence. */
const readingTitles: Readonly<Record<RowChoice, string>> = {
  "missing-as-wrong": "It depends on the missing rows",
  "offered-labels": "It depends on labels never answered",
  "readable-answers": "It depends on answers that could not be read",
  "undisputed-answers": "It depends on rows that were answered twice",
};
export const readingNames: Readonly<Record<RowChoice, string>> = {
  "missing-as-wrong": "with the missing rows counted as wrong",
  "offered-labels": "without the labels that the LLM never answered",
  "readable-answers": "without the answers that could not be read",
  "undisputed-answers": "without the rows to which the recording has answers that differ",
};

/** A verdict on a pair, the first of which is named first. */
const pairVerdicts: Readonly<Record<Contrast["verdict"], string>> = {
  "a-better": "the first is better",
  "b-better": "the second is better",
  equivalent: "the two are equivalent",
  undecided: "the difference is not settled",
};

/** `no answer could be had from prompt:x: 18 of 18 test rows unparseable, e.g. “<thinking>…”.` */
export function unansweredText({ approach, rows, testRows, reason, reasons, example }: Omit<UnansweredApproach, "arm">): string {
  const kinds = Object.entries(reasons ?? {}) as [UnansweredReason, number][];
  const why =
    kinds.length === 0
      ? unansweredNames[reason]
      : `without a usable answer: ${sequence(kinds.map(([kind, count]) => `${formatCount(count)} ${unansweredNames[kind]}`))}`;
  const had = rows === testRows ? "no answer" : "too few answers";
  return closed(
    `${had} could be had from ${approach}: ${formatCount(rows)} of ${formatPlural(testRows, "test row")} ${why}${quoted(example)}`,
  );
}

/** One pair with its difference and its verdict: `a against b +2.0 points (95% interval +1.1 to +2.9), the first is better`. */
export function pairText({ a, b, difference, verdict }: Pick<Contrast, "a" | "b" | "difference" | "verdict">): string {
  return `${a} against ${b} ${signed(difference.value)} points (95% interval ${range(difference)}), ${pairVerdicts[verdict]}`;
}

/** ` on the 3,030 rows that both have an answer to`; nothing where that is every test row. */
export function rowsOfBoth(decision: Decision, { task }: Comparison): string {
  if (!("contrast" in decision) || decision.contrast.missing === undefined) return "";
  return ` on the ${formatPlural(task.testRows - decision.contrast.missing.rows, "row")} that both have an answer to`;
}

/** What another choice of rows says of the decision's two approaches, in a sentence. */
export function otherReadingText({ by, reading, isSameChoice }: OtherReading): string {
  const said = `the difference is ${signed(reading.difference.value)} points (95% interval ${range(reading.difference)})`;
  return `But ${readingNames[by]} ${said}: ${isSameChoice ? "the same choice, on another ground" : "another verdict"}.`;
}

/** What a contrast says with its missing rows counted as wrong: `66 rows missing; as wrong +1.9 (+1.2 to +2.7), first is better`. */
export function asWrongText({ rows, asWrong: { difference, verdict } }: NonNullable<Contrast["missing"]>): string {
  return `${formatPlural(rows, "row")} missing; counted as wrong ${signed(difference.value)} (${range(difference)}), ${pairVerdicts[verdict].replace(/^the (?=first|second)/, "")}`;
}

/** A piece of untrusted text, short, in quotes after what it is an example of. */
function quoted(example: string | undefined): string {
  if (example === undefined) return "";
  const characters = [...example.trim()];
  return `, e.g. “${characters.slice(0, exampleLength).join("")}${characters.length > exampleLength ? "…" : ""}”`;
}
const exampleLength = 120;

/** What sets two approaches of equal quality apart, after "by its". */
export const tieBreakNames: Readonly<Record<TieBreak["by"], string>> = {
  price: "lower price",
  needs: "independence of any service",
  latency: "shorter latency",
};

function shareRight(isExactMatch = false): string {
  return isExactMatch ? `its share of ${metricInWords("exactMatch")}` : "its accuracy";
}

/** A distance in points, without a sign: `3.1 points`, `1 point`. `margin`: see `formatPoints`. */
export function points(share: number, margin?: number): string {
  const text = formatPoints(Math.abs(share), margin).replace(/^\+/, "").replace(".0 ", " ");
  return text === "1 points" ? "1 point" : text;
}

/** A large number that is an estimate itself, to two significant digits: `12,000`. */
export function about(count: number): string {
  return count < 100 ? formatNumber(count) : formatCount(Number(count.toPrecision(2)));
}

/** The 95% interval of a break-even, and what it leaves out: `95% interval 11,000 to 13,000, this machine's speed taken as measured`. */
export function requestRange({ interval, leavesOut }: Pick<BreakEven, "interval" | "leavesOut">): string {
  if (interval === undefined) return "interval not measured";
  const { low, high } = interval;
  const without = leavesOut === undefined ? "" : ", this machine's speed taken as measured";
  if (low === high) return `every request costs the same${without}`;
  let digits = 2;
  const text = (requests: number): string =>
    requests < 100 ? about(requests) : formatCount(Number(requests.toPrecision(digits)));
  while (high !== null && text(low) === text(high)) digits++;
  return `95% interval ${text(low)} to ${high === null ? "never" : text(high)}${without}`;
}

/** From here on a range without a low end says so in words: "up to 210,000" alone sounds as if so many were needed. */
const few = 20;

/** `at least 300 more test rows`, `300 to 1,200 more test rows`, `a few to 40 more groups of test rows`: estimates, rounded. */
export function moreTestRows({ low, high, unit }: MoreRows): string {
  const noun = (count: number): string =>
    unit === "groups" ? `more ${count === 1 ? "group" : "groups"} of test rows` : `more test ${count === 1 ? "row" : "rows"}`;
  if (high === null) return `at least ${about(low)} ${noun(low)}`;
  if (low === 0) return high < few ? `up to ${about(high)} ${noun(high)}` : `a few to ${about(high)} ${noun(high)}`;
  return about(low) === about(high) ? `about ${about(high)} ${noun(high)}` : `${about(low)} to ${about(high)} ${noun(high)}`;
}

/** The same beside a verdict in a table: `300+ more rows`, `300–1,200 more groups`. */
export function moreRowsInShort({ low, high, unit }: MoreRows): string {
  if (high === null) return `${about(low)}+ more ${unit}`;
  if (low === 0) return `0–${about(high)} more ${unit}`;
  return about(low) === about(high) ? `~${about(high)} more ${unit}` : `${about(low)}–${about(high)} more ${unit}`;
}

/** Whether a difference is written as 0 points, so that nobody is ahead. */
export function isLevel({ value }: Pick<Estimate, "value">): boolean {
  return Math.abs(value) < 0.0005;
}

/** The ends of an interval in points: `−0.6 to +3.1`. `margin`: see `formatPoints`. */
export function range({ low, high }: Pick<Estimate, "low" | "high">, margin?: number): string {
  return `${signed(low, margin)} to ${signed(high, margin)}`;
}

function signed(difference: number, margin?: number): string {
  return formatPoints(difference, margin).replace(/ points$/, "");
}

function gainText({ metric, value, interval }: Gain, margin?: number): string {
  const ends = interval === undefined ? "" : ` (95% interval ${range(interval, margin)})`;
  return `${signed(value, margin)} points of ${metricInWords(metric)}${ends}`;
}

/** `: 40 times less`, where the ratio is worth saying. */
function times(more: number, less: number, word: string): string {
  return less > 0 && more / less >= 2 ? `: ${formatNumber(more / less)} times ${word}` : "";
}

function failureList(failures: Readonly<Partial<Record<Failure, number>>>, names = failureNames): string {
  const named = Object.entries(failures) as [Failure, number][];
  return sequence(named.filter(([, count]) => count > 0).map(([failure, count]) => `${formatCount(count)} ${names[failure]}`));
}

/** The first five of a list, and how many more there are. */
function shortList(items: readonly string[]): string {
  const shown = 5;
  return items.length <= shown + 1
    ? sequence(items)
    : `${items.slice(0, shown).join(", ")} and ${formatCount(items.length - shown)} more`;
}

/** `a, b and c`. */
export function sequence(items: readonly string[]): string {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** With a full stop at its end, unless it ends otherwise. */
export function closed(text: string): string {
  return /[.!?]”?$/.test(text) ? text : `${text}.`;
}
