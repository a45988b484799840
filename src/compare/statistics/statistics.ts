/**
 * @file `crossover/statistics`: what the reports are made of, each usable alone on plain arrays. Nothing here reads a file, knows a run, or
 * draws randomness but from a seed. Reference values are scikit-learn's and SciPy's.
 */

export type { Estimate, Metric } from "../../types.js";
export {
  type BootstrapOptions,
  bootstrapInterval,
  differenceInterval,
  differenceTest,
  type ScoreOptions,
  scoreInterval,
} from "../plain/intervals.js";
export { accuracy, balancedAccuracy, macroF1, matthewsCorrelation, microF1 } from "../plain/metrics.js";
export {
  mcnemarPower,
  minimumDetectableEffect,
  moreRowsNeeded,
  type PairedTruth,
  type PowerOptions,
  rowsNeeded,
  type WantedPower,
} from "../plain/power.js";
export { auroc, brierScore, expectedCalibrationError, logLoss, type Probabilities } from "../plain/probabilities.js";
export type { Groups, Label, RowAnswer, RowLabels } from "../plain/rows.js";
export {
  holm,
  type McNemarResult,
  mcnemar,
  mcnemarExact,
  mcnemarMidP,
  type PermutationOptions,
  permutationTest,
} from "../plain/tests.js";
