/** @file One cell of a CSV that is written. */

/** One cell: quoted where it has to be; a text that a spreadsheet would take for a formula is defused. */
export function csvCell(value: string | number | boolean | null | undefined): string {
  return quotedCell(typeof value === "string" && isFormulaLike(value) ? `'${value}` : value);
}

/** One cell as it is, quoted where it has to be. */
export function quotedCell(value: string | number | boolean | null | undefined): string {
  if (value === null || value === undefined) return "";
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Whether a spreadsheet might compute a text. A formula may hide behind spaces, which some programs strip; CR, LF and tab start one after their import. */
export function isFormulaLike(text: string): boolean {
  return /^\s*[=+\-@]|^[\t\r\n]/.test(text);
}
