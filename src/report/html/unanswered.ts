/** @file The rows that an approach did not answer, and what it said instead. */
import { failureNames } from "../../advise/words/names.js";
import { formatCount, formatPercent, formatPlural } from "../../lib/text/format.js";
import { metricNames } from "../../lib/text/metric-names.js";
import type { Comparison } from "../../types/comparison.js";
import type { Failure } from "../../types/prediction.js";
import { type Markup, markup } from "../markup.js";
import { unansweredRows } from "../ranking.js";
import { unansweredExamples } from "../unanswered.js";
import { approachName, details, table } from "./elements.js";

/** Rows without an answer by reason, and what was said instead; nothing where every approach answered every row. */
export function failureTables(comparison: Comparison): Markup | null {
  const { summaries } = comparison;
  const failing = summaries.filter((summary) => unansweredRows(summary) > 0);
  if (failing.length === 0) return null;
  // What nobody asked for is no failure.
  const kinds = (Object.entries(failureNames) as [Failure, string][]).filter(([kind]) => kind !== "unasked");
  const head = [
    "Approach",
    ...kinds.map(([, name]) => ({ content: name.replace(" from the recording", ""), kind: "number" as const })),
    {
      content: markup`${comparison.task.isMultiLabel ? metricNames.exactMatch : metricNames.accuracy} of<br>the answered`,
      kind: "number" as const,
    },
  ];
  const rows = failing.map(({ approach, arm, failures, answeredAccuracy }) => ({
    cells: [
      approachName(approach, arm),
      ...kinds.map(([kind]) => ({ content: formatCount(failures[kind] ?? 0), kind: "number" as const })),
      { content: answeredAccuracy === null ? "–" : formatPercent(answeredAccuracy), kind: "number" as const },
    ],
  }));
  const isMissing = failing.some(({ missing }) => missing !== undefined);
  const counted = isMissing
    ? "those that are missing, that failed, or that the host's filter refused are left out, the others count as wrong"
    : "each counts as wrong";
  return markup`<p class="note">Of ${rowsText(failing.map(({ testRows }) => testRows))}; ${counted}.</p>${table("Counts of rows without an answer", head, rows)}${examples(comparison)}`;
}

/** The test rows that all were asked about, where these are equally many. */
function rowsText(asked: readonly number[]): string {
  return new Set(asked).size === 1 ? formatPlural(asked[0]!, "test row") : "the test rows that each was asked about";
}

/** What was said instead of an answer, so that a person can see why. */
function examples(comparison: Comparison): Markup | false {
  const found = unansweredExamples(comparison);
  if (found.length === 0) return false;
  const rows = found.map(({ approach, arm, id, failure, excerpt }) => ({
    cells: [
      markup`<bdi>${id}</bdi>`,
      approachName(approach, arm),
      failureNames[failure],
      {
        content: excerpt.trim() === "" ? markup`<span class="missing">nothing</span>` : markup`<bdi>${excerpt}</bdi>`,
        kind: "text" as const,
      },
    ],
  }));
  return details(
    "What was said instead: the first rows of each reason",
    table("Said instead", ["Row", "Approach", "Reason", "Said"], rows, { isStacked: true }),
  );
}
