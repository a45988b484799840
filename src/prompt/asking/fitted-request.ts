/** @file A request that fits the window of its model: long texts are cut, and the cut is counted. */

import type { CompletionRequest } from "../llm.js";
import { type AnswerForm, type AnswerStyle, renderRequest } from "../template.js";
import type { Question } from "./question.js";
import { schemaText } from "./schema-text.js";
import { estimateMessageTokens, estimateTokens, mostMessageTokens } from "./tokens.js";

/** A request, and what was left out of it. */
export interface FittedRequest {
  readonly request: CompletionRequest;
  /** What made the end of the text be left out: the template's own limit, or the window; `null`: nothing is missing. */
  readonly cutBy: "limit" | "window" | null;
  /** Examples that found no room. */
  readonly droppedDemos: number;
}

/** Tokens are estimated: so much of a window is filled by the estimate at most. */
const filledShare = 0.9;
/** Examples leave this share of the window to the text, where it needs it. */
const demoShare = 0.5;

/**
 * The request for a text, within `windowTokens`, answer included; `null`: a window that nobody knows. What does not fit is left out: first
 * examples, from the first, which is the least similar where they are retrieved, until they leave half of the window; then the end of the text.
 */
export function fittedRequest(
  { template, demos }: Question,
  text: string,
  form: AnswerForm,
  style: AnswerStyle,
  windowTokens: number | null,
): FittedRequest {
  const whole = renderRequest(template, demos, text, form, { style });
  const cutBy = text.length > template.maxTextCharacters ? "limit" : null;
  // Nearly every request is far from the limit, and need not be counted token by token.
  if (windowTokens === null || mostMessageTokens(whole.messages, whole.schema) + whole.maxOutputTokens <= windowTokens) {
    return { request: whole, cutBy, droppedDemos: 0 };
  }
  const roomTokens = Math.floor(filledShare * windowTokens) - whole.maxOutputTokens;
  if (requestTokens(whole) <= roomTokens) return { request: whole, cutBy, droppedDemos: 0 };
  let shown = demos;
  const promptTokens = (): number => requestTokens(renderRequest(template, shown, "", form, { style }));
  while (shown.length > 0 && promptTokens() > demoShare * roomTokens) shown = shown.slice(1);
  const kept = text.slice(0, template.maxTextCharacters);
  const textCharacters = charactersWithin(kept, Math.max(0, roomTokens - promptTokens()));
  return {
    request: renderRequest(template, shown, text, form, { style, textCharacters }),
    cutBy: textCharacters < kept.length ? "window" : cutBy,
    droppedDemos: demos.length - shown.length,
  };
}

/** About how many input tokens a request has, the form of its answer included. */
export function requestTokens({ messages, schema }: Pick<CompletionRequest, "messages" | "schema">): number {
  return estimateMessageTokens(messages) + (schema === undefined ? 0 : estimateTokens(schemaText(schema)));
}

/** How many characters of a text have at most so many tokens. Approached from above, since tokens are not of equal length. */
function charactersWithin(text: string, tokens: number): number {
  // No token is longer than this on average: a text of a million characters need not be counted as a whole.
  let characters = Math.min(text.length, tokens * 8);
  for (;;) {
    const counted = estimateTokens(text.slice(0, characters));
    if (counted <= tokens) return characters;
    characters = Math.min(characters - 1, Math.floor((characters * tokens) / counted));
  }
}
