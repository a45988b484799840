/** @file Errors side by side: the test rows that the best of both arms answer differently. */

import { summaryOf } from "../../../advise/lookup.js";
import { capitalized } from "../../../advise/words/lists.js";
import { failureNames } from "../../../advise/words/names.js";
import { disagreements, outcomesOf } from "../../../compare/details/disagreements.js";
import { isMissing } from "../../../compare/missing.js";
import { formatCount } from "../../../lib/text/format.js";
import { cutText } from "../../../lib/text/visible-text.js";
import type { Comparison } from "../../../types/comparison.js";
import type { Arm } from "../../../types/identity.js";
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

/** Three tables, by who is right, of at most 100 rows together; where there is only one to look at, a table of the rows that it gets wrong. */
export function differingRows(comparison: Comparison, texts: ReadonlyMap<string, string>): Markup | null {
  const found = disagreements(comparison);
  const { tune, prompt } = comparison.best;
  if (found === null || tune === null || prompt === null) return wrongRows(comparison, texts);
  const groups = [
    { title: `Only ${tune.approach} is right`, rows: found.onlyTuned },
    { title: `Only ${prompt.approach} is right`, rows: found.onlyPrompted },
    { title: "Both are wrong, differently", rows: found.bothWrong },
  ].filter(({ rows }) => rows.length > 0);
  if (groups.length === 0)
    return markup`<p class="note">The two answer every test row ${isSampled(comparison, prompt.approach) ? "that both were asked about " : ""}alike.</p>`;
  const limits = shares(
    groups.map(({ rows }) => rows.length),
    shownRows,
  );
  const tables = groups.map(({ title, rows }, i) => {
    const shown = rows.slice(0, limits[i]);
    const names = [
      { approach: tune.approach, arm: "tune" },
      { approach: prompt.approach, arm: "prompt" },
    ] as const;
    const body = shown.map(({ id, truth, tuned, prompted }) => ({ id, truth, answers: [tuned, prompted] }));
    return details(
      `${title} (${countText(rows.length, shown.length)})`,
      rowTable(title, body, names, texts),
      shown.length <= openRows,
    );
  });
  const hint = texts.size === 0 && markup`<p class="note">The texts are not at hand here; the rows are named by their id.</p>`;
  return markup`${hint}${tables}`;
}

function isSampled(comparison: Comparison, approach: string): boolean {
  return summaryOf(comparison, approach)?.sampledFrom !== undefined;
}

/** The first rows that the best of the only arm gets wrong; `null` where there is none. */
function wrongRows(comparison: Comparison, texts: ReadonlyMap<string, string>): Markup | null {
  const summary = summaryOf(comparison, (comparison.best.tune ?? comparison.best.prompt)?.approach);
  if (summary === undefined) return null;
  const { approach, arm } = summary;
  const wrong = (outcomesOf(comparison, approach) ?? []).filter((outcome) => !isMissing(outcome) && !isRight(outcome));
  if (wrong.length === 0)
    return markup`<p class="note">${capitalized(approach)} answers every test row ${summary.sampledFrom === undefined ? "" : "that it was asked about "}right.</p>`;
  const shown = wrong.slice(0, shownRows);
  const rows = shown.map((outcome) => ({ id: outcome.id, truth: outcome.truth, answers: [outcome] }));
  const title = `${capitalized(approach)} is wrong`;
  return details(
    `${title} (${countText(wrong.length, shown.length)})`,
    rowTable(title, rows, [{ approach, arm }], texts),
    shown.length <= openRows,
  );
}

const countText = (all: number, shown: number): string =>
  shown < all ? `${formatCount(all)}, the first ${formatCount(shown)} shown` : formatCount(all);

interface ShownRow {
  readonly id: string;
  readonly truth: readonly string[];
  readonly answers: readonly Outcome[];
}

function rowTable(
  title: string,
  rows: readonly ShownRow[],
  names: readonly { readonly approach: string; readonly arm: Arm }[],
  texts: ReadonlyMap<string, string>,
): Markup {
  const hasTexts = texts.size > 0;
  const head = ["Row", ...(hasTexts ? ["Text"] : []), "True label"];
  const body = rows.map(({ id, truth, answers }) => {
    const text = texts.get(id);
    return {
      cells: [
        { content: markup`<bdi>${id}</bdi>`, kind: id.length <= shortId ? ("nowrap" as const) : ("label" as const) },
        ...(hasTexts
          ? [{ content: markup`<bdi>${text === undefined ? "–" : cutText(text, shownCharacters)}</bdi>`, kind: "text" as const }]
          : []),
        { content: labelList(truth), kind: "label" as const },
        ...answers.map(answerOf),
      ],
    };
  });
  const heads = names.map(({ approach, arm }) => ({ content: approachName(approach, arm), name: approach }));
  return table(title, [...head, ...heads], body, { isStacked: true });
}

const isRight = ({ answer, truth }: Outcome): boolean =>
  answer !== null && answer.length === truth.length && truth.every((label) => answer.includes(label));

function answerOf(outcome: Outcome): Cell {
  if (outcome.answer === null) {
    const why = outcome.failure === undefined ? "no answer" : failureNames[outcome.failure];
    return { content: markup`<span class="missing">${why}</span>`, kind: "label" };
  }
  const [kind, sign] = isRight(outcome) ? ["ok", "✓"] : ["no", "✗"];
  return {
    content: markup`<span class="${kind}">${sign} ${labelList(outcome.answer)}</span>`,
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
