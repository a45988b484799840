/** @file What the chart of a new label shows: what part of its test rows is found with how many training rows of it. The same for a page and a terminal. */
import type { Comparison } from "../types/comparison.js";
import type { NewLabel } from "../types/experiments.js";
import type { CrossoverPicture, CurveSeries, PromptLine } from "./crossover-picture.js";

/** Drawn as curves by number of labels: those of the approaches that learn from labels, and lines of those that know the label by its name. */
export interface NewLabelPicture extends CrossoverPicture {
  readonly label: string;
  /** Training rows that have it. */
  readonly trainRows: number;
  /** Test rows that have it. */
  readonly testRows: number;
  /** All that was measured, in the order of the curves and lines. */
  readonly results: readonly NewLabel[];
}

/** More lines than these cannot be told apart. */
const [mostCurves, mostLines] = [4, 3];

/** What the chart shows; `null` where no label was held out. */
export function newLabelPicture(comparison: Comparison): NewLabelPicture | null {
  const { best, summaries, experiments } = comparison;
  const isBest = (name: string): boolean => name === best.tune?.approach || name === best.prompt?.approach;
  const places = summaries.map(({ approach }) => approach);
  const results = (experiments?.newLabels ?? []).toSorted(
    (a, b) => Number(isBest(b.approach)) - Number(isBest(a.approach)) || places.indexOf(a.approach) - places.indexOf(b.approach),
  );
  const armOf = new Map(summaries.map(({ approach, arm }) => [approach, arm]));
  const learned = results.filter((result) => !isNamed(result));
  const named = results.filter(isNamed);
  const [first] = learned;
  if (first === undefined) return null;
  // Where the best could not be tried, the best of those that were stands for it.
  const isMain = (name: string): boolean =>
    isBest(name) || (!learned.some(({ approach }) => isBest(approach)) && name === first.approach);
  const shown = [...learned.slice(0, mostCurves), ...named.slice(0, mostLines)];
  const of = ({ approach }: NewLabel, index: number) => ({
    ...{ name: approach, letter: String.fromCharCode("a".charCodeAt(0) + index), arm: armOf.get(approach) ?? "baseline" },
    isMain: isMain(approach),
  });
  const { label, trainRows, testRows } = first;
  const curves = learned.slice(0, mostCurves).map((result, i): CurveSeries => {
    const { points, fullRecall, enough } = result;
    const all = [...points.map(({ labels, recall }) => ({ labels, score: recall })), { labels: trainRows, score: fullRecall }];
    const mark = all.find(({ labels }) => labels === enough?.labels);
    return {
      ...of(result, i),
      points: all,
      // What all rows find, as a line to hold the points against.
      extended: [0, trainRows].map((labels) => ({ labels, score: fullRecall })),
      ...(mark !== undefined && { enough: mark }),
    };
  });
  const lines = named
    .slice(0, mostLines)
    .map((result, i): PromptLine => ({ ...of(result, curves.length + i), score: result.fullRecall }));
  const leftOut = results.filter((result) => !shown.includes(result)).map(({ approach }) => approach);
  return { metric: "accuracy", curves, lines, domain: [0, trainRows], leftOut, label, trainRows, testRows, results: shown };
}

/** Whether it knows the label by its name alone: it learned from no rows, so it finds as much with any number of them, and was fitted without none. */
export function isNamed({ otherLabels, points }: NewLabel): boolean {
  return points.length === 1 && points[0]!.labels === 0 && otherLabels === undefined;
}
