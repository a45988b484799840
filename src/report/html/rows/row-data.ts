/** @file All test rows with what every approach answered, as the data that the page's script shows. */

import { failureNames } from "../../../advise/words/names.js";
import { outcomesOf } from "../../../compare/details/disagreements.js";
import { isMissing } from "../../../compare/missing.js";
import { ownValue } from "../../../lib/json-value.js";
import { cutText, visibleText } from "../../../lib/text/visible-text.js";
import type { Comparison } from "../../../types/comparison.js";
import type { Arm } from "../../../types/identity.js";
import type { Outcome } from "../../../types/prediction.js";
import type { PeopleNames } from "../../for-people.js";

/** The answers of one approach, a value a row. */
export interface RowAnswers {
  readonly id: string;
  readonly name: string;
  readonly arm: Arm;
  /** Places of the labels that were answered; a text where there is no answer: why. `null`: the approach has no such row. */
  readonly answers: readonly (readonly number[] | number | string | null)[];
  /** 1: right, 0: wrong, -1: neither, since the row says nothing of the approach. */
  readonly marks: readonly (1 | 0 | -1)[];
  /** In thousandths; `null` where it does not tell. */
  readonly confidence: readonly (number | null)[];
  /** What was said word for word, by row, where that was not simply a label. */
  readonly raw: Readonly<Record<number, string>>;
}

/** Columns of equal length, a value a row, and what the values refer to. Every text is harmless to show, and is untrusted all the same. */
export interface RowData {
  readonly labels: readonly string[];
  readonly ids: readonly string[];
  /** Places of the rows in the test set. */
  readonly order: readonly number[];
  /** Absent where the data is not at hand. */
  readonly texts?: readonly string[];
  /** Places of the true labels. */
  readonly truths: readonly (readonly number[] | number)[];
  /** The two that are compared, as places among the approaches; fewer where an arm is missing. */
  readonly pair: readonly number[];
  readonly approaches: readonly RowAnswers[];
  /** Characters after which texts are cut; absent where none is. */
  readonly cutAt?: number;
  /** Characters after which answers word for word are cut; absent where none is. */
  readonly rawCutAt?: number;
  /** What stands in place of an answer where nobody asked; absent where everybody was asked about every row. */
  readonly unasked?: string;
  /** Test rows in all, where not all are here. */
  readonly of?: number;
}

/** Rows that a page takes: beyond, it would open slowly. */
const mostRows = 20_000;
/** Characters of all texts, and of all answers word for word, that a page takes. */
const mostTextCharacters = 1_000_000;
const mostRawCharacters = 250_000;

/**
 * All test rows, first those that both of the pair get wrong with the same answer, whose labels are suspect, then those that both get wrong, those
 * that one does, and the rest; `null` where nothing was answered. Several seeds: the first.
 */
export function rowData(comparison: Comparison, texts: ReadonlyMap<string, string>, names: PeopleNames): RowData | null {
  const { summaries, best, task } = comparison;
  const answered = summaries.flatMap((summary) => {
    const outcomes = outcomesOf(comparison, summary.approach);
    return outcomes === undefined ? [] : [{ summary, byId: new Map(outcomes.map((outcome) => [outcome.id, outcome])) }];
  });
  const rows = [...new Map(answered.flatMap(({ byId }) => [...byId].map(([id, { truth }]) => [id, truth] as const)))];
  if (rows.length === 0) return null;
  const pair = [best.tune?.approach, best.prompt?.approach].flatMap((approach) => {
    const place = answered.findIndex(({ summary }) => summary.approach === approach);
    return place < 0 ? [] : [place];
  });
  const compared = (pair.length > 0 ? pair : [0]).map((place) => answered[place]!.byId);
  const rank = ([id]: (typeof rows)[number]): number => rankOf(compared.map((byId) => byId.get(id)));
  const shown = rows.toSorted((a, b) => rank(a) - rank(b)).slice(0, mostRows);
  const placeOfRow = new Map(rows.map(([id], place) => [id, place]));
  const placeOf = new Map(task.labels.map((label, place) => [label, place]));
  const coded = (labels: readonly string[]): readonly number[] | number => {
    const places = labels.map((label) => placeOf.get(label) ?? -1);
    return places.length === 1 ? places[0]! : places;
  };
  const cut = cutTexts(
    shown.map(([id]) => texts.get(id) ?? ""),
    mostTextCharacters,
  );
  const outcomes = answered.map(({ byId }) => shown.map(([id]) => byId.get(id)));
  const raw = rawAnswers(outcomes, mostRawCharacters);
  return {
    labels: task.labels.map(visibleText),
    ids: shown.map(([id]) => visibleText(id)),
    order: shown.map(([id]) => placeOfRow.get(id)!),
    ...(texts.size > 0 && { texts: cut.texts }),
    truths: shown.map(([, truth]) => coded(truth)),
    pair,
    approaches: answered.map(({ summary: { approach, arm } }, place) => ({
      id: visibleText(names.get(approach)?.id ?? approach),
      name: visibleText(approach),
      arm,
      answers: outcomes[place]!.map((outcome) =>
        outcome === undefined ? null : outcome.answer === null ? whyNot(outcome) : coded(outcome.answer),
      ),
      marks: outcomes[place]!.map(markOf),
      confidence: outcomes[place]!.map(confidenceOf),
      raw: raw.texts[place]!,
    })),
    ...(raw.at !== undefined && { rawCutAt: raw.at }),
    ...(texts.size > 0 && cut.at !== undefined && { cutAt: cut.at }),
    ...(outcomes.some((own) => own.some((outcome) => outcome?.failure === "unasked")) && { unasked: failureNames.unasked }),
    ...(rows.length > shown.length && { of: rows.length }),
  };
}

/** 0: all wrong alike; 1: all wrong; 2: some wrong; 3: none. */
function rankOf(outcomes: readonly (Outcome | undefined)[]): number {
  const marks = outcomes.map(markOf);
  if (!marks.includes(0)) return 3;
  if (marks.some((mark) => mark !== 0)) return 2;
  const answers = outcomes.map((outcome) => JSON.stringify(outcome?.answer?.toSorted() ?? null));
  // Two that have no answer do not answer alike.
  return answers.length > 1 && answers[0] !== "null" && new Set(answers).size === 1 ? 0 : 1;
}

function markOf(outcome: Outcome | undefined): 1 | 0 | -1 {
  if (outcome === undefined || isMissing(outcome)) return -1;
  const { answer, truth } = outcome;
  return answer !== null && answer.length === truth.length && truth.every((label) => answer.includes(label)) ? 1 : 0;
}

function whyNot({ failure }: Outcome): string {
  return failure === undefined ? "no answer" : failureNames[failure];
}

function confidenceOf(outcome: Outcome | undefined): number | null {
  const [only, ...others] = outcome?.answer ?? [];
  const score = only === undefined || others.length > 0 ? undefined : ownValue(outcome?.scores, only);
  const value = outcome?.confidence?.value ?? score;
  return value === undefined ? null : Math.round(value * 1000);
}

/** By approach, then by row. */
function rawAnswers(
  outcomes: readonly (readonly (Outcome | undefined)[])[],
  budget: number,
): { readonly texts: Record<number, string>[]; readonly at?: number } {
  const given = outcomes.flatMap((rows, approach) =>
    rows.flatMap((outcome, row) => (outcome?.rawAnswer === undefined ? [] : [{ approach, row, text: outcome.rawAnswer }])),
  );
  const { texts, at } = cutTexts(
    given.map(({ text }) => text),
    budget,
  );
  const byApproach = outcomes.map((): Record<number, string> => ({}));
  for (const [i, { approach, row }] of given.entries()) byApproach[approach]![row] = texts[i]!;
  return { texts: byApproach, ...(at !== undefined && { at }) };
}

/** Texts on one line each, all cut at the same length if they would be longer together than `budget` characters. */
function cutTexts(texts: readonly string[], budget: number): { readonly texts: readonly string[]; readonly at?: number } {
  const lengths = texts.map(({ length }) => length).sort((a, b) => a - b);
  const total = lengths.reduce((sum, length) => sum + length, 0);
  if (total <= budget) return { texts: texts.map(visibleText) };
  // Whole texts from the shortest on while what is left suffices to show as much of each of the others.
  let left = budget;
  let place = 0;
  while (lengths[place]! * (lengths.length - place) <= left) left -= lengths[place++]!;
  const at = Math.max(20, Math.floor(left / (lengths.length - place)));
  return { texts: texts.map((text) => visibleText(cutText(text, at))), at };
}
