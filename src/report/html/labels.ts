/** @file The labels one by one: which arm finds which, and what is taken for what. */

import { summaryOf } from "../../advise/lookup.js";
import { confusedPairs } from "../../compare/details/confused-pairs.js";
import { labelDifferences } from "../../compare/details/label-differences.js";
import { formatCount, formatPercent, formatPlural, formatScore } from "../../lib/text/format.js";
import type { Comparison } from "../../types/comparison.js";
import type { LabelScore, Summary } from "../../types/scores.js";
import { confusionChart } from "../charts/confusion-chart.js";
import { labelChart } from "../charts/label-chart.js";
import type { PeopleNames } from "../for-people.js";
import { type Markup, markup } from "../markup.js";
import { approachName, details, figure, labelName, table } from "./elements.js";
import { rowsLink } from "./rows/row-explorer.js";

/** Rows of a chart that can still be taken in at a glance. */
const chartRows = 20;
/** Labels up to which a matrix is drawn; beyond, its cells are too small to read, and the commonest mistakes are listed. */
const matrixLabels = 15;
const pairRows = 15;

/** F1 by label: a chart of the largest differences, and the whole table folded away. */
export function labelFigures(comparison: Comparison, names: PeopleNames): Markup | null {
  const best = bestSummaries(comparison);
  if (best.length === 0) return null;
  const differences = labelDifferences(comparison);
  const shown = differences.slice(0, chartRows);
  const more =
    differences.length > shown.length ? ` The ${shown.length} largest differences of ${differences.length} labels.` : "";
  const chart =
    shown.length > 0 &&
    figure("label-f1", "F1 by label", `Best of both arms, the largest difference first.${more}`, (size) =>
      labelChart(shown, {
        ...size,
        title: "F1 of each label by the best tuned and the best prompted approach",
        description: shown
          .map(({ label, tuned, prompted }) => `${label}: ${formatScore(tuned.f1)} and ${formatScore(prompted.f1)}`)
          .join("; "),
      }),
    );
  const matrices = best.map((summary) => confusionFigure(summary, comparison, names));
  const tables = best.map((summary) => details(`Scores of every label: ${summary.approach}`, labelTable(summary)));
  return markup`<div class="figures">${chart}${matrices}</div>${tables}`;
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
  const rows = pairs.slice(0, pairRows).map(({ truth, answer, rows: count, share }) => ({
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
  return markup`<div class="card" id="${id}"><h3>Confused labels: ${approachName(approach, arm)}</h3><p class="note">${formatPlural(pairs.length, "confused pair")}; the commonest first.</p>${table(`Confused pairs of ${approach}`, head, rows)}</div>`;
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
