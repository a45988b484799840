/** @file Where the answer stands in a completion whose thoughts come first: thoughts name labels that are not meant. */

import { readJson } from "./json-answer.js";
import { answerPlace } from "./thoughts.js";

/** A line such as `Label: spam`, `**Labels:**` or `Final answer: spam`; what follows the colon is captured. */
const statement =
  /^[\p{P}\s]*(?:final\s+)?(?:labels?|answers?|categor(?:y|ies)|class(?:es)?|classification|intents?)[\p{P}\s]*[:=][*_ \t]*(.*)$/iu;

/**
 * The part of a reasoned completion that states the answer, for the parser of answers: JSON without its `reasoning`; what follows
 * the last `Label:`; or else the last line. Where there may be several labels, all lines after `Labels:`, or else all lines. The whole text where
 * it is nothing but thoughts without an end.
 */
export function finalAnswer(text: string, isMultiLabel: boolean): string {
  const { start, end, isOpen } = answerPlace(text);
  if (isOpen) return text;
  const said = text.slice(start, end).trim();
  const json = readJson(said);
  if (typeof json === "object" && json !== null && !Array.isArray(json)) {
    const { reasoning: _, ...rest } = json as Readonly<Record<string, unknown>>;
    return JSON.stringify(rest);
  }
  const lines = said.split(/\r?\n/).filter((line) => line.trim() !== "");
  const at = lines.findLastIndex((line) => statement.test(line));
  if (at < 0) return isMultiLabel ? said : (lines.at(-1) ?? "");
  const stated = statement.exec(lines[at]!)![1]!.trim();
  if (!isMultiLabel && stated !== "") return stated;
  return [...(stated === "" ? [] : [stated]), ...lines.slice(at + 1)].join("\n");
}
