/**
 * @file The table of factors: for each of the six by which people choose between fine-tuning and prompting, and for quality, what was
 * measured. A cell is a measurement or says why there is none; nothing is guessed.
 */
import {
  formatBytes,
  formatCount,
  formatLargeCount,
  formatPercent,
  formatPlural,
  formatSeconds,
  formatUsd,
} from "../lib/text/format.js";
import { formatMetricEstimate, metricNames } from "../lib/text/metric-names.js";
import type { Assumptions, BreakEven, FactorCell, FactorName, FactorRow, MetricChoice, Outcome, Summary } from "../types.js";
import { fewestRequests, setupCost } from "./cost.js";
import { labelsUsed, wordsWritten } from "./known-facts.js";
import { scoreOf } from "./metrics/metric-choice.js";
import { presentRows } from "./missing.js";

/** All that a cell is made from. */
interface FactorInput {
  readonly summaries: readonly Summary[];
  /** The first seed's outcomes of each approach. */
  readonly outcomes: ReadonlyMap<string, readonly Outcome[]>;
  readonly assumptions: Assumptions;
  readonly breakEven: BreakEven | null;
  readonly metrics: MetricChoice;
  /** Labels of the task. */
  readonly labelCount: number;
}

interface FactorRule {
  readonly measure: string | ((input: FactorInput) => string);
  readonly cell: (summary: Summary, input: FactorInput) => FactorCell;
}

/** One rule a factor; a factor without a rule does not compile. Rows of the table come in this order. */
const rules: Readonly<Record<FactorName, FactorRule>> = {
  quality: { measure: qualityMeasure, cell: qualityCell },
  customization: { measure: "Numbers set by learning, and tokens of prompt sent with each text", cell: customizationCell },
  time: { measure: "Time to fit, and for one answer (median)", cell: timeCell },
  cost: { measure: "USD per 1,000 predictions", cell: costCell },
  data: { measure: "Labelled examples used", cell: dataCell },
  flexibility: {
    measure: "Labels needed for a new class; points lost on shifted texts",
    cell: () => ({ kind: "not-measured", why: "needs an experiment with a held-out label and one with shifted texts" }),
  },
  skill: { measure: "Words a person wrote, and settings chosen by measuring", cell: skillCell },
};

/** The factor table, quality first. */
export function factorRows(input: FactorInput): FactorRow[] {
  return (Object.keys(rules) as FactorName[]).map((factor) => ({
    factor,
    measure: measureOf(rules[factor], input),
    cells: Object.fromEntries(input.summaries.map((summary) => [summary.approach, rules[factor].cell(summary, input)])),
  }));
}

function measureOf({ measure }: FactorRule, input: FactorInput): string {
  return typeof measure === "string" ? measure : measure(input);
}

/** Share of rows that two approaches answer differently, of those that both have an outcome of. NaN where there is none. */
export function shareOfAnswersChanged(a: readonly Outcome[], b: readonly Outcome[]): number {
  const key = ({ answer }: Outcome): string => JSON.stringify(answer?.toSorted() ?? null);
  const rows = presentRows([a, b]);
  return rows.filter((row) => key(a[row]!) !== key(b[row]!)).length / rows.length;
}

function qualityMeasure({ metrics, labelCount }: FactorInput): string {
  const name = metricNames[metrics.ranking];
  const scored = metrics.ranking === "macroF1" && metrics.labelsScored < labelCount;
  const labels = scored ? ` over ${formatCount(metrics.labelsScored)} of ${formatPlural(labelCount, "label")}` : "";
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}${labels} on the test rows, with its 95% interval`;
}

function qualityCell(summary: Summary, { metrics, labelCount }: FactorInput): FactorCell {
  const { testRows, missing, balancedAccuracy, seeds } = summary;
  const rows =
    missing === undefined
      ? formatPlural(testRows, "test row")
      : `${formatCount(testRows - missing.rows)} of ${formatPlural(testRows, "test row")} ` +
        `(${metrics.ranking === "microF1" ? metricNames.exactMatch : "accuracy"} ${formatPercent(missing.worstCase.accuracy.value)} with the missing ones wrong)`;
  const score = scoreOf(summary, metrics.ranking);
  const others = [metrics.primary, ...metrics.others]
    .filter((metric) => metric !== metrics.ranking)
    .map((metric) => {
      const isPartial = metric === "macroF1" && metrics.labelsScored < labelCount;
      const labels = isPartial ? ` over ${formatCount(metrics.labelsScored)} of ${formatPlural(labelCount, "label")}` : "";
      return `${metricNames[metric]} ${formatMetricEstimate(metric, scoreOf(summary, metric))}${labels}, `;
    });
  return {
    kind: "measured",
    text: formatMetricEstimate(metrics.ranking, score),
    // Scores over fewer rows than the others' say so before anything else.
    detail:
      `${missing === undefined ? "" : `on ${rows}: `}${others.join("")}balanced accuracy ${formatPercent(balancedAccuracy)}` +
      `${missing === undefined ? `, on ${rows}` : ""}${seeds.length > 1 ? `, mean of ${seeds.length} seeds` : ""}`,
    estimate: score,
  };
}

/** Why a recording has no measurement of this. */
const replayed = "the answers are recorded; how they came about was not measured";

function customizationCell(summary: Summary, input: FactorInput): FactorCell {
  if (summary.facts.recording !== undefined) return { kind: "not-measured", why: replayed };
  const { trainedParameters, totalParameters, promptTokens, artifactBytes } = summary.facts;
  const numbers =
    trainedParameters === 0
      ? "none set"
      : `${formatLargeCount(trainedParameters)}${totalParameters === null ? "" : ` of ${formatLargeCount(totalParameters)}`} set`;
  const parts = [];
  const start = startingPoint(summary, input.summaries);
  if (start !== null) {
    const changed = shareOfAnswersChanged(input.outcomes.get(summary.approach)!, input.outcomes.get(start)!);
    if (!Number.isNaN(changed)) parts.push(`answers ${formatPercent(changed)} of the test rows otherwise than ${start}`);
  }
  const unshipped = totalParameters === null ? "the model stays with a service" : "not saved as a model to ship";
  parts.push(artifactBytes === null ? unshipped : `${formatBytes(artifactBytes)} to ship`);
  return {
    kind: "measured",
    text: `${numbers}${promptTokens === 0 ? "" : `, ${formatCount(promptTokens)} prompt tokens`}`,
    detail: parts.join("; "),
  };
}

/**
 * What an approach was before it learned: the one of its arm, with the same model, that learned from no
 * labels; without one, the baseline that always answers the commonest label; `null` for that baseline itself.
 */
function startingPoint(summary: Summary, summaries: readonly Summary[]): string | null {
  const others = summaries.filter(({ approach }) => approach !== summary.approach);
  const untouched = others.find(
    ({ arm, model, traits }) =>
      summary.traits.learnsFrom === "labels" &&
      !traits.isRecording &&
      traits.learnsFrom === "nothing" &&
      arm === summary.arm &&
      arm !== "baseline" &&
      model === summary.model,
  );
  const majority = others.find(({ traits }) => traits.isMajority);
  return untouched?.approach ?? majority?.approach ?? null;
}

function timeCell({ facts, fitCost, latency, predictCost, testRows }: Summary): FactorCell {
  if (facts.recording !== undefined) return { kind: "not-measured", why: replayed };
  const fit = `fit ${formatSeconds(fitCost.seconds)}`;
  if (latency === null) return { kind: "measured", text: fit, detail: "time of an answer not measured" };
  const all = `${formatPlural(testRows, "test row")} answered in ${formatSeconds(predictCost.seconds)}`;
  return {
    kind: "measured",
    text: `${fit}, answer ${formatSeconds(latency.p50)}`,
    detail: `95% of answers within ${formatSeconds(latency.p95)}, over ${formatPlural(latency.requests, "request")}; ${all}`,
  };
}

function costCell(summary: Summary, { assumptions, breakEven }: FactorInput): FactorCell {
  const price = summary.usdPerThousand;
  if (price === null) return { kind: "not-measured", why: "the price of an answer is not known" };
  const setup = setupCost(summary, assumptions);
  const parts = [
    price.basis,
    setup === null || summary.facts.recording !== undefined
      ? "what setting it up took is not known"
      : `set up: labels ${formatUsd(setup.labels)}, fitting ${formatUsd(setup.fitting)}`,
  ];
  if (breakEven !== null && (breakEven.tuned === summary.approach || breakEven.prompted === summary.approach)) {
    parts.push(
      breakEven.requests === null
        ? `${breakEven.tuned} never gets cheaper than ${breakEven.prompted} at these prices`
        : `${breakEven.tuned} is cheaper than ${breakEven.prompted} from ${crossingText(breakEven.requests, breakEven)}`,
    );
  }
  return { kind: "measured", text: `${formatUsd(price.value)} per 1,000`, detail: parts.join("; ") };
}

/** `12,000 requests on (95% interval 11,000 to 13,000)`, or that there is none; nothing of numbers that are too small to mean anything. */
function crossingText(requests: number, { interval, leavesOut }: BreakEven): string {
  if (requests === 0) return "the first request on";
  if (requests < fewestRequests) return `the first ${fewestRequests} requests on`;
  const count = `${formatPlural(requests, "request")} on`;
  if (interval === undefined) return `${count} (interval not measured)`;
  const high = interval.high === null ? "never" : formatCount(interval.high);
  const without = leavesOut === undefined ? "" : ", this machine's speed taken as measured";
  return `${count} (95% interval ${formatCount(interval.low)} to ${high}${without})`;
}

function dataCell(summary: Summary): FactorCell {
  const labels = labelsUsed(summary);
  if (labels === null) return { kind: "not-measured", why: `${replayed} (--recorded-labels tells the labels)` };
  const isTold = summary.facts.recording !== undefined;
  return {
    kind: "measured",
    text: formatPlural(labels, "label"),
    detail: isTold
      ? "as told, not measured"
      : `of ${formatPlural(summary.trainSize, "training row")}; learning curve not measured`,
  };
}

function skillCell({ facts }: Summary): FactorCell {
  const words = wordsWritten({ facts });
  if (words === null) return { kind: "not-measured", why: `${replayed} (--recorded-words tells the words)` };
  if (facts.recording !== undefined)
    return { kind: "measured", text: formatPlural(words, "word"), detail: "as told, not measured" };
  const settings = Object.entries(facts.chosen);
  const chosen = settings.map(([name, value]) => `${name} = ${value}`).join(", ");
  return {
    kind: "measured",
    text: `${formatPlural(facts.humanWords, "word")}, ${formatPlural(settings.length, "setting")}`,
    detail:
      `${settings.length === 0 ? "no setting chosen by measuring" : `chosen by measuring: ${chosen}`}; ` +
      `${facts.needs.length === 0 ? "needs nothing besides its files" : `needs ${facts.needs.join(", ")}`}`,
  };
}
