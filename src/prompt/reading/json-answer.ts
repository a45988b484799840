/** @file Answers in JSON, in what Python prints for it, or with one of them in their words. */

import { parseJsonDigits } from "../../lib/exact-json.js";

/** Keys under which models give labels, in lower case. */
export const answerKeys: ReadonlySet<string> = new Set([
  "label",
  "labels",
  "answer",
  "answers",
  "category",
  "categories",
  "class",
  "classes",
  "classification",
  "intent",
  "intents",
  "prediction",
  "predictions",
  "predicted_label",
  "predicted_labels",
  "final_answer",
  "result",
  "results",
  "tags",
]);

/** Keys of what stands beside an answer, in lower case. */
const besideKeys =
  /^(?:confidence|certainty|score|probability|reason(?:s|ing)?|rationale|explanations?|justification|evidence|notes?|thoughts?|thinking|analysis|comments?|id|text)$/;

/** The value of a text that is JSON as a whole, also within a code fence, or with Python's quotes and names. `undefined` where it is none. */
export function readJson(text: string): unknown {
  const fenced = /^```[a-z]*\s*([\s\S]*?)\s*```$/i.exec(text);
  return parsed(fenced?.[1] ?? text);
}

/** A value of JSON in a text, and the words around it. */
export interface EmbeddedJson {
  readonly json: object;
  readonly around: string;
}

/**
 * The one answer in JSON that stands in a text, also said several times in the same words; `null` where there is none, or where there are
 * different ones.
 *
 * @param isAnswer what counts as one: an object with a key for labels unless told
 */
export function embeddedJson(text: string, isAnswer: (json: object) => boolean = hasAnswerKey): EmbeddedJson | null {
  const found = valuesIn(text).filter(({ json }) => isAnswer(json));
  if (found.length === 0 || new Set(found.map(({ json }) => JSON.stringify(json))).size > 1) return null;
  let around = "";
  let from = 0;
  for (const { start, end } of found) {
    around += `${text.slice(from, start)}\n`;
    from = end;
  }
  return { json: found[0]!.json, around: around + text.slice(from) };
}

/** What stands in a JSON answer where labels are expected. */
export function labelValues(json: unknown): string[] {
  if (typeof json === "string" || typeof json === "number" || typeof json === "boolean") return [String(json)];
  if (Array.isArray(json)) return json.flatMap(labelValues);
  if (typeof json !== "object" || json === null) return [];
  return answerEntries(json).flatMap(([, value]) => labelValues(value));
}

/** The entries of an object that hold its answer: those with a key for labels, or else the only one that is not known to stand beside it. */
export function answerEntries(json: object): [key: string, value: unknown][] {
  const entries = Object.entries(json).filter(([key]) => !besideKeys.test(key.toLowerCase()));
  const named = entries.filter(([key]) => isAnswerKey(key));
  return named.length > 0 ? named : entries.length === 1 ? entries : [];
}

/** Whether an object has a key for labels. */
export function hasAnswerKey(json: object): boolean {
  return !Array.isArray(json) && Object.keys(json).some(isAnswerKey);
}

/** What a value says of a label that it stands beside: that it applies, that it does not, or neither. */
export function appliesBy(value: unknown): boolean | undefined {
  if (value === true || value === 1) return true;
  if (value === false || value === 0) return false;
  if (typeof value !== "string") return undefined;
  const said = value.trim().toLowerCase();
  if (/^(?:true|yes|y|1|✓|✔|✅|☑|x)$/.test(said)) return true;
  return /^(?:false|no|n|0|✗|✘|❌|☐)$/.test(said) ? false : undefined;
}

function isAnswerKey(key: string): boolean {
  return answerKeys.has(key.toLowerCase());
}

function parsed(text: string): unknown {
  try {
    return parseJsonDigits(text);
  } catch {
    return parsedPython(text);
  }
}

/** A list or a dictionary as Python prints it. */
function parsedPython(text: string): unknown {
  if (!/^\s*[{[][\s\S]*[}\]]\s*$/.test(text) || !/'|\b(?:True|False|None)\b/.test(text)) return undefined;
  const json = text.replace(/'((?:[^'\\]|\\.)*)'|"(?:[^"\\]|\\.)*"|\b(?:True|False|None)\b/g, (token, inner?: string) => {
    if (inner !== undefined) return JSON.stringify(inner.replace(/\\(['"\\])/g, "$1"));
    return token === "True" ? "true" : token === "False" ? "false" : token === "None" ? "null" : token;
  });
  try {
    return parseJsonDigits(json);
  } catch {
    return undefined;
  }
}

/** A text of brackets only must not take long. */
const mostTried = 200;

interface Placed {
  readonly json: object;
  readonly start: number;
  readonly end: number;
}

/** The objects and lists that stand in a text, from first to last, none within another. */
function valuesIn(text: string): Placed[] {
  const open: number[] = [];
  const pairs: { readonly start: number; readonly end: number }[] = [];
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!;
    if (character === "{" || character === "[") open.push(i);
    else if (character === "}" || character === "]") {
      const start = open.pop();
      if (start !== undefined && (text[start] === "{") === (character === "}")) pairs.push({ start, end: i + 1 });
    }
  }
  const found: Placed[] = [];
  let end = 0;
  let tried = 0;
  // The outer ones first.
  for (const pair of pairs.sort((a, b) => a.start - b.start || b.end - a.end)) {
    if (pair.start < end) continue;
    if (++tried > mostTried) break;
    const json = parsed(text.slice(pair.start, pair.end));
    if (typeof json !== "object" || json === null) continue;
    found.push({ json, ...pair });
    end = pair.end;
  }
  return found;
}
