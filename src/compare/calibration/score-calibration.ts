/** @file What makes probabilities of claims: fitted on validation rows, applied to any answer. No answer is changed by it. */
import type { ScoreCalibration } from "../../types/cascade.js";
import type { Outcome, Prediction } from "../../types/prediction.js";
import { clip } from "../metrics/calibration.js";
import type { LabelSpace } from "../metrics/label-indices.js";
import { claimsOf } from "./claims.js";
import { isotonicCurve, isotonicValue } from "./isotonic.js";
import { likeliestTemperature } from "./temperature.js";

/** With fewer validation rows a curve of any shape follows their luck: one temperature is fitted instead. */
const leastIsotonicRows = 100;

/** With fewer, nothing is fitted. */
const leastRows = 20;

/** What is said with its confidence. */
type Claimed = Pick<Prediction, "answer" | "scores" | "confidence">;

/**
 * Fits it on outcomes of validation rows, the missing ones left out. One label a row: a temperature of the scores. Several labels a row, or what a
 * language model states of itself, which is round numbers: isotonic regression. `null` where there are no claims or too few, where not all scores
 * are kept, or where nothing sets a temperature a limit.
 */
export function fitScoreCalibration(validation: readonly Outcome[], space: LabelSpace): ScoreCalibration | null {
  const claims = claimsOf(validation, space);
  if (claims === null || claims.rows < leastRows) return null;
  const { kind, rows, hits } = claims;
  const isByItself = kind === "stated" || (kind === "scores" && space.isMultiLabel);
  if (isByItself && rows >= leastIsotonicRows) {
    return { kind: "isotonic", claims: kind, rows, ...isotonicCurve(claims.confidences(1), hits) };
  }
  const temperature = likeliestTemperature(claims);
  return temperature === null ? null : { kind: "temperature", claims: kind, rows, temperature };
}

/** The prediction with calibrated scores, or confidence; everything else of it as it was. */
export function calibrated<Said extends Claimed>(
  said: Said,
  calibration: ScoreCalibration | null,
  { isMultiLabel }: Pick<LabelSpace, "isMultiLabel">,
): Said {
  if (calibration === null) return said;
  const { scores, confidence, answer } = said;
  const alone = (claim: number): number => calibratedClaim(claim, calibration);
  if (calibration.claims !== "scores") {
    if (confidence?.source !== calibration.claims) return said;
    return { ...said, confidence: { ...confidence, value: alone(confidence.value) } };
  }
  if (scores === undefined) return said;
  const entries = Object.entries(scores);
  const own = isMultiLabel
    ? entries.map(([label, score]) => [label, alone(score)] as const)
    : calibration.kind === "temperature"
      ? tempered(entries, calibration.temperature)
      : entries;
  const made: Readonly<Record<string, number>> = Object.fromEntries(own);
  const isOfScores = confidence?.source === "probability" || confidence?.source === "logprob";
  if (!isOfScores || answer === null || answer.length === 0) return { ...said, scores: made };
  return { ...said, scores: made, confidence: { ...confidence, value: Math.min(...answer.map((label) => made[label] ?? 0)) } };
}

/** Probabilities whose logarithms are divided by a temperature; they sum to 1. */
function tempered(entries: readonly (readonly [string, number])[], temperature: number): (readonly [string, number])[] {
  const total = entries.reduce((sum, [, score]) => sum + score, 0);
  const logs = entries.map(([, score]) => Math.log(Math.max(total > 0 ? score / total : 1 / entries.length, Number.EPSILON)));
  const top = logs.reduce((most, log) => Math.max(most, log), Number.NEGATIVE_INFINITY);
  const powers = logs.map((log) => Math.exp((log - top) / temperature));
  const sum = powers.reduce((all, power) => all + power, 0);
  return entries.map(([label], place) => [label, powers[place]! / sum] as const);
}

/** A claim that is true or not. */
function calibratedClaim(claim: number, calibration: ScoreCalibration): number {
  if (calibration.kind === "isotonic") return isotonicValue(calibration, claim);
  const odds = Math.log(clip(claim)) - Math.log1p(-clip(claim));
  return 1 / (1 + Math.exp(-odds / calibration.temperature));
}

/**
 * How sure an answer is, as a whole: the probability of its label; of several labels a row, that of the least sure decision, for a label or against it;
 * without scores, its confidence. −∞ without an answer; `null` where it does not tell.
 */
export function answerConfidence({ answer, scores, confidence }: Claimed, { labels, isMultiLabel }: LabelSpace): number | null {
  if (answer === null) return Number.NEGATIVE_INFINITY;
  if (scores === undefined) return confidence?.value ?? null;
  const scoreOf = (label: string): number => (Object.hasOwn(scores, label) ? scores[label]! : 0);
  if (!isMultiLabel) return scoreOf(answer[0]!);
  return labels.reduce((least, label) => {
    const score = scoreOf(label);
    return Math.min(least, answer.includes(label) ? score : 1 - score);
  }, 1);
}
