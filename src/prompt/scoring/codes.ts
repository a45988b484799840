/**
 * @file Labels as letters: each is written A, B, C … in an order drawn by seed, so that one token says which it is, and its alternatives
 * are the distribution over all labels.
 */

import { UserError } from "../../lib/errors.js";
import { random } from "../../lib/random.js";
import type { Example } from "../../types/data.js";
import type { Prediction } from "../../types/prediction.js";
import type { PromptTemplate } from "../template.js";

const letters = "ABCDEFGHIJKLMNOPQRST";

/** As many labels can have codes as alternatives are told of a token. */
export const mostCodes = letters.length;

/** A template whose labels are letters, and what they stand for. */
export interface CodedPrompt {
  /** To be rendered, read and scored like any other, as text. Its descriptions say what each letter means. */
  readonly template: PromptTemplate;
  /** Letter → label. */
  readonly labelOf: Readonly<Record<string, string>>;
}

/** The template with its labels as letters, in an order of its own for each seed. `UserError` where that can't be. */
export function codedPrompt(template: PromptTemplate, seed: number): CodedPrompt {
  if (template.isMultiLabel) throw new UserError("Labels as letters are for one label a text; this task has several.");
  if (template.labels.length > mostCodes) {
    throw new UserError(
      `Labels as letters are for up to ${mostCodes} labels, since so many alternatives of a token are told; this task has ${template.labels.length}. Ask for the labels themselves.`,
    );
  }
  const labels = random(seed, "codes").shuffle(template.labels);
  const codes = labels.map((_, i) => letters[i]!);
  const meaning = (label: string): string =>
    Object.hasOwn(template.descriptions, label) ? `${label}: ${template.descriptions[label]}` : label;
  return {
    template: {
      ...template,
      labels: codes,
      descriptions: Object.fromEntries(codes.map((code, i) => [code, meaning(labels[i]!)])),
      aliases: {},
    },
    labelOf: Object.fromEntries(codes.map((code, i) => [code, labels[i]!])),
  };
}

/** Examples with their labels as letters. */
export function codedExamples<Shown extends Pick<Example, "labels">>(
  examples: readonly Shown[],
  { labelOf }: CodedPrompt,
): Shown[] {
  const codeOf = new Map(Object.entries(labelOf).map(([code, label]) => [label, code]));
  return examples.map((example) => ({ ...example, labels: example.labels.map((label) => codeOf.get(label) ?? label) }));
}

/** A prediction in letters as one in labels, its scores in the order of `labels`. */
export function decoded<Coded extends Pick<Prediction, "answer" | "scores">>(
  prediction: Coded,
  { labelOf }: CodedPrompt,
  labels: readonly string[],
): Coded {
  const { answer, scores } = prediction;
  const codeOf = new Map(Object.entries(labelOf).map(([code, label]) => [label, code]));
  return {
    ...prediction,
    answer: answer?.map((code) => labelOf[code]!) ?? null,
    ...(scores === undefined ? {} : { scores: Object.fromEntries(labels.map((label) => [label, scores[codeOf.get(label)!]!])) }),
  };
}
