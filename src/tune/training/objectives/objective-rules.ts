/** @file Rows to learn from, and what every kind of objective does with them. */
import type { Values } from "../../../autodiff/values.js";
import type { TokenIds } from "../../pretrained/tokenizer.js";
import type { BatchOptions, Update } from "../batches.js";

/** One row to learn. */
export interface TrainingRow {
  readonly ids: TokenIds;
  /** Indices of its labels. */
  readonly labels: readonly number[];
  /** How likely each label is, where that is learned instead of `labels`. */
  readonly softLabels?: Float64Array;
}

/** How well labels were met; where the objective has labels. */
export interface Scores {
  /** Share of the rows whose labels are all right. */
  readonly accuracy?: number;
  /** Of the labels that the rows or the answers have. */
  readonly macroF1?: number;
}

/** The rows, and how they are dealt. */
export interface RuleContext extends BatchOptions {
  readonly rows: readonly TrainingRow[];
}

/**
 * An update is a list of passes, a pass is the rows that are fed together, by index, in the order in which they are fed. Everything is
 * fixed by the seed and the arguments.
 */
export interface ObjectiveRules {
  /** The same in every epoch. */
  readonly updatesPerEpoch: number;
  updates(epoch: number): readonly Update[];
  /** All that is to be evaluated, as one update. */
  evaluation(): Update;
  /** What a pass of an update feeds, such that the losses of its passes add up to the update's. */
  targets(pass: readonly number[], update: Update): Values;
  /** How good logits are, [rows, labels], those of row i at i. */
  score?(logits: Float32Array): Scores;
}
