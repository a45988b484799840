/** @file Errors side by side: the test rows that the best of both arms answer differently. */

import { failureNames } from "../../../advise/words/names.js";
import { type Disagreement, disagreements } from "../../../compare/details/disagreements.js";
import { formatCount } from "../../../lib/text/format.js";
import { cutText } from "../../../lib/text/visible-text.js";
import type { Comparison } from "../../../types/comparison.js";
import type { Outcome } from "../../../types/prediction.js";
import { type Markup, markup } from "../../markup.js";
import { approachName, type Cell, details, labelName, table } from "../elements.js";

/** Rows shown in all: enough to see a pattern, few enough to be read. */
const shownRows = 100;
const shownCharacters = 300;
/** Characters of an id that stands on one line, also where it has a hyphen. */
const shortId = 12;
/** A table up to so many rows stands open; a longer one is folded, or the rest of the page would be out of reach. */
const openRows = 10;

/** Three tables, by who is right, of at most 100 rows together; `null` where there is nothing to set side by side. */
export function differingRows(comparison: Comparison, texts: ReadonlyMap<string, string>): Markup | null {
  const found = disagreements(comparison);
  const { tune, prompt } = comparison.best;
  if (found === null || tune === null || prompt === null) return null;
  const groups = [
    { title: `Only ${tune.approach} is right`, rows: found.onlyTuned },
    { title: `Only ${prompt.approach} is right`, rows: found.onlyPrompted },
    { title: "Both are wrong, differently", rows: found.bothWrong },
  ].filter(({ rows }) => rows.length > 0);
  if (groups.length === 0) return markup`<p class="note">The two answer every test row alike.</p>`;
  const limits = shares(
    groups.map(({ rows }) => rows.length),
    shownRows,
  );
  const tables = groups.map(({ title, rows }, i) => {
    const shown = rows.slice(0, limits[i]);
    const count =
      shown.length < rows.length
        ? `${formatCount(rows.length)}, the first ${formatCount(shown.length)} shown`
        : formatCount(rows.length);
    return details(
      `${title} (${count})`,
      rowTable(title, shown, tune.approach, prompt.approach, texts),
      shown.length <= openRows,
    );
  });
  const hint = texts.size === 0 && markup`<p class="note">The texts are not at hand here; the rows are named by their id.</p>`;
  return markup`${hint}${tables}`;
}

function rowTable(
  title: string,
  rows: readonly Disagreement[],
  tuned: string,
  prompted: string,
  texts: ReadonlyMap<string, string>,
): Markup {
  const hasTexts = texts.size > 0;
  const head = ["Row", ...(hasTexts ? ["Text"] : []), "True label"];
  const body = rows.map((row) => {
    const text = texts.get(row.id);
    return {
      cells: [
        { content: markup`<bdi>${row.id}</bdi>`, kind: row.id.length <= shortId ? ("nowrap" as const) : ("label" as const) },
        ...(hasTexts
          ? [{ content: markup`<bdi>${text === undefined ? "–" : cutText(text, shownCharacters)}</bdi>`, kind: "text" as const }]
          : []),
        { content: labelList(row.truth), kind: "label" as const },
        answerOf(row.tuned, row.truth),
        answerOf(row.prompted, row.truth),
      ],
    };
  });
  const heads = [{ content: approachName(tuned, "tune") }, { content: approachName(prompted, "prompt") }];
  return table(title, [...head, ...heads], body);
}

function answerOf(outcome: Outcome, truth: readonly string[]): Cell {
  if (outcome.answer === null) {
    const why = outcome.failure === undefined ? "no answer" : failureNames[outcome.failure];
    return { content: markup`<span class="missing">${why}</span>`, kind: "label" };
  }
  const isRight = outcome.answer.length === truth.length && truth.every((label) => outcome.answer?.includes(label));
  return {
    content: markup`<span class="${isRight ? "ok" : "no"}">${isRight ? "✓" : "✗"} ${labelList(outcome.answer)}</span>`,
    kind: "label",
  };
}

function labelList(labels: readonly string[]): Markup {
  return labels.length === 0 ? markup`(none)` : markup`${labels.map((label, i) => markup`${i > 0 && ", "}${labelName(label)}`)}`;
}

/** Parts of a whole for groups of these sizes: what small groups leave over goes to the larger ones. */
function shares(sizes: readonly number[], total: number): number[] {
  const given = sizes.map(() => 0);
  let left = Math.min(
    total,
    sizes.reduce((sum, size) => sum + size, 0),
  );
  while (left > 0) {
    for (const [i, size] of sizes.entries()) {
      if (left > 0 && given[i]! < size) {
        given[i]!++;
        left--;
      }
    }
  }
  return given;
}
