/** @file How well a model answers rows, under the names that Python's `Trainer` gives its metrics. */
import { UserError } from "../lib/errors.js";

/** What `computeMetrics` is given: `EvalPrediction` in Python. */
export interface EvalPrediction {
  /** Logits, one list a row. */
  readonly predictions: readonly (readonly number[])[];
  /** The class of each row. */
  readonly labelIds: readonly number[];
}

/** Further metrics, by name, of an evaluation. */
export type ComputeMetrics = (prediction: EvalPrediction) => Readonly<Record<string, number>>;

/** Numbers by name: `eval_loss`, `eval_accuracy`. */
export type Metrics = Readonly<Record<string, number>>;

/** Answers and their truths, and the seconds that the answers took. */
export interface Answered extends EvalPrediction {
  readonly seconds: number;
}

/** The logits of all rows in one array, cut into rows. */
export function logitRows(logits: Float32Array, rows: number): number[][] {
  const width = logits.length / rows;
  return Array.from({ length: rows }, (_, row) => Array.from(logits.subarray(row * width, (row + 1) * width)));
}

/**
 * `<prefix>_loss`, what `computeMetrics` adds, and the speed. `batchSize` is what Python would have counted as a step.
 */
export function metricsOf(
  { predictions, labelIds, seconds }: Answered,
  {
    prefix,
    labelSmoothing,
    batchSize,
    computeMetrics,
  }: {
    readonly prefix: string;
    readonly labelSmoothing: number;
    readonly batchSize: number;
    readonly computeMetrics: ComputeMetrics | undefined;
  },
): Metrics {
  const own = Object.entries(computeMetrics?.({ predictions, labelIds }) ?? {}).map(([name, value]): [string, number] => {
    if (typeof value !== "number") throw new UserError(`computeMetrics gave ${typeof value} for "${name}", expected a number.`);
    return [name.startsWith(`${prefix}_`) ? name : `${prefix}_${name}`, value];
  });
  const rows = predictions.length;
  return {
    [`${prefix}_loss`]: crossEntropyOf(predictions, labelIds, labelSmoothing),
    ...Object.fromEntries(own),
    [`${prefix}_runtime`]: seconds,
    [`${prefix}_samples_per_second`]: rows / seconds,
    [`${prefix}_steps_per_second`]: Math.ceil(rows / batchSize) / seconds,
  };
}

/** The mean over rows of −Σ truth · log softmax(logits), where `smoothing` of the truth is spread over all classes. In float64. */
export function crossEntropyOf(logits: readonly (readonly number[])[], labels: readonly number[], smoothing: number): number {
  const losses = logits.map((row, i) => {
    const highest = Math.max(...row);
    const logTotal = highest + Math.log(row.reduce((total, logit) => total + Math.exp(logit - highest), 0));
    const even = row.reduce((total, logit) => total + logTotal - logit, 0) / row.length;
    return (1 - smoothing) * (logTotal - row[labels[i]!]!) + smoothing * even;
  });
  return losses.reduce((total, loss) => total + loss, 0) / losses.length;
}
