/** @file From which probability on each label is given, by held-out rows of a classifier with several labels a row. */
import { labelThreshold } from "./thresholds.js";

/**
 * One threshold a label.
 *
 * @param logits [rows, labels] of rows that were not learned
 * @param truths label indices of each row
 */
export function labelThresholds(logits: Float32Array, truths: readonly (readonly number[])[], labelCount: number): number[] {
  return Array.from({ length: labelCount }, (_, label) =>
    labelThreshold(
      truths.map((_truth, row) => 1 / (1 + Math.exp(-logits[row * labelCount + label]!))),
      truths.map((truth) => truth.includes(label)),
    ),
  );
}
