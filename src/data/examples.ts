/** @file Rows of a table as examples. */

import { UserError } from "../lib/errors.js";
import type { Example } from "../types/data.js";
import type { Columns } from "./columns.js";
import { objectsInside } from "./label-cells.js";
import { labelsOf } from "./labels.js";
import type { Table } from "./table.js";
import { textOfCell } from "./text-columns.js";

/** The usable rows of a table. */
export interface LabelledRows {
  readonly examples: readonly Example[];
  /** What the split column says of each example; `null` without such a column. */
  readonly splits: readonly string[] | null;
  readonly warnings: readonly string[];
}

export interface Reading {
  /** What joins the labels of a cell; `null` where a cell names one. */
  readonly separator: string | null;
  /** Before `row-17`, the id of a row that has none: keeps rows of two files apart. */
  readonly idPrefix: string;
}

/** Drops rows without text or label, with a warning that says where; UserError where none is left. */
export function labelledRows(table: Table, columns: Columns, { separator, idPrefix }: Reading): LabelledRows {
  const { file, rows } = table;
  if ((table.nested?.get(columns.text)?.size ?? 0) > 0) throw objectsInside(table, columns.text, "text");
  const ids = idsOf(table, columns.id, idPrefix);
  const examples: Example[] = [];
  const splits: string[] = [];
  const emptyTexts: number[] = [];
  const emptyLabels: number[] = [];
  for (const [i, row] of rows.entries()) {
    const text = textOfCell(row[columns.text]);
    const labels = labelsOf(row[columns.label], separator);
    if (text.trim() === "") emptyTexts.push(i);
    else if (labels === null) emptyLabels.push(i);
    else {
      const group = columns.group === null ? "" : textOfCell(row[columns.group]).trim();
      const line = table.lineOf(i);
      const place = line === null ? `${file} row ${i + 1}` : `${file}:${line}`;
      const shift = columns.shift === undefined ? "" : textOfCell(row[columns.shift]).trim();
      const beside = { ...(group !== "" && { group }), ...(shift !== "" && { shift }) };
      examples.push({ id: ids.of(i), text, labels, place, ...beside });
      if (columns.split !== null) splits.push(textOfCell(row[columns.split]).trim());
    }
  }
  if (rows.length === 0) throw new UserError(`${file} has a header but no rows.`);
  if (emptyTexts.length === rows.length)
    throw new UserError(`Every text in ${file} is empty: the column "${columns.text}" holds none. Name another with --text.`);
  if (examples.length === 0)
    throw new UserError(`No row of ${file} has a label: the column "${columns.label}" is empty. Name another with --label.`);
  const dropped = (what: string, indices: readonly number[]): string[] => {
    if (indices.length === 0) return [];
    const places = indices.slice(0, 5).map((i) => table.lineOf(i) ?? i + 1);
    const unit = table.lineOf(indices[0]!) === null ? "row" : "line";
    const [count, where] = [
      indices.length,
      `${unit}${places.length > 1 ? "s" : ""} ${places.join(", ")}${indices.length > 5 ? ", …" : ""}`,
    ];
    return [
      `${file}: ${count} ${count === 1 ? "row has" : "rows have"} no ${what} and ${count === 1 ? "was" : "were"} left out (${where}).`,
    ];
  };
  return {
    examples,
    splits: columns.split === null ? null : splits,
    warnings: [...ids.warnings, ...dropped("text", emptyTexts), ...dropped("label", emptyLabels)],
  };
}

/** Ids from the id column where they are complete and unique, otherwise numbers of rows, which are as stable as the file. */
function idsOf(
  table: Table,
  column: string | null,
  prefix: string,
): { of(row: number): string; readonly warnings: readonly string[] } {
  const numbered = (row: number): string => `${prefix}row-${row + 1}`;
  if (column === null) return { of: numbered, warnings: [] };
  const ids = table.rows.map((row) => textOfCell(row[column]).trim());
  const empty = ids.filter((id) => id === "").length;
  const repeated = ids.length - new Set(ids).size;
  if (empty === 0 && repeated === 0) return { of: (row) => ids[row]!, warnings: [] };
  const fault = empty > 0 ? `is empty in ${empty} of ${ids.length} rows` : `repeats ${repeated} of its ${ids.length} values`;
  return {
    of: numbered,
    warnings: [`${table.file}: the column "${column}" ${fault}, so rows are named by their number (${numbered(0)}, …).`],
  };
}
