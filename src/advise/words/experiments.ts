/** @file Experiments in words: a new label, texts typed otherwise, rows unlike those learned from, chance and wording. */
import { formatCount, formatPercent, formatPlural, formatPoints, formatSeconds } from "../../lib/text/format.js";
import { metricInWords } from "../../lib/text/metric-names.js";
import type { LossKind, NewLabel, PerturbationKind, ShiftPart, Spread } from "../../types/experiments.js";
import type { FactorCell, NoNewLabel, NoPerturbed, NoShift, NotMeasured } from "../../types/factors.js";
import { points, range, signed } from "./points.js";

type AdaptationCell = Extract<FactorCell, { readonly kind: "adaptation" }>;

/** For a table: the short text, and what stands below it, a line each. */
interface AdaptationWords {
  readonly text: string;
  readonly details: readonly string[];
}

/** Why no experiment was made with an approach. */
export const noExperiment: Readonly<
  Record<Extract<NotMeasured, "no-experiment" | "recorded-answers" | "billed" | "baseline">, string>
> = {
  "no-experiment": "no experiment was made: --curve quick makes some, where there is time",
  "recorded-answers": "answers to other questions are not in the recording (--llm asks the model itself)",
  billed: "each answer is paid for (--curve full asks within the budget)",
  baseline: "a baseline is no choice; no experiment is made with it",
};

/** Why it is not known how far other words, or another order of examples, move a score. Of words that a person chose none are made: they are not the tool's to change. */
export const unvariedTexts = {
  billed:
    "how far other words or another order of examples move its score was not measured (--curve full measures it of built-in prompts)",
  "recorded-answers": `how far other words or another order of examples move its score: ${noExperiment["recorded-answers"]}`,
} as const;

const noNewLabel: Readonly<Record<NoNewLabel, string>> = {
  "two-labels": "no label to hold out: two must be left to tell apart",
  "no-label": "no label was held out: that takes 8 training rows and 10 test rows of one, and time (--curve-time)",
  "no-time": "no time to hold a label out (--curve-time gives more)",
  billed: `no label was held out: ${noExperiment.billed}`,
};

const noPerturbed: Readonly<Record<NoPerturbed, string>> = {
  billed: `not asked about changed texts: ${noExperiment.billed}`,
  "recorded-answers": `not asked about changed texts: ${noExperiment["recorded-answers"]}`,
  "no-time": "not asked about changed texts: no time for it (--curve-time gives more)",
};

/** Ways of changing texts, as what is lost by them. */
export const changes: Readonly<Record<PerturbationKind, string>> = {
  typos: "typos",
  case: "another case",
  punctuation: "no punctuation",
};

const noShift: Readonly<Record<NoShift, string>> = {
  "no-part":
    "not measured on rows unlike those learned from: no part of the rows was large enough, or no time (--shift COLUMN, --curve-time)",
  "no-time": "not measured on rows unlike those learned from: no time for it (--curve-time gives more)",
  billed: `not measured on rows unlike those learned from: ${noExperiment.billed}`,
  "recorded-answers": `not measured on rows unlike those learned from: ${noExperiment["recorded-answers"]}`,
};

/** Below this corrected p-value one loses more than the other. */
const significance = 0.05;

/** A new label, then texts typed otherwise, then rows unlike those learned from. */
export function adaptationWords({ newLabel, perturbed, shift, against }: AdaptationCell): AdaptationWords {
  const label = typeof newLabel === "string" ? { detail: noNewLabel[newLabel] } : newLabelWords(newLabel);
  const texts = typeof perturbed === "string" ? { detail: noPerturbed[perturbed] } : perturbedWords(perturbed);
  const rows = typeof shift === "string" ? { detail: noShift[shift] } : shiftWords(shift);
  const others = against === undefined ? [] : againstSentences(against);
  return {
    text: listed([label.text, texts.text, rows.text]),
    details: [label.detail, texts.detail, rows.detail, ...others],
  };
}

interface PartWords {
  readonly text?: string;
  readonly detail: string;
}

const listed = (parts: readonly (string | undefined)[]): string => parts.filter((part) => part !== undefined).join("; ");

function perturbedWords(perturbed: Exclude<AdaptationCell["perturbed"], string>): PartWords {
  const [first] = perturbed;
  const details = perturbed.map(({ how, rows, difference, answersChanged, metric }) =>
    answersChanged === 0
      ? `${changes[how]}: all ${formatPlural(rows, "row")} answered as before`
      : `${changes[how]}: ${formatPercent(answersChanged)} of ${formatPlural(rows, "row")} answered otherwise, ` +
        `${signed(difference.value)} points of ${metricInWords(metric)} (95% interval ${range(difference)})`,
  );
  return {
    ...(first !== undefined && { text: `${formatPoints(first.difference.value)} with ${changes[first.how]}` }),
    detail: listed(details),
  };
}

/** `texts of 84 characters or more`: the rows of the part, inside a sentence. */
export function shiftPartText(part: ShiftPart): string {
  if (part.by === "length") return `texts of ${formatPlural(part.from, "character")} or more`;
  return part.by === "order" ? `rows with ${part.column} from ${part.from} on` : `rows with ${part.column} ${part.value}`;
}

function shiftWords({ part, rows, loss }: Exclude<AdaptationCell["shift"], string>): PartWords {
  if (loss === null) return { detail: `loses nothing on ${shiftPartText(part)} by construction: it learned from no rows` };
  const { metric, difference, trainRows } = loss;
  // What is lost, with the sign of what the score does.
  const change = { low: 0 - difference.high, high: 0 - difference.low };
  return {
    text: `${formatPoints(0 - difference.value)} on unlike rows`,
    detail:
      `having learned from ${formatPlural(trainRows, "training row")} without ${shiftPartText(part)}: ${signed(0 - difference.value)} points of ` +
      `${metricInWords(metric)} on ${formatPlural(rows, "such test row")} (95% interval ${range(change)}), against as many training rows of all kinds`,
  };
}

/** What one loses more than the best of the other arm: where it is shown, and where it is not. */
function againstSentences({ approach, differences }: NonNullable<AdaptationCell["against"]>): string[] {
  const shown = differences.filter(({ adjustedPValue }) => adjustedPValue < significance);
  const others = differences.filter(({ adjustedPValue }) => adjustedPValue >= significance);
  return [
    ...shown.map(({ of, difference }) => {
      const { value, low, high } = difference;
      const [least, most] = value > 0 ? [low, high] : [0 - high, 0 - low];
      return (
        `${lossText(of)} cost it ${points(value)} ${value > 0 ? "more" : "less"} than ${approach} ` +
        `(95% interval ${signed(least).replace(/^\+/, "")} to ${signed(most).replace(/^\+/, "")})`
      );
    }),
    ...(others.length === 0
      ? []
      : [`no difference from ${approach} is shown in what ${others.map(({ of }) => lossText(of)).join(", ")} cost`]),
  ];
}

/** What is lost by, inside a sentence. */
export const lossText = (of: LossKind): string => (of.kind === "shift" ? "unlike rows" : changes[of.how]);

function newLabelWords({
  label,
  trainRows,
  wholeRows,
  testRows,
  fullRecall,
  enough,
  otherLabels,
}: Exclude<AdaptationCell["newLabel"], string>): PartWords {
  const found = `${formatPercent(fullRecall.value)} of ${formatPlural(testRows, "test row")}`;
  const others =
    otherLabels &&
    `${metricInWords(otherLabels.metric)} on ${formatPlural(otherLabels.rows, "row")} of the other labels ${formatPoints(otherLabels.difference.value)} ` +
      `with it (95% interval ${range(otherLabels.difference)})`;
  if (enough === null)
    return { text: `“${label}” not found`, detail: listed([`nor with all ${formatPlural(trainRows, "label")}`, others]) };
  if (enough.labels === 0 && enough.above === null)
    return { text: `0 labels for “${label}”`, detail: listed([`finds ${found} by its name and description`, others]) };
  return {
    text: `${enoughLabelsText(enough)} for “${label}”`,
    detail: listed([
      `95% of what all ${formatCount(trainRows)} find among ${formatPlural(wholeRows, "training row")} (${found}); fitting takes ${formatSeconds(enough.fitSeconds)}`,
      others,
    ]),
  };
}

/** `17 to 32 labels`: what lies between was not tried, so how many of these it takes is not known. */
export function enoughLabelsText({ labels, above }: Pick<NonNullable<NewLabel["enough"]>, "labels" | "above">): string {
  const fewest = (above ?? -1) + 1;
  return `${fewest < labels ? `${formatCount(fewest)} to ` : ""}${formatPlural(labels, "label")}`;
}

/** How far scores lie apart, inside a sentence. */
export function spreadText({ over, runs, labels, metric, deviation }: Omit<Spread, "approach">): string {
  const by = {
    seeds: `${formatPlural(runs, "seed")} with ${formatPlural(labels, "training row")}`,
    wordings: `${runs} wordings`,
    orders: `${runs} orders of its examples`,
  }[over];
  return `${metricInWords(metric)} varies by ${points(deviation)} (standard deviation) over ${by}`;
}
