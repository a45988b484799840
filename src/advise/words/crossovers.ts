/** @file Numbers of labels in words: from how many on a tuned approach does better, rounded to what is known, with what is out of sight. */

import { formatCount, formatNumber, formatPlural } from "../../lib/text/format.js";
import { formatMetric, metricInWords } from "../../lib/text/metric-names.js";
import type { Crossover, CrossoverReading, LabelsEstimate, LabelsFrom, LearningCurve, OutOfSight } from "../../types/curves.js";
import { sequence } from "./lists.js";

/** Numbers of labels between which something was measured. What is out of sight lies outside. */
export interface MeasuredLabels {
  readonly smallest: number;
  readonly largest: number;
}

/** A reading that found when the tuned approach overtakes, be it out of sight. */
export type FoundReading = Extract<CrossoverReading, { readonly kind: "crossover" }>;

/** The numbers of labels between which a crossover was looked for. */
export function measuredLabels({ points }: FoundReading): MeasuredLabels {
  return { smallest: points[0]?.labels ?? 0, largest: points.at(-1)?.labels ?? 0 };
}

/** `about 230 labels (90% interval 110 to 680)`, `not within 3,870 labels (90% interval 1,700 to more than 3,870)`, `already before 16 labels`. */
export function labelsText(estimate: LabelsEstimate, measured: MeasuredLabels): string {
  const value = labelsFromText({ value: estimate.value, ...sideOf(estimate.side.value) }, measured);
  const ends = intervalOf(estimate, measured, { before: "fewer than ", after: "more than " });
  return ends === null ? value : `${value} (90% interval ${ends})`;
}

/** The same without the interval: `about 230 labels`, `not within 3,870 labels`, `already before 16 labels`. */
export function labelsFromText({ value, side }: LabelsFrom, measured: MeasuredLabels): string {
  if (value !== null) return `about ${formatPlural(rounded(value, measured), "label")}`;
  return side === "before"
    ? `already before ${formatPlural(measured.smallest, "label")}`
    : `not within ${formatPlural(measured.largest, "label")}`;
}

/** In a table: `230 (110 to 680)`, `>3,870 (1,700 to >3,870)`, `<16`. */
export function labelsInShort(estimate: LabelsEstimate, measured: MeasuredLabels): string {
  const value = labelsFromInShort({ value: estimate.value, ...sideOf(estimate.side.value) }, measured);
  const ends = intervalOf(estimate, measured, { before: "<", after: ">" });
  return ends === null ? value : `${value} (${ends})`;
}

/** The same without the interval. */
export function labelsFromInShort({ value, side }: LabelsFrom, measured: MeasuredLabels): string {
  return countOf(value, side, measured, { before: "<", after: ">" });
}

/** The answer about a pair in a sentence: from how many labels on the tuned approach does better, and from how many on with a probability of 90 %. */
export function crossoverText(crossover: Pick<Crossover, "tuned" | "prompted" | "found">): string {
  const { found } = crossover;
  const text = crossoverInBrief(crossover);
  if (found.kind === "refused" || found.labels.side.value === "after") return text;
  return `${text.replace(/\.$/, "")}; with a probability of 90% ${onFrom(found.safeLabels, measuredLabels(found))}.`;
}

/** The same with its interval, and without what is safe: shorter, and no surer. */
export function crossoverInBrief({ tuned, prompted, found }: Pick<Crossover, "tuned" | "prompted" | "found">): string {
  if (found.kind === "refused") return `${refusalText(found.reason, tuned, prompted)}.`;
  const measured = measuredLabels(found);
  const { labels } = found;
  const ends = intervalOf(labels, measured, { before: "fewer than ", after: "more than " });
  const interval = ends === null ? "" : ` (90% interval ${ends})`;
  if (labels.side.value === "after") {
    return `${tuned} does not overtake ${prompted} within ${formatPlural(measured.largest, "label")}${interval}.`;
  }
  const from = onFrom({ value: labels.value, ...sideOf(labels.side.value) }, measured);
  return `${tuned} does better than ${prompted} ${from}${interval}.`;
}

const onFrom = (from: LabelsFrom, measured: MeasuredLabels): string =>
  `${from.value === null ? "" : "from "}${labelsFromText(from, measured)}${from.value === null ? "" : " on"}`;

/** What fitted curves say of a crossover beyond what was measured; `null` where none was looked for, or where there is no curve to extend. */
export function beyondText({ beyond, found }: Pick<Crossover, "beyond" | "found">): string | null {
  if (beyond === undefined || found.kind === "refused") return null;
  const { largest } = measuredLabels(found);
  if (beyond === null) return "Extended curves do not meet within 8 times as many either.";
  const low = beyond.low === null ? `fewer than ${formatCount(largest)}` : twoDigits(beyond.low);
  const high = beyond.high === null ? `more than ${twoDigits(8 * largest)}` : twoDigits(beyond.high);
  const times = `${formatNumber(Number((beyond.labels / largest).toPrecision(2)))} times what was measured`;
  const flag = beyond.reach === "far" ? "far beyond what was measured, so hardly more than a guess: " : "not measured: ";
  return `Extended curves meet at about ${twoDigits(beyond.labels)} labels (90% interval ${low} to ${high}); ${flag}${times}.`;
}

/** What other choices of rows say of a pair, a sentence each: those that say something else. */
export function otherRowsTexts({ tuned, prompted, found, asWrong, offered }: Crossover): string[] {
  const told = readingText(found, tuned, prompted);
  const texts = [
    asWrong !== undefined && {
      reading: asWrong,
      by: `With missing answers counted as wrong, on ${formatPlural(asWrong.rows, "row")}`,
    },
    offered !== undefined && {
      reading: offered.found,
      by: `Without the labels that ${prompted} never answered (${sequence(offered.neverAnswered)}), on ${formatPlural(offered.found.rows, "row")}`,
    },
  ];
  return texts.flatMap((each) => {
    if (each === false) return [];
    const text = readingText(each.reading, tuned, prompted);
    return text === told ? [] : [`${each.by}: ${text}.`];
  });
}

function readingText(reading: CrossoverReading, tuned: string, prompted: string): string {
  return reading.kind === "crossover"
    ? labelsText(reading.labels, measuredLabels(reading))
    : refusalText(reading.reason, tuned, prompted);
}

/** Why it is not known when a pair crosses, without a full stop. */
export function refusalText(
  reason: Extract<CrossoverReading, { readonly kind: "refused" }>["reason"],
  tuned: string,
  prompted: string,
): string {
  switch (reason) {
    case "no-rows":
      return `${tuned} and ${prompted} have no test row in common that counts`;
    case "no-common-sizes":
      return `${tuned} and ${prompted} were measured with no number of labels in common; more time for curves (--curve-time) may find one`;
    case "level":
      return `${tuned} and ${prompted} do the same with every number of labels`;
  }
}

/** Why no curve is drawn through the points of an approach, and what a user can do about it; `null` where one is. */
export function curveRefusalText({ approach, fit }: Pick<LearningCurve, "approach" | "fit">): string | null {
  if (fit.kind === "fitted") return null;
  switch (fit.reason) {
    case "no-scores":
      return `${approach} has no scores to draw a curve from: too few of its answers are there.`;
    case "too-few-sizes":
      return (
        `No curve is drawn through the points of ${approach}: that takes four numbers of labels at which it clearly does better than guessing. ` +
        "More training rows or more time for curves (--curve full, --curve-time) measure more of them."
      );
    case "not-rising":
      return `No curve is drawn through the points of ${approach}: with more labels it does no better.`;
  }
}

/** How many labels one of a pair saves against the other; `null` where the two have no curves with scores in common. */
export function dataAdvantageText({ tuned, prompted, metric, dataAdvantage }: Crossover): string | null {
  if (dataAdvantage === undefined) return null;
  const { labels, scores } = dataAdvantage;
  const [fewer, more] = labels.value >= 0 ? [tuned, prompted] : [prompted, tuned];
  const ends = labels.value >= 0 ? [labels.low, labels.high] : [-labels.high, -labels.low];
  const [low, high] = ends.map((count) => (count < 0 ? `−${twoDigits(-count)}` : twoDigits(count)));
  const [lowest, highest] = scores.map((score) => formatMetric(metric, score));
  return `For the same ${metricInWords(metric)}, from ${lowest} to ${highest}, ${fewer} needs on average about ${twoDigits(Math.abs(labels.value))} labels fewer than ${more} (95% interval ${low} to ${high}).`;
}

interface Beyond {
  readonly before: string;
  readonly after: string;
}

/** The ends of an interval; `null` where it says no more than its value: that all of it is out of sight on one side. */
function intervalOf({ value, low, high, side }: LabelsEstimate, measured: MeasuredLabels, beyond: Beyond): string | null {
  if (value === null && low === null && high === null && side.low === side.high) return null;
  return `${countOf(low, side.low, measured, beyond)} to ${countOf(high, side.high, measured, beyond)}`;
}

function countOf(value: number | null, side: OutOfSight | undefined, measured: MeasuredLabels, beyond: Beyond): string {
  if (value !== null) return formatCount(rounded(value, measured));
  return side === "before"
    ? `${beyond.before}${formatCount(measured.smallest)}`
    : `${beyond.after}${formatCount(measured.largest)}`;
}

const sideOf = (side: OutOfSight | undefined): Pick<LabelsFrom, "side"> => (side === undefined ? {} : { side });

/** To two significant digits, and not past what was measured, which is known exactly. */
function rounded(count: number, { smallest, largest }: MeasuredLabels): number {
  return Math.min(largest, Math.max(smallest, Number(count.toPrecision(2))));
}

const twoDigits = (count: number): string => formatCount(Number(count.toPrecision(2)));
