/**
 * @file What a model said → a label, or nothing. There is no half credit: where several labels stand in an answer, or none, it is
 * unparseable. In this order: JSON; equality; the one label found as a whole word; a last line `Label: …`.
 */

/** Other names of labels: label → the names by which it may be called. */
export type Aliases = Readonly<Record<string, readonly string[]>>;

/** The labels that were named: exactly one, or several (also none) of a multi-label answer. */
export type ParsedAnswer = { readonly answer: readonly string[] } | { readonly failure: "unparseable" };

const unparseable: ParsedAnswer = { failure: "unparseable" };

/** Reads one label from an answer. `text` is untrusted; whatever it holds, the result is one of `labels` or a failure. */
export function parseAnswer(text: string, labels: readonly string[], aliases: Aliases = {}): ParsedAnswer {
  const names = namesOf(labels, aliases);
  const said = withoutThoughts(text);
  const json = readJson(said);
  if (json !== undefined) {
    const values = labelValues(json);
    if (values.length === 1) return single(findEqual(values[0]!, names) ?? findMentioned(values[0]!, names));
    // Numbers and words that happen to be JSON ("3", "null") are texts like any other.
    if (typeof json === "object" && json !== null) return unparseable;
  }
  return single(findEqual(said, names) ?? findMentioned(said, names) ?? findOnLastLine(said, names));
}

/**
 * Reads any number of labels: a JSON list, or one label a line (also with list marks, or separated by commas or `|`). The
 * answer is unparseable where any part of it is no label. `none`, or an empty list, is the answer "no label".
 */
export function parseAnswers(text: string, labels: readonly string[], aliases: Aliases = {}): ParsedAnswer {
  const names = namesOf(labels, aliases);
  const said = withoutThoughts(text);
  const json = readJson(said);
  const isJson = typeof json === "object" && json !== null;
  const parts = isJson ? labelValues(json) : linesOf(said);
  if (!isJson && parts.length === 0) return unparseable;
  const found =
    allEqual(parts, names) ??
    (isJson
      ? undefined
      : allEqual(
          parts.flatMap((part) => part.split(/[,|;]/)),
          names,
        ));
  if (found !== undefined) return { answer: labels.filter((label) => found.has(label)) };
  const isNone =
    parts.length === 0 || (parts.length === 1 && ["none", "no label", "none apply"].includes(wordsOf(parts[0]!).join(" ")));
  return isNone ? { answer: [] } : unparseable;
}

interface Name {
  readonly label: string;
  readonly name: string;
  readonly words: readonly string[];
}

function namesOf(labels: readonly string[], aliases: Aliases): Name[] {
  return labels.flatMap((label) =>
    [label, ...(Object.hasOwn(aliases, label) ? aliases[label]! : [])].map((name) => ({ label, name, words: wordsOf(name) })),
  );
}

/** A label, `undefined` where nothing was found, `null` where several were. */
type Found = string | null | undefined;

function single(found: Found): ParsedAnswer {
  return typeof found === "string" ? { answer: [found] } : unparseable;
}

/** Case, width and compatibility forms do not matter. */
function fold(text: string): string {
  return text.normalize("NFKC").toLowerCase().normalize("NFKC").trim();
}

/**
 * Words: letters and digits. In scripts that are written without spaces each sign counts as a word, so that a label can be found
 * between others.
 */
const word =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]\p{M}*|(?:(?![\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}])[\p{L}\p{N}\p{M}])+/gu;

function wordsOf(text: string): string[] {
  return fold(text).match(word) ?? [];
}

/** From exact to coarse. The first way of looking that finds anything decides, so that "C" and "C++" or "ham" and "Ham" can be told apart. */
const forms: readonly ((text: string) => string)[] = [
  (text) => text.trim(),
  fold,
  // Quotes, emphasis and a final full stop around a label.
  (text) => fold(text).replace(/^[\p{P}\s]+|[\p{P}\s]+$/gu, ""),
  (text) => wordsOf(text).join(" "),
];

function findEqual(text: string, names: readonly Name[]): Found {
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
function findMentioned(text: string, names: readonly Name[]): Found {
  const { words, clauses } = clausedWords(text);
  const spans = names.flatMap(({ label, words: wanted }) =>
    occurrences(words, wanted).map((start) => ({ label, start, end: start + wanted.length })),
  );
  const isLoop = names.some(
    ({ words: wanted }) => words.length > wanted.length && words.every((said, i) => said === wanted[i % wanted.length]),
  );
  if (isLoop) return null;
  const labels = new Set<string>();
  for (const { label, start, end } of spans) {
    const isInside = spans.some((other) => other.start <= start && other.end >= end && other.end - other.start > end - start);
    if (!isInside && !isNegated(words, clauses, start)) labels.add(label);
  }
  if (labels.size === 0) return undefined;
  return labels.size === 1 ? [...labels][0] : null;
}

/** The words of a text, and for each the number of its clause. */
function clausedWords(text: string): { readonly words: string[]; readonly clauses: number[] } {
  const folded = fold(text);
  const words: string[] = [];
  const clauses: number[] = [];
  let end = 0;
  let clause = 0;
  for (const match of folded.matchAll(word)) {
    if (/[.,;:!?\n]/.test(folded.slice(end, match.index))) clause++;
    words.push(match[0]);
    clauses.push(clause);
    end = match.index + match[0].length;
  }
  return { words, clauses };
}

function occurrences(words: readonly string[], wanted: readonly string[]): number[] {
  if (wanted.length === 0) return [];
  const starts: number[] = [];
  for (let i = 0; i + wanted.length <= words.length; i++) if (wanted.every((part, j) => words[i + j] === part)) starts.push(i);
  return starts;
}

function isNegated(words: readonly string[], clauses: readonly number[], before: number): boolean {
  return words.some(
    (said, i) =>
      i < before && clauses[i] === clauses[before] && negations.has(said) && (!contracted.has(said) || words[i + 1] === "t"),
  );
}

/** The label on a last line such as `Label: spam` or `**Final answer:** spam`, after whatever thoughts. */
function findOnLastLine(text: string, names: readonly Name[]): Found {
  const last = linesOf(text).at(-1) ?? "";
  const match = /^[\p{P}\s]*(?:final\s+)?(?:label|answer|category|class|classification|intent)[\p{P}\s]*[:=][*_\s]*(.+)$/iu.exec(
    last,
  );
  return match === null ? undefined : (findEqual(match[1]!, names) ?? findMentioned(match[1]!, names));
}

/** Reasoning models behind plain servers say their thoughts aloud, in tags. */
export function withoutThoughts(text: string): string {
  return text.replace(/^\s*<think>[\s\S]*?<\/think>/i, "").trim();
}

function linesOf(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.replace(/^\s*(?:[-*•]|\d+[.)])\s+/, "").trim())
    .filter((line) => line !== "");
}

/** The value of a text that is JSON as a whole, also within a code fence. `undefined` where it is none. */
export function readJson(text: string): unknown {
  const fenced = /^```[a-z]*\s*([\s\S]*?)\s*```$/i.exec(text);
  try {
    return JSON.parse(fenced?.[1] ?? text);
  } catch {
    return undefined;
  }
}

const keys: ReadonlySet<string> = new Set(["label", "labels", "answer", "answers", "category", "class", "intent", "result"]);

/** What stands in a JSON answer where labels are expected. */
function labelValues(json: unknown): string[] {
  if (typeof json === "string" || typeof json === "number" || typeof json === "boolean") return [String(json)];
  if (Array.isArray(json)) return json.flatMap(labelValues);
  if (typeof json !== "object" || json === null) return [];
  const entries = Object.entries(json);
  const named = entries.filter(([key]) => keys.has(key.toLowerCase()));
  const chosen = named.length > 0 ? named : entries.length === 1 ? entries : [];
  return chosen.flatMap(([, value]) =>
    typeof value === "object" && value !== null && !Array.isArray(value) ? [] : labelValues(value),
  );
}

/** The labels that the parts name, each by equality; `undefined` where a part names none or several. */
function allEqual(parts: readonly string[], names: readonly Name[]): ReadonlySet<string> | undefined {
  const labels = new Set<string>();
  for (const part of parts) {
    const label = findEqual(part, names);
    if (typeof label !== "string") return undefined;
    labels.add(label);
  }
  return parts.length === 0 ? undefined : labels;
}
