/** @file What each row of a batch weighs in the loss: right labels, label smoothing, class weights and the mean, as one array of numbers. */
import { float32, type TensorValue } from "../../../autodiff/values.js";

export interface TargetOptions {
  readonly labelCount: number;
  readonly isMultiLabel: boolean;
  /** Share of the target that label smoothing spreads over all labels (with several labels per row: over yes and no). @default 0 */
  readonly labelSmoothing?: number;
  /** The weight of each label; ignored in multi-label tasks. @default 1 for each */
  readonly classWeights?: Float64Array;
}

/**
 * The targets of `classifierLoss`, such that the loss is PyTorch's `CrossEntropyLoss(weight, label_smoothing)` or, with several labels a
 * row, `BCEWithLogitsLoss`, each with the mean as reduction.
 *
 * @param labels indices of the labels of each row
 * @param denominator what the sum is divided by; `totalWeight` of the rows unless they are a part of a larger batch
 */
export function targetsOf(
  labels: readonly (readonly number[])[],
  options: TargetOptions,
  denominator = totalWeight(labels, options),
): TensorValue<"float32"> {
  const { labelCount, isMultiLabel, labelSmoothing = 0, classWeights } = options;
  const places = isMultiLabel ? 2 : 1;
  const data = new Float32Array(labels.length * labelCount * places);
  for (const [row, own] of labels.entries())
    for (let label = 0; label < labelCount; label++) {
      const isRight = own.includes(label) ? 1 : 0;
      const at = (row * labelCount + label) * places;
      if (isMultiLabel) {
        const yes = isRight * (1 - labelSmoothing) + labelSmoothing / 2;
        data[at] = yes / denominator;
        data[at + 1] = (1 - yes) / denominator;
      } else {
        const share = isRight * (1 - labelSmoothing) + labelSmoothing / labelCount;
        data[at] = (share * (classWeights?.[label] ?? 1)) / denominator;
      }
    }
  return float32(data, isMultiLabel ? [labels.length, labelCount, 2] : [labels.length, labelCount]);
}

/** What PyTorch's mean divides by: the class weights of the rows' labels, summed; with several labels a row, rows × labels. */
export function totalWeight(
  labels: readonly (readonly number[])[],
  { labelCount, isMultiLabel, classWeights }: TargetOptions,
): number {
  if (isMultiLabel) return labels.length * labelCount;
  return labels.reduce((total, [label]) => total + (classWeights?.[label!] ?? 1), 0);
}
