/** @file The column of labels, whatever its notation: lists as text, objects, and one column a label become lists. */

import { UserError } from "../lib/errors.js";
import { parseExactJson } from "../lib/exact-json.js";
import { didYouMean } from "../lib/text/nearest-name.js";
import { isTicked, labelsInObject, listNotation } from "./label-notation.js";
import { nestedError } from "./nested.js";
import type { Cell, Row, Table } from "./table.js";

/** A table whose labels are read, and what people should know of how. */
export interface LabelCells {
  readonly table: Table;
  readonly notes: readonly string[];
}

/** The name of the column that columns of one label each become. */
export const joinedColumn = (names: readonly string[]): string => names.join(", ");

/**
 * One column of labels in place of a column a label. UserError where one of the columns does not exist, or says something else than yes
 * or no.
 */
export function withLabelColumns(table: Table, names: readonly string[]): Table {
  for (const name of names) {
    if (!table.columns.includes(name))
      throw new UserError(`${table.file} has no column "${name}" (--label-columns).${didYouMean(name, table.columns)}`);
  }
  const rows = table.rows.map((row, i): Row => {
    const labels = names.filter((name) => {
      const cell = row[name];
      const text = cell === null || cell === undefined ? "" : String(cell);
      // Some exporters write the label's name in place of a cross.
      const ticked = text.trim().toLowerCase() === name.toLowerCase() ? true : isTicked(text);
      if (ticked !== null) return ticked;
      throw new UserError(
        `${placeOf(table, i)}: the column "${name}" says ${JSON.stringify(text.slice(0, 40))}, expected 1 or 0, true or false, yes or no, or x or nothing (--label-columns).`,
      );
    });
    return { ...row, [joinedColumn(names)]: labels };
  });
  return { ...table, columns: [...table.columns, joinedColumn(names)], rows };
}

/**
 * Reads lists that stand in the label column as text, and objects whose meaning is plain. UserError, with the names of its parts, where the
 * column holds other objects.
 */
export function labelCells(table: Table, column: string, mayBeSeveral: boolean): LabelCells {
  const unnested = withoutObjects(table, column);
  if (!mayBeSeveral) return { table: unnested, notes: [] };
  const cells = unnested.rows.map((row) => row[column]);
  const texts = cells.filter((cell): cell is string => typeof cell === "string" && cell.trim() !== "");
  if (!texts.some((text) => /^\s*(?:[[({]|array\(|set\(|frozenset\()/.test(text))) return { table: unnested, notes: [] };
  const read = cells.map((cell) => (typeof cell === "string" ? listOf(cell) : null));
  const lists = read.filter((list) => list !== null);
  const quoted = lists.find(({ labels, isQuoted }) => isQuoted && labels.length > 0);
  // Brackets without quotes may be part of a name, such as "[other]", unless all cells have them and one names several.
  const isListed = lists.length === texts.length && lists.some(({ labels }) => labels.length > 1);
  if (quoted === undefined && !isListed) {
    const several = read.findIndex((list) => list !== null && list.labels.length > 1);
    const note = `${table.file}: ${JSON.stringify(cells[several])} in the column "${column}" may be a list, and is kept as one label, since other cells are none. Write such lists as ["a", "b"].`;
    return { table: unnested, notes: several < 0 ? [] : [note] };
  }
  const rows = unnested.rows.map((row, i): Row => {
    const list = read[i] ?? null;
    return list !== null && (isListed || list.isQuoted) ? { ...row, [column]: list.labels } : row;
  });
  const example =
    cells[
      read.findIndex((list) => list !== null && list.labels.length > (lists.some(({ labels }) => labels.length > 1) ? 1 : 0))
    ];
  const note = `${table.file}: cells of the column "${column}" such as ${JSON.stringify(String(example).slice(0, 60))} were read as lists of labels.`;
  return { table: { ...unnested, rows }, notes: [note] };
}

function listOf(text: string): { readonly labels: readonly string[]; readonly isQuoted: boolean } | null {
  if (/^\s*[[{]\s*["{[]/.test(text)) {
    const labels = labelsInJson(text);
    if (labels !== null) return { labels, isQuoted: true };
  }
  return listNotation(text);
}

/** JSON in a cell, as Label Studio's CSV has it where a row has several choices. */
function labelsInJson(text: string): readonly string[] | null {
  try {
    const value = parseExactJson(text);
    return Array.isArray(value) && value.every((item) => typeof item === "string") ? value : labelsInObject(value);
  } catch {
    return null;
  }
}

function withoutObjects(table: Table, column: string): Table {
  const nested = table.nested?.get(column);
  if (nested === undefined || nested.size === 0) return table;
  const rows = table.rows.map((row, i): Row => {
    if (!nested.has(i)) return row;
    const labels: Cell = labelsInObject(nested.get(i));
    if (labels === null) throw objectsInside(table, column, "label", i);
    return { ...row, [column]: labels };
  });
  return { ...table, rows };
}

/** UserError where a column of texts or labels holds objects: of a row, or else of the first. */
export function objectsInside(table: Table, column: string, role: "text" | "label", row?: number): UserError {
  const cells = table.nested!.get(column)!;
  const first = row ?? cells.keys().next().value!;
  const [count, total, value] = [cells.size, table.rows.length, cells.get(first)];
  return nestedError({ file: table.file, column, role, count, total, value, place: placeOf(table, first) });
}

function placeOf(table: Table, row: number): string {
  const line = table.lineOf(row);
  return line === null ? `${table.file} row ${row + 1}` : `${table.file} line ${line}`;
}
