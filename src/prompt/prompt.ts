/** @file The prompted arm's front door: a large language model asked with an instruction, label descriptions and examples. */

import { UserError } from "../lib/errors.js";
import { random } from "../lib/random.js";
import { didYouMean } from "../lib/text/nearest-name.js";
import type { Approach } from "../types/approach.js";
import type { Dataset } from "../types/data.js";
import { sumOfEstimates } from "./asking/estimate.js";
import { type LabelChoice, labelChoices, labelList, tooLongText, tooManyText } from "./asking/offered-labels.js";
import { questionPredictor } from "./asking/program-predictor.js";
import { prepareQuestions } from "./asking/question.js";
import { shortlistNote } from "./asking/shortlist-recall.js";
import { fitForm, formEstimate } from "./forms/fit-form.js";
import { takesForm } from "./forms/formed-asking.js";
import type { ModelCard } from "./llm.js";
import {
  makeProgram,
  methodSummary,
  type PromptMethod,
  promptMethods,
  retrievesDemos,
  showsDemos,
  templateFor,
  whyNotDecided,
} from "./methods.js";
import { otherInstructions } from "./other-instructions.js";
import type { FixedDemos, PromptProgram } from "./program.js";
import { type AskingOptions, labelsOf, promptApproach, specOf } from "./prompt-approach.js";
import { isDecisionModel, parseSpec } from "./providers/spec.js";
import { isAskedByJobs } from "./providers/vllm.js";
import type { Aliases } from "./reading/answer.js";

export interface PromptOptions extends AskingOptions {
  /** The prompting method. @default "zero-shot", or "few-shot" if `demos` is given */
  readonly method?: PromptMethod;
  /** Training examples in the prompt; `"auto"`: two per label, at least 8 and at most 32. @default "auto" in methods that show examples */
  readonly demos?: number | "auto";
  /**
   * Labels that a prompt offers: all where the model's window allows, or for each text the 25 that the encoder finds nearest. `auto`: all up to 60
   * labels where examples are found for each text, else up to 250. Without an encoder: all.
   * @default "auto"
   */
  readonly labelsInPrompt?: LabelChoice;
  /** A description of the task that replaces the built-in sentence. */
  readonly instruction?: string;
  /** Other names that a model may use for a label. */
  readonly aliases?: Aliases;
  /** The length that longer texts are cut to. @default what fits the model's context window; 24,000 if that is unknown */
  readonly maxTextCharacters?: number;
  /** The most training rows on which the form is chosen that a `local:` model is asked in. @default 48 */
  readonly formRows?: number;
  /** `text` never asks for JSON. @default "auto" */
  readonly answerForm?: "auto" | "text";
}

/**
 * Makes an approach that prompts an LLM: `prompt:zero-shot@LLM`, `prompt:few-shot@LLM`, or another of `promptMethods`. It sends no request
 * before `predict`. Throws a `UserError` for an unknown service or method; `fit` throws one for a missing key, which `estimate` does not need.
 *
 * ```ts
 * const approach = prompt({ llm: "openai:gpt-6-luna", method: "nearest", encoder, demos: 8 });
 * ```
 */
export function prompt(options: PromptOptions): Approach {
  const { instruction } = options;
  const saying = () => instruction;
  // A single example has no other order; those found for a text have theirs by how near they are.
  const hasOrder = methodOf(options) === "few-shot" && options.demos !== 1;
  return {
    ...promptSaying(saying, options),
    ...(instruction === undefined && { reworded: otherInstructions.map((other) => promptSaying(other, options)) }),
    ...(hasOrder && { reordered: otherOrders.map((order) => promptSaying(saying, options, order)) }),
  };
}

/** Numbers of other orders of the examples: how far answers hang on it is measured with these. */
const otherOrders = [1, 2, 3] as const;

/**
 * @param saying the instruction for a task; `undefined`: the built-in one
 * @param order of the examples that are shown to all texts: 0 as they were drawn, else another one, by its number
 */
function promptSaying(saying: (task: Dataset) => string | undefined, options: PromptOptions, order = 0): Approach {
  const { llm, encoder, demos, aliases, labelsInPrompt } = options;
  const spec = specOf(llm);
  if (parseSpec(spec).provider === "recorded") throw new UserError(`${spec} is a recording: it is replayed by recordedPrompt.`);
  if (demos !== undefined && demos !== "auto" && !(Number.isInteger(demos) && demos >= 0)) {
    throw new UserError(`The number of examples in the prompt is ${demos}; expected a whole number, or "auto".`);
  }
  if (labelsInPrompt !== undefined && !labelChoices.includes(labelsInPrompt)) {
    throw new UserError(`labelsInPrompt is "${labelsInPrompt}"; expected one of ${labelChoices.join(", ")}.`);
  }
  const method = methodOf(options);
  const undecided = isDecisionModel(spec) ? whyNotDecided(method) : null;
  if (undecided !== null)
    throw new UserError(`prompt:${method} cannot be asked of ${spec}: ${undecided}. Choose another way, such as few-shot.`);
  const isLocal = parseSpec(spec).provider === "local";
  const isBatched = typeof llm === "string" ? options.batch !== undefined : llm.underWay !== undefined;
  const programOf = (train: Dataset, card: ModelCard, seed: number): PromptProgram => {
    const instruction = saying(train);
    const program = makeProgram(
      method,
      train,
      templateFor(train, card, { ...options, ...(instruction !== undefined && { instruction }) }),
      card,
      { count: demos ?? "auto", seed, canShortlist: encoder !== undefined, labelsInPrompt },
    );
    return order === 0 || program.demos.kind !== "fixed" ? program : { ...program, demos: inOrder(program.demos, order, seed) };
  };
  return promptApproach(options, {
    method,
    // Of a model in this process, fitting tells whether its form was chosen on labeled rows.
    traits: isLocal && !showsDemos(method) ? {} : { learnsFrom: showsDemos(method) ? "labels" : "nothing" },
    summary: `Asks ${spec} ${methodSummary(method)}${isAskedByJobs(spec) ? "; by jobs" : isBatched ? "; in batches, at their price" : ""}.`,
    isTextOnly: options.answerForm === "text",
    check: ({ labels }) => checkAliases(aliases ?? {}, labels),
    async estimate(train, card, queries, estimate) {
      const program = programOf(train, card, 0);
      const own = await estimate(program, queries);
      const choosing =
        isLocal && takesForm(options.confidence) ? await formEstimate(program, train, card, estimate, options.formRows) : null;
      return choosing === null ? own : { ...own, ...sumOfEstimates(own, choosing) };
    },
    async fit(train, parts, context) {
      const program = programOf(train, parts.llm, context.seed);
      const questions = await prepareQuestions(program, encoder, context);
      if (program.shortlist !== null) {
        const list = labelList(program, parts.llm);
        const tooMany = tooManyText(program.template, parts.llm);
        if (tooMany !== null) context.log({ kind: "note", text: tooMany });
        else if (!list.fits) context.log({ kind: "note", text: tooLongText(list, spec) });
        context.log({ kind: "note", text: await shortlistNote(questions, program.shortlist, train, context) });
      }
      const { program: asked, rows } = await fitForm(
        program,
        train,
        { ...parts, questions, seed: context.seed, formRows: options.formRows },
        context,
      );
      context.spend({ labels: labelsOf(program, rows) });
      return questionPredictor(asked, questions, parts);
    },
  });
}

/** The same examples in another order, which depends on the seed alone. */
function inOrder(demos: FixedDemos, order: number, seed: number): FixedDemos {
  return { ...demos, examples: random(seed, `order ${order} of demos`).shuffle(demos.examples) };
}

function methodOf({ method, demos, encoder }: PromptOptions): PromptMethod {
  if (method === undefined) return demos === undefined || demos === 0 ? "zero-shot" : "few-shot";
  // Callers without types: a config file, a flag.
  if (!promptMethods.includes(method)) {
    throw new UserError(
      `"${method}" is not a way of prompting.${didYouMean(method, promptMethods)} Ways: ${promptMethods.join(", ")}.`,
    );
  }
  if (demos === 0 && showsDemos(method)) {
    throw new UserError(`prompt:${method} shows examples, and their number is 0. Give another, or choose a way without.`);
  }
  if (encoder === undefined && retrievesDemos(method)) {
    throw new UserError(
      `prompt:${method} finds its examples by an encoder, and none was given. Give one: encoder: await loadEncoder("minilm-l6").`,
    );
  }
  return method;
}

/** Throws a `UserError` if an alias belongs to no label. */
export function checkAliases(aliases: Aliases, labels: readonly string[]): void {
  for (const label of Object.keys(aliases)) {
    if (!labels.includes(label))
      throw new UserError(`There are aliases of "${label}", which is not a label of the data.${didYouMean(label, labels)}`);
  }
}
