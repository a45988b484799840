/** @file What is said of a cascade, once for the terminal, Markdown and the page. Texts are not yet made harmless. */
import { inMetric } from "../../compare/cascade/in-metric.js";
import {
  formatCount,
  formatNumber,
  formatPercent,
  formatPlural,
  formatPointsEstimate,
  formatPValue,
  formatScore,
  formatUsd,
} from "../../lib/text/format.js";
import { formatMetric, formatMetricEstimate, metricNames } from "../../lib/text/metric-names.js";
import type {
  Cascade,
  CascadeDifference,
  CascadeObjection,
  CascadePolicy,
  EscalationPoint,
  NoCascade,
} from "../../types/cascade.js";
import type { Estimate, Metric } from "../../types/scores.js";

const missing = "–";

/** A table as plain texts; the first column is text, the others are numbers. */
export interface TextTable {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What the section of a report is called. */
export const cascadeTitle = "Both together";

/** Why two approaches can't be paired. */
export function noCascadeText(reason: NoCascade): string {
  switch (reason.kind) {
    case "not-measured":
      return `There are no answers of ${reason.approach} to the test rows.`;
    case "tells-no-confidence":
      return `${reason.approach} does not tell how sure it is of each answer, so that nothing says which rows to hand on.`;
    case "few-shared-rows":
      return `Both have an outcome of ${formatPlural(reason.rows, "test row")}; a threshold takes ${formatCount(reason.least)} at least.`;
    case "price-unknown":
      return `What ${reason.approach} costs is not known.`;
  }
}

/** One word for it. */
export function cascadeBadge({ objections }: Pick<Cascade, "objections">): string {
  return objections.length === 0 ? "RECOMMENDED" : "NOT RECOMMENDED";
}

/** What it does, in a sentence. */
export function cascadeHeadline({ small, llm, threshold, escalated, objections }: Cascade): string {
  // Thresholds within the test rows may hand on none, or all, although that for use does not.
  if (threshold === null || escalated.value === 1) return `${llm} would answer every row: ${small} never.`;
  const kept = formatPercent(1 - escalated.value);
  if (threshold === 0 || escalated.value === 0) return `${small} would answer every row that it can: ${kept}.`;
  // What is not recommended is not said as if it were so.
  const [answers, asked] = objections.length === 0 ? ["answers", "is asked"] : ["would answer", "would be asked"];
  return `${small} ${answers} where it is at least ${confidenceText(threshold)} sure, ${kept} of the rows; ${llm} ${asked} for the other ${formatPercent(escalated.value)}.`;
}

/** On which rows, and how the threshold came about. */
export function cascadeBasis({ rows, of, basis, calibration, fallbacks, small }: Cascade): string {
  const which =
    rows === of
      ? `${formatCount(of)} test rows`
      : `${formatCount(rows)} of ${formatCount(of)} test rows, those that both have an outcome of`;
  const chosen =
    basis.kind === "validation"
      ? `The threshold was chosen on ${formatPlural(basis.rows, "validation row")}`
      : `The threshold was chosen within the test rows, in ${basis.folds} folds: each row is answered by the threshold that the others choose (${confidenceText(basis.least)} to ${confidenceText(basis.most)})`;
  const scale =
    calibration === null
      ? "confidence is taken as it is told"
      : calibration.kind === "temperature"
        ? `confidence is calibrated by a temperature of ${formatNumber(calibration.temperature)}, fitted on ${formatPlural(calibration.rows, "validation row")}`
        : `confidence is calibrated by isotonic regression on ${formatPlural(calibration.rows, "validation row")}`;
  const stood =
    fallbacks === 0
      ? ""
      : ` Of the rows handed on, ${formatPlural(fallbacks, "answer")} could not be used: there what ${small} says stands.`;
  return `${which}. ${chosen}; ${scale}.${stood}`;
}

/** Each objection as a sentence. */
export function objectionText(objection: CascadeObjection, { small, llm, differences, metric, aim, policies }: Cascade): string {
  const by = ({ pValue, ...difference }: CascadeDifference): string => {
    const own = inMetric(difference, metric);
    const told = differenceText(own, metric);
    if (pValue === null) return told;
    // Where so few rows decide, the test alone may say otherwise.
    return pValue < 0.05 && own.low <= 0
      ? `${told}; the interval reaches down to 0, though ${formatPValue(pValue)}`
      : `${told}, ${formatPValue(pValue)}`;
  };
  switch (objection) {
    case "not-better-than-random":
      return `It is not shown to beat handing on as many rows at random: ${by(differences.random)}. How sure ${small} is says too little of where ${llm} does better.`;
    case "not-better-than-small":
      return `It is not shown to beat ${small} alone, which costs less: ${by(differences.small)}.`;
    case "llm-alone-suffices":
      return `${llm} alone is at least as good, and does not cost more.`;
    case "nothing-handed-on":
      return `No threshold gains anything over chance: take one of the two alone.`;
    case "everything-handed-on":
      return `Every row would be handed on: ${llm} alone does the same for less.`;
    case "aim-not-reached": {
      if (aim.kind === "cost")
        return `No threshold keeps within ${formatUsd(aim.mostUsdPerThousand)} per 1,000: ${small} alone costs ${usdText(policies.small.usdPerThousand)}.`;
      return `No threshold reaches what was asked for${aim.kind === "score" ? `, ${formatMetric(metric, aim.least)}` : ""}; shown is the one that comes nearest.`;
    }
  }
}

/** The cascade beside the other ways. */
export function policyTable(cascade: Cascade): TextTable {
  const { small, llm, policies, escalated, metric } = cascade;
  const metrics = metricsOf(policies.cascade, metric);
  const row = (name: string, policy: CascadePolicy): string[] => [
    name,
    ...metrics.map((each) => formatMetricEstimate(each, inMetric(policy, each))),
    usdText(policy.usdPerThousand),
  ];
  return {
    title: "Beside the other ways, with 95% intervals",
    columns: ["", ...metrics.map((each) => metricNames[each]), "USD per 1,000"],
    rows: [
      row("the cascade", policies.cascade),
      row(`${small} alone`, policies.small),
      row(`${llm} alone`, policies.llm),
      [
        `${formatPercent(escalated.value)} at random`,
        ...metrics.map((each) => formatMetric(each, inMetric(policies.random, each))),
        policies.random.usdPerThousand === null ? missing : formatUsd(policies.random.usdPerThousand),
      ],
    ],
  };
}

/** The cascade minus each of the other ways. */
export function differenceTable(cascade: Cascade): TextTable {
  const { small, llm, differences, escalated, metric } = cascade;
  const metrics = metricsOf(differences.small, metric);
  const row = (name: string, { pValue, ...difference }: CascadeDifference): string[] => [
    name,
    ...metrics.map((each) => differenceText(inMetric(difference, each), each).replace(" points", "")),
    difference.usdPerThousand === null ? missing : signedUsd(difference.usdPerThousand.value),
    pValue === null ? missing : formatPValue(pValue).replace(/^p (= )?/, ""),
  ];
  return {
    title: "What the cascade gains on the same rows",
    columns: [
      "over",
      ...metrics.map((each) => (isShare(each) ? `${metricNames[each]}, points` : metricNames[each])),
      "USD per 1,000",
      "p",
    ],
    rows: [
      row(`${small} alone`, differences.small),
      row(`${llm} alone`, differences.llm),
      row(`${formatPercent(escalated.value)} at random`, differences.random),
    ],
  };
}

/** Rows of the curve that are told: about evenly spaced, and what lies between them is in the JSON. */
const curveRows = 11;

/** Shares handed on, with what they score: some, or all that there are. */
export function curveTable({ curve, metric }: Cascade, isWhole = false): TextTable {
  return {
    title: "Every share of rows handed on, the least sure first",
    columns: ["handed on", "kept from", metricNames[metric], "at random", "USD per 1,000"],
    rows: (isWhole ? curve : someOf(curve)).map(({ share, threshold, score, random, usdPerThousand }) => [
      formatPercent(share),
      threshold === null ? "none is" : threshold === 0 ? "any" : confidenceText(threshold),
      formatMetricEstimate(metric, score),
      formatMetric(metric, random),
      usdPerThousand === null ? missing : formatUsd(usdPerThousand),
    ]),
  };
}

/** Points whose shares are about evenly spaced, the finer the fewer are handed on: that is where cascades are. */
function someOf(curve: readonly EscalationPoint[]): readonly EscalationPoint[] {
  const wanted = Array.from({ length: curveRows }, (_, i) => (i / (curveRows - 1)) ** 2);
  const nearest = wanted.map((share) =>
    curve.reduce((best, point) => (Math.abs(point.share - share) < Math.abs(best.share - share) ? point : best)),
  );
  return [...new Set(nearest)];
}

/** What the intervals are, and what they leave out. */
export const cascadeNote =
  "Intervals are over test rows; those of differences are paired. At random: as many rows handed on, picked by chance. The curve's intervals hold for a share that was " +
  "fixed beforehand. USD: of a service its list price; of a model on this machine by the clock.";

/** A confidence as a percentage with the digits that tell it from 1. */
export function confidenceText(confidence: number | null): string {
  if (confidence === null) return "more than 100%";
  const digits = confidence > 0.99 ? Math.min(6, Math.ceil(-Math.log10(Math.max(1e-6, 1 - confidence))) - 1) : 1;
  return `${(100 * confidence).toFixed(digits)}%`;
}

/** The metric that decides first, then macro-F1 or the accuracy. */
function metricsOf(scores: { readonly microF1?: unknown }, metric: Metric): readonly Metric[] {
  return metric === "microF1" && scores.microF1 !== undefined ? ["microF1", "exactMatch"] : ["accuracy", "macroF1"];
}

function differenceText({ value, low, high }: Estimate, metric: Metric): string {
  if (isShare(metric)) return formatPointsEstimate({ value, low, high }, 0.01);
  const signed = (score: number): string => (score > 0 ? "+" : "") + formatScore(score);
  return `${signed(value)} (${signed(low)} to ${signed(high)})`;
}

function isShare(metric: Metric): boolean {
  return metric === "accuracy" || metric === "exactMatch";
}

function usdText(estimate: Estimate | null): string {
  if (estimate === null) return missing;
  const { value, low, high } = estimate;
  return high - low <= 1e-9 * Math.abs(value)
    ? formatUsd(value)
    : `${formatUsd(value)} (${formatUsd(Math.max(0, low))}–${formatUsd(high).replace("$", "")})`;
}

function signedUsd(value: number): string {
  const text = formatUsd(value);
  return value > 0 && text.startsWith("$") ? `+${text}` : text;
}
