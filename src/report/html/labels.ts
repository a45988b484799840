/** @file The labels one by one: which arm finds which, and what is taken for what. */

import { summaryOf } from "../../advise/lookup.js";
import { type ConfusedPair, confusedPairs } from "../../compare/details/confused-pairs.js";
import { labelDifferences } from "../../compare/details/label-differences.js";
import { formatCount, formatPercent, formatPlural, formatScore } from "../../lib/text/format.js";
import type { Comparison } from "../../types/comparison.js";
import type { LabelScore, Summary } from "../../types/scores.js";
import { confusionChart, confusionDifferenceChart } from "../charts/confusion-chart.js";
import { labelChart } from "../charts/label-chart.js";
import type { PeopleNames } from "../for-people.js";
import { type Markup, markup } from "../markup.js";
import { approachName, details, figure, labelName, table } from "./elements.js";
import { legend } from "./figures.js";
import { rowsLink } from "./rows/row-explorer.js";

/** Rows of a chart that can still be taken in at a glance. */
const chartRows = 20;
/** Labels up to which a matrix is drawn; beyond, its cells are too small to read, and the commonest mistakes are listed. */
const matrixLabels = 15;
const pairRows = 15;

/** F1 by label, and what is taken for what: charts of what can be told, with the whole tables folded away. */
export function labelFigures(comparison: Comparison, names: PeopleNames): Markup | null {
  const best = bestSummaries(comparison);
  if (best.length === 0) return null;
  const matrices = best.map((summary) => confusionFigure(summary, comparison, names));
  const tables = best.map((summary) => details(`Scores of every label: ${summary.approach}`, labelTable(summary)));
  return markup`${labelFigure(comparison)}<div class="figures">${matrices}${confusionDifference(best, comparison)}</div>${tables}`;
}

/** Labels with too few test rows are left out: the largest of their differences would be chance. */
function labelFigure(comparison: Comparison): Markup | null {
  const all = labelDifferences(comparison);
  if (all.length === 0) return null;
  const estimable = all.filter(({ tuned, prompted }) => tuned.isEstimable && prompted.isEstimable);
  const left = all.length - estimable.length;
  if (estimable.length === 0)
    return markup`<p class="note">None of the ${formatPlural(all.length, "label")} has 20 test rows, so no score of a label can be told apart from chance: all are in the tables below.</p>`;
  const shown = estimable.slice(0, chartRows);
  const notes = [
    estimable.length > shown.length && `The ${shown.length} largest differences of ${estimable.length} labels.`,
    left > 0 && `Left out: ${formatPlural(left, "label")} with fewer than 20 test rows.`,
  ].filter((note) => note !== false);
  const chart = figure(
    "label-f1",
    "F1 by label",
    ["Best of both arms, the largest difference first.", ...notes].join(" "),
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
  return markup`${chart}${legend(comparison)}`;
}

/** The matrices of the two less each other; nothing where there are no two, or no matrices. */
function confusionDifference([first, second]: readonly Summary[], { task }: Comparison): Markup | null {
  if (first === undefined || second === undefined || task.isMultiLabel || task.labels.length > matrixLabels) return null;
  if (first.confusion.length === 0 || second.confusion.length === 0) return null;
  return figure(
    "confusion-difference",
    "Where the two matrices differ",
    "A cell has the color of the approach with more rows in it, and how many more.",
    (size) =>
      confusionDifferenceChart([first, second], task.labels, {
        ...size,
        title: "Difference of the confusion matrices",
        description: `Rows that ${first.approach} has more than ${second.approach}, or fewer, by true label and answer.`,
      }),
  );
}

function bestSummaries(comparison: Comparison): Summary[] {
  const { tune, prompt } = comparison.best;
  return [summaryOf(comparison, tune?.approach), summaryOf(comparison, prompt?.approach)].filter(
    (summary) => summary !== undefined,
  );
}

function confusionFigure(summary: Summary, { task }: Comparison, names: PeopleNames): Markup | null {
  const { approach, arm, confusion } = summary;
  const id = `confusion-${arm}`;
  const pairs = confusedPairs(summary, task.labels);
  const linkOf = (truth: string, answer: string | null): string =>
    rowsLink({ by: names.get(approach)?.id ?? approach, truth, said: answer ?? "no answer" });
  if (confusion.length === 0 || task.isMultiLabel) return null;
  if (task.labels.length <= matrixLabels) {
    const described = pairs.slice(0, 5).map(({ truth, answer, rows }) => `${truth} as ${answer ?? "no answer"}: ${rows}`);
    return figure(
      id,
      `Confusion matrix: ${approach}`,
      "Rows are true labels, columns answers by number, “–” no answer.",
      (size) =>
        confusionChart(confusion, task.labels, {
          ...size,
          linkOf,
          title: `Confusion matrix of ${approach}`,
          description: described.length === 0 ? "No mistakes." : `Commonest mistakes: ${described.join("; ")}`,
        }),
    );
  }
  // A pair that was confused once may be chance.
  const repeated = pairs.filter(({ rows }) => rows > 1);
  const once = pairs.length - repeated.length;
  const note = `${formatPlural(pairs.length, "confused pair")}, ${formatCount(once)} of them once${repeated.length > pairRows ? `; the ${pairRows} commonest` : ""}.`;
  const all = rowsLink({ wrong: names.get(approach)?.id ?? approach });
  return markup`<div class="card" id="${id}"><h3>Confused labels: ${approachName(approach, arm)}</h3><p class="note">${note} <a href="${all}">All its wrong rows</a></p>${
    repeated.length > 0 && pairTable(approach, repeated.slice(0, pairRows), linkOf)
  }</div>`;
}

function pairTable(
  approach: string,
  pairs: readonly ConfusedPair[],
  linkOf: (truth: string, answer: string | null) => string,
): Markup {
  const rows = pairs.map(({ truth, answer, rows: count, share }) => ({
    cells: [
      labelName(truth),
      { content: answer === null ? markup`<span class="missing">no answer</span>` : labelName(answer), kind: "label" as const },
      { content: markup`<a href="${linkOf(truth, answer)}">${formatCount(count)}</a>`, kind: "number" as const },
      { content: formatPercent(share), kind: "number" as const },
    ],
  }));
  const head = [
    "Label",
    "Answer",
    { content: "Rows", kind: "number" as const },
    { content: "Of the label", kind: "number" as const },
  ];
  return table(`Confused pairs of ${approach}`, head, rows);
}

function labelTable({ perLabel, approach }: Summary): Markup {
  const number = (content: string): { content: string; kind: "number" } => ({ content, kind: "number" });
  const score = (label: LabelScore, value: number) =>
    label.isEstimable ? number(formatScore(value)) : number(`(${formatScore(value)})`);
  const rows = perLabel.map((label) => ({
    cells: [
      { content: labelName(label.label), kind: "label" as const },
      score(label, label.precision),
      score(label, label.recall),
      score(label, label.f1),
      {
        content: markup`<a href="${rowsLink({ truth: label.label })}">${formatCount(label.support)}</a>`,
        kind: "number" as const,
      },
    ],
  }));
  const head = ["Label", ...["Precision", "Recall", "F1", "Test rows"].map(number)];
  return markup`${table(`Scores of every label: ${approach}`, head, rows)}<p class="note">In parentheses: fewer than 20 test rows, hardly more than a guess.</p>`;
}
