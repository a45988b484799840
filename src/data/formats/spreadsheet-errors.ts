/** @file What spreadsheets write into a cell whose formula went wrong: no text, and no label. */

import type { Example } from "../../types/data.js";

/** `#REF!`, `#VALUE!`, `#NAME?`, `#DIV/0!`, `#N/A` and their like, also in other languages: `#BEZUG!`, `#NV`. */
const cellError = /^\s*(?:#[\p{Lu}/0]{2,15}[!?]|#N\/A|#NV|#GETTING_DATA)\s*$/u;

/** Whether a cell holds the error of a formula. */
export function isSpreadsheetError(cell: string): boolean {
  return cellError.test(cell);
}

/** What is to be said of texts that are errors of formulas. */
export function errorTextNotes(examples: readonly Example[]): string[] {
  const errors = examples.filter(({ text }) => isSpreadsheetError(text));
  const [first] = errors;
  if (first === undefined) return [];
  const place = first.place === undefined ? "" : `, the first at ${first.place}`;
  return [
    `${errors.length === 1 ? "A text is" : `${errors.length} texts are`} the error of a spreadsheet's formula, such as ${first.text.trim()}${place}, and ${errors.length === 1 ? "is" : "are"} kept as text. Mend the formula, or delete the ${errors.length === 1 ? "row" : "rows"}.`,
  ];
}
