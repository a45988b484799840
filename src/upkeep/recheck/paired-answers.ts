/** @file The answers of a run beside those to the same rows today: both scores, their difference, and the rows that flipped. */
import { isMissing } from "../../compare/missing.js";
import { differenceInterval, scoreInterval } from "../../compare/plain/intervals.js";
import type { RowAnswer, RowLabels } from "../../compare/plain/rows.js";
import { mcnemar } from "../../compare/plain/tests.js";
import type { Outcome, Prediction } from "../../types/prediction.js";
import type { Estimate } from "../../types/scores.js";

/** A test row that the run has an answer to, and what is answered now. */
export interface RecheckedRow {
  /** What the run stored. */
  readonly before: Outcome;
  readonly now: Prediction;
}

/** A score then and now; `difference` is now minus then. */
export interface ScoreThenAndNow {
  readonly before: Estimate;
  readonly now: Estimate;
  readonly difference: Estimate;
}

/** Means over the paired rows that tell it; `null` where none does. */
export interface MeansThenAndNow {
  readonly before: number | null;
  readonly now: number | null;
}

/** What two askings of the same rows say of each other. Only rows that both have an answer of, be it a wrong one, take part. */
export interface PairedAnswers {
  readonly rows: number;
  /** Rows that were answered then, and got no answer from the service now. */
  readonly missing: number;
  /** Accuracy; with several labels a row the share of rows all of whose labels are right. */
  readonly accuracy: ScoreThenAndNow;
  readonly macroF1: ScoreThenAndNow;
  /** McNemar's mid-p test of the rows that flipped; where rows come in groups, its sign-flip test over groups. Two-sided. */
  readonly pValue: number;
  /** Ids of rows that were right then and are wrong now, and the other way around. */
  readonly broken: readonly string[];
  readonly mended: readonly string[];
  /** Rows that are answered otherwise, also where both answers are wrong. */
  readonly changed: number;
  /** List price of a row. */
  readonly usd: MeansThenAndNow;
  /** Seconds from request to answer. */
  readonly seconds: MeansThenAndNow;
}

/**
 * Pairs the answers; `null` where no row has two.
 *
 * @param seed of the resampling
 */
export function pairedAnswers(all: readonly RecheckedRow[], isMultiLabel: boolean, seed: number): PairedAnswers | null {
  const rows = all.filter(({ now }) => !isMissing(now));
  if (rows.length === 0) return null;
  const labelsOf = (labels: readonly string[]): RowLabels => (isMultiLabel ? labels : labels[0]!);
  const answerOf = ({ answer }: Prediction): RowAnswer => (answer === null ? null : labelsOf(answer));
  const truth = rows.map(({ before }) => labelsOf(before.truth));
  const [before, now] = [rows.map((row) => answerOf(row.before)), rows.map((row) => answerOf(row.now))];
  const groups = rows.map((row) => row.before.group);
  const score = (metric: "accuracy" | "exactMatch" | "macroF1"): ScoreThenAndNow => ({
    before: scoreInterval(truth, before, { metric, groups, seed }),
    now: scoreInterval(truth, now, { metric, groups, seed }),
    difference: differenceInterval(truth, now, before, { metric, groups }),
  });
  const rightThen = rows.map((row) => isRight(row.before, row.before.truth));
  const rightNow = rows.map((row) => isRight(row.now, row.before.truth));
  const idsWhere = (isMeant: (row: number) => boolean): string[] =>
    rows.flatMap((row, place) => (isMeant(place) ? [row.before.id] : []));
  return {
    rows: rows.length,
    missing: all.length - rows.length,
    accuracy: score(isMultiLabel ? "exactMatch" : "accuracy"),
    macroF1: score("macroF1"),
    pValue: mcnemar(rightThen, rightNow, { groups }).pValue,
    broken: idsWhere((row) => rightThen[row]! && !rightNow[row]!),
    mended: idsWhere((row) => !rightThen[row]! && rightNow[row]!),
    changed: rows.filter((row) => keyOf(row.before) !== keyOf(row.now)).length,
    usd: { before: meanOf(rows, (row) => row.before.costUsd), now: meanOf(rows, (row) => row.now.costUsd) },
    seconds: { before: meanOf(rows, (row) => row.before.latencySeconds), now: meanOf(rows, (row) => row.now.latencySeconds) },
  };
}

/** The same where rows without an answer are counted as wrong ones. */
export function withMissingAsWrong(all: readonly RecheckedRow[]): RecheckedRow[] {
  return all.map((row) => (isMissing(row.now) ? { ...row, now: { answer: null, failure: "unparseable" } } : row));
}

/** Whether exactly the true labels are answered. */
export function isRight({ answer }: Pick<Prediction, "answer">, truth: readonly string[]): boolean {
  return answer !== null && answer.length === truth.length && answer.every((label) => truth.includes(label));
}

function keyOf({ answer }: Prediction): string {
  return JSON.stringify(answer === null ? null : [...answer].sort());
}

function meanOf(rows: readonly RecheckedRow[], read: (row: RecheckedRow) => number | null | undefined): number | null {
  const values = rows.flatMap((row) => read(row) ?? []);
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
