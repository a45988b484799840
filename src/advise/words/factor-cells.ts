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
import type { LearningPoint } from "../../types/curves.js";
import type { FactorCell, FactorMeasure, LabelsScored, MetricScore, NotMeasured } from "../../types/factors.js";
import type { BreakEven } from "../../types/prices.js";
import { crossoverText } from "./crossovers.js";
import { adaptationWords, noExperiment, spreadText, unvariedTexts } from "./experiments.js";
import { capitalized } from "./lists.js";
import { fromRequests, machineNames, priceBasisText } from "./prices.js";

/** A cell in words. `text` is short enough for a table; of a cell that was not measured it says why. */
export interface CellWords {
  readonly text: string;
  readonly detail?: string;
}

type CellOf<Kind extends FactorCell["kind"]> = Extract<FactorCell, { readonly kind: Kind }>;

const cells: { readonly [Kind in FactorCell["kind"]]: (cell: CellOf<Kind>) => CellWords } = {
  score: scoreWords,
  changes: changesWords,
  time: ({ fitSeconds, latency, testRows, predictSeconds }) => {
    const fit = `fit ${formatSeconds(fitSeconds)}`;
    if (latency === null) return { text: fit, detail: "time of an answer not measured" };
    const all = `${formatPlural(testRows, "test row")} answered in ${formatSeconds(predictSeconds)}`;
    return {
      text: `${fit}, answer ${formatSeconds(latency.p50)}`,
      detail: `95% of answers within ${formatSeconds(latency.p95)}, over ${formatPlural(latency.requests, "request")}; ${all}`,
    };
  },
  price: ({ usdPerThousand, basis, upfront, breakEvens = [] }) => ({
    text: `${formatUsd(usdPerThousand)} per 1,000`,
    detail: [
      priceBasisText(basis),
      upfront === null
        ? "what setting it up took is not known"
        : `set up: labels ${formatUsd(upfront.labels)}, fitting ${formatUsd(upfront.fitting)}${upfront.work > 0 ? `, work ${formatUsd(upfront.work)}` : ""}`,
      ...breakEvens.map(breakEvenText),
    ].join("; "),
  }),
  labels: ({ labels, isTold, trainRows, curve, noCurve, crossover }) => ({
    text: formatPlural(labels, "label"),
    detail: [
      isTold ? told : `of ${formatPlural(trainRows, "training row")}`,
      ...(crossover === undefined ? [] : [crossoverText(crossover).slice(0, -1)]),
      ...(curve === undefined ? [] : [`${metricNames[curve.metric]} ${curve.points.map(pointText).join(", ")}`]),
      ...(noCurve === undefined ? [] : [noCurveTexts[noCurve]]),
    ].join("; "),
  }),
  effort: ({ words, isTold, settings, needs, spreads = [], unvaried }) => {
    const why = unvaried === undefined ? [] : [unvariedTexts[unvaried]];
    const spread = [...spreads.map(spreadText), ...why].map((text) => `; ${text}`).join("");
    if (isTold) return { text: formatPlural(words, "word"), detail: `${told}${spread}` };
    const chosen = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
    return {
      text: `${formatPlural(words, "word")}, ${formatPlural(chosen.length, "setting")}`,
      detail:
        `${chosen.length === 0 ? "no setting chosen by measuring" : `chosen by measuring: ${chosen.join(", ")}`}; ` +
        `${needs.length === 0 ? "needs nothing besides its files" : `needs ${needs.join(", ")}`}` +
        spread,
    };
  },
  adaptation: adaptationWords,
  "not-measured": ({ why }) => ({ text: reasons[why] }),
};

/** A cell of the factor table in words. Names of approaches and settings stand in it as they are: the renderer escapes. */
export function cellWords<Kind extends FactorCell["kind"]>(cell: CellOf<Kind>): CellWords {
  return cells[cell.kind as Kind](cell);
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
  changes: "Numbers set by learning, and tokens of prompt sent with each text",
  time: "Time to fit, and for one answer (median)",
  price: "USD per 1,000 predictions",
  labels: "Labelled examples used",
  adaptation: "Labels until a new label is found; points by typos and unlike rows",
  effort: "Words a person wrote, settings chosen by measuring, and how far chance and wording move the score",
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

function scoreWords({ testRows, missing, others, balancedAccuracy, seeds, ...main }: CellOf<"score">): CellWords {
  const scoreText = ({ metric, score }: MetricScore): string => formatMetricEstimate(metric, score);
  const beside = others.map((other) => `${metricNames[other.metric]} ${scoreText(other)}${over(other.labels)}, `).join("");
  const balanced = `${beside}balanced accuracy ${formatPercent(balancedAccuracy)}`;
  const rows = formatPlural(testRows, "test row");
  const all = seeds > 1 ? `, mean of ${seeds} seeds` : "";
  if (missing === undefined) return { text: scoreText(main), detail: `${balanced}, on ${rows}${all}` };
  const worst = `${metricNames[missing.metric]} ${formatPercent(missing.asWrong)} with the missing ones wrong`;
  // Scores over fewer rows than the others' say so before anything else.
  const detail = `on ${formatCount(testRows - missing.rows)} of ${rows} (${worst}): ${balanced}${all}`;
  return { text: scoreText(main), detail };
}

function changesWords(cell: CellOf<"changes">): CellWords {
  const { trainedParameters, totalParameters, promptTokens, artifactBytes, answersChanged } = cell;
  const total = totalParameters === null ? "" : ` of ${formatLargeCount(totalParameters)}`;
  const numbers = trainedParameters === 0 ? "none set" : `${formatLargeCount(trainedParameters)}${total} set`;
  const unshipped = totalParameters === null ? "the model stays with a service" : "not saved as a model to ship";
  return {
    text: `${numbers}${promptTokens === 0 ? "" : `, ${formatCount(promptTokens)} prompt tokens`}`,
    detail: [
      ...(answersChanged === undefined
        ? []
        : [`answers ${formatPercent(answersChanged.share)} of the test rows otherwise than ${answersChanged.from}`]),
      artifactBytes === null ? unshipped : `${formatBytes(artifactBytes)} to ship`,
    ].join("; "),
  };
}

/** `a is cheaper than b on a machine of its own from about 1,200,000 requests a month on (95% interval …)`. */
function breakEvenText({ tuned, prompted, machine, ...rest }: BreakEven): string {
  return `${tuned} is cheaper than ${prompted}${machine === null ? "" : ` ${machineNames[machine]}`} ${fromRequests(rest)}`;
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
