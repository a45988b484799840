/** @file The table of crossovers, a row a pair, and what is said under it: the same on a page, in Markdown and in a terminal. */
import {
  beyondText,
  curveRefusalText,
  dataAdvantageText,
  labelsFromInShort,
  labelsInShort,
  measuredLabels,
  otherRowsTexts,
  refusalText,
} from "../advise/words/crossovers.js";
import { formatCount, formatPlural } from "../lib/text/format.js";
import { formatMetricEstimate } from "../lib/text/metric-names.js";
import type { Comparison } from "../types/comparison.js";
import type { Crossover } from "../types/curves.js";
import type { CrossoverPicture } from "./crossover-picture.js";

/** One pair in words. */
export interface CrossoverRow {
  readonly tuned: string;
  readonly prompted: string;
  /** From how many labels on the tuned one does better; or why that is not known. */
  readonly labels: string;
  /** The same with a probability of 90 %. */
  readonly safeLabels: string;
  /** Both of a single training. */
  readonly single: string;
  readonly testRows: string;
  /** Sentences: what other rows say, what lies beyond, what labels are saved. */
  readonly details: readonly string[];
}

/** Heads of the columns, in the order of `CrossoverRow`. */
export const crossoverHeads = {
  tuned: "fine-tuned",
  prompted: "against",
  labels: "better from (90% interval)",
  safeLabels: "with 90% probability from",
  single: "a single training: from / with 90%",
  testRows: "test rows",
} as const;

/** What the section is called. */
export function crossoverTitle({ crossovers = [] }: Comparison): string {
  return crossovers.length > 0 ? "How many labels until fine-tuning overtakes prompting?" : "How quality grows with labels";
}

/** The pairs of one tuned approach below each other, those of the pair of the arms' best first. */
export function crossoverRows({ crossovers = [] }: Comparison): CrossoverRow[] {
  const order = [...new Set(crossovers.map(({ tuned }) => tuned))];
  return crossovers.toSorted((a, b) => order.indexOf(a.tuned) - order.indexOf(b.tuned)).map(crossoverRow);
}

function crossoverRow(crossover: Crossover): CrossoverRow {
  const { tuned, prompted, found } = crossover;
  const details = [...otherRowsTexts(crossover), beyondText(crossover), dataAdvantageText(crossover)].filter(
    (text) => text !== null,
  );
  const head = { tuned, prompted, testRows: formatCount(found.rows), details };
  if (found.kind === "refused")
    return { ...head, labels: refusalText(found.reason, tuned, prompted), safeLabels: "–", single: "–" };
  const measured = measuredLabels(found);
  const { labels, safeLabels, single } = found;
  return {
    ...head,
    labels: labelsInShort(labels, measured),
    safeLabels: labelsFromInShort(safeLabels, measured),
    single: `${labelsFromInShort(single.labels, measured)} / ${labelsFromInShort(single.safeLabels, measured)}`,
  };
}

/** How the chart is to be read. In a terminal intervals of scores are not drawn. */
export function howToRead({ mark, curves, lines }: CrossoverPicture, { isTerminal = false } = {}): string {
  const parts = [
    isTerminal
      ? "Points, by number of labels: means over draws of the training rows."
      : "Points: means over draws of the training rows, with 95% intervals.",
    curves.some(({ extended }) => extended.length > 0) &&
      `${isTerminal ? "Sparse dots" : "Dashed"}: the fitted curve beyond what was measured.`,
    lines.length > 0 && "Lines across: what learns from no labels, the same whatever their number.",
    mark !== undefined && "On the axis: the number of labels from which fine-tuning does better, with its 90% interval.",
    mark?.beyond !== undefined && !isTerminal && "Dotted: where extended curves meet.",
  ];
  return parts.filter((part) => part !== false).join(" ");
}

/** The numbers of a chart: a row a number of labels, with the score of each curve, where it has one. */
export function pointRows({
  curves,
  metric,
}: CrossoverPicture): { readonly labels: string; readonly scores: readonly string[] }[] {
  const sizes = [...new Set(curves.flatMap(({ points }) => points.map(({ labels }) => labels)))].sort((a, b) => a - b);
  return sizes.map((size) => {
    const scores = curves.map(({ points }) => {
      const point = points.find(({ labels }) => labels === size);
      return point === undefined ? "–" : formatMetricEstimate(metric, point.score);
    });
    return { labels: formatCount(size), scores };
  });
}

/** What holds for the whole section: whom it is about, what the intervals leave out, which curves were not drawn, and what was left out. */
export function crossoverNotes(comparison: Comparison, picture: CrossoverPicture | null): string[] {
  const { crossovers = [], curves = [], task } = comparison;
  const leftOut = picture?.leftOut ?? [];
  const found = crossovers.flatMap((crossover) => (crossover.found.kind === "crossover" ? [crossover.found] : []));
  const notes = [
    found.some(({ rows }) => rows < task.testRows) &&
      `Each pair is compared by the test rows that both have an outcome of, of ${formatPlural(task.testRows, "row")}; in the chart each stands by all of its own.`,
    found.some(({ coversSeeds }) => !coversSeeds) &&
      "Where each number of labels was trained for once only, an interval tells the chance of the test rows, not that of a training. More time for curves (--curve full, --curve-time) trains more often.",
    leftOut.length > 0 && `Not in the chart: ${leftOut.join(", ")}.`,
    ...curves.map(curveRefusalText),
  ];
  return notes.filter((note) => typeof note === "string");
}
