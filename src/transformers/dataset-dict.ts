import { UserError } from "../lib/errors.js";
import { didYouMean } from "../lib/text/nearest-name.js";
import type { Batch, BatchFunction, Columns, Dataset, Extended, MapOptions, RowFunction, RowOf, TextRow } from "./dataset.js";

/** The splits of a dataset by name. Its methods apply to every split. */
export class DatasetDict<Row extends object = TextRow> {
  readonly #splits: ReadonlyMap<string, Dataset<Row>>;

  constructor(splits: ReadonlyMap<string, Dataset<Row>>) {
    this.#splits = splits;
  }

  get splitNames(): string[] {
    return [...this.#splits.keys()];
  }

  /** The split `train`. Throws a `UserError` if there is none, as the other getters do. */
  get train(): Dataset<Row> {
    return this.split("train");
  }

  get validation(): Dataset<Row> {
    return this.split("validation");
  }

  get test(): Dataset<Row> {
    return this.split("test");
  }

  /** Returns the split with this name. */
  split(name: string): Dataset<Row> {
    const found = this.#splits.get(name);
    if (found !== undefined) return found;
    throw new UserError(
      `The dataset has no split "${name}".${didYouMean(name, this.splitNames)} Splits: ${this.splitNames.join(", ")}.`,
    );
  }

  /** Applies `Dataset.map` to every split. */
  map<Added extends Columns<Added>>(
    compute: (batch: Batch<Row>, rows: readonly number[]) => Added | Promise<Added>,
    options: { readonly batched: true; readonly batchSize?: number },
  ): Promise<DatasetDict<Extended<Row, RowOf<Added>>>>;
  map<Added extends object>(
    compute: (row: Row, index: number) => Added | Promise<Added>,
    options?: { readonly batched?: false },
  ): Promise<DatasetDict<Extended<Row, Added>>>;
  map(compute: BatchFunction<Row> | RowFunction<Row>, { batched, ...options }: MapOptions = {}): Promise<DatasetDict<object>> {
    // Which of the two functions it is follows from `batched`, as the overloads say; TypeScript cannot see that.
    return batched === true
      ? this.#each<object>((split) => split.map(compute as BatchFunction<Row>, { batched, ...options }))
      : this.#each<object>((split) => split.map(compute as RowFunction<Row>));
  }

  /** Applies `Dataset.filter` to every split. */
  filter(keeps: (row: Row, index: number) => boolean | Promise<boolean>): Promise<DatasetDict<Row>> {
    return this.#each((split) => split.filter(keeps));
  }

  async #each<Other extends object>(change: (split: Dataset<Row>) => Promise<Dataset<Other>>): Promise<DatasetDict<Other>> {
    const changed = new Map<string, Dataset<Other>>();
    for (const [name, split] of this.#splits) changed.set(name, await change(split));
    return new DatasetDict(changed);
  }
}
