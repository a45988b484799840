/** @file What a crossover chart shows of a comparison: which curves and prompts, how far, and what is marked. The same for a page and a terminal. */
import { summaryOf } from "../advise/lookup.js";
import {
  beyondText,
  crossoverText,
  labelsFromText,
  labelsText,
  type MeasuredLabels,
  measuredLabels,
} from "../advise/words/crossovers.js";
import { scoreOf } from "../compare/metrics/metric-choice.js";
import { formatCount } from "../lib/text/format.js";
import { formatMetricEstimate } from "../lib/text/metric-names.js";
import type { Comparison } from "../types/comparison.js";
import type { Crossover, LabelsEstimate, LearningCurve } from "../types/curves.js";
import type { Arm } from "../types/identity.js";
import type { Estimate, Metric } from "../types/scores.js";

/** A score at a number of labels. */
export interface LabeledScore {
  readonly labels: number;
  readonly score: Estimate;
}

/** An approach that learns from labels. */
export interface CurveSeries {
  readonly name: string;
  /** Stands for the name where there is no room for it. */
  readonly letter: string;
  readonly arm: Arm;
  /** Of the pair that the chart is about. The others are drawn back. */
  readonly isMain: boolean;
  /** As measured, ascending; at least one. */
  readonly points: readonly LabeledScore[];
  /** The fitted curve from the last point to the end of the chart; empty where none was fitted. */
  readonly extended: readonly LabeledScore[];
  /** The point from which on it does well enough, where that is what the chart is about. */
  readonly enough?: LabeledScore;
}

/** A prompt, or where there is none a baseline, that is the same whatever the number of labels. */
export interface PromptLine {
  readonly name: string;
  readonly letter: string;
  readonly arm: Arm;
  readonly isMain: boolean;
  readonly score: Estimate;
}

/** Where the pair crosses. */
export interface CrossoverMark {
  readonly labels: LabelsEstimate;
  readonly measured: MeasuredLabels;
  readonly text: string;
  /** Without the interval. */
  readonly shortText: string;
  /** Where extended curves meet that do not cross within what was measured. */
  readonly beyond?: number;
}

export interface CrossoverPicture {
  readonly metric: Metric;
  /** That of the pair first. */
  readonly curves: readonly CurveSeries[];
  readonly lines: readonly PromptLine[];
  /** Numbers of labels between which the chart is drawn. */
  readonly domain: readonly [smallest: number, largest: number];
  /** Absent where no prompt was measured, or where it is not known when it is overtaken. */
  readonly mark?: CrossoverMark;
  /** Names of what there is no room for. */
  readonly leftOut: readonly string[];
}

/** More lines than these cannot be told apart. */
const [mostCurves, mostLines] = [3, 4];
/** A chart ends at this many times the labels that were measured, */
const extension = 2;
/** or this far beyond a crossover that lies farther: more than a step of the fitted curve. */
const beyondCrossover = 1.5;

/** What a crossover chart shows; `null` where no curve was measured. */
export function crossoverPicture(comparison: Comparison): CrossoverPicture | null {
  const { curves = [], crossovers = [] } = comparison;
  const [pair] = crossovers;
  const isMain = (name: string): boolean => pair === undefined || name === pair.tuned || name === pair.prompted;
  const drawable = mainFirst(
    curves.filter(({ points }) => points.length > 0),
    ({ approach }) => pair !== undefined && isMain(approach),
  );
  if (drawable.length === 0) return null;
  const metric = drawable[0]!.metric;
  const prompts = promptLines(comparison, metric, isMain);
  const shown = drawable.slice(0, mostCurves);
  const lines = prompts.slice(0, mostLines).map((line, i) => ({ ...line, letter: letter(shown.length + i) }));
  const mark = pair === undefined ? undefined : markOf(pair);
  const measured = [
    ...shown.flatMap(({ points }) => points.map(({ labels }) => labels)),
    ...(mark === undefined ? [] : [mark.measured.smallest, mark.measured.largest]),
  ];
  const end = farthestShown(shown, Math.max(...measured), pair?.beyond?.labels);
  return {
    metric,
    curves: shown.map(({ approach, arm, points, fit }, i) => ({
      name: approach,
      letter: letter(i),
      arm,
      isMain: isMain(approach),
      points,
      extended:
        fit.kind === "fitted" ? fit.expected.filter(({ labels }) => labels >= points.at(-1)!.labels && labels <= end) : [],
    })),
    lines,
    domain: [Math.min(...measured), end],
    ...(mark !== undefined && { mark }),
    leftOut: [...drawable.slice(mostCurves).map(({ approach }) => approach), ...prompts.slice(mostLines).map(({ name }) => name)],
  };
}

/** Less than this between the lowest and the highest score would be stretched to look like much. */
const leastSpan = 0.02;

/** The scores that a chart must span: all values and, where intervals are drawn, those of the pair; others may reach out of it. */
export function scoreDomain(
  { curves, lines }: Pick<CrossoverPicture, "curves" | "lines">,
  { hasIntervals }: { readonly hasIntervals: boolean },
): [lowest: number, highest: number] {
  const estimates = [
    ...curves.flatMap(({ points, extended, isMain }) => [...points, ...extended].map(({ score }) => ({ score, isMain }))),
    ...lines,
  ];
  const ends = estimates
    .flatMap(({ score, isMain }) => (isMain && hasIntervals ? [score.value, score.low, score.high] : [score.value]))
    .filter(Number.isFinite);
  const [lowest, highest] = [Math.min(...ends), Math.max(...ends)];
  const missing = Math.max(0, leastSpan - (highest - lowest));
  // What would go beyond all right or all wrong goes to the other side.
  const low = Math.max(0, Math.min(lowest - missing / 2, 1 - leastSpan));
  return [Math.min(lowest, low), Math.max(highest, Math.min(1, low + leastSpan))];
}

/** The chart in words, for those who don't see it. */
export function pictureText({ crossovers = [] }: Comparison, { metric, curves, lines }: CrossoverPicture): string {
  const [pair] = crossovers;
  const format = (score: Estimate): string => formatMetricEstimate(metric, score);
  const answer = pair === undefined ? [] : [crossoverText(pair), beyondText(pair)].filter((text) => text !== null);
  const grown = curves.map(({ name, points }) => {
    return `${name}: ${points.map(({ labels, score }) => `${format(score)} with ${formatCount(labels)}`).join(", ")} labels.`;
  });
  const level = lines.map(({ name, score }) => `${name}: ${format(score)}, whatever the number of labels.`);
  return [...answer, ...grown, ...level].join(" ");
}

const letter = (index: number): string => String.fromCharCode("a".charCodeAt(0) + index);

function mainFirst<Item>(items: readonly Item[], isMain: (item: Item) => boolean): Item[] {
  return items.toSorted((a, b) => Number(isMain(b)) - Number(isMain(a)));
}

function promptLines(comparison: Comparison, metric: Metric, isMain: (name: string) => boolean): Omit<PromptLine, "letter">[] {
  const { crossovers = [] } = comparison;
  const prompts = crossovers.filter(({ isPromptCurve }) => !isPromptCurve).map(({ prompted }) => prompted);
  // Without a prompt the floor: what needs no labels either.
  const floor = comparison.summaries.filter(({ arm, traits }) => arm === "baseline" && traits.learnsFrom === "nothing");
  const names = [...new Set(crossovers.length > 0 ? prompts : floor.map(({ approach }) => approach))];
  const lines = names.flatMap((name) => {
    const summary = summaryOf(comparison, name);
    return summary === undefined ? [] : [{ name, arm: summary.arm, isMain: isMain(name), score: scoreOf(summary, metric) }];
  });
  return mainFirst(lines, (line) => line.isMain);
}

function farthestShown(curves: readonly LearningCurve[], largest: number, beyond = 0): number {
  const limit = Math.max(extension * largest, beyondCrossover * beyond);
  const told = curves.flatMap(({ fit }) => (fit.kind === "fitted" ? fit.expected.map(({ labels }) => labels) : []));
  return Math.max(largest, ...told.filter((labels) => labels <= limit));
}

function markOf({ found, beyond }: Crossover): CrossoverMark | undefined {
  if (found.kind === "refused") return undefined;
  const measured = measuredLabels(found);
  const { labels } = found;
  return {
    labels,
    measured,
    text: labelsText(labels, measured),
    shortText: labelsFromText({ value: labels.value, ...(labels.side.value && { side: labels.side.value }) }, measured),
    ...(beyond !== undefined && beyond !== null && { beyond: beyond.labels }),
  };
}
