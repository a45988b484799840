/** @file The list of labels in a prompt, and what an instruction says of each. */

/** A label as a prompt names it. */
export interface ReadLabel {
  readonly name: string;
  /** Empty where there is none. */
  readonly description: string;
}

/** The labels, and the very words of the prompt in which they stood. */
export interface LabelList {
  readonly labels: readonly ReadLabel[];
  readonly source: string;
}

const item = /^[ \t]*(?:[-*•]|\d+[.)])[ \t]+(.+)$/;
const heading = /\b(labels?|categor(?:y|ies)|class(?:es)?|intents?|options?|topics?)\b.*:\s*$/i;
const longestName = 80;

/** The labels of a prompt: a list with marks, best one under a heading such as `Labels:`, or else names in a row after such a heading. */
export function readLabelList(prose: string): LabelList | null {
  const lists = markedLists(prose.split("\n"));
  const best = lists.find(({ isHeaded }) => isHeaded) ?? lists.sort((a, b) => b.lines.length - a.lines.length)[0];
  if (best !== undefined)
    return { labels: best.lines.map((line) => labelOf(item.exec(line)![1]!)), source: best.lines.join("\n") };
  const row = /\b(?:labels?|categories|classes|intents|options|one of)\b[^:\n]{0,60}:[ \t]*([^\n]+)/i.exec(prose);
  const names = (row?.[1] ?? "")
    .split(/\s*(?:[,|;]|\bor\b)\s*/)
    .map(bare)
    .filter((name) => name !== "");
  return names.length >= 2 && names.every((name) => name.length <= longestName)
    ? { labels: names.map((name) => ({ name, description: "" })), source: row![0] }
    : null;
}

function markedLists(lines: readonly string[]): { readonly isHeaded: boolean; readonly lines: string[] }[] {
  const lists: { isHeaded: boolean; lines: string[] }[] = [];
  for (let i = 0; i < lines.length; i++) {
    if (!item.test(lines[i]!)) continue;
    const start = i;
    while (i < lines.length && item.test(lines[i]!)) i++;
    if (i - start >= 2) lists.push({ isHeaded: heading.test(lines[start - 1] ?? ""), lines: lines.slice(start, i) });
  }
  return lists;
}

function labelOf(line: string): ReadLabel {
  const [, name, description] = /^(.{1,80}?)\s*(?::| [—–-])\s+(.+)$/.exec(line) ?? [];
  return name === undefined ? { name: bare(line), description: "" } : { name: bare(name), description: description!.trim() };
}

/** A name without quotes, emphasis and a final stop. */
function bare(name: string): string {
  return name.trim().replace(/^["'`*]+|["'`*.]+$/g, "");
}

/** A label's name as words: `refund_request` and `RefundRequest` are "refund request". */
export function wordsOfName(name: string): string {
  return name
    .replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2")
    .replace(/[_-]+/g, " ")
    .trim()
    .toLowerCase();
}

/**
 * What an instruction says of each label: of a sentence that names one label all of it, of one that names several what follows each name.
 * Sentences that name none say nothing that tells labels apart.
 */
export function clausesOf(instruction: string, names: readonly string[]): ReadonlyMap<string, string> {
  const clauses = new Map<string, string>();
  const forms = names.flatMap((name) => [...new Set([name, wordsOfName(name)])].map((form) => ({ name, form })));
  // The longest first: "card" is not meant where "card arrival" stands.
  forms.sort((a, b) => b.form.length - a.form.length);
  const byForm = new Map(forms.map(({ name, form }) => [form.toLowerCase(), name]));
  const mention = new RegExp(
    `(?<![\\p{L}\\p{N}_])(${forms.map(({ form }) => form.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")})(?![\\p{L}\\p{N}_])`,
    "giu",
  );
  for (const sentence of instruction.split(/\n|(?<=[.!?;])\s+/)) {
    // Short names are meant only as they are written: "A" is a label, "a" an article.
    const mentions = [...sentence.matchAll(mention)].filter(([said]) => said.length > 2 || names.includes(said));
    const named = new Set(mentions.map(([form]) => byForm.get(form.toLowerCase())!));
    for (const [i, match] of mentions.entries()) {
      const label = byForm.get(match[0].toLowerCase())!;
      const said =
        named.size === 1
          ? i === 0
            ? sentence.replaceAll(match[0], " ")
            : ""
          : sentence.slice(match.index + match[0].length, mentions[i + 1]?.index);
      const clause = said.replace(/^[\s\p{P}]+|[\s\p{P}]+$/gu, "").replace(/\s+/g, " ");
      if (/\p{L}{3}/u.test(clause)) clauses.set(label, `${clauses.has(label) ? `${clauses.get(label)}, ` : ""}${clause}`);
    }
  }
  return clauses;
}
