/**
 * @file What a model said → a label, or nothing. There is no half credit: where several labels stand in an answer, or none, it is
 * unparseable. In this order: JSON; equality; what a last line such as `Label: …` states; the one label found as a whole word.
 */

import { isFaultObject, isFaultText } from "../http/fault-text.js";
import { embeddedJson, hasAnswerKey, readJson } from "./json-answer.js";
import { jsonLabels } from "./json-labels.js";
import { type Aliases, type Found, findEqual, findListed, findMentioned, type LabelName, labelNames } from "./label-names.js";
import { withoutStruck } from "./negation.js";
import { withoutRunOn } from "./run-on.js";
import { findStated, statesLabel, withoutAfterword, withoutDress, withoutReason } from "./stated-answer.js";
import { answerPlace } from "./thoughts.js";

export type { Aliases } from "./label-names.js";

/**
 * The labels that were named: exactly one, or several (also none) of a multi-label answer. `truncated`: only thoughts were said, without
 * their end.
 */
export type ParsedAnswer = { readonly answer: readonly string[] } | { readonly failure: "unparseable" | "truncated" };

const unparseable: ParsedAnswer = { failure: "unparseable" };
const noNames = {};

/**
 * Reads one label from an answer. `text` is untrusted; whatever it holds, the result is one of `labels` or a failure. A label may be
 * followed by its description, as the prompt lists it.
 */
export function parseAnswer(
  text: string,
  labels: readonly string[],
  aliases: Aliases = noNames,
  descriptions: Readonly<Record<string, string>> = noNames,
): ParsedAnswer {
  // Before the names are looked at, which takes a while where there are hundreds: this is how most answers are.
  if (labels.includes(text)) return { answer: [text] };
  const names = labelNames(labels, aliases, descriptions);
  const whole = saidIn(text, names);
  if (typeof whole !== "string") return whole;
  const said = withoutRunOn(whole, (head) => statesLabel(head, names));
  const json = readJson(said);
  if (isFault(said, json, names)) return unparseable;
  if (typeof json === "object" && json !== null) return onlyOne(jsonLabels(json, names));
  return single(inJson(said, names, onlyLabel) ?? inWords(said, names));
}

/**
 * Reads any number of labels: a JSON list or a table of booleans, or one label a line (also with list marks, or separated by commas or `|`, or
 * each with yes or no). The answer is unparseable where any part of it is no label. `none`, or an empty list, is the answer "no label".
 */
export function parseAnswers(
  text: string,
  labels: readonly string[],
  aliases: Aliases = noNames,
  descriptions: Readonly<Record<string, string>> = noNames,
): ParsedAnswer {
  const names = labelNames(labels, aliases, descriptions);
  const whole = saidIn(text, names);
  if (typeof whole !== "string") return whole;
  const said = withoutRunOn(whole, (head) => listed(head, names) !== undefined);
  const json = readJson(said);
  if (isFault(said, json, names)) return unparseable;
  const found =
    typeof json === "object" && json !== null
      ? (jsonLabels(json, names) ?? undefined)
      : (inJson(said, names, (all) => all) ?? listed(said, names));
  return found === undefined || found === null ? unparseable : inOrder(found, labels);
}

/** What was said apart from thoughts; a failure where those do not end. A label may look as if it began some. */
function saidIn(text: string, names: readonly LabelName[]): string | ParsedAnswer {
  const { start, end, isOpen } = answerPlace(text);
  if (start === 0 && end === text.length) return text.trim();
  const whole = findEqual(text, names);
  if (typeof whole === "string") return whole;
  return isOpen ? { failure: "truncated" } : text.slice(start, end).trim();
}

/** Whether it tells of a fault of the service, and not of a label that is called so. */
function isFault(said: string, json: unknown, names: readonly LabelName[]): boolean {
  if (typeof json === "object" && json !== null) return isFaultObject(json) && typeof findEqual("error", names) !== "string";
  return isFaultText(said) && typeof findEqual(said, names) !== "string" && !names.some(({ name }) => isFaultText(`${name}:`));
}

function single(found: Found): ParsedAnswer {
  return typeof found === "string" ? { answer: [found] } : unparseable;
}

function onlyOne(found: ReadonlySet<string> | null): ParsedAnswer {
  return single(found === null ? undefined : onlyLabel(found));
}

function onlyLabel(found: ReadonlySet<string>): Found {
  return found.size === 1 ? [...found][0] : null;
}

/**
 * The labels of an answer in JSON that stands between words: `undefined` where there is none. `null` where it holds no labels, or the words
 * name another label: the JSON may then be a quotation.
 */
function inJson<Value extends Found | ReadonlySet<string>>(
  said: string,
  names: readonly LabelName[],
  pick: (labels: ReadonlySet<string>) => Value,
): Value | null | undefined {
  const embedded = embeddedJson(said, (json) => hasAnswerKey(json) || isOfLabels(json, names));
  if (embedded === null) return undefined;
  const found = jsonLabels(embedded.json, names);
  if (found === null) return null;
  const mentioned = findMentioned(embedded.around, names);
  return mentioned === undefined || (mentioned !== null && found.has(mentioned)) ? pick(found) : null;
}

/** Whether a value without a key for labels is an answer: a list of labels, or labels with booleans. */
function isOfLabels(json: object, names: readonly LabelName[]): boolean {
  const found = jsonLabels(json, names);
  return found !== null && (Array.isArray(json) ? found.size > 0 : Object.keys(json).length > 0);
}

/** The label that words name: as a whole, by marks, where they state it, or as the only one that they mention. */
function inWords(whole: string, names: readonly LabelName[]): Found {
  if (names.some(({ name }) => name === whole)) return findEqual(whole, names);
  const said = withoutStruck(whole);
  const applying = findMarked(linesOf(said), names) ?? findMarked(linesOf(said).flatMap(splitList), names);
  if (applying !== undefined) return onlyLabel(applying);
  const equal = findEqual(said, names);
  if (typeof equal === "string") return equal;
  const bare = withoutDress(said, names);
  const { answer, afterword } = withoutReason(withoutAfterword(bare), names);
  const found = findEqual(answer, names) ?? statedOrMentioned(answer, names) ?? findStated(bare, names);
  if (typeof found !== "string" || afterword === "") return found;
  // An explanation may name other labels, but not state one.
  const stated = findStated(afterword, names);
  return stated === undefined || stated === found ? found : null;
}

/** What a last line states goes before what is mentioned elsewhere. A last line that states what is no label is no answer. */
function statedOrMentioned(said: string, names: readonly LabelName[]): Found {
  const stated = findStated(said, names);
  if (typeof stated === "string") return stated;
  return stated === null ? null : findMentioned(said, names);
}

function inOrder(found: ReadonlySet<string>, labels: readonly string[]): ParsedAnswer {
  return { answer: labels.filter((label) => found.has(label)) };
}

/** The labels of an answer in words; `undefined` where a part of it names none or several. */
function listed(said: string, names: readonly LabelName[]): ReadonlySet<string> | undefined {
  const lines = linesOf(said);
  if (lines.length === 0) return undefined;
  const asWritten = findMarked(lines, names) ?? allEqual(lines, names);
  if (asWritten !== undefined) return asWritten;
  const bare = withoutAfterword(withoutDress(withoutStruck(said), names)).answer;
  const parts = linesOf(withoutHeading(bare));
  return (
    allEqual(parts, names) ??
    allEqual(parts.flatMap(splitList), names) ??
    findMarked(parts, names) ??
    findMarked(parts.flatMap(splitList), names) ??
    (crossedOut.test(bare) ? undefined : findListed(parts.map(withoutMark).join("\n"), names)) ??
    (isNone(parts) ? new Set() : undefined)
  );
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

function splitList(line: string): string[] {
  return line.split(/[,|;，；、]/).filter((part) => part.trim() !== "");
}

/** Signs that a label beside them does not apply. */
const crossedOut = /[✗✘✕✖❌☐]/u;

const marked: readonly RegExp[] = [
  /^(?<name>.+?)\s*(?:[:=→]|->|=>|\s[-–—]\s)\s*[*_"'`]*(?<mark>yes|no|true|false|[01✓✔✅✗✘❌])[*_"'`.,]*$/iu,
  /^(?<name>.+?)\s*\(\s*(?<mark>yes|no|true|false)\s*\)[*_"'`.,]*$/iu,
  /^\[?(?<mark>[ x✓✔✅☑✗✘❌☐])\]?\s+(?<name>.+)$/iu,
];

/** The labels of lines that say of each label whether it applies; `undefined` where a line does not. */
function findMarked(parts: readonly string[], names: readonly LabelName[]): ReadonlySet<string> | undefined {
  const labels = new Map<string, boolean>();
  for (const part of parts) {
    const groups = marked.map((pattern) => pattern.exec(withoutMark(part))?.groups).find((found) => found !== undefined);
    const label = groups === undefined ? undefined : findEqual(groups["name"]!, names);
    if (typeof label !== "string") return undefined;
    const applies = /^(?:yes|true|[1x✓✔✅☑])$/i.test(groups!["mark"]!);
    if (labels.has(label) && labels.get(label) !== applies) return undefined;
    labels.set(label, applies);
  }
  return labels.size === 0 ? undefined : new Set([...labels].flatMap(([label, applies]) => (applies ? [label] : [])));
}

/** "No label", in the words that models have for it, where it is no label itself. */
function isNone(parts: readonly string[]): boolean {
  return (
    parts.length === 1 &&
    /^\W*(?:none|n\/a|no|the answer is none|none of (?:the|these|those)(?: (?:labels|categories|above))?|no labels?|none)(?: (?:of (?:the|these) labels )?(?:apply|applies|fits?))?\W*$/i.test(
      parts[0]!,
    )
  );
}

/** What follows a heading such as `Labels:`, on its line or below. */
function withoutHeading(said: string): string {
  const heading =
    /^[\p{P}\s]*(?:the\s+)?(?:final\s+|applicable\s+|correct\s+)?(?:labels?|answers?|categor(?:y|ies)|class(?:es)?|tags?|intents?|topics?)(?:\s+(?:that\s+apply|are|is))?[*_\s]*[:=][*_ \t]*/iu;
  const lines = said.split(/\r?\n/);
  const at = lines.findLastIndex((line) => heading.test(line));
  return at < 0 ? said : [lines[at]!.replace(heading, ""), ...lines.slice(at + 1)].join("\n");
}

function linesOf(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => withoutMark(line) !== "");
}

/** A line without the mark of a list item. */
function withoutMark(line: string): string {
  return line.replace(/^\s*(?:[-*•]|\d+[.)]|\(?[a-z\d]\))\s+/, "").trim();
}
