/** @file How programs write several labels of one row: lists as text, objects, and labels joined by a sign. */

import { ExactNumber } from "../lib/exact-json.js";

/** A list that was written as text. */
export interface ListNotation {
  readonly labels: readonly string[];
  /** Whether every label stands in quotes, as no single label would. */
  readonly isQuoted: boolean;
}

const closing: Readonly<Record<string, string>> = { "[": "]", "(": ")", "{": "}" };

/**
 * The labels of a list as Python (`['a', 'b']`, also as tuple or set), JSON (`["a","b"]`), NumPy (`['a' 'b']`) or Postgres (`{a,"b c"}`)
 * writes it; `null` where a text is no such list.
 */
export function listNotation(text: string): ListNotation | null {
  const inside = /^(?:array|set|frozenset)\(([\s\S]*?)(?:,\s*dtype=[^)]*)?\)$/.exec(text.trim())?.[1] ?? text.trim();
  if (inside === "") return text.trim() === "set()" ? { labels: [], isQuoted: true } : null;
  if (closing[inside[0]!] !== inside.at(-1) || inside.length < 2) return null;
  const items = inside.slice(1, -1);
  const item = /\s*(?:'([^'\\]*(?:\\.[^'\\]*)*)'|"([^"\\]*(?:\\.[^"\\]*)*)"|([^'",;:[\](){}]+))\s*(,?)/suy;
  const labels: string[] = [];
  let isQuoted = true;
  while (items.slice(item.lastIndex).trim() !== "") {
    const match = item.exec(items);
    if (match === null) return null;
    const [, single, double, bare, comma] = match;
    const quoted = single ?? double;
    // Without a comma only what is in quotes has an end: NumPy's notation.
    if (quoted === undefined && (bare!.trim() === "" || (comma === "" && item.lastIndex < items.length))) return null;
    if (quoted === undefined) isQuoted = false;
    labels.push(
      quoted === undefined ? bare!.trim() : quoted.replace(/\\(.)/gsu, (_, sign: string) => ({ n: "\n", t: "\t" })[sign] ?? sign),
    );
  }
  return { labels, isQuoted };
}

/** What stands for "has this label", and for "has it not", in a column of its own; in lower case. */
const yes: ReadonlySet<string> = new Set(["1", "1.0", "true", "t", "yes", "y", "x", "on", "✓", "✔", "✗", "✘"]);
const no: ReadonlySet<string> = new Set([
  "",
  "0",
  "0.0",
  "false",
  "f",
  "no",
  "n",
  "off",
  "-",
  "nan",
  "null",
  "none",
  "na",
  "n/a",
]);

/** Whether a cell says that a row has the label of its column; `null` where it says something else. */
export function isTicked(cell: string): boolean | null {
  const word = cell.trim().toLowerCase();
  return yes.has(word) ? true : no.has(word) ? false : null;
}

/**
 * The labels in an object, where their meaning is plain: Label Studio's `{"choices": [...]}` and `{"taxonomy": [[...]]}`, a truth value for
 * each label (`{"toxic": 0, "rude": 1}`), a list of `{"label": …}` without places or scores, Argilla's list of
 * annotators who agree. `null` where it is none of them.
 */
export function labelsInObject(value: unknown): readonly string[] | null {
  if (Array.isArray(value)) return labelsInList(value);
  if (typeof value !== "object" || value === null) return null;
  const entries = Object.entries(value);
  const [[key, inner] = ["", undefined], ...others] = entries;
  if (others.length === 0 && Array.isArray(inner)) {
    if (key === "choices" && inner.every(isScalar)) return inner.map(String);
    if (key === "taxonomy" && inner.every(Array.isArray))
      return inner.map((path: readonly unknown[]) => path.map(String).join(" / "));
  }
  const ticked = entries.map(([, cell]) => (typeof cell === "string" ? null : isTicked(String(cell ?? "null"))));
  if (entries.length < 2 || ticked.includes(null)) return null;
  return entries.flatMap(([label], i) => (ticked[i] === true ? [label] : []));
}

function labelsInList(list: readonly unknown[]): readonly string[] | null {
  const answers = list.map((item) => (isAnnotation(item) ? String(item.value) : null));
  if (list.length > 0 && !answers.includes(null) && new Set(answers).size === 1) return [answers[0]!];
  const labels = list.map((item) => {
    if (typeof item !== "object" || item === null || !("label" in item) || !isScalar(item.label)) return null;
    return "start" in item || "end" in item || "score" in item ? null : String(item.label);
  });
  return labels.includes(null) ? null : (labels as string[]);
}

/** What Argilla writes for each annotator. */
function isAnnotation(item: unknown): item is { readonly value: string | number | boolean } {
  return typeof item === "object" && item !== null && "user_id" in item && "value" in item && isScalar(item.value);
}

function isScalar(value: unknown): boolean {
  return ["string", "number", "boolean"].includes(typeof value) || value instanceof ExactNumber;
}

/** Labels that seem to be several, and by what sign they are joined. */
export interface JoinedLabels {
  readonly separator: string;
  /** The most frequent first. */
  readonly labels: readonly string[];
}

/** Signs that hardly stand in a single label, and signs that join labels only where the parts are labels by themselves. */
const strong = [";", "|", "\n", ","];
const weak = ["/", "+", "&", "\t", " and ", " "];

/**
 * Labels that consist of other labels, by the sign that joins most of them; `null` where there are none. Also labels with a `;`, a bar, a
 * line break or a comma between short parts, though no part occurs alone: that is how exporters write several.
 */
export function joinedLabels(counts: ReadonlyMap<string, number>): JoinedLabels | null {
  const found = [...strong, ...weak].flatMap((separator) => {
    const parted = [...counts.keys()].flatMap((label) => {
      const parts = label.split(separator).map((part) => part.trim());
      return parts.length > 1 && parts.every(isShortName) && !isDecimal(label) ? [{ label, parts }] : [];
    });
    const isAlone = (part: string): boolean => counts.has(part);
    const uses = new Map<string, number>();
    for (const part of parted.flatMap(({ parts }) => [...new Set(parts)])) uses.set(part, (uses.get(part) ?? 0) + 1);
    const isShared = (part: string): boolean => uses.get(part)! > 1;
    const proven = parted.filter(({ parts }) => parts.every((part) => isAlone(part) || isShared(part)));
    // Words are shared by names of one thing, too.
    const hasProof = proven.some(
      ({ parts }) => parts.every(isAlone) || (separator !== " " && parts.some(isAlone) && proven.length > 1),
    );
    const joined = strong.includes(separator) ? parted : hasProof ? proven : [];
    return joined.length === 0 ? [] : [{ separator, labels: joined.map(({ label }) => label), proofs: proven.length }];
  });
  const best = found.sort((a, b) => b.proofs - a.proofs)[0];
  if (best === undefined) return null;
  return { separator: best.separator, labels: best.labels.sort((a, b) => counts.get(b)! - counts.get(a)!) };
}

function isShortName(part: string): boolean {
  return part !== "" && part.length <= 40 && part.split(/\s+/).length <= 4;
}

/** A number with a decimal comma is one label. */
function isDecimal(label: string): boolean {
  return /^\s*[-+]?\d+,\d+\s*$/.test(label);
}
