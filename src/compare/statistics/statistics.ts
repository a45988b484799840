/**
 * @file `crossover/statistics`: what the reports are made of, each usable alone on plain arrays. Nothing here reads a file, knows a run, or
 * draws randomness but from a seed. Reference values are scikit-learn's and SciPy's.
 */

export type { Estimate, Metric } from "../../types/scores.js";
export {
  type ArmReplicates,
  type CrossedBootstrapOptions,
  type CrossedReplicates,
  crossedBootstrap,
  type NoReplicates,
} from "../curves/crossed-bootstrap.js";
export { type Crossover, type CrossoverOptions, crossover, type NoCrossover, type WinProbability } from "../curves/crossover.js";
export type { CurveFamily, CurveParameters } from "../curves/curve-families.js";
export {
  type DataAdvantage,
  type DataAdvantageEstimate,
  dataAdvantage,
  dataAdvantageInterval,
  type MeasuredCurve,
  type NoAdvantage,
} from "../curves/data-advantage.js";
export {
  curvePoints,
  type ExtrapolatedCrossover,
  type ExtrapolationOptions,
  extrapolatedCrossover,
  type NoExtrapolation,
} from "../curves/extrapolated-crossover.js";
export type { Censored, LabelCount } from "../curves/label-count.js";
export {
  type CurveFitOptions,
  type CurvePoint,
  type CurveRefusal,
  type FittedCurve,
  fitLearningCurve,
  fittedScore,
  type NoCurve,
  type Reach,
} from "../curves/learning-curve.js";
export { type CurveBandOptions, type CurveEstimate, learningCurveBand } from "../curves/learning-curve-band.js";
export type { CountedScore, MeasuredArm, Run, SizedRun, WeightedScore } from "../curves/measured-arm.js";
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
