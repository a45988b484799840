/** @file The factor table in words: what a row measures, and each kind of cell. A kind without words does not compile. */
import {
  formatBytes,
  formatCount,
  formatLargeCount,
  formatPercent,
  formatPlural,
  formatSeconds,
  formatUsd,
} from "../../lib/text/format.js";
import { formatMetricEstimate, metricNames } from "../../lib/text/metric-names.js";
import type { Crossover, LearningPoint } from "../../types/curves.js";
import type { FactorCell, FactorMeasure, LabelsScored, MetricScore, NotMeasured } from "../../types/factors.js";
import type { Upfront } from "../../types/prices.js";
import { labelsText, measuredLabels } from "./crossovers.js";
import { adaptationWords, noExperiment, spreadText, unvariedTexts } from "./experiments.js";
import { capitalized } from "./lists.js";
import { sampleText } from "./pairs.js";
import { priceBasisText } from "./prices.js";

/** A cell in words. `text` is short enough for a table; of a cell that was not measured it says why. */
export interface CellWords {
  readonly text: string;
  /** All that stands below it, in one line. */
  readonly detail?: string;
}

/** The same with a line for each thing that stands below it. */
export interface CellLines {
  readonly text: string;
  readonly details: readonly string[];
}

type CellOf<Kind extends FactorCell["kind"]> = Extract<FactorCell, { readonly kind: Kind }>;

const cells: { readonly [Kind in FactorCell["kind"]]: (cell: CellOf<Kind>) => CellLines } = {
  score: scoreWords,
  changes: changesWords,
  time: ({ fitSeconds, latency, testRows, predictSeconds }) => {
    // What takes no thousandth of a second is nothing to anybody.
    const fit = fitSeconds < 0.001 ? "nothing to fit" : `${formatSeconds(fitSeconds)} to fit`;
    if (latency === null) return { text: fit, details: ["time of an answer not measured"] };
    return {
      text: `${fit}, ${formatSeconds(latency.p50)} an answer`,
      details: [
        `95% of answers within ${formatSeconds(latency.p95)}, over ${formatPlural(latency.requests, "request")}`,
        `${formatPlural(testRows, "test row")} answered in ${formatSeconds(predictSeconds)}`,
      ],
    };
  },
  price: ({ usdPerThousand, basis, upfront }) => ({
    text: `${formatUsd(usdPerThousand)} per 1,000`,
    details: [priceBasisText(basis), upfrontText(upfront)],
  }),
  labels: ({ labels, isTold, trainRows, curve, noCurve, crossover }) => ({
    text: formatPlural(labels, "label"),
    details: [
      isTold ? told : `of ${formatPlural(trainRows, "training row")}`,
      // Of a prompt, which has no curve, it would be told what another approach does.
      ...(crossover === undefined || curve === undefined ? [] : overtakingTexts(crossover)),
      ...(curve === undefined ? [] : [`${metricNames[curve.metric]} ${curve.points.map(pointText).join(", ")}`]),
      ...(noCurve === undefined ? [] : [noCurveTexts[noCurve]]),
    ],
  }),
  effort: ({ words, isTold, settings, needs, spreads = [], unvaried }) => {
    const moved = [...spreads.map(spreadText), ...(unvaried === undefined ? [] : [unvariedTexts[unvaried]])];
    const written = words === 0 ? "nothing to write" : `${formatPlural(words, "word")} to write`;
    if (isTold) return { text: written, details: [told, ...moved] };
    const chosen = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
    return {
      text: `${written}${chosen.length === 0 ? "" : `, ${formatPlural(chosen.length, "setting")} chosen`}`,
      details: [
        ...(chosen.length === 0 ? [] : [`chosen by measuring: ${chosen.join(", ")}`]),
        needs.length === 0 ? "needs nothing besides its files" : `needs ${needs.join(", ")}`,
        ...moved,
      ],
    };
  },
  adaptation: adaptationWords,
  "not-measured": ({ why }) => ({ text: reasons[why], details: [] }),
};

/** A cell of the factor table in words. Names of approaches and settings stand in it as they are: the renderer escapes. */
export function cellWords<Kind extends FactorCell["kind"]>(cell: CellOf<Kind>): CellWords {
  const { text, details } = cellLines(cell);
  return { text, ...(details.length > 0 && { detail: details.join("; ") }) };
}

/** The same, with a line for each thing that stands below the short text. */
export function cellLines<Kind extends FactorCell["kind"]>(cell: CellOf<Kind>): CellLines {
  return cells[cell.kind as Kind](cell);
}

/** What came before the first answer, as far as it has a price. */
function upfrontText(upfront: Upfront | null): string {
  if (upfront === null) return "what setting it up took is not known";
  const parts = (["labels", "fitting", "work"] as const).filter((part) => upfront[part] >= leastUsd);
  return parts.length === 0
    ? "setting it up took nothing that has a price"
    : `set up: ${parts.map((part) => `${part} ${formatUsd(upfront[part])}`).join(", ")}`;
}

/** Of less nothing is told. */
const leastUsd = 0.00001;

/** When a tuned approach overtakes the best prompt; nothing where that could not be told. */
function overtakingTexts({ prompted, found }: Crossover): string[] {
  if (found.kind === "refused") return [];
  const labels = labelsText(found.labels, measuredLabels(found));
  if (found.labels.side.value === "after") return [`does not overtake ${prompted} ${labels.replace(/^not /, "")}`];
  return [`overtakes ${prompted} ${found.labels.value === null ? labels : `at ${labels}`}`];
}

/** Why there is no learning curve, and what measures one. */
const noCurveTexts = {
  billed: "its learning curve would be billed (--curve full)",
  "no-time": "no time was left for its learning curve (--curve-time gives more)",
  none: "learning curve not measured (--curve quick)",
} as const;

/** `88.6% with 16 labels`. */
function pointText({ labels, score }: LearningPoint): string {
  return `${formatPercent(score.value)} with ${formatPlural(labels, "label")}`;
}

const measures: Readonly<Record<Exclude<FactorMeasure["kind"], "score">, string>> = {
  changes: "What is fitted to your data: trained weights, and prompt tokens sent with each text",
  time: "Time to fit, and for one answer (median)",
  price: "USD per 1,000 predictions",
  labels: "Labelled examples used",
  adaptation: "Labels until a new label is found; what typos and unlike rows do to the score",
  effort: "What a person writes, settings chosen by measuring, and how far chance and wording move the score",
};

/** What a row of the factor table measures, with its unit. */
export function measureText(measure: FactorMeasure): string {
  if (measure.kind !== "score") return measures[measure.kind];
  return `${capitalized(metricNames[measure.metric])}${over(measure.labels)} on the test rows, with its 95% interval`;
}

/** ` over 5 of 7 labels`; nothing where a score is over all. */
function over(labels: LabelsScored | undefined): string {
  return labels === undefined ? "" : ` over ${formatCount(labels.scored)} of ${formatPlural(labels.of, "label")}`;
}

function scoreWords({ testRows, sampledFrom, missing, others, balancedAccuracy, seeds, ...main }: CellOf<"score">): CellLines {
  const scoreText = ({ metric, score }: MetricScore): string => formatMetricEstimate(metric, score);
  const beside = others.map((other) => `${metricNames[other.metric]} ${scoreText(other)}${over(other.labels)}, `).join("");
  const balanced = `${beside}balanced accuracy ${formatPercent(balancedAccuracy)}`;
  const rows = sampledFrom === undefined ? formatPlural(testRows, "test row") : sampleText(testRows, sampledFrom);
  const all = seeds > 1 ? `, mean of ${seeds} seeds` : "";
  if (missing === undefined) return { text: scoreText(main), details: [`${balanced}, on ${rows}${all}`] };
  const worst = `${metricNames[missing.metric]} ${formatPercent(missing.asWrong)} with the missing ones wrong`;
  // Scores over fewer rows than the others' say so before anything else.
  const detail = `on ${formatCount(testRows - missing.rows)} of ${rows} (${worst}): ${balanced}${all}`;
  return { text: scoreText(main), details: [detail] };
}

function changesWords(cell: CellOf<"changes">): CellLines {
  const { trainedParameters: trained, totalParameters: total, promptTokens, artifactBytes } = cell;
  const weights = `${formatLargeCount(trained)} weights trained`;
  const unshipped = total === null ? "the model stays where it is asked" : "not saved as a model to ship";
  return {
    text: [
      trained === 0 ? "nothing trained" : trained === total ? `all ${weights}` : weights,
      ...(promptTokens === 0 ? [] : [`${formatCount(promptTokens)} prompt tokens`]),
    ].join(", "),
    details: [
      ...(trained > 0 && total !== null && trained !== total ? [`of a model of ${formatLargeCount(total)}`] : []),
      artifactBytes === null ? unshipped : `${formatBytes(artifactBytes)} to ship`,
    ],
  };
}

const told = "as told, not measured";
const replayed = "the answers are recorded; how they came about was not measured";
const reasons: Readonly<Record<NotMeasured, string>> = {
  recorded: replayed,
  "labels-not-told": `${replayed} (--recorded-labels tells the labels)`,
  "words-not-told": `${replayed} (--recorded-words tells the words)`,
  "price-unknown": "the price of an answer is not known",
  ...noExperiment,
};
