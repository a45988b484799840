/** @file A text that stands in several columns, such as a subject and a body: one template for whatever reads it. */
import { findTextColumn } from "./columns.js";
import { objectsInside } from "./label-cells.js";
import type { Cell, Row, Table } from "./table.js";

/** The columns that a name means: those between its commas, or that one column, where there is a column of this very name. */
export function textColumns(name: string, columns: readonly string[]): readonly string[] {
  if (columns.includes(name)) return [name];
  const parts = name
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  return parts.length === 0 ? [name] : [...new Set(parts)];
}

/** The text of a row: each column on a line after its name, `subject: …`; those that are empty are left out. */
export function joinedText(parts: readonly { readonly column: string; readonly text: string }[]): string {
  const filled = parts.filter(({ text }) => text.trim() !== "");
  return filled.map(({ column, text }) => `${column}: ${text}`).join("\n");
}

/** What a cell says as text. */
export function textOfCell(cell: Cell | undefined): string {
  return cell === undefined || cell === null ? "" : Array.isArray(cell) ? cell.join(" ") : String(cell);
}

/**
 * One column of the text, under this name, in place of several. Columns that have a part of their own besides stay.
 *
 * @throws UserError where one of them does not exist, or holds objects
 */
export function withTextColumns(table: Table, name: string, columns: readonly string[], others: readonly string[]): Table {
  for (const column of columns) {
    findTextColumn(table, column);
    if ((table.nested?.get(column)?.size ?? 0) > 0) throw objectsInside(table, column, "text");
  }
  const rows = table.rows.map((row): Row => {
    return { ...row, [name]: joinedText(columns.map((column) => ({ column, text: textOfCell(row[column]) }))) };
  });
  const kept = table.columns.filter((column) => !columns.includes(column) || others.includes(column));
  return { ...table, columns: [...kept, name], rows };
}

/** How the text of a row is made, in one sentence. */
export function textColumnsNote(columns: readonly string[]): string {
  const names = columns.map((column) => `"${column}"`);
  return `The text of a row is its columns ${names.slice(0, -1).join(", ")} and ${names.at(-1)}, each on a line after its name, for every approach.`;
}
