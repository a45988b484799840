/** @file The labels one by one: which arm finds which, and what is taken for what. */

import { summaryOf } from "../../advise/lookup.js";
import { type ConfusedPair, confusedPairs } from "../../compare/details/confused-pairs.js";
import { labelDifferences } from "../../compare/details/label-differences.js";
import { sharedConfusions } from "../../compare/details/shared-confusions.js";
import { formatCount, formatPlural, formatScore } from "../../lib/text/format.js";
import type { Comparison } from "../../types/comparison.js";
import type { LabelScore, Summary } from "../../types/scores.js";
import { confusionChart, confusionDifferenceChart, matrixFits } from "../charts/confusion-chart.js";
import { labelChart } from "../charts/label-chart.js";
import type { PeopleNames } from "../for-people.js";
import { type Content, type Markup, markup } from "../markup.js";
import { approachName, details, figure, labelName, table } from "./elements.js";
import { legend } from "./figures.js";
import { rowsLink } from "./rows/row-explorer.js";

/** Rows of a chart that can still be taken in at a glance. */
const chartRows = 20;
/** Labels up to which a matrix is drawn; beyond, its cells are too small to read, and the commonest mistakes are listed. */
const matrixLabels = 20;
/** Labels up to which two matrices stand side by side. */
const labelsBeside = 8;
/** Mistakes in a list: more where no matrix shows them all. */
const [fewPairs, somePairs, manyPairs] = [5, 8, 15];
/** Labels that are confused in more than one or two ways, so that a list of them says something. */
const leastPairLabels = 4;

/** F1 by label, and what is taken for what: charts of what can be told, with the whole tables folded away. */
export function labelFigures(comparison: Comparison, names: PeopleNames): Markup | null {
  const best = bestSummaries(comparison);
  if (best.length === 0) return null;
  const charts = [labelFigure(comparison, best), confusions(best, comparison, names)];
  // Where nothing else stands here they are not folded.
  const isOpen = charts.every((chart) => chart === null);
  const tables = best.map((summary) => details(`Scores of every label: ${summary.approach}`, labelTables(summary), isOpen));
  return markup`${charts}${tables}`;
}

/** Matrices, their difference, and the commonest mistakes. */
function confusions(best: readonly Summary[], comparison: Comparison, names: PeopleNames): Markup | null {
  const { task } = comparison;
  const counted = best.filter(({ confusion }) => confusion.length > 0);
  if (task.isMultiLabel || counted.length === 0) return null;
  const lists = task.labels.length < leastPairLabels ? [] : counted.map((summary) => mistakes(summary, comparison, names));
  if (task.labels.length > matrixLabels) return markup`<div class="figures">${lists}</div>`;
  const matrices = [
    ...counted.map((summary) => confusionFigure(summary, comparison, names)),
    confusionDifference(counted, comparison),
  ];
  return task.labels.length <= labelsBeside
    ? markup`<div class="figures">${matrices}${lists.length > 0 && markup`<div class="card">${lists}</div>`}</div>`
    : markup`${matrices}<div class="figures">${lists.map((list) => markup`<div class="card">${list}</div>`)}</div>`;
}

/** Labels with too few test rows are left out: the largest of their differences would be chance. */
function labelFigure(comparison: Comparison, best: readonly Summary[]): Markup | null {
  const all = labelDifferences(comparison);
  if (all.length === 0) return null;
  const estimable = all.filter(({ tuned, prompted }) => tuned.isEstimable && prompted.isEstimable);
  const left = all.length - estimable.length;
  if (estimable.length === 0)
    return markup`<p class="note">None of the ${formatPlural(all.length, "label")} has 20 test rows, so no score of a label can be told apart from chance: all are in the tables below.</p>`;
  const shown = estimable.slice(0, chartRows);
  const notes = [
    estimable.length > shown.length && `The ${shown.length} largest differences of ${estimable.length} labels.`,
    best.some(hasOtherRows) && "Of each, over the rows it has an outcome of.",
    left > 0 && `Left out: ${formatPlural(left, "label")} with fewer than 20 test rows.`,
  ].filter((note) => note !== false);
  const chart = figure(
    "label-f1",
    "F1 by label",
    [
      "Of the best of both arms, the largest difference first. F1: precision and recall in one number, 1 is perfect.",
      ...notes,
    ].join(" "),
    (size) =>
      labelChart(shown, {
        ...size,
        title: "F1 of each label by the best tuned and the best prompted approach",
        description: shown
          .map(({ label, tuned, prompted }) => `${label}: ${formatScore(tuned.f1)} and ${formatScore(prompted.f1)}`)
          .join("; "),
      }),
    undefined,
    "spread",
  );
  return markup`${chart}${legend(best.map(({ approach, arm }) => ({ arm, name: approach })))}`;
}

/** The matrices of the two less each other; nothing where there are no two. */
function confusionDifference([first, second]: readonly Summary[], comparison: Comparison): Markup | null {
  if (first === undefined || second === undefined) return null;
  const { task } = comparison;
  const shared = sharedConfusions(comparison, first.approach, second.approach);
  if (shared === null) return null;
  const [ofFirst, ofSecond] = shared;
  const drawn = [
    { arm: first.arm, confusion: ofFirst },
    { arm: second.arm, confusion: ofSecond },
  ] as const;
  const isPartial = [first, second].some(hasOtherRows);
  const mostDiffering = ofFirst
    .flatMap((counts, truth) => counts.map((count, answer) => ({ truth, answer, more: count - ofSecond[truth]![answer]! })))
    .sort((a, b) => Math.abs(b.more) - Math.abs(a.more))
    .slice(0, 5)
    .filter(({ more }) => more !== 0)
    .map(({ truth, answer, more }) => {
      return `${task.labels[truth]} as ${task.labels[answer] ?? "no answer"}: ${Math.abs(more)} more by ${more > 0 ? first.approach : second.approach}`;
    });
  return matrixFigure(
    "confusion-difference",
    "Where the two matrices differ",
    `How many more rows one of them has in a cell, in its color: blue fine-tuning, orange prompting.${isPartial ? " Of the rows that both have an outcome of." : ""}`,
    task.labels,
    (size) =>
      confusionDifferenceChart(drawn, task.labels, {
        ...size,
        title: "Difference of the confusion matrices",
        description:
          mostDiffering.length === 0 ? "The matrices are the same." : `Largest differences: ${mostDiffering.join("; ")}`,
      }),
  );
}

/** Whether it lacks outcomes of some test rows, so that its counts and scores are of other rows than those of one that has all. */
function hasOtherRows({ missing, sampledFrom }: Summary): boolean {
  return missing !== undefined || sampledFrom !== undefined;
}

/** A matrix as wide as its labels ask for; where it would be too fine to read on a phone, it says so there. */
function matrixFigure(
  id: string,
  title: string,
  caption: string,
  labels: readonly string[],
  draw: (size: { readonly width: number; readonly id: string }) => Markup,
): Markup {
  const layout = labels.length <= labelsBeside ? "column" : "spread";
  const onPhone = markup`<p class="note">The matrix needs a wider window; the commonest mistakes stand below.</p>`;
  return figure(id, title, caption, (size) => (matrixFits(labels, size.width) ? draw(size) : onPhone), undefined, layout);
}

function bestSummaries(comparison: Comparison): Summary[] {
  const { tune, prompt } = comparison.best;
  return [summaryOf(comparison, tune?.approach), summaryOf(comparison, prompt?.approach)].filter(
    (summary) => summary !== undefined,
  );
}

type LinkOf = (truth: string, answer: string | null) => string;

const linkOfCells =
  (approach: string, names: PeopleNames): LinkOf =>
  (truth, answer) =>
    rowsLink({ by: names.get(approach)?.id ?? approach, truth, said: answer ?? "no answer" });

function confusionFigure(summary: Summary, { task }: Comparison, names: PeopleNames): Markup {
  const { approach, arm, confusion } = summary;
  const described = confusedPairs(summary, task.labels)
    .slice(0, 5)
    .map(({ truth, answer, rows, of }) => `${truth} as ${answer ?? "no answer"}: ${rows} of ${of}`);
  return matrixFigure(
    `confusion-${arm}`,
    `Confusion matrix: ${approach}`,
    "Blue: right. Orange: mistakes. The darker, the larger the share of the label's rows. A cell leads to its rows.",
    task.labels,
    (size) =>
      confusionChart(confusion, task.labels, {
        ...size,
        linkOf: linkOfCells(approach, names),
        title: `Confusion matrix of ${approach}`,
        description: described.length === 0 ? "No mistakes." : `Commonest mistakes: ${described.join("; ")}`,
      }),
  );
}

/** What is taken for what most often. A pair that was confused once may be chance: such pairs come last, and fewer of them. */
function mistakes(summary: Summary, { task }: Comparison, names: PeopleNames): Markup {
  const { approach, arm } = summary;
  const pairs = confusedPairs(summary, task.labels);
  const count = task.labels.length;
  const most = count > matrixLabels ? manyPairs : count > labelsBeside ? somePairs : fewPairs;
  const shown = pairs.slice(0, most);
  const once = pairs.filter(({ rows }) => rows === 1).length;
  const note =
    pairs.length === 0
      ? "None."
      : `${formatPlural(pairs.length, "pair")} of labels confused, ${formatCount(once)} of them once${shown.length < pairs.length ? `; the ${shown.length} commonest here` : ""}.`;
  const all = rowsLink({ wrong: names.get(approach)?.id ?? approach });
  return markup`<div id="mistakes-${arm}"><h3>Commonest mistakes: ${approachName(approach, arm)}</h3><p class="note">${note}${
    pairs.length > 0 && markup` <a href="${all}">All its wrong rows</a>`
  }</p>${shown.length > 0 && pairTable(approach, shown, linkOfCells(approach, names))}</div>`;
}

function pairTable(approach: string, pairs: readonly ConfusedPair[], linkOf: LinkOf): Markup {
  const rows = pairs.map(({ truth, answer, rows: count, of }) => ({
    cells: [
      { content: labelName(truth), kind: "label" as const },
      { content: answer === null ? markup`<span class="missing">no answer</span>` : labelName(answer), kind: "label" as const },
      {
        content: markup`<a href="${linkOf(truth, answer)}">${formatCount(count)} of ${formatCount(of)}</a>`,
        kind: "number" as const,
      },
    ],
  }));
  const head = ["Label", "Answered as", { content: "Its rows", kind: "number" as const }];
  return table(`Commonest mistakes of ${approach}`, head, rows);
}

/** The labels whose scores can be told, the worst first; then those with too few test rows, in grey. */
function labelTables({ perLabel, approach }: Summary): Markup {
  const worstFirst = perLabel.toSorted((a, b) => a.f1 - b.f1 || b.support - a.support);
  const [told, few] = [worstFirst.filter(({ isEstimable }) => isEstimable), worstFirst.filter(({ isEstimable }) => !isEstimable)];
  return markup`${told.length > 0 && labelTable(`Scores of every label: ${approach}`, told)}${
    few.length > 0 &&
    markup`<p class="note">With fewer than 20 test rows, too few for a score of their own:</p><div class="few">${labelTable(`Labels with few test rows: ${approach}`, few)}</div>`
  }`;
}

function labelTable(name: string, labels: readonly LabelScore[]): Markup {
  const number = (content: Content): { content: Content; kind: "number" } => ({ content, kind: "number" });
  const rows = labels.map(({ label, precision, recall, f1, support }) => ({
    cells: [
      { content: labelName(label), kind: "label" as const },
      ...[precision, recall, f1].map((score) => number(formatScore(score))),
      number(markup`<a href="${rowsLink({ truth: label })}">${formatCount(support)}</a>`),
    ],
  }));
  return table(name, ["Label", ...["Precision", "Recall", "F1", "Test rows"].map(number)], rows);
}
