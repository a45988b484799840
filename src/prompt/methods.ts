/** @file The prompting methods, one row each: from labeled examples to a prompt. */

import type { Dataset } from "../types/data.js";
import { type LabelChoice, shortlistFor, type Window } from "./asking/offered-labels.js";
import { balancedDemos, defaultDemos, noDemos } from "./demos/balanced-demos.js";
import type { ModelCard } from "./llm.js";
import type { DemoPlan, PromptProgram, RetrievedDemos } from "./program.js";
import { type AnswerStyle, type PromptTemplate, promptTemplate, type TemplateOptions } from "./template.js";

interface Method {
  /** Continues the sentence "Asks LLM …". */
  readonly summary: string;
  /** Which examples it shows: none, some drawn at random, or those retrieved for each text. */
  readonly demos: "none" | "drawn" | RetrievedDemos["by"];
  readonly answer: AnswerStyle;
  readonly samples: number;
}

/** Five to ten are usual: a vote needs several, and each of them is paid for. */
const selfConsistencySamples = 5;

const methods = {
  "zero-shot": {
    summary: "with the labels and their descriptions, and no examples",
    demos: "none",
    answer: "direct",
    samples: 1,
  },
  "few-shot": {
    summary: "with the labels, their descriptions, and examples drawn from the training set, balanced over the labels",
    demos: "drawn",
    answer: "direct",
    samples: 1,
  },
  nearest: {
    summary: "with the labels, their descriptions, and for each text the training examples nearest to it, the most similar last",
    demos: "nearest",
    answer: "direct",
    samples: 1,
  },
  "nearest-balanced": {
    summary:
      "with the labels, their descriptions, and for each text the nearest training examples of each label, the most similar last",
    demos: "balanced",
    answer: "direct",
    samples: 1,
  },
  "nearest-diverse": {
    summary:
      "with the labels, their descriptions, and for each text training examples that are near to it and unlike each other, the most similar last",
    demos: "diverse",
    answer: "direct",
    samples: 1,
  },
  cot: {
    summary: "with the labels and their descriptions, to think first and answer then",
    demos: "none",
    answer: "reasoned",
    samples: 1,
  },
  "self-consistency": {
    summary: `${selfConsistencySamples} times, at random, with the labels and their descriptions, to think first and answer then; the most frequent answer counts`,
    demos: "none",
    answer: "reasoned",
    samples: selfConsistencySamples,
  },
} as const satisfies Record<string, Method>;

/** A prompting method. */
export type PromptMethod = keyof typeof methods;

/** The names of all methods, cheapest first. */
export const promptMethods = Object.keys(methods) as readonly PromptMethod[];

/** What a method does, as the end of the sentence "Asks LLM …". */
export function methodSummary(method: PromptMethod): string {
  return methods[method].summary;
}

/** Whether a method shows examples. */
export function showsDemos(method: PromptMethod): boolean {
  return methods[method].demos !== "none";
}

/** Why a method makes no sense with a decision model, as the end of a sentence about it; `null`: it does. */
export function whyNotDecided(method: PromptMethod): string | null {
  const { answer, samples } = methods[method];
  if (samples > 1) return "a decision model answers the same each time, so there are no votes to count";
  return answer === "reasoned" ? "a decision model writes no thoughts" : null;
}

/** Whether a method needs an encoder to find its examples. */
export function retrievesDemos(method: PromptMethod): boolean {
  const { demos } = methods[method];
  return demos !== "none" && demos !== "drawn";
}

function planDemos(demos: Method["demos"], train: Dataset, count: number, seed: number): DemoPlan {
  if (demos === "none") return noDemos;
  if (demos === "drawn") return balancedDemos(train, count, seed);
  return { kind: "retrieved", by: demos, count, pool: train.examples };
}

/**
 * The template for a task and a model: with room for thoughts where the model has them, and for texts as long as its window, if that is
 * known and the options set no limit.
 */
export function templateFor(
  train: Dataset,
  { isReasoning, price }: Pick<ModelCard, "isReasoning" | "price">,
  options: TemplateOptions,
): PromptTemplate {
  const { instruction, aliases } = options;
  const windowTokens = price?.max_input_tokens;
  // The request is fitted to the window when it is made; no window's tokens have so many characters on average.
  const maxTextCharacters = options.maxTextCharacters ?? (windowTokens === undefined ? undefined : 8 * windowTokens);
  return promptTemplate(train, {
    isReasoning,
    ...(instruction === undefined ? {} : { instruction }),
    ...(aliases === undefined ? {} : { aliases }),
    ...(maxTextCharacters === undefined ? {} : { maxTextCharacters }),
  });
}

/** How a way is filled. */
export interface ProgramOptions {
  /** Examples in a prompt, `"auto"` by the number of labels. */
  readonly count: number | "auto";
  readonly seed: number;
  /** Whether there is an encoder. */
  readonly canShortlist: boolean;
  /** @default "auto" */
  readonly labelsInPrompt?: LabelChoice | undefined;
}

/** The prompt that a way makes of labeled examples for a model. */
export function makeProgram(
  method: PromptMethod,
  train: Dataset,
  template: PromptTemplate,
  card: Window,
  { seed, canShortlist, labelsInPrompt = "auto", ...options }: ProgramOptions,
): PromptProgram {
  const { answer, samples, demos: way } = methods[method];
  const count = options.count === "auto" ? defaultDemos(train.labels.length) : options.count;
  const demos = planDemos(way, train, count, seed);
  const shortlist = canShortlist ? shortlistFor({ template, answer, demos }, labelsInPrompt, card) : null;
  // Only examples of shortlisted labels are shown: with one of each label drawn, every shortlist has some.
  const isDrawnForAll = shortlist !== null && way === "drawn";
  const shown = isDrawnForAll ? planDemos(way, train, Math.max(count, train.labels.length), seed) : demos;
  return { template, demos: shown, answer, samples, shortlist };
}
