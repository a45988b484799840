/** @file Rows that training does not learn, by which it is stopped and thresholds are chosen. Always a part of the training rows. */
import { random } from "../../lib/random.js";
import type { Dataset } from "../../types/data.js";
import { dealFolds, type FoldRow } from "../regression/folds.js";

/** Above so many rows a tenth can be spared, and tells when to stop; below, a fixed number of steps does better. */
const manyRows = 3000;
/** With several labels a row, thresholds need rows that were not learned; of fewer than these no part says anything. */
const fewestRows = 200;

/** A dataset's rows in two parts, by index, each in order. */
export interface HeldOutCut {
  readonly learned: readonly number[];
  /** Empty where all are learned. */
  readonly heldOut: readonly number[];
}

/** Whether a part of the rows is held out. */
export function isCut({ examples, isMultiLabel }: Pick<Dataset, "examples" | "isMultiLabel">): boolean {
  return examples.length > manyRows || (isMultiLabel && examples.length >= fewestRows);
}

/** Of how many rows one is held out; `null` where none are. */
export function heldOutOneOf(dataset: Pick<Dataset, "examples" | "isMultiLabel">): number | null {
  if (!isCut(dataset)) return null;
  return dataset.examples.length > manyRows ? 10 : 5;
}

/**
 * Holds out one of ten rows above 3,000; with several labels a row, one of five from 200 on. Labels are spread evenly, groups stay
 * together, and a label whose rows would all be held out keeps them.
 */
export function cutHeldOut(
  dataset: Pick<Dataset, "examples" | "isMultiLabel">,
  labels: readonly (readonly number[])[],
  seed: number,
): HeldOutCut {
  const { examples } = dataset;
  const all = [...examples.keys()];
  const oneOf = heldOutOneOf(dataset);
  if (oneOf === null) return { learned: all, heldOut: [] };
  const rows = examples.map(({ group }, row): FoldRow => ({ labels: labels[row]!, ...(group !== undefined && { group }) }));
  const folds = dealFolds(rows, oneOf, random(seed, "held out"));
  const isLearned = new Set(all.filter((row) => folds[row] !== 0).flatMap((row) => labels[row]!));
  const needed = all.filter((row) => folds[row] === 0 && labels[row]!.some((label) => !isLearned.has(label)));
  const neededGroups = new Set(needed.flatMap((row) => rows[row]!.group ?? []));
  const isHeldOut = (row: number): boolean => {
    const { group } = rows[row]!;
    return folds[row] === 0 && !needed.includes(row) && !(group !== undefined && neededGroups.has(group));
  };
  return { learned: all.filter((row) => !isHeldOut(row)), heldOut: all.filter(isHeldOut) };
}
