/** @file The choice of a form: which way to ask, and which weights, give training rows their labels with the least surprise. */

import type { AnswerLogprob } from "../llm.js";
import { fittedWeights, type LabelledScores, lossOf } from "./label-weights.js";
import type { AnswerMeasure, AskedForm, BiasSource, LocalForm } from "./local-form.js";

/** A training row that was asked about in every form. */
export interface FormRow {
  readonly label: string;
  /** For each form, in their order: of each label, in theirs. */
  readonly answers: readonly (readonly AnswerLogprob[])[];
}

/** A form with its loss on rows that its weights were not fitted on. */
export interface JudgedForm {
  readonly form: LocalForm;
  /** Negative log-probability of the right label, by row. */
  readonly losses: readonly number[];
}

/** Simplest first: of equal ones the first is taken. */
const measures: readonly AnswerMeasure[] = ["sum", "mean"];
const sources: readonly BiasSource[] = ["none", "texts", "labels"];

/** Parts that the rows are cut into: weights are fitted on all but one, and judged on that one. */
const mostFolds = 8;

/** The log-probability that counts. */
export function measured({ logprob, tokens }: AnswerLogprob, measure: AnswerMeasure): number {
  return measure === "sum" ? logprob : logprob / Math.max(1, tokens);
}

/**
 * Every form with its loss by cross-validation, best first; equal ones in the order of simplicity. Weights are those of all rows.
 *
 * @param asked the forms, simplest first
 * @param rows at least two, in an order without meaning
 */
export function judgedForms(labels: readonly string[], asked: readonly AskedForm[], rows: readonly FormRow[]): JudgedForm[] {
  const place = new Map(labels.map((label, i) => [label, i]));
  const folds = Math.min(mostFolds, rows.length);
  const judged = asked.flatMap((form, f) =>
    measures.flatMap((measure) => {
      const scored = rows.map(({ label, answers }): LabelledScores => {
        return { truth: place.get(label)!, logprobs: answers[f]!.map((answer) => measured(answer, measure)) };
      });
      // Where all answers are as long, the two measures differ in nothing that the scale does not have.
      if (measure === "mean" && rows.every(({ answers }) => answers[f]!.every(({ tokens }) => tokens === answers[f]![0]!.tokens)))
        return [];
      // A label with a bias of its own needs a row of its own.
      const fitting = sources.filter((source) => source !== "labels" || labels.length <= rows.length);
      return fitting.map((source): JudgedForm => {
        const losses = Array.from({ length: folds }, (_, fold) => {
          const weights = fittedWeights(
            source,
            scored.filter((__, i) => i % folds !== fold),
          );
          return (row: LabelledScores): number => lossOf(row, weights);
        });
        const { scale, biases } = fittedWeights(source, scored);
        const byLabel = Object.fromEntries(labels.map((label, i) => [label, biases[i]!]));
        return {
          form: { ...form, measure, bias: source, scale, biases: byLabel, rows: rows.length },
          losses: scored.map((row, i) => losses[i % folds]!(row)),
        };
      });
    }),
  );
  // Stable: of equal ones the simpler stays before the other.
  return judged.sort((a, b) => mean(a.losses) - mean(b.losses));
}

/** So many standard errors behind the best form on the same rows, another one is given up. */
const hopelessErrors = 2;

/**
 * The forms that may still turn out to be the best one, in their order: of each, its best weights are compared with those of the best form, row by
 * row. Which of the others is only worse by chance is not known of a few rows; that of a form which is far behind no more has to be known.
 */
export function hopefulForms(asked: readonly AskedForm[], judged: readonly JudgedForm[]): readonly AskedForm[] {
  const [best] = judged;
  return asked.filter((form) => {
    const own = judged.find(({ form: { layout, answer } }) => layout === form.layout && answer === form.answer)!;
    const behind = own.losses.map((loss, row) => loss - best!.losses[row]!);
    const average = mean(behind);
    const variance = behind.reduce((sum, value) => sum + (value - average) ** 2, 0) / Math.max(1, behind.length - 1);
    return average <= hopelessErrors * Math.sqrt(variance / behind.length);
  });
}

export const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
