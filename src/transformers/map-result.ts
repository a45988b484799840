/** @file What the function of `map` returned, checked: it is the caller's, and may return anything. */
import { UserError } from "../lib/errors.js";
import { formatCount } from "../lib/text/format.js";
import { arrayColumn, type Column, hasLazyColumns, lazyColumns } from "./column.js";

/** What `map`'s function returned at a row, if that is an object. */
export function checkedResult(result: unknown, row: number): object {
  if (typeof result === "object" && result !== null && !Array.isArray(result)) return result;
  const what = Array.isArray(result) ? "a list" : result === null ? "null" : typeof result;
  throw new UserError(`The function of map returned ${what} at row ${row}. Expected an object: the columns to add, by name.`);
}

/** The columns that `map`'s function returned for a batch of `rows`, one value a row. */
export function batchColumns(result: unknown, rows: readonly number[]): ReadonlyMap<string, Column> {
  const returned = checkedResult(result, rows[0]!);
  const columns = hasLazyColumns(returned)
    ? returned[lazyColumns]
    : new Map(Object.entries(returned).map(([name, values]) => [name, listColumn(name, values, rows)]));
  for (const [name, { length }] of columns) {
    if (length === rows.length) continue;
    throw new UserError(
      `The function of map returned ${formatCount(length)} values for "${name}"; its batch, from row ${rows[0]} on, has ${formatCount(rows.length)} rows.`,
    );
  }
  return columns;
}

function listColumn(name: string, values: unknown, rows: readonly number[]): Column {
  if (Array.isArray(values)) return arrayColumn(values);
  throw new UserError(
    `The function of map returned ${typeof values} for "${name}". With batched: true it has to return a list of ${formatCount(rows.length)} values.`,
  );
}

/** Refuses other columns at a later row than at the first. */
export function checkSameColumns(
  first: ReadonlyMap<string, unknown> | undefined,
  next: ReadonlyMap<string, unknown>,
  row: number,
): void {
  if (first === undefined || (first.size === next.size && [...next.keys()].every((name) => first.has(name)))) return;
  const names = (columns: ReadonlyMap<string, unknown>): string => [...columns.keys()].join(", ");
  throw new UserError(
    `The function of map returned other columns at row ${row} (${names(next)}) than at row 0 (${names(first)}). It has to add the same to every row.`,
  );
}
