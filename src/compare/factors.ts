/**
 * @file The table of factors: for each of the six by which people choose between fine-tuning and prompting, and for quality, what was
 * measured. A cell is a measurement or says why there is none; nothing is guessed.
 */
import type { Comparison } from "../types/comparison.js";
import type { Crossover, LearningCurve, LearningPoint } from "../types/curves.js";
import type { ExperimentResults, LossDifference, NewLabel } from "../types/experiments.js";
import type {
  FactorCell,
  FactorMeasure,
  FactorName,
  FactorRow,
  LabelsScored,
  MetricScore,
  NoNewLabel,
  NoShift,
} from "../types/factors.js";
import type { Assumptions, BreakEven } from "../types/prices.js";
import type { Metric, MetricChoice, Summary } from "../types/scores.js";
import { labelsUsed, wordsWritten } from "./known-facts.js";
import { scoreOf } from "./metrics/metric-choice.js";
import { upfrontCost } from "./money/upfront.js";

/** All that a cell is made from. */
interface FactorInput {
  readonly summaries: readonly Summary[];
  /** See `shareOfAnswersChanged`. First seed. */
  readonly answersChanged: (approach: string, from: string) => number;
  readonly assumptions: Assumptions;
  readonly breakEvens: readonly BreakEven[];
  readonly metrics: MetricChoice;
  /** Labels of the task. */
  readonly labelCount: number;
  readonly best: Comparison["best"];
  readonly curves: readonly LearningCurve[];
  /** The pair of the arms' best first. */
  readonly crossovers: readonly Crossover[];
  readonly experiments: ExperimentResults | null;
}

interface FactorRule {
  readonly measure: FactorMeasure | ((input: FactorInput) => FactorMeasure);
  readonly cell: (summary: Summary, input: FactorInput) => FactorCell;
}

/** One rule a factor; a factor without a rule does not compile. Rows of the table come in this order. */
const rules: Readonly<Record<FactorName, FactorRule>> = {
  quality: { measure: qualityMeasure, cell: qualityCell },
  customization: { measure: { kind: "changes" }, cell: customizationCell },
  time: { measure: { kind: "time" }, cell: timeCell },
  cost: { measure: { kind: "price" }, cell: costCell },
  data: { measure: { kind: "labels" }, cell: dataCell },
  flexibility: { measure: { kind: "adaptation" }, cell: flexibilityCell },
  skill: { measure: { kind: "effort" }, cell: skillCell },
};

/** The factor table, quality first. */
export function factorRows(input: FactorInput): FactorRow[] {
  return (Object.keys(rules) as FactorName[]).map((factor) => {
    const { measure, cell } = rules[factor];
    return {
      factor,
      measure: typeof measure === "function" ? measure(input) : measure,
      cells: Object.fromEntries(input.summaries.map((summary) => [summary.approach, cell(summary, input)])),
    };
  });
}

function qualityMeasure(input: FactorInput): FactorMeasure {
  const { ranking } = input.metrics;
  return { kind: "score", metric: ranking, ...labelsScored(ranking, input) };
}

/** How many labels a mean over labels is over, where these are not all. */
function labelsScored(metric: Metric, { metrics, labelCount }: FactorInput): { readonly labels?: LabelsScored } {
  if (metric !== "macroF1" || metrics.labelsScored >= labelCount) return {};
  return { labels: { scored: metrics.labelsScored, of: labelCount } };
}

function qualityCell(summary: Summary, input: FactorInput): FactorCell {
  const { primary, others, ranking } = input.metrics;
  const { testRows, sampledFrom, missing, balancedAccuracy, seeds } = summary;
  const scoreIn = (metric: Metric): MetricScore => {
    return { metric, score: scoreOf(summary, metric), ...labelsScored(metric, input) };
  };
  return {
    kind: "score",
    ...scoreIn(ranking),
    others: [primary, ...others].filter((metric) => metric !== ranking).map(scoreIn),
    balancedAccuracy,
    testRows,
    ...(sampledFrom !== undefined && { sampledFrom }),
    ...(missing !== undefined && {
      missing: {
        rows: missing.rows,
        metric: ranking === "microF1" ? "exactMatch" : "accuracy",
        asWrong: missing.worstCase.accuracy.value,
      },
    }),
    seeds: seeds.length,
  };
}

function customizationCell(summary: Summary, input: FactorInput): FactorCell {
  if (summary.facts.recording !== undefined) return { kind: "not-measured", why: "recorded" };
  const { trainedParameters, totalParameters, promptTokens, artifactBytes } = summary.facts;
  const from = startingPoint(summary, input.summaries);
  const share = from === null ? Number.NaN : input.answersChanged(summary.approach, from);
  return {
    kind: "changes",
    trainedParameters,
    totalParameters,
    promptTokens,
    artifactBytes,
    ...(from !== null && !Number.isNaN(share) && { answersChanged: { share, from } }),
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
  if (facts.recording !== undefined) return { kind: "not-measured", why: "recorded" };
  return { kind: "time", fitSeconds: fitCost.seconds, latency, testRows, predictSeconds: predictCost.seconds };
}

function costCell(summary: Summary, { assumptions, breakEvens }: FactorInput): FactorCell {
  const { approach, usdPerThousand: price, facts } = summary;
  if (price === null) return { kind: "not-measured", why: "price-unknown" };
  const crossings = breakEvens.filter(({ tuned, prompted }) => tuned === approach || prompted === approach);
  return {
    kind: "price",
    usdPerThousand: price.value,
    basis: price.basis,
    upfront: facts.recording === undefined ? upfrontCost(summary, assumptions) : null,
    ...(crossings.length > 0 && { breakEvens: crossings }),
  };
}

function dataCell(summary: Summary, { curves, crossovers, best }: FactorInput): FactorCell {
  const labels = labelsUsed(summary);
  if (labels === null) return { kind: "not-measured", why: "labels-not-told" };
  const { approach } = summary;
  const curve = curves.find((each) => each.approach === approach);
  const about = crossovers.filter(({ tuned, prompted }) => {
    return prompted === best.prompt?.approach && (tuned === approach || prompted === approach);
  });
  const crossover = about.find(({ tuned }) => tuned === best.tune?.approach) ?? about[0];
  return {
    kind: "labels",
    labels,
    isTold: summary.facts.recording !== undefined,
    trainRows: summary.trainSize,
    ...(curve !== undefined && { curve: { metric: curve.metric, points: toldPoints(curve) } }),
    ...(crossover !== undefined && { crossover }),
    ...(curve === undefined && labels > 0 && summary.facts.recording === undefined && { noCurve: whyNoCurve(summary, curves) }),
  };
}

function whyNoCurve({ predictCost }: Summary, curves: readonly LearningCurve[]): "billed" | "no-time" | "none" {
  if (predictCost.usd > 0) return "billed";
  return curves.length > 0 ? "no-time" : "none";
}

/** Numbers of labels that people think in. */
const toldLabels = [10, 100, 1000];

/** The points nearest to these numbers, by their ratio, and the last one. */
function toldPoints({ points }: LearningCurve): LearningPoint[] {
  const last = points.at(-1);
  if (last === undefined) return [];
  const apart = (labels: number, wanted: number): number => Math.abs(Math.log(labels / wanted));
  const nearest = toldLabels
    .filter((wanted) => wanted < last.labels)
    .map((wanted) => points.reduce((best, each) => (apart(each.labels, wanted) < apart(best.labels, wanted) ? each : best)));
  return [...new Set([...nearest, last])];
}

function flexibilityCell(summary: Summary, { experiments, labelCount }: FactorInput): FactorCell {
  const { approach, arm, traits } = summary;
  const newLabel = experiments?.newLabels.find((each) => each.approach === approach);
  const perturbed = experiments?.perturbed.filter((each) => each.approach === approach) ?? [];
  const shift = experiments?.shifts.find((each) => each.approach === approach);
  const isPaid = isPaidFor(summary);
  if (newLabel === undefined && perturbed.length === 0 && shift === undefined) {
    if (arm === "baseline") return { kind: "not-measured", why: "baseline" };
    if (traits.isRecording) return { kind: "not-measured", why: "recorded-answers" };
    return { kind: "not-measured", why: isPaid ? "billed" : "no-experiment" };
  }
  const unasked = traits.isRecording ? "recorded-answers" : isPaid ? "billed" : "no-time";
  return {
    kind: "adaptation",
    newLabel: newLabel === undefined ? noNewLabel() : withoutPoints(newLabel),
    perturbed: perturbed.length === 0 ? unasked : perturbed.map(({ approach: _, ...rest }) => rest),
    shift: shift === undefined ? noShift() : { part: shift.part, rows: shift.rows, loss: shift.loss },
    ...lossesAgainst(approach, experiments?.lossDifferences ?? []),
  };

  function noShift(): NoShift {
    return unasked === "no-time" && experiments?.shifts.length === 0 ? "no-part" : unasked;
  }

  function noNewLabel(): NoNewLabel {
    if (labelCount <= 2) return "two-labels";
    if (experiments?.newLabels.length === 0) return "no-label";
    return isPaid ? "billed" : "no-time";
  }
}

/** What the approach loses more than the other one of the pair. */
function lossesAgainst(
  approach: string,
  differences: readonly LossDifference[],
): Pick<Extract<FactorCell, { readonly kind: "adaptation" }>, "against"> {
  const [first] = differences;
  if (first === undefined || (first.a !== approach && first.b !== approach)) return {};
  const isFirst = first.a === approach;
  const own = differences.map(({ of, difference: { value, low, high }, adjustedPValue }) => ({
    ...{ of, adjustedPValue },
    difference: isFirst ? { value, low, high } : { value: 0 - value, low: 0 - high, high: 0 - low },
  }));
  return { against: { approach: isFirst ? first.b : first.a, differences: own } };
}

/** Whether each answer is paid for, or may be: the price is not known. */
function isPaidFor({ usdPerThousand, traits }: Summary): boolean {
  return usdPerThousand === null ? traits.asksLlm : usdPerThousand.basis.kind === "list-price" && usdPerThousand.value > 0;
}

const withoutPoints = ({ approach: _, points: __, ...rest }: NewLabel): Omit<NewLabel, "approach" | "points"> => rest;

function skillCell(summary: Summary, { experiments }: FactorInput): FactorCell {
  const { approach, facts, traits } = summary;
  const words = wordsWritten({ facts });
  if (words === null) return { kind: "not-measured", why: "words-not-told" };
  const isTold = facts.recording !== undefined;
  const spreads = experiments?.spreads.filter((each) => each.approach === approach) ?? [];
  // Where that of others was measured, it is told why a prompt's own was not.
  const isLacking = (experiments?.spreads.length ?? 0) > 0 && traits.asksLlm && !spreads.some(({ over }) => over !== "seeds");
  const unvaried = traits.isRecording ? "recorded-answers" : isPaidFor(summary) ? "billed" : undefined;
  return {
    ...{ kind: "effort", words, isTold, settings: isTold ? {} : facts.chosen, needs: isTold ? [] : facts.needs },
    ...(spreads.length > 0 && { spreads: spreads.map(({ approach: _, ...rest }) => rest) }),
    ...(isLacking && unvaried !== undefined && { unvaried }),
  };
}
