/**
 * @file Logistic regression with an L2 penalty, with scikit-learn's objective:
 *
 *     C · Σᵢ wᵢ · lossᵢ + ½ · ‖W‖²,   intercepts not penalized.
 *
 * As scikit-learn's default `LogisticRegression` has it, three and more classes share a softmax, and two classes share one
 * sigmoid. The two differ: under the penalty a softmax over two classes would be the sigmoid with half the penalty.
 * Multi-label: one sigmoid a label, each for itself, as `OneVsRestClassifier(LogisticRegression())`.
 */

import { setImmediate } from "node:timers/promises";
import { type Evaluation, lbfgs, type Minimum, maxAbsolute } from "./lbfgs.js";
import { type Link, type LogisticLoss, type LogisticProblem, type Precision, plainLogisticLoss } from "./logistic-loss.js";
import { graphLogisticLoss } from "./logistic-loss-graph.js";
import { type Matrix, timesTransposed } from "./matrix.js";
import { mergeColumns } from "./merged-columns.js";
import { type SparseLogisticProblem, sparseLogisticLoss } from "./sparse-logistic-loss.js";
import { type Features, isSparse, type SparseMatrix, sparseTimesTransposed } from "./sparse-matrix.js";

/** Feature vectors and what is true of them. */
export interface LabelledFeatures {
  /** n × d. */
  readonly features: Features;
  /** Label indices of each row: exactly one unless `isMultiLabel`. */
  readonly labels: readonly (readonly number[])[];
  /** How likely each label is, of the rows that are learned by that instead of by `labels`; `undefined` for the others. @default none */
  readonly softLabels?: readonly (Float64Array | undefined)[];
  /** At least 2 unless `isMultiLabel`. Every index below it must occur, or its intercept has no finite best value. */
  readonly labelCount: number;
  readonly isMultiLabel: boolean;
}

/** What was learned: logits are `features · weightsᵀ + intercepts`. */
export interface LinearModel {
  /** `binary` has one output, the logit of the second label; the others have one output a label. */
  readonly kind: "binary" | "multinomial" | "multilabel";
  /** outputs × d. */
  readonly weights: Matrix;
  readonly intercepts: Float64Array;
}

export interface LogisticOptions {
  /** Inverse strength of the penalty, as in scikit-learn. */
  readonly C: number;
  /** The weight of each row; a row of weight 0 has no influence. Not to be changed between fits of one solver. @default 1 for each */
  readonly rowWeights?: Float64Array;
  /** A fit of the same solver to start from. */
  readonly start?: LogisticFit;
  /** How small the largest component of the gradient must become, as a share of what it is where all parameters are 0. */
  readonly gradientTolerance?: number;
  /** Single precision suffices down to a tolerance of about 10^-4; small and sparse problems are always computed in double. @default "double" */
  readonly precision?: Precision;
  readonly maxIterations?: number;
  readonly signal?: AbortSignal;
  /** Told after each evaluation of the loss how many there were. */
  readonly onEvaluation?: (count: number) => void;
}

export interface LogisticFit {
  readonly model: LinearModel;
  readonly minimum: Minimum;
}

/** Fits one problem again and again: for another C, for other rows. Dispose of it. */
export interface LogisticSolver extends AsyncDisposable {
  fit(options: LogisticOptions): Promise<LogisticFit>;
}

/** Tight enough for probabilities to be right to 1e-4 even where the penalty is so weak that the minimum is nearly flat. */
const defaultGradientTolerance = 1e-8;
const defaultMaxIterations = 2000;

/**
 * Rows × features × outputs below which plain loops are the faster way to a fit: there an evaluation takes a tenth of a
 * millisecond either way, and a session of ONNX Runtime first takes some 20 ms to start. Measured on 2 cores: equal at 40,000,
 * at 230,000 the graph is 4 times as fast, at 300 million 15 times.
 */
const plainLimit = 100_000;

/** The loss of a problem, by whichever of the two ways is the faster for its size. */
function logisticLoss(problem: LogisticProblem, precision: Precision): LogisticLoss | Promise<LogisticLoss> {
  const isSmall = problem.features.data.length * problem.targets.columns < plainLimit;
  return isSmall ? plainLogisticLoss(problem) : graphLogisticLoss(problem, precision);
}

/** Makes the loss of a problem. */
type MakeLoss = (problem: LogisticProblem, precision: Precision) => LogisticLoss | Promise<LogisticLoss>;

/**
 * Prepares a problem for fitting.
 *
 * The features are centered and divided by one number, their root mean square: with intercepts free and the penalty scaled
 * to match, that moves the minimum nowhere, and L-BFGS needs a fraction of the steps. (Dividing each feature by its own
 * deviation would change the penalty, and with it the model.) Sparse features are divided only: centered, they would be sparse no more; those of
 * them that are proportional become one (`mergeColumns`).
 */
export async function logisticSolver(data: LabelledFeatures, makeLoss: MakeLoss = logisticLoss): Promise<LogisticSolver> {
  const kind = data.isMultiLabel ? "multilabel" : data.labelCount === 2 ? "binary" : "multinomial";
  const outputs = outputsOf(data, kind);
  const { lossIn, length, scale, gradientScales, modelOf } = standardizedLoss(data, kind, makeLoss);
  const losses = new Map<Precision, Promise<LogisticLoss>>();
  const lossOf = (precision: Precision): Promise<LogisticLoss> => {
    const made = losses.get(precision) ?? Promise.resolve(lossIn(precision));
    losses.set(precision, made);
    return made;
  };
  // Of the parameters of the model, not of those that are found: with another history a fit would stop elsewhere within its tolerance.
  const history = historyFor(outputs * (data.features.columns + 1));
  const steepnesses = new WeakMap<Float64Array, number>();

  return {
    async fit({ C, rowWeights, start, gradientTolerance, precision = "double", maxIterations, signal, onEvaluation }) {
      const loss = await lossOf(precision);
      const given = rowWeights ?? new Float64Array(data.features.rows).fill(1);
      const total = given.reduce((sum, weight) => sum + weight, 0);
      const weights = given.map((weight) => weight / total);
      const penalty = 1 / (C * total * scale * scale);
      let evaluations = 0;
      const evaluate = async (parameters: Float64Array, spare?: Float64Array): Promise<Evaluation> => {
        // Lets the event loop turn: without it neither Ctrl-C nor a timer would be heard before the fit is over.
        await setImmediate();
        signal?.throwIfAborted();
        const evaluation = await loss.evaluate(parameters, weights, penalty, { signal, spare });
        onEvaluation?.(++evaluations);
        return evaluation;
      };
      // At 0 there is no penalty, so neither C nor the precision makes a difference there, and fits of the same rows share what was measured.
      const zero = new Float64Array(length);
      const known = steepnesses.get(given);
      const atZero = known === undefined ? await evaluate(zero) : undefined;
      const steepness = known ?? maxAbsolute(atZero!.gradient, gradientScales);
      steepnesses.set(given, steepness);
      const minimum = await lbfgs(evaluate, start?.minimum.point ?? zero, {
        gradientTolerance: (gradientTolerance ?? defaultGradientTolerance) * steepness,
        maxIterations: maxIterations ?? defaultMaxIterations,
        history,
        ...(start === undefined && atZero && { atStart: atZero }),
        ...(gradientScales && { gradientScales }),
        ...(signal && { signal }),
      });
      return { model: { kind, ...modelOf(minimum.point) }, minimum };
    },
    async [Symbol.asyncDispose]() {
      for (const loss of losses.values()) await (await loss)[Symbol.asyncDispose]();
    },
  };
}

/**
 * What L-BFGS remembers may take so much memory: 20 pairs of a probe's parameters. With hundreds of thousands of parameters, as of TF-IDF, going through the
 * pairs takes longer than an evaluation, and five of them do.
 */
const historyBytes = 2 ** 24;

/** How many pairs of vectors of this length L-BFGS remembers: 20, fewer where they are long, and at least 5. */
function historyFor(length: number): number {
  return Math.max(5, Math.min(20, Math.floor(historyBytes / (2 * Float64Array.BYTES_PER_ELEMENT * length))));
}

const outputsOf = ({ labelCount }: LabelledFeatures, kind: LinearModel["kind"]): number => (kind === "binary" ? 1 : labelCount);

/** A loss over parameters of its own choice, and what they mean. */
interface StandardizedLoss {
  readonly lossIn: (precision: Precision) => ReturnType<MakeLoss>;
  /** How many parameters there are. */
  readonly length: number;
  /** What the features were divided by. */
  readonly scale: number;
  /** What each component of the gradient counts for the tolerance. @default 1 for each */
  readonly gradientScales?: Float64Array;
  /** Parameters as weights and intercepts for the features as they were. */
  readonly modelOf: (point: Float64Array) => Pick<LinearModel, "weights" | "intercepts">;
}

function standardizedLoss(data: LabelledFeatures, kind: LinearModel["kind"], makeLoss: MakeLoss): StandardizedLoss {
  const { features, labels, softLabels } = data;
  const link: Link = kind === "multinomial" ? "softmax" : "sigmoid";
  const outputs = outputsOf(data, kind);
  const fillTarget = (row: number, target: Float64Array): void => {
    const soft = softLabels?.[row];
    if (soft !== undefined) {
      target.set(kind === "binary" ? soft.subarray(1) : soft);
      return;
    }
    target.fill(0);
    for (const label of labels[row]!) {
      if (kind === "binary") target[0] = label;
      else target[label] = 1;
    }
  };
  if (isSparse(features)) return sparseStandardizedLoss(features, { outputs, fillTarget, link });
  const { standardized, mean, scale } = standardize(features);
  const targets = { rows: features.rows, columns: outputs, data: new Float64Array(features.rows * outputs) };
  for (let i = 0; i < features.rows; i++) fillTarget(i, targets.data.subarray(i * outputs, (i + 1) * outputs));
  return {
    lossIn: (precision) => makeLoss({ features: standardized, targets, link }, precision),
    length: outputs * (features.columns + 1),
    scale,
    modelOf: (point) => unstandardize(point, outputs, mean, scale),
  };
}

/** The loss over features of which proportional columns are one, held to the tolerance that it would have over all of them. */
function sparseStandardizedLoss(features: SparseMatrix, problem: Omit<SparseLogisticProblem, "features">): StandardizedLoss {
  const { outputs } = problem;
  const { scaled, scale } = divided(features);
  const { features: merged, groupOf, shares, largestShares } = mergeColumns(scaled);
  const loss = sparseLogisticLoss({ features: merged, ...problem });
  const size = outputs * merged.columns;
  return {
    lossIn: () => loss,
    length: size + outputs,
    scale,
    gradientScales: Float64Array.from({ length: size + outputs }, (_, p) =>
      p < size ? largestShares[Math.floor(p / outputs)]! : 1,
    ),
    modelOf(point) {
      const { columns } = features;
      const weights = new Float64Array(outputs * columns);
      for (let j = 0; j < columns; j++) {
        const at = groupOf[j]! * outputs;
        if (at < 0) continue;
        const factor = shares[j]! / scale;
        for (let k = 0; k < outputs; k++) weights[k * columns + j] = factor * point[at + k]!;
      }
      return { weights: { rows: outputs, columns, data: weights }, intercepts: point.slice(size) };
    },
  };
}

/**
 * The model that minimizes the objective above. Agrees with scikit-learn 1.9 to 1e-4 in every probability (golden values:
 * two, three and eight classes, class weights, fewer rows than features, separable classes, a constant feature, multi-label).
 */
export async function logisticRegression(data: LabelledFeatures, options: LogisticOptions): Promise<LinearModel> {
  await using solver = await logisticSolver(data);
  return (await solver.fit(options)).model;
}

/** n × labels: the probability of each label for each row of features. Rows sum to 1 unless the model is multi-label. */
export function probabilities(model: LinearModel, features: Features): Matrix {
  const logits = isSparse(features) ? sparseTimesTransposed(features, model.weights) : timesTransposed(features, model.weights);
  const { rows, columns: outputs, data } = logits;
  for (let i = 0; i < rows; i++) for (let k = 0; k < outputs; k++) data[i * outputs + k]! += model.intercepts[k]!;
  if (model.kind === "multinomial") {
    for (let i = 0; i < rows; i++) softmaxInPlace(data.subarray(i * outputs, (i + 1) * outputs));
    return logits;
  }
  const ones = data.map((logit) => 1 / (1 + Math.exp(-logit)));
  if (model.kind === "multilabel") return { rows, columns: outputs, data: ones };
  const both = new Float64Array(2 * rows);
  for (let i = 0; i < rows; i++) {
    both[2 * i] = 1 / (1 + Math.exp(data[i]!));
    both[2 * i + 1] = ones[i]!;
  }
  return { rows, columns: 2, data: both };
}

function softmaxInPlace(row: Float64Array): void {
  const largest = row.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  let sum = 0;
  for (let k = 0; k < row.length; k++) sum += row[k] = Math.exp(row[k]! - largest);
  for (let k = 0; k < row.length; k++) row[k]! /= sum;
}

/** The features minus their mean, over the root mean square of that. Constant features stay as they are, at 0. */
function standardize({ rows, columns, data }: Matrix): { standardized: Matrix; mean: Float64Array; scale: number } {
  const mean = new Float64Array(columns);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) mean[j]! += data[i * columns + j]! / rows;
  const centered = data.map((value, p) => value - mean[p % columns]!);
  const scale = Math.sqrt(centered.reduce((sum, value) => sum + value * value, 0) / centered.length) || 1;
  return { standardized: { rows, columns, data: centered.map((value) => value / scale) }, mean, scale };
}

/** The features over their root mean square, zeros included. */
function divided(features: SparseMatrix): { scaled: SparseMatrix; scale: number } {
  const squares = features.values.reduce((sum, value) => sum + value * value, 0);
  const scale = Math.sqrt(squares / features.rows / features.columns) || 1;
  return { scaled: { ...features, values: features.values.map((value) => value / scale) }, scale };
}

/** Parameters for standardized features, as weights and intercepts for the features as they were. */
function unstandardize(
  point: Float64Array,
  outputs: number,
  mean: Float64Array,
  scale: number,
): { weights: Matrix; intercepts: Float64Array } {
  const depth = mean.length;
  const weights = point.slice(0, outputs * depth).map((weight) => weight / scale);
  const intercepts = point.slice(outputs * depth);
  for (let k = 0; k < outputs; k++) for (let j = 0; j < depth; j++) intercepts[k]! -= weights[k * depth + j]! * mean[j]!;
  return { weights: { rows: outputs, columns: depth, data: weights }, intercepts };
}
