/** @file Columns of a dataset: values by row, computed only when they are asked for where that is possible. */

/** Values by row, from 0. */
export interface Column<Value = unknown> {
  readonly length: number;
  /** The value of a row that exists. */
  get(row: number): Value;
  /**
   * The value without what only fills it up to the length of its neighbors, where that is known without computing them: the token ids of
   * one text, when the padded ones would take tokenizing a thousand.
   */
  readonly unpadded?: (row: number) => Value;
}

/** Where an object has the columns that it stands for, if it would take long to compute them all. */
export const lazyColumns: unique symbol = Symbol("lazyColumns");

/** Columns that nobody has computed yet, by name. Its ordinary properties are the same values as arrays. */
export interface LazyColumns {
  readonly [lazyColumns]: ReadonlyMap<string, Column>;
}

/** Whether an object has lazy columns. */
export function hasLazyColumns(value: object): value is LazyColumns {
  return lazyColumns in value;
}

/** The values of an array. */
export function arrayColumn(values: readonly unknown[]): Column {
  return { length: values.length, get: (row) => values[row] };
}

/** The rows of a column that `rows` names, in that order. */
export function selectedColumn(column: Column, rows: Uint32Array): Column {
  const { unpadded } = column;
  return {
    length: rows.length,
    get: (row) => column.get(rows[row]!),
    ...(unpadded && { unpadded: (row: number) => unpadded(rows[row]!) }),
  };
}

/** Parts, one after another; all but the last have the length `partLength`. */
export function joinedColumn(parts: readonly Column[], partLength: number): Column {
  const length = parts.reduce((total, part) => total + part.length, 0);
  const partOf = (row: number): Column => parts[Math.floor(row / partLength)]!;
  const canUnpad = parts.every(({ unpadded }) => unpadded !== undefined);
  return {
    length,
    get: (row) => partOf(row).get(row % partLength),
    ...(canUnpad && { unpadded: (row: number) => partOf(row).unpadded?.(row % partLength) }),
  };
}
