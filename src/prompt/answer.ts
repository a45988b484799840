/**
 * @file What a model said → a label, or nothing. There is no half credit: where several labels stand in an answer, or none, it is
 * unparseable. In this order: JSON; equality; the one label found as a whole word; a last line `Label: …`.
 */

import { embeddedJson, labelValues, readJson } from "./json-answer.js";
import { type Aliases, type Found, findEqual, findMentioned, type LabelName, labelNames } from "./label-names.js";

export type { Aliases } from "./label-names.js";

/** The labels that were named: exactly one, or several (also none) of a multi-label answer. */
export type ParsedAnswer = { readonly answer: readonly string[] } | { readonly failure: "unparseable" };

const unparseable: ParsedAnswer = { failure: "unparseable" };

/**
 * Reads one label from an answer. `text` is untrusted; whatever it holds, the result is one of `labels` or a failure. A label may be
 * followed by its description, as the prompt lists it.
 */
export function parseAnswer(
  text: string,
  labels: readonly string[],
  aliases: Aliases = {},
  descriptions: Readonly<Record<string, string>> = {},
): ParsedAnswer {
  if (labels.includes(text)) return { answer: [text] };
  const said = withoutThoughts(text);
  const json = readJson(said);
  const isJson = typeof json === "object" && json !== null;
  const values = isJson ? labelValues(json) : [];
  // Before the names are looked at, which takes a while where there are hundreds: this is how most answers are.
  if (values.length === 1 && labels.includes(values[0]!)) return { answer: values };
  const names = labelNames(labels, aliases, descriptions);
  if (isJson) return values.length === 1 ? single(findEqual(values[0]!, names) ?? findMentioned(values[0]!, names)) : unparseable;
  const embedded = embeddedJson(said);
  if (embedded !== null) {
    return agreeing(parseAnswer(JSON.stringify(embedded.json), labels, aliases, descriptions), embedded.around, names);
  }
  return single(findEqual(said, names) ?? findMentioned(said, names) ?? findOnLastLine(said, names));
}

/**
 * Reads any number of labels: a JSON list, or one label a line (also with list marks, or separated by commas or `|`). The
 * answer is unparseable where any part of it is no label. `none`, or an empty list, is the answer "no label".
 */
export function parseAnswers(
  text: string,
  labels: readonly string[],
  aliases: Aliases = {},
  descriptions: Readonly<Record<string, string>> = {},
): ParsedAnswer {
  const said = withoutThoughts(text);
  const json = readJson(said);
  const isJson = typeof json === "object" && json !== null;
  const parts = isJson ? labelValues(json) : linesOf(said);
  if (!isJson && parts.length === 0) return unparseable;
  if (parts.length > 0 && parts.every((part) => labels.includes(part))) return inOrder(new Set(parts), labels);
  const names = labelNames(labels, aliases, descriptions);
  const embedded = isJson ? null : embeddedJson(said);
  if (embedded !== null) {
    return agreeing(parseAnswers(JSON.stringify(embedded.json), labels, aliases, descriptions), embedded.around, names);
  }
  const separated = isJson ? [] : parts.flatMap((part) => part.split(/[,|;]/));
  const found = allEqual(parts, names) ?? allEqual(separated, names);
  if (found !== undefined) return inOrder(found, labels);
  const isNone = parts.length === 0 || (parts.length === 1 && /^\W*(none|no label|none apply)\W*$/i.test(parts[0]!));
  return isNone ? { answer: [] } : unparseable;
}

/** Thoughts that reasoning models behind plain servers say aloud, in tags, of which the first may be missing. What begins as JSON is none. */
export const thoughts = /^(?!\s*[{[])[\s\S]*<\/think>/i;

/** What was said after all thoughts. */
export function withoutThoughts(text: string): string {
  return text.replace(thoughts, "").trim();
}

function single(found: Found): ParsedAnswer {
  return typeof found === "string" ? { answer: [found] } : unparseable;
}

/** An answer in JSON, unless the words around it name another label: the JSON may then be a quotation. */
function agreeing(parsed: ParsedAnswer, around: string, names: readonly LabelName[]): ParsedAnswer {
  if ("failure" in parsed) return parsed;
  const mentioned = findMentioned(around, names);
  return mentioned === undefined || (mentioned !== null && parsed.answer.includes(mentioned)) ? parsed : unparseable;
}

function inOrder(found: ReadonlySet<string>, labels: readonly string[]): ParsedAnswer {
  return { answer: labels.filter((label) => found.has(label)) };
}

/** The labels that the parts name, each by equality; `undefined` where a part names none or several. */
function allEqual(parts: readonly string[], names: readonly LabelName[]): ReadonlySet<string> | undefined {
  const labels = new Set<string>();
  for (const part of parts) {
    const label = findEqual(part, names) ?? findEqual(withoutMark(part), names);
    if (typeof label !== "string") return undefined;
    labels.add(label);
  }
  return parts.length === 0 ? undefined : labels;
}

/** The label on a last line such as `Label: spam` or `**Final answer:** spam`, after whatever thoughts. */
function findOnLastLine(text: string, names: readonly LabelName[]): Found {
  const last = withoutMark(linesOf(text).at(-1) ?? "");
  const match = /^[\p{P}\s]*(?:final\s+)?(?:label|answer|category|class|classification|intent)[\p{P}\s]*[:=][*_\s]*(.+)$/iu.exec(
    last,
  );
  return match === null ? undefined : (findEqual(match[1]!, names) ?? findMentioned(match[1]!, names));
}

function linesOf(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => withoutMark(line) !== "");
}

/** A line without the mark of a list item. */
function withoutMark(line: string): string {
  return line.replace(/^\s*(?:[-*•]|\d+[.)])\s+/, "").trim();
}
