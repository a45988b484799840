/** @file The labels of an answer in JSON, in every shape that models give it: a value, a list, a table of booleans, objects with both. */

import { answerEntries, appliesBy, labelValues } from "./json-answer.js";
import { findEqual, findListed, findMentioned, type LabelName } from "./label-names.js";

/** The labels that an answer in JSON names, which may be none of them; `null` where any part of it is no label. */
export function jsonLabels(json: object, names: readonly LabelName[]): ReadonlySet<string> | null {
  const table = tableLabels(json, names);
  if (table !== null) return table;
  if (Array.isArray(json)) return listLabels(json, names);
  const entries = answerEntries(json);
  const found = new Set<string>();
  for (const [, value] of entries) {
    const labels = valueLabels(value, names);
    if (labels === null) return null;
    for (const label of labels) found.add(label);
  }
  return entries.length === 0 ? null : found;
}

function valueLabels(value: unknown, names: readonly LabelName[]): ReadonlySet<string> | null {
  if (value === null) return new Set();
  if (typeof value === "object") return jsonLabels(value, names);
  const said = labelValues(value)[0]!;
  const label = findEqual(said, names);
  if (typeof label === "string") return new Set([label]);
  // "a, b" in place of a list.
  const listed = label === undefined ? findListed(said, names) : undefined;
  if (listed !== undefined) return listed;
  const mentioned = label ?? findMentioned(said, names);
  if (typeof mentioned === "string") return new Set([mentioned]);
  return isNone(said) ? new Set() : null;
}

function isNone(said: string): boolean {
  return /^\W*(?:none|no label|n\/a)\W*$/i.test(said);
}

function listLabels(items: readonly unknown[], names: readonly LabelName[]): ReadonlySet<string> | null {
  const found = new Set<string>();
  for (const item of items) {
    // Of objects each says of one label whether it applies: by a boolean beside it, or by being there.
    if (isExcluded(item)) continue;
    const labels = valueLabels(item, names);
    // A gap in a list is no label.
    if (labels === null || item === null) return null;
    for (const label of labels) found.add(label);
  }
  return found;
}

function isExcluded(item: unknown): boolean {
  return typeof item === "object" && item !== null && !Array.isArray(item) && Object.values(item).some(isNo);
}

const isNo = (value: unknown): boolean => value === false || (typeof value === "string" && /^(?:false|no)$/i.test(value.trim()));

/** The labels with a true value, of an object whose keys are labels and whose values are booleans in some form; `null` where it is none. */
function tableLabels(json: object, names: readonly LabelName[]): ReadonlySet<string> | null {
  if (Array.isArray(json)) return null;
  const found = new Map<string, boolean>();
  for (const [key, value] of Object.entries(json)) {
    const label = findEqual(key, names);
    const applies = appliesBy(value);
    if (typeof label !== "string" || applies === undefined || found.has(label)) return null;
    found.set(label, applies);
  }
  return found.size === 0 ? null : new Set([...found].flatMap(([label, applies]) => (applies ? [label] : [])));
}
