/**
 * @file A table of immutable columns with the methods of Python's `datasets`. Whatever makes another dataset shares the columns that it
 * does not change: `shuffle` and `select` are lists of row numbers, and what a tokenizer adds is computed when it is read.
 */
import { setImmediate } from "node:timers/promises";
import { UserError } from "../lib/errors.js";
import { numpyPermutation } from "../lib/numpy-permutation.js";
import { formatCount } from "../lib/text/format.js";
import { didYouMean } from "../lib/text/nearest-name.js";
import { arrayColumn, type Column, joinedColumn, selectedColumn } from "./column.js";
import { batchColumns, checkedResult, checkSameColumns } from "./map-result.js";

/** The row type that `loadDataset` has by default: a text, and the number of its class. */
export interface TextRow {
  readonly text: string;
  readonly label: number;
}

/** Several rows as columns: the argument of a `map` function with `batched: true`. */
export type Batch<Row extends object> = { readonly [Name in keyof Row]: Row[Name][] };

/** Columns, each a list with one value a row. */
export type Columns<Names> = { readonly [Name in keyof Names]: readonly unknown[] };

/** One row of columns. */
export type RowOf<Lists extends object> = {
  readonly [Name in keyof Lists]: Lists[Name] extends readonly (infer Value)[] ? Value : never;
};

/** A row with further columns, which take the place of those of the same name. */
export type Extended<Row extends object, Added extends object> = {
  readonly [Name in keyof Row | keyof Added]: Name extends keyof Added ? Added[Name] : Name extends keyof Row ? Row[Name] : never;
};

/** Facts about a column: for a column of classes, their names by number (`ClassLabel` in Python). */
export interface Feature {
  readonly names: readonly string[];
}

/** Features by column. */
export type Features = Readonly<Record<string, Feature>>;

/** As in `datasets`. */
const defaultBatchSize = 1000;

/** Rows with named columns. Immutable: every method gives another one. */
export class Dataset<Row extends object = TextRow> implements Iterable<Row> {
  readonly length: number;
  /** Features of the columns that hold classes. */
  readonly features: Features;
  readonly #columns: ReadonlyMap<string, Column>;

  private constructor(columns: ReadonlyMap<string, Column>, length: number, features: Features) {
    this.#columns = columns;
    this.length = length;
    this.features = features;
  }

  /** Makes a dataset of columns, like `Dataset.from_dict`. Throws a `UserError` if they differ in length. */
  static fromDict<Lists extends Columns<Lists>>(columns: Lists, features: Features = {}): Dataset<RowOf<Lists>> {
    const lists: [string, readonly unknown[]][] = Object.entries(columns);
    const length = lists[0]?.[1].length ?? 0;
    const other = lists.find(([, values]) => values.length !== length);
    if (other !== undefined)
      throw new UserError(
        `Column "${other[0]}" has ${formatCount(other[1].length)} values, "${lists[0]![0]}" has ${formatCount(length)}. Give all columns one length.`,
      );
    return new Dataset(new Map(lists.map(([name, values]) => [name, arrayColumn(values)])), length, features);
  }

  get columnNames(): string[] {
    return [...this.#columns.keys()];
  }

  /** Returns one row, counted from the end if `row` is negative. Throws a `UserError` if there is no such row. */
  at(row: number): Row {
    const place = row < 0 ? this.length + row : row;
    if (!(Number.isInteger(place) && place >= 0 && place < this.length)) throw noSuchRow(row, this.length);
    return this.#row(place);
  }

  /** Returns all values of a column. Throws a `UserError` if there is no such column. */
  column<Name extends keyof Row & string>(name: Name): Row[Name][] {
    const { get } = this.lazyColumn(name);
    return Array.from({ length: this.length }, (_, row) => get(row) as Row[Name]);
  }

  /** Returns a column that computes its values on access. Throws a `UserError` if there is no such column. */
  lazyColumn(name: string): Column {
    const column = this.#columns.get(name);
    if (column === undefined)
      throw new UserError(
        `The dataset has no column "${name}".${didYouMean(name, this.columnNames)} Columns: ${this.columnNames.join(", ")}.`,
      );
    return column;
  }

  *[Symbol.iterator](): Iterator<Row> {
    for (let row = 0; row < this.length; row++) yield this.#row(row);
  }

  /** Returns the rows with these numbers, in that order; a number may repeat. Throws a `UserError` if there is no such row. */
  select(rows: Iterable<number>): Dataset<Row> {
    const chosen = [...rows];
    const wrong = chosen.find((row) => !(Number.isInteger(row) && row >= 0 && row < this.length));
    if (wrong !== undefined) throw noSuchRow(wrong, this.length);
    return this.#selected(Uint32Array.from(chosen));
  }

  /** Returns all rows in random order: the same order as Python's `dataset.shuffle(seed=…)`. */
  shuffle({ seed }: { readonly seed: number }): Dataset<Row> {
    return this.#selected(permutation(this.length, seed));
  }

  /**
   * Splits the rows at random: `testSize` (a share or a number) for testing, the rest for training. Picks the same rows as Python's
   * `train_test_split`.
   */
  trainTestSplit({ testSize = 0.25, seed }: { readonly testSize?: number; readonly seed: number }): Parts<Row> {
    const count = testSize < 1 ? Math.ceil(testSize * this.length) : testSize;
    if (!(Number.isInteger(count) && count > 0 && count < this.length))
      throw new UserError(
        `testSize is ${testSize} of ${formatCount(this.length)} rows. Give a share between 0 and 1 or a number of rows, such that both parts have some.`,
      );
    const order = permutation(this.length, seed);
    return { test: this.#selected(order.subarray(0, count)), train: this.#selected(order.subarray(count)) };
  }

  /** Returns the rows for which `keeps` is true, in their order. */
  async filter(keeps: (row: Row, index: number) => boolean | Promise<boolean>): Promise<Dataset<Row>> {
    const kept: number[] = [];
    for (let row = 0; row < this.length; row++) {
      if (await keeps(this.#row(row), row)) kept.push(row);
      if (row % defaultBatchSize === 0) await setImmediate();
    }
    return this.#selected(Uint32Array.from(kept));
  }

  /**
   * Adds the columns that a function computes from each row, or with `batched: true` from `batchSize` rows at a time (the last batch may have
   * fewer). A column of the same name is replaced.
   *
   * Throws a `UserError` if the function returns something other than columns, or a column without one value per row.
   */
  map<Added extends Columns<Added>>(
    compute: (batch: Batch<Row>, rows: readonly number[]) => Added | Promise<Added>,
    options: { readonly batched: true; readonly batchSize?: number },
  ): Promise<Dataset<Extended<Row, RowOf<Added>>>>;
  map<Added extends object>(
    compute: (row: Row, index: number) => Added | Promise<Added>,
    options?: { readonly batched?: false },
  ): Promise<Dataset<Extended<Row, Added>>>;
  async map(compute: BatchFunction<Row> | RowFunction<Row>, options: MapOptions = {}): Promise<Dataset<never>> {
    // Which of the two functions it is follows from `batched`, as the overloads say; TypeScript cannot see that.
    const added =
      options.batched === true
        ? await this.#mapBatches(compute as BatchFunction<Row>, options.batchSize)
        : await this.#mapRows(compute as RowFunction<Row>);
    const features = Object.fromEntries(Object.entries(this.features).filter(([name]) => !added.has(name)));
    return new Dataset(new Map([...this.#columns, ...added]), this.length, features);
  }

  /** Renames a column. */
  renameColumn<From extends keyof Row & string, To extends string>(
    from: From,
    to: To,
  ): Dataset<Extended<Omit<Row, From>, { readonly [Name in To]: Row[From] }>> {
    this.lazyColumn(from);
    if (this.#columns.has(to)) throw new UserError(`The dataset has a column "${to}" already. Remove it first.`);
    const renamed = (name: string): string => (name === from ? to : name);
    return new Dataset(
      new Map([...this.#columns].map(([name, column]) => [renamed(name), column])),
      this.length,
      Object.fromEntries(Object.entries(this.features).map(([name, feature]) => [renamed(name), feature])),
    );
  }

  /** Removes columns. */
  removeColumns<Name extends keyof Row & string>(names: Name | readonly Name[]): Dataset<Omit<Row, Name>> {
    const gone = new Set<string>([names].flat());
    for (const name of gone) this.lazyColumn(name);
    return new Dataset(
      new Map([...this.#columns].filter(([name]) => !gone.has(name))),
      this.length,
      Object.fromEntries(Object.entries(this.features).filter(([name]) => !gone.has(name))),
    );
  }

  #row(row: number): Row {
    // What the columns hold is the caller's to say: by the type that `loadDataset` was given, and by what `map` returned.
    return Object.fromEntries(Array.from(this.#columns, ([name, column]) => [name, column.get(row)])) as Row;
  }

  #selected(rows: Uint32Array): Dataset<Row> {
    const columns = Array.from(this.#columns, ([name, column]) => [name, selectedColumn(column, rows)] as const);
    return new Dataset(new Map(columns), rows.length, this.features);
  }

  /** Rows as columns, each made an array when it is first looked at. */
  #batch(rows: readonly number[]): Batch<Row> {
    const batch = {};
    for (const [name, column] of this.#columns) {
      let values: unknown[] | undefined;
      const get = (): unknown[] => {
        values ??= rows.map((row) => column.get(row));
        return values;
      };
      Object.defineProperty(batch, name, { enumerable: true, get });
    }
    return batch as Batch<Row>;
  }

  async #mapBatches(compute: BatchFunction<Row>, batchSize = defaultBatchSize): Promise<Map<string, Column>> {
    if (!(Number.isInteger(batchSize) && batchSize > 0))
      throw new UserError(`The batch size of map is ${batchSize}. Give a whole number above 0.`);
    const parts: ReadonlyMap<string, Column>[] = [];
    for (let start = 0; start < this.length; start += batchSize) {
      const rows = Array.from({ length: Math.min(batchSize, this.length - start) }, (_, i) => start + i);
      const part = batchColumns(await compute(this.#batch(rows), rows), rows);
      checkSameColumns(parts[0], part, start);
      parts.push(part);
      await setImmediate();
    }
    return new Map(
      [...(parts[0]?.keys() ?? [])].map((name) => [
        name,
        joinedColumn(
          parts.map((part) => part.get(name)!),
          batchSize,
        ),
      ]),
    );
  }

  async #mapRows(compute: RowFunction<Row>): Promise<Map<string, Column>> {
    const columns = new Map<string, unknown[]>();
    for (let row = 0; row < this.length; row++) {
      const values = new Map(Object.entries(checkedResult(await compute(this.#row(row), row), row)));
      if (row === 0) for (const name of values.keys()) columns.set(name, []);
      checkSameColumns(columns, values, row);
      for (const [name, value] of values) columns.get(name)!.push(value);
      if (row % defaultBatchSize === 0) await setImmediate();
    }
    return new Map(Array.from(columns, ([name, values]) => [name, arrayColumn(values)]));
  }
}

/** A dataset in two. */
export interface Parts<Row extends object> {
  readonly train: Dataset<Row>;
  readonly test: Dataset<Row>;
}

function permutation(length: number, seed: number): Uint32Array {
  if (!(Number.isSafeInteger(seed) && seed >= 0)) throw new UserError(`The seed is ${seed}. Give a whole number from 0 up.`);
  return numpyPermutation(length, seed);
}

/** Computes columns from many rows; `rows` are their numbers. */
export type BatchFunction<Row extends object> = (batch: Batch<Row>, rows: readonly number[]) => Columns<object>;

/** Computes columns from one row. */
export type RowFunction<Row extends object> = (row: Row, index: number) => object;

/** How `map` calls its function. */
export interface MapOptions {
  /** Whether the function gets many rows at once, as columns. @default false */
  readonly batched?: boolean;
  readonly batchSize?: number;
}

function noSuchRow(row: number, length: number): UserError {
  return new UserError(
    `There is no row ${row}: the dataset has ${formatCount(length)} rows${length === 0 ? "" : `, 0 to ${formatCount(length - 1)}`}.` +
      (row >= length ? ` select(range(Math.min(n, dataset.length))) takes what there is.` : ""),
  );
}
