/** @file A tokenized dataset as the rows that models are fed: without the padding that `map` gave them. */
import { UserError } from "../lib/errors.js";
import { formatCount } from "../lib/text/format.js";
import type { TokenIds } from "../tune/pretrained/tokenizer.js";
import type { Column } from "./column.js";
import type { SequenceClassificationModel } from "./sequence-classifier.js";

/** A row that went through a tokenizer. */
export interface TokenizedRow {
  readonly input_ids: readonly number[];
  readonly attention_mask?: readonly number[];
}

/** What a trainer needs of a dataset; a `Dataset` with these columns is one. */
export interface TokenizedDataset {
  readonly length: number;
  readonly columnNames: readonly string[];
  at(row: number): TokenizedRow;
  lazyColumn(name: string): Column;
}

/** Names of the column with the classes, as Python's data collator knows them. */
const labelNames = ["label", "labels", "label_ids"];

/**
 * The token ids of each row. Padding is left out: batches are filled up to their own longest row, and the attention mask makes that the
 * same to the model. `UserError` where a row is none that the model can read.
 */
export function tokenRows(dataset: TokenizedDataset, model: SequenceClassificationModel): TokenIds[] {
  const { columnNames } = dataset;
  if (!columnNames.includes("input_ids"))
    throw new UserError(
      `The dataset has no column "input_ids", only ${columnNames.join(", ")}. Tokenize it first: ` +
        "dataset.map((batch) => tokenizer(batch.text, { truncation: true }), { batched: true }).",
    );
  const ids = dataset.lazyColumn("input_ids");
  const mask = columnNames.includes("attention_mask") ? dataset.lazyColumn("attention_mask") : undefined;
  const { maxPositions, vocabularySize } = model.classifier.pretrained;
  return Array.from({ length: dataset.length }, (_, row) => {
    // Both from one tokenizer: what is left out of the ids is what the mask leaves out.
    const own = ids.unpadded !== undefined && mask?.unpadded !== undefined ? ids.unpadded(row) : masked(ids, mask, row);
    const numbers = numbersOf(own, "input_ids", row);
    if (numbers.length === 0) throw new UserError(`Row ${row} has no tokens. Leave it out with dataset.filter().`);
    if (numbers.length > maxPositions)
      throw new UserError(
        `Row ${row} has ${formatCount(numbers.length)} tokens; the model takes ${formatCount(maxPositions)}. Tokenize with truncation: true.`,
      );
    const foreign = numbers.find((id) => !(Number.isInteger(id) && id >= 0 && id < vocabularySize));
    if (foreign !== undefined)
      throw new UserError(
        `Row ${row} has the token ${foreign}; the model has ${formatCount(vocabularySize)}. Use the tokenizer of the same model.`,
      );
    return numbers;
  });
}

function numbersOf(value: unknown, column: string, row: number): readonly number[] {
  if (Array.isArray(value) && value.every((item) => typeof item === "number")) return value;
  throw new UserError(`Row ${row} has something else than a list of numbers in "${column}". Tokenize with { batched: true }.`);
}

/** The ids where the mask is 1. */
function masked(ids: Column, mask: Column | undefined, row: number): readonly number[] {
  const all = numbersOf(ids.get(row), "input_ids", row);
  if (mask === undefined) return all;
  const isToken = numbersOf(mask.get(row), "attention_mask", row);
  const end = isToken.indexOf(0);
  if (isToken.length !== all.length || (end >= 0 && isToken.lastIndexOf(1) > end))
    throw new UserError(`Row ${row} has an attention_mask that is not 1 for its tokens and 0 behind them. Pad on the right.`);
  return end < 0 ? all : all.slice(0, end);
}

/** The class of each row; `undefined` where no column has it. `UserError` where one is none of the model's. */
export function rowLabels(dataset: TokenizedDataset, model: SequenceClassificationModel): number[] | undefined {
  const name = labelNames.find((known) => dataset.columnNames.includes(known));
  if (name === undefined) return undefined;
  const column = dataset.lazyColumn(name);
  const count = model.classifier.labels.length;
  return Array.from({ length: dataset.length }, (_, row) => {
    const label = column.get(row);
    if (typeof label === "number" && Number.isInteger(label) && label >= 0 && label < count) return label;
    if (typeof label === "string")
      throw new UserError(
        `Row ${row} has the label "${label.slice(0, 40)}". Expected its number; call the column "label" and loadDataset numbers it.`,
      );
    throw new UserError(
      label === -1
        ? `Row ${row} has the label -1: it is withheld. Leave such rows out with dataset.filter().`
        : `Row ${row} has the label ${Array.isArray(label) ? "of a list" : label}; the model has ${count} classes, 0 to ${count - 1}. Set numLabels.`,
    );
  });
}

/** The same, where there must be labels. */
export function requiredLabels(dataset: TokenizedDataset, model: SequenceClassificationModel): number[] {
  const labels = rowLabels(dataset, model);
  if (labels !== undefined) return labels;
  throw new UserError(
    `The dataset has no column "label", only ${dataset.columnNames.join(", ")}. Rename the one with the classes: dataset.renameColumn(…, "label").`,
  );
}
