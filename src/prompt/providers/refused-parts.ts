/**
 * @file Which part of a request a refusal is about, by its words: parts that a question can be asked without, or in another form. What is wrong with
 * the text itself, the key, the account or the name of the model is none of them.
 */

import { at, textAt } from "../../lib/json-value.js";
import type { RequestPart } from "../llm.js";

/** What names a part, from the surest; of names that are equally sure the first in the text counts. */
const names: readonly (readonly [part: RequestPart, pattern: RegExp])[][] = [
  [
    ["limit", /\bmax_(completion_|output_|new_)?tokens\b|\bmaxOutputTokens\b/i],
    ["logprobs", /logprob/i],
    ["temperature", /\b(temperature|top_p|sampling param\w*)\b/i],
    ["seed", /\bseed\b/i],
    [
      "structure",
      /response[_ ]?format|json[_ ]?schema|structured[_ ]?output|output_(config|format)|response[_ ]?(json[_ ]?)?schema|response[_ ]?mime|json mode|guided[_ ](json|decoding|grammar)/i,
    ],
    [
      "role",
      /\b(system|developer)['"`]?\s+(role|message|prompt|instruction)s?\b|\broles?\b.{0,60}\b(system|developer)\b|\b(system|developer)\b.{0,40}\brole\b|roles? must alternate|alternate between|system_?instruction|unexpected role/is,
    ],
  ],
  [["structure", /\bschema\b|\btoo many states\b|\bgrammar\b|\benum\b|\btool_choice\b|\btools?\b|\bfunction call/i]],
];

/** What a refusal of the text says: it is too long, or empty. */
const ofText =
  /context[_ ](length|window|size|limit)|maximum (context|sequence|input|prompt)|too (long|many (input |prompt |total )?tokens)|(input|prompt|request|messages?|content|text)\b.{0,30}\b(exceeds?|too large|too big)|exceeds?.{0,40}\b(context|input|prompt|number of tokens)|reduce (the|your) (length|prompt|input)|string_above_max_length|context_length_exceeded|must (not )?be (non-)?empty|empty (content|message)|payload too large/i;

/** What a refusal says of the name of a model under a status of its own. */
const ofModel =
  /model[_ ]not[_ ]found|(no such|unknown|invalid|unsupported) model\b|model\b.{0,80}\b(does not exist|not found|not exist|is not available|is not a valid|not a valid)|not a valid model/i;

/** Statuses by which services refuse what they were asked; 404 is OpenRouter's where no provider takes all parts. */
const statuses: ReadonlySet<number> = new Set([400, 405, 406, 415, 422, 501]);
const noEndpoint = /no endpoints? (found )?.{0,40}(support|handle).{0,60}(parameter|schema|structured|output)/i;

/** Whether a refusal is about the model's name. */
export function isAboutModel(status: number, said: string): boolean {
  return status === 404 ? !noEndpoint.test(said) : statuses.has(status) && ofModel.test(said);
}

/**
 * The parts of a request that a refusal may be about, the likeliest first; empty where it names none, and any may be meant; `null` where it is about
 * something else.
 */
export function refusedParts(status: number, message: string, body: string | undefined): readonly RequestPart[] | null {
  const param = paramIn(body);
  const said = param === "" ? message : `${param} ${message}`;
  if (status === 403) return /logprobs/i.test(said) ? ["logprobs"] : null;
  if (status === 404 ? !noEndpoint.test(message) : !statuses.has(status)) return null;
  // Of a limit that is too high for the model alone it says so by its name.
  if (ofText.test(message) && !/\bmax_(completion_|output_)?tokens\b.{0,20}\b(is )?too large/i.test(message)) return null;
  for (const level of names) {
    const found = level.flatMap(([part, pattern]) => {
      const index = pattern.exec(said)?.index;
      return index === undefined ? [] : [{ part, index }];
    });
    if (found.length > 0) return found.sort((a, b) => a.index - b.index).map(({ part }) => part);
  }
  return [];
}

/** The most tokens of output that a model has, where a refusal of a limit says so; `null` where it does not. */
export function saidOutputLimit(message: string): number | null {
  const found =
    /(?:at most|up to|maximum (?:allowed )?(?:value )?(?:of|is|for)?|less than or equal to|<=|cannot exceed|cannot be greater than|must not exceed|limit of|limited to)\D{0,30}?(\d{2,7})\b/i.exec(
      message,
    );
  const behind = /(\d{2,7}),? which is the maximum/i.exec(message);
  return found === null ? behind && Number(behind[1]) : Number(found[1]);
}

/** What the service names as the parameter at fault. */
function paramIn(body: string | undefined): string {
  try {
    const parsed: unknown = JSON.parse(body ?? "");
    return textAt(at(parsed, "error"), "param") ?? textAt(parsed, "param") ?? "";
  } catch {
    return "";
  }
}
