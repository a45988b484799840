/** @file Where in an answer its label stands, or its labels: the characters whose tokens are to be scored. */

import { answerKeys } from "../reading/json-answer.js";
import { unspacedSign, wordPattern, wordsOf } from "../reading/label-names.js";
import { answerPlace } from "../reading/thoughts.js";

/** Characters [start, end) of a text. */
export interface Span {
  readonly start: number;
  readonly end: number;
  /** True for a value in a JSON string: its closing quote stands at `end`, and says that the label ends there. */
  readonly isQuoted: boolean;
}

/** The value of a key for labels; in a list, its first item. */
const jsonValue = new RegExp(`"(?:${[...answerKeys].join("|")})"\\s*:\\s*(?:\\[\\s*)?("(?:[^"\\\\]|\\\\.)*"|[^\\s",}\\]]+)`, "i");

/**
 * The span of an answer's label: the value in JSON, or else the last place where one of `names` stands in the text, however it is
 * capitalized and its words are joined; `null` where none does. Without names it is the whole text: an answer begins with its label.
 */
export function labelSpan(text: string, names: readonly string[]): Span | null {
  const { start: from, end } = answerPlace(text);
  const said = text.slice(from, end);
  const json = jsonValue.exec(said);
  if (json !== null) {
    const value = json[1]!;
    const isQuoted = value.startsWith('"');
    const valueEnd = from + json.index + json[0].length - (isQuoted ? 1 : 0);
    return { start: valueEnd - value.length + (isQuoted ? 2 : 0), end: valueEnd, isQuoted };
  }
  const mentions = names.filter((name) => name.trim() !== "").flatMap((name) => [...said.matchAll(mention(name))]);
  // Of names that end together the longest is the one that was meant.
  const last = mentions.sort((a, b) => endOf(b) - endOf(a) || a.index - b.index)[0];
  if (last !== undefined) return { start: from + last.index, end: from + endOf(last), isQuoted: false };
  if (names.length > 0) return null;
  const lead = said.length - said.trimStart().length;
  return { start: from + lead, end: from + said.trimEnd().length, isQuoted: false };
}

/** A list of labels: in JSON, or below a line such as `Labels:`. */
const listStart = new RegExp(
  `"(?:${[...answerKeys].join("|")})"\\s*:\\s*(?=\\[)|^[^\\w\\n]*(?:final\\s+)?labels?[^\\w\\n]*$`,
  "gim",
);

/** Where an answer of several labels begins, behind whatever thoughts: the last place at which a list of labels does. */
export function labelsStart(text: string): number {
  const { start: from, end } = answerPlace(text);
  const last = [...text.slice(from, end).matchAll(listStart)].at(-1);
  return last === undefined ? from : from + endOf(last);
}

function endOf(match: RegExpExecArray): number {
  return match.index + match[0].length;
}

/** A name as whole words, whatever stands between its words; a name without words as it is written. */
function mention(name: string): RegExp {
  const words = wordsOf(name);
  const asWritten = escaped(name.trim());
  const asWords = words.length === 0 ? asWritten : words.map(wordPattern).join("[^\\p{L}\\p{N}]*");
  const either = `(?:${asWritten}|${asWords})`;
  // A number is no part of a longer one, nor of the same with another sign.
  const [before, behind] = [
    /^[-+.\d]/.test(words[0] ?? "") ? "|[-−+.,]" : "",
    /\d$/.test(words.at(-1) ?? "") ? "|[.,]\\p{N}" : "",
  ];
  return new RegExp(unspacedSign.test(name) ? either : `(?<![\\p{L}\\p{N}]${before})${either}(?![\\p{L}\\p{N}]${behind})`, "giu");
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}
