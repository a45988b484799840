/**
 * @file How a model in this process is asked for a label, as plain data. Such a model need not write its answer: it says how likely each label is as
 * one, and how it is asked, and what is made of its log-probabilities, decides more than the words of the prompt.
 */

import { z } from "zod";

/** How a question is put, and how a label is written as its answer. */
export interface AskedForm {
  /** `chat`: turns of a conversation, as the model was taught to read them. `plain`: a text that the answer continues. */
  readonly layout: "chat" | "plain";
  /** `json`: `{"label":"…"}`. `name`: the label by itself. `letter`: A, B, C …, which the question lists with the labels. */
  readonly answer: "json" | "name" | "letter";
}

/** What of an answer's tokens counts: the sum of their log-probabilities, or the sum divided by their number. */
export type AnswerMeasure = "sum" | "mean";

/**
 * Where the biases are from. `none`: there are none. `texts`: from training texts without their labels, so that no label is favored over all of them
 * (batch calibration). `labels`: from labelled training rows.
 */
export type BiasSource = "none" | "texts" | "labels";

/** What is made of the log-probabilities of labels: the softmax of `scale` times them, plus the label's bias. */
export interface LabelWeights {
  readonly scale: number;
  /** By label; none is 0. */
  readonly biases: Readonly<Record<string, number>>;
}

/** All of it, with what it was chosen by. Plain JSON. */
export interface LocalForm extends AskedForm, LabelWeights {
  readonly measure: AnswerMeasure;
  readonly bias: BiasSource;
  /** Training rows that it was chosen on. */
  readonly rows: number;
}

/** For what was read from a file. */
export const localFormSchema: z.ZodType<LocalForm> = z.object({
  layout: z.enum(["chat", "plain"]),
  answer: z.enum(["json", "name", "letter"]),
  measure: z.enum(["sum", "mean"]),
  bias: z.enum(["none", "texts", "labels"]),
  scale: z.number().positive(),
  biases: z.record(z.string(), z.number()),
  rows: z.int().min(0),
});

/** The name of a way to ask: `chat json`. */
export const askedFormName = ({ layout, answer }: AskedForm): string => `${layout} ${answer}`;

const layouts: Readonly<Record<AskedForm["layout"], string>> = { chat: "turns of a conversation", plain: "plain text" };
const answers: Readonly<Record<AskedForm["answer"], string>> = {
  json: "labels in JSON",
  name: "labels by name",
  letter: "letters for labels",
};
const measures: Readonly<Record<AnswerMeasure, string>> = { sum: "", mean: ", a mean over their tokens" };
const biases: Readonly<Record<BiasSource, string>> = {
  none: "no biases",
  texts: "biases from the texts",
  labels: "biases from the labels",
};

/** In words: `plain text, labels by name, a mean over their tokens, biases from the texts; chosen on 48 training rows`. */
export function formText({ layout, answer, measure, bias, rows }: LocalForm): string {
  return `${layouts[layout]}, ${answers[answer]}${measures[measure]}, ${biases[bias]}; chosen on ${rows} training rows`;
}
