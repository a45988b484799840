/** @file One approach, one training set, one seed: fit, answer, and what it took. */
import { addCosts, noCost } from "../lib/cost.js";
import { throwIfAborted } from "../lib/errors.js";
import { random } from "../lib/random.js";
import type { Approach, Context, PredictContext, Predictor } from "../types/approach.js";
import type { Dataset, Query } from "../types/data.js";
import type { ProgressEvent } from "../types/events.js";
import type { Experiment, Measurement, MeasurementKey } from "../types/measurement.js";
import type { Cost, Outcome, Prediction } from "../types/prediction.js";
import { identityOf, traitsOf } from "./identity.js";
import { isAsked } from "./missing.js";

export interface MeasureOptions {
  readonly split: Measurement["split"];
  readonly seed: number;
  /** What was changed in the rows. */
  readonly experiment?: Experiment | undefined;
  /** See `FitContext.repeat`. */
  readonly repeat?: number;
  /** Whether single answers are timed. @default true */
  readonly isTimed?: boolean;
  readonly signal: AbortSignal;
  readonly log: (event: ProgressEvent) => void;
  /** Where the fit may keep what lets it go on after it was killed. */
  readonly checkpointFolder?: string;
  /** See `FitContext`. */
  readonly sharedFolder?: string;
  /** Called with the fitted predictor once it has been measured, before it is disposed of: the moment to save its files. */
  readonly onPredictor?: (measurement: Measurement, predictor: Predictor) => Promise<void>;
}

/** Requests timed one after the other for the latency of a local model, and requests before them that are not counted. */
const timedRequests = 64;
const warmUpRequests = 3;

/**
 * Fits `approach` on `train` and lets it answer the texts of `test`; it never sees their labels.
 *
 * Seconds are wall time plus what the approach says a cache saved it. The predictor is disposed of in any case. What an approach
 * returns is checked: a prediction too many, or a label that is not in the list, is a bug of the approach and throws.
 */
export async function measure(approach: Approach, train: Dataset, test: Dataset, options: MeasureOptions): Promise<Measurement> {
  const { repeat = 0, signal, onPredictor } = options;
  const key = keyOfFit(approach, train, options);
  const log = during(key, options.log);
  const queries = test.examples.map(({ id, text }): Query => ({ id, text }));
  throwIfAborted(signal);
  const began = performance.now();
  const fitting = metered({ signal, log });
  const { checkpointFolder, sharedFolder } = options;
  const fitContext = {
    ...fitting.context,
    seed: options.seed,
    repeat,
    ...(checkpointFolder !== undefined && { checkpointFolder }),
    ...(sharedFolder !== undefined && { sharedFolder }),
  };
  const predictor = await approach.fit(train, fitContext);
  const fitCost = fitting.cost();
  try {
    throwIfAborted(signal);
    const predicting = metered({ signal, log });
    const predictions = await predictor.predict(queries, { ...predicting.context, useCache: true });
    const predictCost = predicting.cost();
    const elapsedSeconds = (performance.now() - began) / 1000;
    checkPredictions(approach.name, predictions, test);
    const outcomes = test.examples.map(
      ({ id, text, labels, group }, row): Outcome => ({
        ...withLargestScores(predictions[row]!, labels),
        id,
        truth: labels,
        characters: text.length,
        ...(group === undefined ? {} : { group }),
      }),
    );
    const { facts } = predictor;
    const measurement: Measurement = {
      ...key,
      ...identityOf(approach),
      traits: traitsOf(approach, { facts, fitCost, outcomes }),
      outcomes,
      latencies: await latencies(predictor, predictions, queries, { ...options, log }),
      fitCost,
      predictCost,
      elapsedSeconds,
      facts,
    };
    await onPredictor?.(measurement, predictor);
    return measurement;
  } finally {
    await predictor[Symbol.asyncDispose]();
  }
}

/** The key of the measurement that such a fit leads to. */
export function keyOfFit(
  { name }: Pick<Approach, "name">,
  train: Dataset,
  { split, seed, experiment }: Pick<MeasureOptions, "split" | "seed" | "experiment">,
): MeasurementKey {
  return { approach: name, split, trainSize: train.examples.length, seed, ...(experiment !== undefined && { experiment }) };
}

/** With more labels than this the scores of a row are not all kept: those of 5,000 labels on 5,000 rows fill more memory than there is. */
const mostScoredLabels = 200;
const keptScores = 100;

/** The prediction with its largest scores and those of the true labels, where there are many. What is left out is told apart by `calibration`. */
function withLargestScores(prediction: Prediction, truth: readonly string[]): Prediction {
  if (prediction.scores === undefined) return prediction;
  const all = Object.entries(prediction.scores);
  if (all.length <= mostScoredLabels) return prediction;
  const largest = [...all].sort(([, a], [, b]) => b - a).slice(0, keptScores);
  const kept = new Set([...largest.map(([label]) => label), ...truth]);
  return { ...prediction, scores: Object.fromEntries(all.filter(([label]) => kept.has(label))) };
}

/** A context that adds up what is spent, and the wall time from now until `cost` is called. */
function metered(rest: Omit<Context, "spend">): { readonly context: Context; readonly cost: () => Cost } {
  const start = performance.now();
  let spent = noCost;
  const spend = (cost: Partial<Cost>): void => {
    spent = addCosts(spent, cost);
  };
  return { context: { ...rest, spend }, cost: () => addCosts(spent, { seconds: (performance.now() - start) / 1000 }) };
}

/** Says of each event which measurement it belongs to. */
function during(measurement: MeasurementKey, log: (event: ProgressEvent) => void): (event: ProgressEvent) => void {
  return (event) => log({ ...event, measurement });
}

/**
 * Seconds of single requests. Where answers carry their own latency, or come from a service (billed or counted in tokens, perhaps
 * replayed from a recording, whose speed means nothing), only what they carry. Otherwise up to 64 random rows are asked one at a
 * time, without caches. Validation rows serve a choice by quality: they are not timed.
 */
async function latencies(
  predictor: Predictor,
  predictions: readonly Prediction[],
  queries: readonly Query[],
  { split, seed, isTimed = true, signal, log }: MeasureOptions,
): Promise<number[]> {
  const carried = predictions.map((prediction) => prediction.latencySeconds).filter((seconds) => seconds !== undefined);
  const isService = predictions.some(({ usage, costUsd }) => usage !== undefined || costUsd !== undefined);
  const isAnswering = predictions.some((prediction) => prediction.answer !== null);
  const isAhead = predictor.facts.isAnsweredAhead === true;
  if (carried.length > 0 || isService || isAhead || !isAnswering || split === "validation" || !isTimed) return carried;
  // Spending here measures nothing but the measuring.
  const context: PredictContext = { signal, log: () => {}, spend: () => {}, useCache: false };
  const asked = queries.filter((_, row) => isAsked(predictions[row]!));
  const sample = random(seed, "latency").shuffle(asked).slice(0, timedRequests);
  for (const query of sample.slice(0, warmUpRequests)) await predictor.predict([query], context);
  const seconds: number[] = [];
  for (const [index, query] of sample.entries()) {
    throwIfAborted(signal);
    const start = performance.now();
    await predictor.predict([query], context);
    seconds.push((performance.now() - start) / 1000);
    log({ kind: "progress", phase: "timing", done: index + 1, total: sample.length });
  }
  return seconds;
}

function checkPredictions(approach: string, predictions: readonly Prediction[], test: Dataset): void {
  const rows = test.examples.length;
  if (predictions.length !== rows) throw new Error(`${approach} returned ${predictions.length} predictions for ${rows} texts`);
  const labels = new Set(test.labels);
  for (const [row, prediction] of predictions.entries()) {
    const fault = faultOf(prediction, test.isMultiLabel, labels);
    if (fault !== null) throw new Error(`${approach}, row ${test.examples[row]!.id}: ${fault}`);
  }
}

/** What is wrong with a prediction, or `null`. */
function faultOf({ answer, failure, scores }: Prediction, isMultiLabel: boolean, labels: ReadonlySet<string>): string | null {
  if ((answer === null) !== (failure !== undefined)) return "a prediction has either an answer or a failure";
  if (answer !== null) {
    if (!isMultiLabel && answer.length !== 1) return `${answer.length} labels answered where there is exactly one`;
    if (new Set(answer).size !== answer.length) return "a label is answered twice";
    const foreign = answer.find((label) => !labels.has(label));
    if (foreign !== undefined) return `"${foreign.slice(0, 80)}" is answered, which is not a label of the task`;
  }
  if (scores !== undefined) {
    for (const label of labels) if (!Number.isFinite(scores[label])) return `no score for "${label}"`;
  }
  return null;
}
