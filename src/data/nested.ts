/** @file Values within values: what a column of objects holds, and its parts by a dotted path, such as `label.name`. */

import { UserError } from "../lib/errors.js";
import { ExactNumber, formatExactJson } from "../lib/exact-json.js";
import { formatPlural } from "../lib/text/format.js";
import { type Cell, maxCellCharacters, type Row, type Table } from "./table.js";

/** What stands in cells that hold an object, or a list of objects: by column, then by row. In the table such a cell is `null`. */
export type NestedCells = ReadonlyMap<string, ReadonlyMap<number, unknown>>;

/** A value as a cell; `undefined` where it is an object, or a list that holds one. */
export function cellOf(value: unknown, cut: (text: string) => string): Cell | undefined {
  if (typeof value === "string") return cut(value);
  if (typeof value === "number" || typeof value === "boolean" || value instanceof ExactNumber) return value;
  if (value === null || value === undefined) return null;
  if (!Array.isArray(value) || !value.every(isScalar)) return undefined;
  return value.map((item) => cut(String(item)));
}

/** Whether a value is no cell, but an object or a list that holds one. */
export function isNested(value: unknown): boolean {
  return typeof value === "object" && value !== null && cellOf(value, (text) => text) === undefined;
}

function isScalar(value: unknown): boolean {
  return ["string", "number", "bigint", "boolean"].includes(typeof value) || value instanceof ExactNumber;
}

/** Gathers nested values while rows are read. */
export interface NestedCollector {
  /** A row's cells; what is nested is set aside under the row's number. */
  row(values: Readonly<Record<string, unknown>>, row: number, cut: (text: string) => string): Row;
  readonly cells: NestedCells;
}

export function nestedCollector(): NestedCollector {
  const cells = new Map<string, Map<number, unknown>>();
  return {
    cells,
    row(values, row, cut) {
      // Most objects are rows already.
      if (Object.values(values).every(isShortScalar)) return values as Row;
      const entries = Object.entries(values).map(([column, value]): [string, Cell] => {
        const cell = cellOf(value, cut);
        if (cell !== undefined) return [column, cell];
        const own = cells.get(column) ?? new Map<number, unknown>();
        cells.set(column, own.set(row, value));
        return [column, null];
      });
      return Object.fromEntries(entries);
    },
  };
}

function isShortScalar(value: unknown): boolean {
  if (typeof value === "string") return value.length <= maxCellCharacters;
  return typeof value !== "object" ? typeof value !== "bigint" : value === null || value instanceof ExactNumber;
}

/**
 * The value at a dotted path, and `undefined` where there is none: `data.text`, `annotations.0.value`. A name stands for that part of every
 * item of a list: `tags.name` of `[{ name: "a" }, { name: "b" }]` is `["a", "b"]`.
 */
export function valueAt(value: unknown, path: readonly string[]): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (typeof value !== "object" || value === null) return undefined;
  if (Array.isArray(value) && !/^\d+$/.test(key)) {
    const parts = value.flatMap((item) => valueAt(item, path) ?? []);
    return parts.length === 0 ? undefined : parts;
  }
  return Object.hasOwn(value, key) ? valueAt((value as Readonly<Record<string, unknown>>)[key], rest) : undefined;
}

/** The column that a dotted name begins with, and the path within it; `null` where the name is that of a column, or of nothing nested. */
export function pathOf(
  name: string,
  columns: readonly string[],
): { readonly column: string; readonly path: readonly string[] } | null {
  if (columns.includes(name)) return null;
  const parts = name.split(".");
  for (let length = parts.length - 1; length > 0; length--) {
    const column = parts.slice(0, length).join(".");
    if (columns.includes(column)) return { column, path: parts.slice(length) };
  }
  return null;
}

/** The table with a column for each of these names that is a dotted path into its nested cells. Other names are left alone. */
export function withPaths(table: Table, names: readonly string[]): Table {
  return names.reduce((result, name) => withPath(result, name), table);
}

function withPath(table: Table, name: string): Table {
  const place = pathOf(name, table.columns);
  const cells = place === null ? undefined : table.nested?.get(place.column);
  if (place === null || cells === undefined) return table;
  const deeper = new Map<number, unknown>();
  let found = 0;
  const rows = table.rows.map((row, i): Row => {
    const value = cells.has(i) ? valueAt(cells.get(i), place.path) : undefined;
    if (value !== undefined) found++;
    const cell = cellOf(value, (text) => text.slice(0, maxCellCharacters));
    if (cell === undefined) deeper.set(i, value);
    return { ...row, [name]: cell ?? null };
  });
  if (found === 0) return table;
  const nested = deeper.size === 0 ? table.nested! : new Map([...table.nested!, [name, deeper]]);
  return { ...table, columns: [...table.columns, name], rows, nested };
}

/** What a nested value is, in words. */
export function nestedKind(value: unknown): string {
  return Array.isArray(value) ? "a list of objects" : "an object";
}

/** Where a column holds objects though cells are needed. */
export interface NestedPlace {
  readonly file: string;
  readonly column: string;
  readonly role: "text" | "label";
  /** Rows that hold one, and all rows. */
  readonly count: number;
  readonly total: number;
  /** The first one, and where it stands: `tickets.jsonl line 3`. */
  readonly value: unknown;
  readonly place: string;
}

/** The error of a column of texts or labels that holds objects, in some rows or in all: no row is left out for that. */
export function nestedError({ file, column, role, count, total, value, place }: NestedPlace): UserError {
  const [path, ...others] = pathsIn(value, column).slice(0, 4);
  const remedy =
    path === undefined
      ? `Make it ${role === "text" ? "a text" : "a label, or a list of labels"}, or name another column with --${role}.`
      : `Name the part that is the ${role}, with --${role} ${path}${others.length === 0 ? "" : ` (or ${others.join(", ")})`}, or another column.`;
  const rows = count === total ? "all its rows" : `${count} of ${formatPlural(total, "row")}`;
  return new UserError(
    `The column "${column}" of ${file} holds ${nestedKind(value)} in ${rows} (${place}), and no ${role}: ${shortJson(value)}. ${remedy}`,
  );
}

/** Parts that are named so are meant more often than others. */
const meant = /^(?:text|body|content|label|labels|name|value|title|class|category)$/i;

/** Dotted paths to what would be a cell: the least deep first, usual names before others, texts before numbers. */
export function pathsIn(value: unknown, prefix: string, depth = 4): string[] {
  const inner: unknown = Array.isArray(value) ? value.find((item) => typeof item === "object" && item !== null) : value;
  if (depth === 0 || typeof inner !== "object" || inner === null) return [];
  const entries = Object.entries(inner);
  const isCell = ([, part]: [string, unknown]): boolean => part !== null && cellOf(part, (text) => text) !== undefined;
  return [
    ...entries
      .filter(isCell)
      .sort(
        ([a, x], [b, y]) =>
          Number(meant.test(b)) - Number(meant.test(a)) || Number(typeof y === "string") - Number(typeof x === "string"),
      )
      .map(([key]) => `${prefix}.${key}`),
    ...entries.filter((entry) => !isCell(entry)).flatMap(([key, part]) => pathsIn(part, `${prefix}.${key}`, depth - 1)),
  ];
}

function shortJson(value: unknown): string {
  let text: string;
  try {
    text = formatExactJson(value);
  } catch {
    // Nested deeper than the stack is: its beginning cannot be shown.
    return "…";
  }
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
