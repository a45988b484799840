/** @file The table of how far confidence can be believed: what each column is called and says, once for Markdown and the page. */
import { formatCount, formatNumber, formatPercent } from "../lib/text/format.js";
import type { AccuracyTarget, ApproachCalibration, Temperature } from "../types/calibration.js";

/** One column of the table. */
export interface ConfidenceColumn {
  readonly title: string;
  readonly text: (calibration: ApproachCalibration) => string;
}

const missing = "–";

const claimNames: Readonly<Record<ApproachCalibration["claims"], string>> = {
  scores: "probabilities",
  probability: "probability",
  logprob: "log-probabilities",
  votes: "share of repeated answers",
  stated: "what it says itself",
};

const reasons: Readonly<Record<Extract<Temperature, { kind: "not-fitted" }>["reason"], string>> = {
  "no-validation-rows": "not fitted: no validation rows",
  "scores-cut": "not fitted: so many labels that not all scores are kept",
  "no-minimum": "not fitted: the validation rows set no limit",
};

/** The columns after the approach's name. */
export const confidenceColumns: readonly ConfidenceColumn[] = [
  { title: "Confidence by", text: ({ claims }) => claimNames[claims] },
  { title: "Calibration error", text: ({ reliability }) => formatPercent(reliability.ece) },
  {
    title: "Temperature (95% interval)",
    text: ({ temperature }) => {
      if (temperature.kind === "not-fitted") return reasons[temperature.reason];
      const { value, low, high } = temperature.value;
      return `${formatNumber(value)} (${formatNumber(low)}–${formatNumber(high)})`;
    },
  },
  {
    title: "Error at it",
    text: ({ temperature, isotonic }) => {
      const atTemperature = temperature.kind === "fitted" ? formatPercent(temperature.reliability.ece) : missing;
      return isotonic === undefined ? atTemperature : `${atTemperature}; isotonic ${formatPercent(isotonic.reliability.ece)}`;
    },
  },
  {
    title: "Surest rows answered",
    text: ({ answered }) => {
      if (answered === null) return missing;
      return answered.targets.length === 0 ? "all" : answered.targets.map(targetText).join("; ");
    },
  },
  {
    title: "Mean error of the surest (95% interval)",
    text: ({ answered }) => {
      if (answered === null) return missing;
      const { value, low, high } = answered.area;
      return `${formatPercent(value)} (${formatPercent(low).replace("%", "")}–${formatPercent(high)}; of all ${formatPercent(answered.errorRate)})`;
    },
  },
];

/** `62% at 95% (51–70%)`: a share of the rows at an accuracy. */
export function targetText({ accuracy, share }: AccuracyTarget): string {
  return `${wholePercent(share.value)}% at ${percentOf(accuracy)}% (${wholePercent(share.low)}–${wholePercent(share.high)}%)`;
}

/** What the table shows, in a note below it. */
export const confidenceNote =
  "Calibration error: how far confidence and accuracy are apart, over 15 bins (ECE). One temperature, by which log-probabilities are divided, changes no answer; " +
  "it is fitted on validation rows, and its error is that of the test rows; isotonic: by the non-decreasing curve that fits these best. “62% at 95% (51–70%)”: answering only the surest 62% of the rows, " +
  "95% of the answers are right; the interval says which share may be.";

function wholePercent(share: number): string {
  return formatCount(Math.round(100 * share));
}

function percentOf(share: number): string {
  return formatNumber(100 * share);
}
