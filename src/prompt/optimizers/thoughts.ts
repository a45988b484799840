import { readJson } from "../reading/json-answer.js";
import { withoutThoughts } from "../reading/thoughts.js";

/** The start of a line or a JSON field that states the answer, after the thoughts. */
const statement = /^[\p{P}\s]*(?:labels?|final answer|answer)[\p{P}\s]*:/iu;

/**
 * The thoughts of a reasoned answer, without the labels it ends with; `""` where there are none. What is kept of an answer ends after 500
 * characters: thoughts that were cut end with their last whole sentence.
 */
export function thoughtsOf(said: string): string {
  const text = withoutThoughts(said);
  const json = readJson(text);
  if (typeof json === "object" && json !== null && "reasoning" in json) {
    return typeof json.reasoning === "string" ? json.reasoning.trim() : "";
  }
  const begun = /^\s*\{\s*"reasoning"\s*:\s*"((?:[^"\\]|\\.)*)/s.exec(text);
  if (begun !== null) return wholeSentences(readJson(`"${begun[1]!}"`) ?? "");
  const lines = text.split(/\r?\n/);
  const at = lines.findLastIndex((line) => statement.test(line));
  return at < 0 ? wholeSentences(text) : lines.slice(0, at).join("\n").trim();
}

function wholeSentences(text: unknown): string {
  if (typeof text !== "string") return "";
  return /^.*[.!?。](?=\s|$)/s.exec(text)?.[0].trim() ?? "";
}
