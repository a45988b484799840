/** @file Plain arrays, checked and coded as the statistics want them. */
import { UserError } from "../../lib/errors.js";
import type { CodedRows } from "../metrics/label-indices.js";

/** A label. Labels with equal texts are equal: `1` and `"1"`, `true` and `"true"`. */
export type Label = string | number | boolean;

/** The labels of a row: one label, or a list if rows may have several. */
export type RowLabels = Label | readonly Label[];

/** The answer to a row; `null`: no answer, which is always wrong. */
export type RowAnswer = RowLabels | null;

/** The group of each row, such as a customer: rows of one group are resampled and permuted together. A row without a group is its own group. */
export type Groups = readonly (string | number | undefined)[];

/** UserError where there are no rows, or the arrays have different lengths. Returns the number of rows. */
export function rowCount(arrays: Readonly<Record<string, { readonly length: number } | undefined>>): number {
  const given = Object.entries(arrays).flatMap(([name, array]) => (array === undefined ? [] : [{ name, length: array.length }]));
  const [first] = given;
  const other = given.find(({ length }) => length !== first!.length);
  if (other !== undefined) {
    throw new UserError(
      `The length of ${first!.name} is ${first!.length}, that of ${other.name} is ${other.length}. Give one value a row in both, in the same order.`,
    );
  }
  if (first!.length === 0) throw new UserError(`${first!.name} is empty. Give at least one row.`);
  return first!.length;
}

/** UserError where an option is not a number within its range. */
export function checkNumber(name: string, value: number, isValid: boolean, expected: string): void {
  if (!isValid) throw new UserError(`${name} is ${value}; expected ${expected}.`);
}

/** UserError where one of the numbers is not a number within the range. */
export function checkNumbers(
  name: string,
  values: readonly number[],
  isValid: (value: number) => boolean,
  expected: string,
): void {
  const row = values.findIndex((value) => typeof value !== "number" || !isValid(value));
  if (row >= 0) throw new UserError(`${name}[${row}] is ${values[row]}; expected ${expected}.`);
}

/** The groups as names, one a row. */
export function groupNames(groups: Groups | undefined, rows: number): (string | undefined)[] {
  return Array.from({ length: rows }, (_, row) => (groups?.[row] === undefined ? undefined : String(groups[row])));
}

/**
 * Truth and answers with labels as indices: those of every answer are coded by the same list. UserError where lengths differ, there are no
 * rows, a row has no truth, or some rows of the truth are lists and others are not.
 *
 * @param sides the answers by their names, for messages
 */
export function codeRows(
  truth: readonly RowLabels[],
  sides: Readonly<Record<string, readonly RowAnswer[]>>,
): { readonly labels: readonly string[]; readonly sides: readonly CodedRows[] } {
  rowCount({ truth, ...sides });
  const isMultiLabel = Array.isArray(truth[0]);
  const odd = truth.findIndex((row) => row === null || row === undefined || Array.isArray(row) !== isMultiLabel);
  if (odd >= 0) {
    throw new UserError(
      `truth[${odd}] is ${JSON.stringify(truth[odd]) ?? "undefined"}; expected ${isMultiLabel ? "a list of labels, as truth[0] is" : "one label, as truth[0] is"}.`,
    );
  }
  const indices = new Map<string, number>();
  const code = (labels: RowLabels): number[] => {
    const names = new Set((Array.isArray(labels) ? (labels as readonly Label[]) : [labels as Label]).map(String));
    return [...names].map((name) => {
      const known = indices.get(name);
      if (known === undefined) indices.set(name, indices.size);
      return known ?? indices.size - 1;
    });
  };
  const truths = truth.map(code);
  const answers = Object.values(sides).map((side) => side.map((answer) => (answer === null ? null : code(answer))));
  return {
    labels: [...indices.keys()],
    sides: answers.map((side) => ({ labelCount: indices.size, isMultiLabel, truths, answers: side })),
  };
}
