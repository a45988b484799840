/**
 * @file Which labels a prompt offers: all of them, or for each text a shortlist. Each label more is paid for with every request; a label that is
 * not offered can't be answered.
 */

import { formatCount } from "../../lib/text/format.js";
import type { ModelCard } from "../llm.js";
import type { DemoPlan, PromptProgram } from "../program.js";
import { answerForm, mostSchemaLabels, type PromptTemplate, renderRequest } from "../template.js";
import { mostOffered } from "./decidable.js";
import { requestTokens } from "./fitted-request.js";

/** What a user may say of the labels in a prompt. `auto`: all up to a number of labels, and a shortlist above it. */
export const labelChoices = ["auto", "all", "shortlist"] as const;

export type LabelChoice = (typeof labelChoices)[number];

/**
 * Above so many labels an encoder makes a shortlist for each text, unless told. With examples to search it misses hardly anything (see
 * `shortlist`) and saves most of the prompt from here on. By the labels' meanings alone it misses too much to be used before it has to be: where
 * a schema cannot list them all, and the list alone is thousands of tokens.
 */
export const mostListedLabels = { retrieved: 60, fixed: mostSchemaLabels } as const satisfies Record<DemoPlan["kind"], number>;
/** Labels on a shortlist. */
export const shortlistSize = 25;

/** A list of labels may fill this share of a window: the rest is left to the text and to examples. */
const listShare = 0.5;

/** How much of a window a prompt with all labels takes before there is a text or an example in it. */
export interface LabelList {
  readonly labels: number;
  /** About how many tokens the instruction with all labels has, the form of the answer and the room for it included. */
  readonly tokens: number;
  /** `null` where the window is not known: then nothing is known to be too long. */
  readonly windowTokens: number | null;
  readonly fits: boolean;
}

/** The list of all labels beside the window of a model. */
export function labelList({ template, answer: style }: Pick<PromptProgram, "template" | "answer">, card: Window): LabelList {
  const windowTokens = card.price?.max_input_tokens ?? null;
  const isStructured = card.price?.supports_response_schema !== false;
  const request = renderRequest(template, [], "", answerForm({ isStructured }, template), { style });
  const tokens = requestTokens(request) + request.maxOutputTokens;
  return {
    labels: template.labels.length,
    tokens,
    windowTokens,
    fits: windowTokens === null || tokens <= listShare * windowTokens,
  };
}

/** What is known of a model's window, and of a decision model how many labels it takes. */
export type Window = Pick<ModelCard, "price" | "decides">;

/** The most labels that a model can be offered at once, whatever is wanted. */
function mostOfferable({ decides }: Window, { isMultiLabel }: PromptTemplate): number {
  return decides === undefined ? Number.POSITIVE_INFINITY : mostOffered(decides, isMultiLabel);
}

/** The size of the shortlist that a prompt is to make of its labels for each text; `null`: it offers all of them. */
export function shortlistFor(
  program: { readonly template: PromptTemplate } & Pick<PromptProgram, "answer" | "demos">,
  choice: LabelChoice,
  card: Window,
): number | null {
  const { labels } = program.template;
  const offerable = mostOfferable(card, program.template);
  if (labels.length > offerable) return Math.min(offerable, shortlistSize);
  if (labels.length <= shortlistSize) return null;
  const most = { auto: mostListedLabels[program.demos.kind], all: Number.POSITIVE_INFINITY, shortlist: shortlistSize }[choice];
  return labels.length <= most && labelList(program, card).fits ? null : shortlistSize;
}

/** Why the labels are not all in a question to a decision model; `null` where it takes so many. */
export function tooManyText(template: PromptTemplate, { spec, ...card }: Window & Pick<ModelCard, "spec">): string | null {
  const most = mostOfferable(card, template);
  if (template.labels.length <= most) return null;
  return `${spec} takes at most ${formatCount(most)} ${template.isMultiLabel ? "questions, one a label," : "options"} at once, and there are ${formatCount(template.labels.length)} labels.`;
}

/** Why the labels are not all in a prompt, where they were wanted there. */
export function tooLongText({ labels, tokens, windowTokens }: LabelList, spec: string): string {
  return `${spec} reads ${formatCount(windowTokens ?? 0)} tokens, of which a list of labels may take half: all ${formatCount(labels)} labels take about ${formatCount(tokens)}, with room for the answer, so each text is asked about with the ${shortlistSize} that are nearest to it.`;
}
