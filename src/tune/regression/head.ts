/** @file A linear layer over frozen features, with the names of its labels: fitted, asked, written and read. */

import { UserError } from "../../lib/errors.js";
import type { Context } from "../../types/approach.js";
import type { Dataset } from "../../types/data.js";
import type { Prediction } from "../../types/prediction.js";
import { softTargets } from "../training/soft-labels.js";
import { type ClassWeight, rowWeights } from "./class-weights.js";
import { type CrossValidation, chooseC, defaultC, type RangeOfC } from "./cross-validation.js";
import {
  type LabelledFeatures,
  type LinearModel,
  type LogisticSolver,
  logisticSolver,
  probabilities,
} from "./logistic-regression.js";
import type { Matrix } from "./matrix.js";
import type { Features } from "./sparse-matrix.js";
import { commonThreshold, defaultThreshold } from "./thresholds.js";

/** Features to answers. */
export interface Head {
  /** Every label of the task, also those that the training rows did not have. */
  readonly labels: readonly string[];
  readonly isMultiLabel: boolean;
  /** The labels that `model` has probabilities for, in its order. */
  readonly learned: readonly string[];
  /** Probability of the other labels: 0, or 1 where every training row of a multi-label task had it. */
  readonly fixed: Readonly<Record<string, number>>;
  /** `null` where nothing varies between the training rows of a multi-label task. */
  readonly model: LinearModel | null;
  /** Multi-label: from which probability on each learned label is given, in the order of `learned`. */
  readonly thresholds: readonly number[];
  /** Whether a text may get no label at all. */
  readonly mayBeEmpty: boolean;
}

export interface HeadOptions {
  readonly seed: number;
  readonly classWeight: ClassWeight;
  /** Between which strengths C is chosen; see `chooseC`. */
  readonly range?: RangeOfC;
  /** Taken as it is; cross-validation is then done only where a label needs a threshold. */
  readonly C?: number;
  /** The tolerance of the final fit. @default `usualTolerance` */
  readonly gradientTolerance?: number;
  /** Steps after which the last fit ends in any case. */
  readonly maxIterations?: number;
}

/** About how many evaluations the last fit takes, for a progress bar: 20 a digit of the tolerance for sparse features, up to three times as many for vectors of encoders. */
const usualEvaluations = (tolerance: number): number => Math.round(-20 * Math.log10(tolerance));

export interface FittedHead {
  readonly head: Head;
  /** `null` where nothing varies between the training rows of a multi-label task, and where C was given and no threshold is needed. */
  readonly validation: CrossValidation | null;
}

/**
 * Where a fit is finished. Measured on four data sets of 3,000 rows: the largest error of any held-out probability is then below
 * 5e-4, in two thirds to four fifths of the evaluations that the next digit takes.
 */
const usualTolerance = 1e-5;

/**
 * Fits a head: C by cross-validation, then all rows at that C; with several labels a row, also their threshold, by the
 * held-out probabilities of the same cross-validation.
 *
 * @param features one row an example of `train`
 * @throws UserError where there is nothing to tell apart
 */
export async function fitHead(train: Dataset, features: Features, options: HeadOptions, context: Context): Promise<FittedHead> {
  const { data, learned, fixed } = learnable(train, features);
  const mayBeEmpty = train.isMultiLabel && train.examples.some(({ labels }) => labels.length === 0);
  const common = { labels: train.labels, isMultiLabel: train.isMultiLabel, learned, fixed, mayBeEmpty };
  if (learned.length === 0) return { head: { ...common, model: null, thresholds: [] }, validation: null };

  await using solver = await logisticSolver(data);
  const weights = weightsOf(data, options.classWeight);
  const { C } = options;
  const isGiven = C !== undefined && !train.isMultiLabel;
  const given = C === undefined ? options : { ...options, range: { smallest: C, largest: C } };
  const validation = isGiven ? null : await validate(solver, data, weights, train, given, context);
  const tolerance = options.gradientTolerance ?? usualTolerance;
  const expected = Math.min(usualEvaluations(tolerance), (options.maxIterations ?? Number.POSITIVE_INFINITY) + 1);
  const told = (done: number, total: number): void => context.log({ kind: "progress", phase: "fitting", done, total });
  told(0, expected);
  const { model } = await solver.fit({
    C: validation?.C ?? C ?? defaultC,
    rowWeights: weights,
    gradientTolerance: tolerance,
    ...(options.maxIterations !== undefined && { maxIterations: options.maxIterations }),
    signal: context.signal,
    onEvaluation: (count) => told(Math.min(count, expected - 1), expected),
    ...(validation?.start && { start: validation.start }),
  });
  told(expected, expected);
  return {
    head: { ...common, model, thresholds: validation !== null && train.isMultiLabel ? chooseThresholds(data, validation) : [] },
    validation,
  };
}

/**
 * n × labels: the probability of each label for each row, by heads that were fitted without the row's fold. `null` where there are
 * too few rows to hold any out.
 *
 * @throws UserError where there is nothing to tell apart
 */
export async function heldOutProbabilities(
  train: Dataset,
  features: Features,
  options: HeadOptions,
  context: Context,
): Promise<Matrix | null> {
  const { data, learned, fixed } = learnable(train, features);
  const names = { labels: train.labels, learned, fixed };
  if (learned.length === 0) return spread(null, features.rows, names);
  await using solver = await logisticSolver(data);
  const { outOfFold } = await validate(solver, data, weightsOf(data, options.classWeight), train, options, context);
  return outOfFold && spread(outOfFold, features.rows, names);
}

function validate(
  solver: LogisticSolver,
  data: LabelledFeatures,
  rowWeights: Float64Array,
  train: Dataset,
  { seed, range }: HeadOptions,
  context: Context,
): Promise<CrossValidation> {
  return chooseC(solver, data, {
    seed,
    ...(range !== undefined && { range }),
    groups: train.examples.map(({ group }) => group),
    rowWeights,
    signal: context.signal,
    onFit: (done, total, C) => context.log({ kind: "progress", phase: "choosing-c", done, total, detail: `C = ${C}` }),
  });
}

function weightsOf({ labels, isMultiLabel }: LabelledFeatures, classWeight: ClassWeight): Float64Array {
  if (isMultiLabel) return new Float64Array(labels.length).fill(1);
  return rowWeights(
    labels.map(([label]) => label!),
    classWeight,
  );
}

/** n × `head.labels`: the probability of each label. */
export function headProbabilities(head: Head, features: Features): Matrix {
  const learned = head.model === null ? null : probabilities(head.model, features);
  return spread(learned, features.rows, head);
}

/** Probabilities of the learned labels among those of all labels, n × labels. */
function spread(learned: Matrix | null, rows: number, names: Pick<Head, "labels" | "learned" | "fixed">): Matrix {
  const columns = names.labels.length;
  const data = new Float64Array(rows * columns);
  for (const [k, label] of names.labels.entries()) {
    const source = names.learned.indexOf(label);
    for (let i = 0; i < rows; i++) {
      data[i * columns + k] =
        source < 0 || learned === null ? (names.fixed[label] ?? 0) : learned.data[i * learned.columns + source]!;
    }
  }
  return { rows, columns, data };
}

/**
 * The answers: the likeliest label; with several labels a row, each that reaches its threshold, and where none does although
 * every training row had one, the label that comes nearest to its threshold.
 */
export function headPredictions(head: Head, features: Features): Prediction[] {
  const all = headProbabilities(head, features);
  const thresholds = head.labels.map((label) => head.thresholds[head.learned.indexOf(label)] ?? defaultThreshold);
  return Array.from({ length: features.rows }, (_, i) => {
    const row = all.data.subarray(i * all.columns, (i + 1) * all.columns);
    const scores = Object.fromEntries(head.labels.map((label, k) => [label, row[k]!]));
    if (!head.isMultiLabel) return { answer: [head.labels[largest(row)]!], scores };
    const answer = head.labels.filter((_label, k) => row[k]! >= thresholds[k]!);
    if (answer.length > 0 || head.mayBeEmpty) return { answer, scores };
    return { answer: [head.labels[largest(row.map((probability, k) => probability / thresholds[k]!))]!], scores };
  });
}

/** The rows with indices of those labels that can be learned: that some rows have and, where a row may have several, others have not. */
function learnable(
  train: Dataset,
  features: Features,
): { data: LabelledFeatures; learned: readonly string[]; fixed: Record<string, number> } {
  const { examples, labels, isMultiLabel } = train;
  if (examples.length === 0) throw new UserError(`${train.name} has no training rows. Give at least two labeled rows.`);
  const counts = new Map<string, number>(labels.map((label) => [label, 0]));
  for (const example of examples) for (const label of example.labels) counts.set(label, counts.get(label)! + 1);
  const learned = labels.filter((label) => counts.get(label)! > 0 && (!isMultiLabel || counts.get(label)! < examples.length));
  if (!isMultiLabel && learned.length === 1) {
    throw new UserError(
      `All ${examples.length} training rows of ${train.name} have the label "${learned[0]}": there is nothing to tell apart. ` +
        "Add rows with another label, or take more rows.",
    );
  }
  const fixed = Object.fromEntries(
    labels.filter((label) => !learned.includes(label)).map((label) => [label, isMultiLabel && counts.get(label)! > 0 ? 1 : 0]),
  );
  const index = new Map(learned.map((label, k) => [label, k]));
  const indices = examples.map((example) => example.labels.flatMap((label) => index.get(label) ?? []));
  const softLabels = examples.map((example) => example.softLabels && softTargets(example.softLabels, learned, isMultiLabel));
  const data = {
    features,
    labels: indices,
    labelCount: learned.length,
    isMultiLabel,
    ...(softLabels.some((each) => each !== undefined) && { softLabels }),
  };
  return { data, learned, fixed };
}

function chooseThresholds({ labels, labelCount }: LabelledFeatures, { outOfFold }: CrossValidation): number[] {
  const threshold = outOfFold === null ? defaultThreshold : commonThreshold(outOfFold.data, labels, labelCount);
  return new Array<number>(labelCount).fill(threshold);
}

function largest(values: Float64Array): number {
  let best = 0;
  for (let k = 1; k < values.length; k++) if (values[k]! > values[best]!) best = k;
  return best;
}
