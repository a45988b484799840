/** @file A confidence that the model states itself, where it has no log-probabilities: `"confidence": 0-100` in its JSON. */

import { at } from "../../lib/json-value.js";
import type { CompletionRequest } from "../llm.js";
import { embeddedJson, readJson } from "../reading/json-answer.js";

const rule =
  'In the same JSON object give also "confidence": a whole number from 0 to 100, the probability in percent that your answer is right.';

/** Room for the key and its number. */
const confidenceTokens = 16;

/** The request with a confidence asked for beside the label; unchanged where the answer is not to be JSON. */
export function withStatedConfidence(request: CompletionRequest): CompletionRequest {
  const { schema, messages } = request;
  if (schema === undefined) return request;
  const [system, ...others] = messages;
  return {
    ...request,
    messages: system === undefined ? [] : [{ ...system, content: `${system.content}\n${rule}` }, ...others],
    maxOutputTokens: request.maxOutputTokens + confidenceTokens,
    schema: {
      ...schema,
      properties: { ...schema.properties, confidence: { type: "integer" } },
      required: [...schema.required, "confidence"],
    },
  };
}

/**
 * The confidence in a JSON answer, from 0 to 1; `null` where there is none, or what stands there is no number from 0 to 100 (also as
 * `"85"` or `"85%"`). A number between 0 and 1 is a share already: no model means half a percent.
 */
export function statedConfidence(text: string): number | null {
  const json = readJson(text) ?? embeddedJson(text)?.json;
  const key =
    typeof json === "object" && json !== null ? Object.keys(json).find((one) => one.toLowerCase() === "confidence") : undefined;
  const said = key === undefined ? undefined : at(json, key);
  const isNumber = typeof said === "number" || (typeof said === "string" && /^\s*\d+(?:\.\d+)?\s*%?\s*$/.test(said));
  if (!isNumber) return null;
  const value = Number.parseFloat(String(said));
  if (value < 0 || value > 100) return null;
  return value > 0 && value < 1 ? value : value / 100;
}
