/** @file A label that is new: held out of the training rows, then added back with few rows. */
import { random } from "../../lib/random.js";
import type { Dataset, Task } from "../../types/data.js";
import { nestedSubsets } from "../curves/nested-subset.js";

/** Below this many rows a label says nothing: how many are needed can't be seen, nor what share is found. */
const fewestRows = { train: 8, test: 10 } as const;

/** A label to hold out, with what is left. */
export interface HeldOutLabel {
  readonly label: string;
  /** The training rows with all of the label's: the task's, or a part of them. */
  readonly whole: Dataset;
  /** Rows of `whole` that have it. */
  readonly trainRows: number;
  /** Numbers of rows to add back, ascending from 0, without those near to all. */
  readonly sizes: readonly number[];
  /** The training rows without the label but for `count` of them, in their order: the first ones of one permutation a seed. */
  withRows(count: number, seed: number): Dataset;
}

/**
 * The label of median frequency among those that have enough training and test rows; `null` where there is none, or where fewer than two labels would be
 * left to tell apart. It depends on nothing that was measured.
 *
 * @param mostRows training rows to take at most, with labels in their shares
 */
export function heldOutLabel(
  { train: all, test }: Pick<Task, "train" | "test">,
  mostRows = Number.POSITIVE_INFINITY,
  seed = 0,
): HeldOutLabel | null {
  const train = all.examples.length > mostRows ? nestedSubsets(all, seed)(mostRows) : all;
  const rowsOf = ({ examples }: Dataset, label: string): number =>
    examples.reduce((sum, { labels }) => sum + (labels.includes(label) ? 1 : 0), 0);
  const candidates = train.labels
    .map((label) => ({ label, trainRows: rowsOf(train, label) }))
    .filter(({ label, trainRows }) => trainRows >= fewestRows.train && rowsOf(test, label) >= fewestRows.test)
    .filter(({ label }) => isTaskWithout(train, label))
    .sort((a, b) => a.trainRows - b.trainRows);
  const chosen = candidates[Math.floor((candidates.length - 1) / 2)];
  if (chosen === undefined) return null;
  return { ...chosen, whole: train, sizes: additions(chosen.trainRows), withRows: adding(train, chosen.label) };
}

/** Whether the rows without the label can be learned from: they have two labels, or some rows with one and others without. */
function isTaskWithout({ examples, isMultiLabel }: Dataset, label: string): boolean {
  const rest = examples.filter(({ labels }) => !labels.includes(label));
  const answers = new Set(rest.map(({ labels }) => (isMultiLabel ? JSON.stringify(labels.toSorted()) : labels[0])));
  return answers.size >= 2;
}

/** 0, 1, 2, 4, 8 … up to those that are nearer to all than a step and a half. */
function additions(all: number): number[] {
  const sizes = [0];
  for (let size = 1; size <= all / Math.SQRT2; size *= 2) sizes.push(size);
  return sizes;
}

function adding(train: Dataset, label: string): HeldOutLabel["withRows"] {
  const own = train.examples.filter(({ labels }) => labels.includes(label));
  return (count, seed) => {
    const added = new Set(random(seed, "rows of the new label").shuffle(own).slice(0, count));
    return { ...train, examples: train.examples.filter((example) => !example.labels.includes(label) || added.has(example)) };
  };
}
