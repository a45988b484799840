/** @file Labels by the names that an answer may call them, and how they are found in what was said. */

/** Other names of labels: label → the names by which it may be called. */
export type Aliases = Readonly<Record<string, readonly string[]>>;

/** One name of a label. */
export interface LabelName {
  readonly label: string;
  readonly name: string;
  readonly words: readonly string[];
}

/** A label, `undefined` where nothing was found, `null` where several were. */
export type Found = string | null | undefined;

/** All names of the labels: themselves, their aliases, and themselves with their description behind, as a prompt lists them. */
export function labelNames(
  labels: readonly string[],
  aliases: Aliases,
  descriptions: Readonly<Record<string, string>>,
): LabelName[] {
  return labels.flatMap((label) => {
    const others = Object.hasOwn(aliases, label) ? aliases[label]! : [];
    const listed = Object.hasOwn(descriptions, label) ? [`${label}: ${descriptions[label]}`] : [];
    return [label, ...others, ...listed].map((name) => ({ label, name, words: wordsOf(name) }));
  });
}

/** Case, width and compatibility forms do not matter. */
function fold(text: string): string {
  return text.normalize("NFKC").toLowerCase().normalize("NFKC").trim();
}

/** Signs of scripts that are written without spaces between words. */
export const unspacedSign = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u;

/**
 * Words: letters and digits. In scripts that are written without spaces each sign counts as a word, so that a label can be found
 * between others.
 */
const word = new RegExp(`${unspacedSign.source}\\p{M}*|(?:(?!${unspacedSign.source})[\\p{L}\\p{N}\\p{M}])+`, "gu");

/** The words of a text, folded. */
export function wordsOf(text: string): string[] {
  return fold(text).match(word) ?? [];
}

/** From exact to coarse. The first way of looking that finds anything decides, so that "C" and "C++" or "ham" and "Ham" can be told apart. */
const forms: readonly ((text: string) => string)[] = [
  (text) => text.trim(),
  fold,
  // Quotes, emphasis and a final full stop around a label.
  (text) => fold(text).replace(/^[\p{P}\s]+|[\p{P}\s]+$/gu, ""),
  (text) => wordsOf(text).join(" "),
  // A table of numbers may write 1.0 for what an answer writes 1.
  (text) => (/^[+-]?\d+(?:\.\d+)?$/.test(text.trim()) ? String(Number(text)) : ""),
];

/** The label that a text is a name of. */
export function findEqual(text: string, names: readonly LabelName[]): Found {
  for (const form of forms) {
    const wanted = form(text);
    if (wanted === "") continue;
    const labels = new Set(names.filter(({ name }) => form(name) === wanted).map(({ label }) => label));
    if (labels.size > 0) return labels.size === 1 ? [...labels][0] : null;
  }
  return undefined;
}

const negations: ReadonlySet<string> = new Set([
  "not",
  "no",
  "never",
  "neither",
  "nor",
  "cannot",
  "without",
  "isn",
  "aren",
  "wasn",
  "doesn",
  "don",
  "can",
  "couldn",
  "won",
]);
/** "can", "won" and "don" negate only as "can't", "won't" and "don't". */
const contracted: ReadonlySet<string> = new Set(["can", "won", "don"]);

/**
 * The one label that the text mentions as whole words. A mention inside a longer one ("card" in "card arrival") does not count,
 * nor one that is negated in its clause ("this is not spam"): what is meant instead is not said. A label over and over with
 * nothing between is the output of a model that has lost its way, and no answer.
 */
export function findMentioned(text: string, names: readonly LabelName[]): Found {
  const said = saidWords(text);
  const words = said.map(({ folded }) => folded);
  const isLoop = names.some(
    ({ words: wanted }) => words.length > wanted.length && words.every((one, i) => one === wanted[i % wanted.length]),
  );
  if (isLoop) return null;
  const spans = names.flatMap(({ label, name, words: wanted }) =>
    occurrences(words, wanted)
      .filter((start) => !isLetter(name) || said[start]!.written === name.trim())
      .map((start) => ({ label, name, start, end: start + wanted.length })),
  );
  const labels = new Set<string>();
  let isSure = false;
  for (const { label, name, start, end } of spans) {
    const isInside = spans.some((other) => other.start <= start && other.end >= end && other.end - other.start > end - start);
    if (isInside || isNegated(said, start)) continue;
    labels.add(label);
    isSure ||= !(isLetter(name) && said[start]!.isArticle);
  }
  if (labels.size === 0) return undefined;
  return labels.size === 1 && isSure ? [...labels][0] : null;
}

/** A name of one Latin letter: in a text it counts only as it is written, and "A" and "I" before a word may be words themselves. */
function isLetter(name: string): boolean {
  return /^[a-z]$/i.test(name.trim());
}

interface SaidWord {
  readonly folded: string;
  readonly written: string;
  /** The number of its clause. */
  readonly clause: number;
  /** "A" or "I" with another word behind it. */
  readonly isArticle: boolean;
}

function saidWords(text: string): SaidWord[] {
  const normal = text.normalize("NFKC");
  const words: SaidWord[] = [];
  let end = 0;
  let clause = 0;
  for (const match of normal.matchAll(word)) {
    if (/[.,;:!?\n]/.test(normal.slice(end, match.index))) clause++;
    end = match.index + match[0].length;
    const isArticle = /^[ai]$/i.test(match[0]) && /^\s\p{L}/u.test(normal.slice(end, end + 3));
    words.push({ folded: fold(match[0]), written: match[0], clause, isArticle });
  }
  return words;
}

function occurrences(words: readonly string[], wanted: readonly string[]): number[] {
  if (wanted.length === 0) return [];
  const starts: number[] = [];
  for (let i = 0; i + wanted.length <= words.length; i++) if (wanted.every((part, j) => words[i + j] === part)) starts.push(i);
  return starts;
}

function isNegated(said: readonly SaidWord[], before: number): boolean {
  return said.some(
    ({ folded, clause }, i) =>
      i < before &&
      clause === said[before]!.clause &&
      negations.has(folded) &&
      (!contracted.has(folded) || said[i + 1]?.folded === "t"),
  );
}
