/** @file What each row of a batch weighs in the loss: right labels, label smoothing, class weights and the mean, as one array of numbers. */
import { float32, type TensorValue } from "../../../autodiff/values.js";
import type { TrainingRow } from "./objective-rules.js";

export interface TargetOptions {
  readonly labelCount: number;
  readonly isMultiLabel: boolean;
  /** Share of the target that label smoothing spreads over all labels (with several labels per row: over yes and no). @default 0 */
  readonly labelSmoothing?: number;
  /** The weight of each label; ignored in multi-label tasks. @default 1 for each */
  readonly classWeights?: Float64Array;
}

/** What a row is to be answered with. */
export type RowTarget = Pick<TrainingRow, "labels" | "softLabels">;

/**
 * The targets of `classifierLoss`, such that the loss is PyTorch's `CrossEntropyLoss(weight, label_smoothing)` or, with several labels a
 * row, `BCEWithLogitsLoss`, each with the mean as reduction.
 *
 * @param rows indices of the labels of each row, or how likely each label is
 * @param denominator what the sum is divided by; `totalWeight` of the rows unless they are a part of a larger batch
 */
export function targetsOf(
  rows: readonly RowTarget[],
  options: TargetOptions,
  denominator = totalWeight(rows, options),
): TensorValue<"float32"> {
  const { labelCount, isMultiLabel, labelSmoothing = 0, classWeights } = options;
  const places = isMultiLabel ? 2 : 1;
  const data = new Float32Array(rows.length * labelCount * places);
  for (const [row, { labels, softLabels }] of rows.entries())
    for (let label = 0; label < labelCount; label++) {
      const right = softLabels?.[label] ?? (labels.includes(label) ? 1 : 0);
      const at = (row * labelCount + label) * places;
      if (isMultiLabel) {
        const yes = right * (1 - labelSmoothing) + labelSmoothing / 2;
        data[at] = yes / denominator;
        data[at + 1] = (1 - yes) / denominator;
      } else {
        const share = right * (1 - labelSmoothing) + labelSmoothing / labelCount;
        data[at] = (share * (classWeights?.[label] ?? 1)) / denominator;
      }
    }
  return float32(data, isMultiLabel ? [rows.length, labelCount, 2] : [rows.length, labelCount]);
}

/**
 * What PyTorch's mean divides by: the class weights of the rows' labels, summed; with several labels a row, rows × labels. A row with soft labels
 * counts as its likeliest label does.
 */
export function totalWeight(rows: readonly RowTarget[], { labelCount, isMultiLabel, classWeights }: TargetOptions): number {
  if (isMultiLabel) return rows.length * labelCount;
  return rows.reduce((total, { labels: [label] }) => total + (classWeights?.[label!] ?? 1), 0);
}
