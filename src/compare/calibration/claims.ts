/** @file What an approach claims of its answers, as numbers, at any temperature. */
import type { ApproachCalibration } from "../../types/calibration.js";
import type { Outcome } from "../../types/prediction.js";
import { clip, probabilitiesOf } from "../metrics/calibration.js";
import type { LabelSpace } from "../metrics/label-indices.js";

/** Claims and what came true of them. */
export interface Claims {
  readonly kind: ApproachCalibration["claims"];
  /** Rows that they are about. */
  readonly rows: number;
  /** Whether each claim came true: that the label claimed the likeliest, or the answer, is right. No temperature changes it. */
  readonly hits: readonly boolean[];
  /** How sure each claim is at a temperature; at 1 as it was made. */
  readonly confidences: (temperature: number) => ArrayLike<number>;
  /** Mean negative log-likelihood of what came true; `null` where too little of the scores was kept to tell. */
  readonly logLoss: ((temperature: number) => number) | null;
}

/**
 * The claims of outcomes: their scores where every answered row has some, otherwise the confidence in each answer. `null` where some answered row
 * has neither: the rest would be a biased sample; also where rows may have several labels and not all of their scores are kept.
 */
export function claimsOf(outcomes: readonly Outcome[], space: LabelSpace): Claims | null {
  const scored = outcomes.filter(({ scores }) => scores !== undefined);
  if (scored.length > 0 && outcomes.every(({ answer, scores }) => answer === null || scores !== undefined)) {
    const isCut = scored.some(({ scores }) => Object.keys(scores!).length < space.labels.length);
    if (isCut) return space.isMultiLabel ? null : likeliestClaims(scored, space);
    return space.isMultiLabel ? labelClaims(scored, space) : distributionClaims(scored, space);
  }
  const answered = outcomes.filter(({ answer }) => answer !== null);
  const [first] = answered;
  if (first?.confidence === undefined || answered.some(({ confidence }) => confidence === undefined)) return null;
  const hits = answered.map(isOutcomeRight);
  const confidences = Float64Array.from(answered, ({ confidence }) => confidence!.value);
  return eventClaims(first.confidence.source, answered.length, confidences, hits);
}

/** Whether a row is answered exactly right. */
export function isOutcomeRight({ answer, truth }: Pick<Outcome, "answer" | "truth">): boolean {
  return answer !== null && answer.length === truth.length && answer.every((label) => truth.includes(label));
}

/** Each label of each row is claimed, or not, by itself. */
function labelClaims(outcomes: readonly Outcome[], space: LabelSpace): Claims {
  const confidences = outcomes.flatMap(({ scores }) => probabilitiesOf(scores!, space));
  const hits = outcomes.flatMap(({ truth }) => space.labels.map((label) => truth.includes(label)));
  return eventClaims("scores", outcomes.length, Float64Array.from(confidences), hits);
}

/** Probabilities of something that is true or not: a temperature divides their log-odds. */
function eventClaims(kind: Claims["kind"], rows: number, probabilities: Float64Array, hits: readonly boolean[]): Claims {
  const odds = probabilities.map((probability) => Math.log(clip(probability)) - Math.log1p(-clip(probability)));
  return {
    kind,
    rows,
    hits,
    confidences: (temperature) =>
      temperature === 1 ? probabilities : odds.map((each) => 1 / (1 + Math.exp(-each / temperature))),
    // −log of the logistic function of ±x is log(1 + e^∓x), which must not overflow.
    logLoss: (temperature) => {
      let sum = 0;
      for (const [claim, each] of odds.entries()) {
        const x = (hits[claim] ? -each : each) / temperature;
        sum += Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
      }
      return sum / odds.length;
    },
  };
}

/** The likeliest label of each row is claimed, and of the others too little is kept for a temperature: thousands of them would fill the memory. */
function likeliestClaims(outcomes: readonly Outcome[], space: LabelSpace): Claims {
  const tops = outcomes.map(({ scores }) => likeliest(probabilitiesOf(scores!, space)));
  const confidences = Float64Array.from(tops, ({ probability }) => probability);
  const hits = outcomes.map(({ truth }, row) => truth[0] === space.labels[tops[row]!.place]);
  return { kind: "scores", rows: outcomes.length, hits, confidences: () => confidences, logLoss: null };
}

/** The place of the likeliest label, of equals the first, and its probability once all sum to 1. */
function likeliest(probabilities: readonly number[]): {
  readonly place: number;
  readonly probability: number;
  readonly total: number;
} {
  const total = probabilities.reduce((sum, probability) => sum + probability, 0);
  let place = 0;
  for (const [label, probability] of probabilities.entries()) if (probability > probabilities[place]!) place = label;
  return { place, probability: total > 0 ? probabilities[place]! / total : 1 / probabilities.length, total };
}

/** The likeliest label of each row is claimed: a temperature divides the log-probabilities before they are normalized again. */
function distributionClaims(outcomes: readonly Outcome[], space: LabelSpace): Claims {
  const width = space.labels.length;
  const placeOf = new Map(space.labels.map((label, place) => [label, place]));
  const logs = new Float64Array(outcomes.length * width);
  const tops = new Float64Array(outcomes.length);
  const trueLogs = new Float64Array(outcomes.length);
  const hits: boolean[] = [];
  for (const [row, { scores, truth }] of outcomes.entries()) {
    const probabilities = probabilitiesOf(scores!, space);
    const { place: top, probability: highest, total } = likeliest(probabilities);
    tops[row] = highest;
    for (const [label, probability] of probabilities.entries()) {
      const normalized = total > 0 ? probability / total : 1 / width;
      // Relative to the likeliest, set below: e to the power of 0 can't overflow, at any temperature.
      logs[row * width + label] = Math.log(Math.max(normalized, Number.EPSILON));
    }
    const place = placeOf.get(truth[0]!)!;
    hits.push(place === top);
    const topLog = logs[row * width + top]!;
    for (let label = 0; label < width; label++) logs[row * width + label]! -= topLog;
    trueLogs[row] = logs[row * width + place]!;
  }
  /** The logarithm of what a row's terms sum to, that of the likeliest label being 1. */
  const logSum = (row: number, temperature: number): number => {
    let sum = 0;
    for (let i = row * width; i < (row + 1) * width; i++) sum += Math.exp(logs[i]! / temperature);
    return Math.log(sum);
  };
  return {
    kind: "scores",
    rows: outcomes.length,
    hits,
    confidences: (temperature) => (temperature === 1 ? tops : tops.map((_, row) => Math.exp(-logSum(row, temperature)))),
    logLoss: (temperature) => {
      let sum = 0;
      for (const [row, log] of trueLogs.entries()) sum += logSum(row, temperature) - log / temperature;
      return sum / trueLogs.length;
    },
  };
}
