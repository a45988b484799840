/** @file Labels by the names that an answer may call them, and how they are found in what was said. */

import { endsNegated, isDoubted } from "./negation.js";

/** Other names of labels: label → the names by which it may be called. */
export type Aliases = Readonly<Record<string, readonly string[]>>;

/** One name of a label. */
export interface LabelName {
  readonly label: string;
  readonly name: string;
  readonly words: readonly string[];
  /** The name as `findEqual` looks at it, from exact to coarse; each made when it is first needed. */
  readonly forms: (string | undefined)[];
}

/** A label, `undefined` where nothing was found, `null` where several were. */
export type Found = string | null | undefined;

interface KnownNames {
  readonly aliases: Aliases;
  readonly descriptions: Readonly<Record<string, string>>;
  readonly names: readonly LabelName[];
}

/** The last ones made of each list of labels: thousands of answers are read with the same. */
const known = new WeakMap<readonly string[], KnownNames>();

/** All names of the labels: themselves, their aliases, and themselves with their description behind, as a prompt lists them. */
export function labelNames(
  labels: readonly string[],
  aliases: Aliases,
  descriptions: Readonly<Record<string, string>>,
): readonly LabelName[] {
  const before = known.get(labels);
  if (before?.aliases === aliases && before.descriptions === descriptions) return before.names;
  const names = labels.flatMap((label) => {
    const others = Object.hasOwn(aliases, label) ? aliases[label]! : [];
    const listed = Object.hasOwn(descriptions, label) ? [`${label}: ${descriptions[label]}`] : [];
    return [label, ...others, ...listed].map((name) => ({ label, name, words: wordsOf(name), forms: [] }));
  });
  known.set(labels, { aliases, descriptions, names });
  return names;
}

/** Case, width and compatibility forms do not matter. */
function fold(text: string): string {
  return text.normalize("NFKC").toLowerCase().normalize("NFKC").trim();
}

/** Signs of scripts that are written without spaces between words. */
export const unspacedSign = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u;

/** Every dash that stands for a minus somewhere. */
const minus = "\\-−‐‑‒–—﹣－";

/**
 * Words: letters and digits, and numbers with their sign and their decimals, so that "-1" is never "1", nor "0.5" "5". In scripts that are
 * written without spaces each sign counts as a word, so that a label can be found between others.
 */
const word = new RegExp(
  `${unspacedSign.source}\\p{M}*|` +
    `(?:(?<![\\p{L}\\p{N}\\p{M}])[+${minus}](?=\\.?\\p{Nd}))?(?:(?<![\\p{L}\\p{N}\\p{M}.])\\.(?=\\p{Nd}))?` +
    `(?:(?!${unspacedSign.source})[\\p{L}\\p{N}\\p{M}]|(?<=\\p{Nd})[.,](?=\\p{Nd}))+`,
  "gu",
);

const leadingMinus = new RegExp(`^[${minus}]`, "u");

/** The words of a text, folded. */
export function wordsOf(text: string): string[] {
  return saidWords(text).map(({ folded }) => folded);
}

/** The source of a pattern for a word of `wordsOf`, as it may be written. */
export function wordPattern(word: string): string {
  const escaped = word.replace(/[.+]/g, "\\$&");
  return leadingMinus.test(word) ? `[${minus}]${escaped.slice(1)}` : escaped;
}

/** A number as it is written shortest: 1 for "+1" and "1.0", which a table may have for what an answer writes 1. Other words as they are. */
function shortest(word: string): string {
  const number = /^([+-]?)0*(\d*)(?:\.(\d*?)0*)?$/.exec(word);
  if (number === null || !/\d/.test(word)) return word;
  const [, sign, whole, decimals = ""] = number;
  const size = `${whole === "" ? "0" : whole}${decimals === "" ? "" : `.${decimals}`}`;
  return sign === "-" && size !== "0" ? `-${size}` : size;
}

/** Quotes, emphasis and a full stop around a label, but not the sign of a number. */
const around = new RegExp(`^(?:(?![${minus}]\\d|\\.\\d)[\\p{P}\\s])+|[\\p{P}\\s]+$`, "gu");

/** From exact to coarse. The first way of looking that finds anything decides, so that "C" and "C++" or "ham" and "Ham" can be told apart. */
const forms: readonly ((text: string) => string)[] = [
  (text) => text.trim(),
  fold,
  (text) => fold(text).replace(around, ""),
  (text) => wordsOf(text).join(" "),
  (text) => wordsOf(text).map(shortest).join(" "),
];

/** The label that a text is a name of. A label itself goes before another name of another label. */
export function findEqual(text: string, names: readonly LabelName[]): Found {
  if (names.some(({ label, name }) => name === text && label === text)) return text;
  for (const [i, form] of forms.entries()) {
    const wanted = form(text);
    if (wanted === "") continue;
    const labels = new Set(names.filter((one) => formOf(one, i) === wanted).map(({ label }) => label));
    if (labels.size > 0) return labels.size > 1 || isSignUnclear(text, names) ? null : [...labels][0];
  }
  return undefined;
}

function formOf({ name, forms: made }: LabelName, i: number): string {
  made[i] ??= forms[i]!(name);
  return made[i];
}

/** A dash before a number is the mark of a list, or a minus: where the label of either sign is there, nobody can tell. */
function isSignUnclear(text: string, names: readonly LabelName[]): boolean {
  return saidWords(text).some((said) => isBothSigns(said, names));
}

function isBothSigns({ folded, isAfterDash }: SaidWord, names: readonly LabelName[]): boolean {
  if (!isAfterDash) return false;
  const negative = `-${shortest(folded)}`;
  return names.some(({ words }) => words.length === 1 && shortest(words[0]!) === negative);
}

/** So often may a label be said with nothing between: more is the output of a model that has lost its way. */
const mostRepetitions = 2;

/**
 * The one label that the text mentions as whole words. A mention inside a longer one ("card" in "card arrival") does not count,
 * nor one that is denied where it stands ("this is not spam"): what is meant instead is not said. A label over and over with
 * nothing between is no answer.
 */
export function findMentioned(text: string, names: readonly LabelName[]): Found {
  const said = saidWords(text);
  const words = said.map(({ folded }) => folded);
  const isLoop = names.some(
    ({ words: wanted }) =>
      words.length > mostRepetitions * wanted.length && words.every((one, i) => one === wanted[i % wanted.length]),
  );
  if (isLoop) return null;
  const labels = new Set<string>();
  let isSure = false;
  const normal = text.normalize("NFKC");
  for (const { label, name, start, end } of mentions(text, said, names)) {
    const last = said[end - 1]!;
    const [before, behind] = [normal.slice(0, said[start]!.at), normal.slice(last.at + last.written.length)];
    if (endsNegated(before)) continue;
    if (isDoubted(before, behind)) return null;
    if (isBothSigns(said[start]!, names)) return null;
    labels.add(label);
    isSure ||= !((isLetter(name) && said[start]!.isArticle) || (isNo(name) && said[start]!.isDeterminer));
  }
  if (labels.size === 0) return undefined;
  return labels.size === 1 && isSure ? [...labels][0] : null;
}

/** Words that may stand between labels and say nothing. */
const fillers: ReadonlySet<string> = new Set([
  ..."and both also plus as well the this these that text message label labels answer answers category categories class".split(
    " ",
  ),
  ..."classes tag tags topic topics intent intents is are final following applicable apply applies which my".split(" "),
]);

/** The labels of a text that says nothing but their names; `undefined` where it says anything else. */
export function findListed(text: string, names: readonly LabelName[]): ReadonlySet<string> | undefined {
  const said = saidWords(text);
  const spans = mentions(text, said, names);
  const isCovered = (i: number): boolean => spans.some(({ start, end }) => start <= i && i < end);
  if (spans.length === 0 || !said.every(({ folded }, i) => fillers.has(folded) || isCovered(i))) return undefined;
  const labels = new Map<string, Set<string>>();
  for (const { start, end, label } of spans) {
    const place = `${start} ${end}`;
    labels.set(place, (labels.get(place) ?? new Set()).add(label));
  }
  // Two labels by one name.
  if ([...labels.values()].some((meant) => meant.size > 1) || said.some((one) => isBothSigns(one, names))) return undefined;
  return new Set([...labels.values()].flatMap((meant) => [...meant]));
}

interface Mention {
  readonly label: string;
  readonly name: string;
  /** Words [start, end). */
  readonly start: number;
  readonly end: number;
}

/** Where the names stand in a text, none within a longer one; of names with the same words, those that are written as the text is. */
function mentions(text: string, said: readonly SaidWord[], names: readonly LabelName[]): Mention[] {
  const spans = spansOf(said, names);
  const outer = spans.filter(
    ({ start, end }) => !spans.some((other) => other.start <= start && other.end >= end && other.end - other.start > end - start),
  );
  const normal = text.normalize("NFKC");
  return outer.filter((span) => {
    const rivals = outer.filter((other) => other.start === span.start && other.end === span.end && other.label !== span.label);
    if (rivals.length === 0) return true;
    const own = writtenLength(span.name, said[span.start]!, normal);
    const others = [span, ...rivals].map((other) => writtenLength(other.name, said[other.start]!, normal));
    return own === Math.max(...others);
  });
}

function spansOf(said: readonly SaidWord[], names: readonly LabelName[]): Mention[] {
  const words = said.map(({ folded }) => shortest(folded));
  return names.flatMap(({ label, name, words: wanted }) =>
    occurrences(words, wanted.map(shortest))
      .filter((start) => !isLetter(name) || said[start]!.written === name.trim())
      .map((start) => ({ label, name, start, end: start + wanted.length })),
  );
}

/** How many characters of a name stand in the text as it is written, "++" and "%" included; 0 where they are not all there. */
function writtenLength(name: string, { at }: SaidWord, normal: string): number {
  const written = name.normalize("NFKC").trim();
  const from = at - (saidWords(written)[0]?.at ?? 0);
  return fold(normal.slice(Math.max(0, from), from + written.length)) === fold(written) ? written.length : 0;
}

/** A name of one Latin letter: in a text it counts only as it is written, and "A" and "I" before a word may be words themselves. */
function isLetter(name: string): boolean {
  return /^[a-z]$/i.test(name.trim());
}

/** The label "no", which before a noun is another word: "no label fits". */
function isNo(name: string): boolean {
  return /^no$/i.test(name.trim());
}

interface SaidWord {
  readonly folded: string;
  readonly written: string;
  /** Its first character's place in the text in NFKC. */
  readonly at: number;
  /** "A" or "I" with another word behind it. */
  readonly isArticle: boolean;
  /** "No" with another word behind it that it can belong to. */
  readonly isDeterminer: boolean;
  /** A number with a dash and a space before it. */
  readonly isAfterDash: boolean;
}

const dashBefore = new RegExp(`[${minus}]\\s+$`, "u");

function saidWords(text: string): SaidWord[] {
  const normal = text.normalize("NFKC");
  const words: SaidWord[] = [];
  let end = 0;
  for (const match of normal.matchAll(word)) {
    const between = normal.slice(end, match.index);
    end = match.index + match[0].length;
    const isArticle = /^[ai]$/i.test(match[0]) && /^\s\p{L}/u.test(normal.slice(end, end + 3));
    const isDeterminer =
      /^no$/i.test(match[0]) &&
      /^\s\p{L}/u.test(normal.slice(end, end + 3)) &&
      !/^\s(?:because|since|as|and|but|given|for|with)\b/i.test(normal.slice(end, end + 10)) &&
      !/\b(?:is|be|label|answer|class|category|say)\W+$/i.test(
        between === "" ? "" : normal.slice(Math.max(0, match.index - 12), match.index),
      );
    const isNumber = /^\d/.test(match[0]);
    // "Minus one" in words, but for the digit.
    const isNegative = isNumber && /(?:^|\W)(?:minus|negative) $/i.test(normal.slice(Math.max(0, match.index - 10), match.index));
    const folded = fold(match[0]).replace(leadingMinus, "-");
    if (isNegative) words.pop();
    words.push({
      folded: isNegative ? `-${folded}` : folded,
      written: match[0],
      at: match.index,
      isArticle,
      isDeterminer,
      isAfterDash: isNumber && dashBefore.test(between),
    });
  }
  return words;
}

function occurrences(words: readonly string[], wanted: readonly string[]): number[] {
  if (wanted.length === 0) return [];
  const starts: number[] = [];
  for (let i = 0; i + wanted.length <= words.length; i++) if (wanted.every((part, j) => words[i + j] === part)) starts.push(i);
  return starts;
}
