/** @file The checks of a task's data before anybody spends money on it. One plain value; `report/audit-text.ts` renders it. */

import { quantile } from "../../lib/quantile.js";
import type { Dataset, Task } from "../../types/data.js";
import type { ProgressEvent } from "../../types/events.js";
import { duplicatesAmong } from "../duplicates.js";
import { exactGroups } from "../near-duplicates.js";
import type { AuditFacts, AuditRow, DuplicateSummary, LabelCount, Quantiles } from "./audit-facts.js";
import { auditFindings, type Finding } from "./audit-findings.js";
import { suspectLabels } from "./label-errors.js";
import { isLongEnoughToTell, languageOf } from "./language.js";
import { lookalikeLabels } from "./lookalikes.js";
import { personalDataIn, personalDataKinds } from "./personal-data.js";

/** Everything the checks found. Plain JSON. */
export interface Audit extends AuditFacts {
  /** The findings, most serious first. */
  readonly findings: readonly Finding[];
}

export interface AuditOptions {
  /** Counts the tokens of each text, special tokens included, as the model does. */
  readonly countTokens?: (texts: readonly string[]) => readonly number[];
  /** The model's limit in tokens. */
  readonly maxTokens?: number;
  /** Languages that the model was trained on, by their English names. */
  readonly modelLanguages?: readonly string[];
  /** Whether to look for near duplicates, which takes most of the time; otherwise only equal texts count as duplicates. @default true */
  readonly hasNearDuplicates?: boolean;
  /** Receives progress. @default nobody */
  readonly log?: (event: ProgressEvent) => void;
  /** By training id: the probability of each label from a model that did not learn from the row. Rows without an entry are not judged. */
  readonly outOfFold?: ReadonlyMap<string, Readonly<Record<string, number>>>;
}

/** Rows and groups that are listed of each kind. All are counted. */
const examplesShown = 10;
const suspectsShown = 100;

/** Runs every check. Takes seconds for tens of thousands of texts, mostly for near duplicates and token counts. */
export function auditTask(task: Task, options: AuditOptions = {}): Audit {
  const rows = [...task.train.examples, ...task.test.examples];
  const splitOf = (i: number): AuditRow["split"] => (i < task.train.examples.length ? "train" : "test");
  const bare = (i: number): AuditRow => {
    const { id, labels, place } = rows[i]!;
    return { id, split: splitOf(i), place: place ?? null, labels };
  };
  const shown = (i: number): AuditRow => ({ ...bare(i), excerpt: excerptOf(rows[i]!.text) });
  const texts = rows.map(({ text }) => text);
  const groups = options.hasNearDuplicates === false ? exactGroups(texts) : duplicatesAmong(rows, options.log);
  const summary = (found: readonly (readonly number[])[]): DuplicateSummary => {
    const across = found.filter((group) => new Set(group.map(splitOf)).size > 1);
    const within = found.filter((group) => new Set(group.map(splitOf)).size === 1);
    return {
      groups: found.length,
      rows: found.reduce((sum, group) => sum + group.length, 0),
      acrossSplits: across.length,
      leakedTestRows: across.flat().filter((i) => splitOf(i) === "test").length,
      examples: [
        ...across.slice(0, examplesShown).map((group) => unlikeFirst(group, splitOf)),
        ...within.slice(0, examplesShown),
      ].map((group) => group.slice(0, examplesShown).map(shown)),
    };
  };
  const labelKey = (i: number): string => JSON.stringify([...rows[i]!.labels].sort());
  const conflicting = groups.near.filter((group) => new Set(group.map(labelKey)).size > 1);
  const tokens = options.countTokens === undefined ? null : tokenCounts(texts, options.countTokens, options.log);
  const maxTokens = options.maxTokens ?? null;
  const personal = texts.map(personalDataIn);
  const languages = new Map<string, number>();
  const languageOfRow = texts.map(languageOf);
  for (const language of languageOfRow) languages.set(language, (languages.get(language) ?? 0) + 1);
  const audit: AuditFacts = {
    name: task.train.name,
    rows: { train: task.train.examples.length, test: task.test.examples.length },
    isMultiLabel: task.train.isMultiLabel,
    splitNote: task.splitNote,
    labels: labelCounts(task),
    lookalikes: lookalikeLabels(task.train.labels),
    exact: summary(groups.exact),
    near: summary(groups.near),
    conflicts: {
      groups: conflicting.length,
      rows: conflicting.flat().length,
      examples: conflicting
        .slice(0, examplesShown)
        .map((group) => unlikeFirst(group, labelKey).slice(0, examplesShown).map(shown)),
    },
    characters: quantiles(Float64Array.from(texts, (text) => text.length)),
    tokens:
      tokens === null
        ? null
        : {
            ...quantiles(tokens),
            maxTokens,
            truncated: maxTokens === null ? 0 : tokens.filter((count) => count > maxTokens).length,
          },
    personalData: personalDataKinds.map((kind) => {
      const found = [...rows.keys()].filter((i) => personal[i]!.includes(kind));
      return { kind, rows: found.length, examples: found.slice(0, examplesShown).map(bare) };
    }),
    languages: [...languages].map(([language, count]) => ({ language, rows: count })).sort((a, b) => b.rows - a.rows),
    modelLanguages: options.modelLanguages === undefined ? null : inLanguages(options.modelLanguages, texts, languageOfRow),
    suspects: suspectsOf(task.train, options.outOfFold),
    warnings: task.warnings,
  };
  return { ...audit, findings: auditFindings(audit) };
}

const textsPerEvent = 8192;

function tokenCounts(
  texts: readonly string[],
  countTokens: NonNullable<AuditOptions["countTokens"]>,
  log: AuditOptions["log"] = () => {},
): Float64Array {
  const counts = new Float64Array(texts.length);
  for (let from = 0; from < texts.length; from += textsPerEvent) {
    log({ kind: "progress", phase: "counting-tokens", done: from, total: texts.length });
    counts.set(countTokens(texts.slice(from, from + textsPerEvent)), from);
  }
  log({ kind: "progress", phase: "counting-tokens", done: texts.length, total: texts.length });
  return counts;
}

function inLanguages(
  names: readonly string[],
  texts: readonly string[],
  languages: readonly string[],
): AuditFacts["modelLanguages"] {
  const long = [...texts.keys()].filter((i) => isLongEnoughToTell(texts[i]!));
  return { names, texts: long.length, plain: long.filter((i) => names.includes(languages[i]!)).length };
}

/** The first item of each kind, then the others: whoever sees only the start of a group sees what is unlike in it. */
function unlikeFirst(group: readonly number[], kindOf: (i: number) => string): number[] {
  const firsts = [...new Map([...group].reverse().map((i) => [kindOf(i), i])).values()].sort((a, b) => a - b);
  return [...firsts, ...group.filter((i) => !firsts.includes(i))];
}

function excerptOf(text: string): string {
  return text.slice(0, 100).replace(/\s+/g, " ").trim();
}

function quantiles(values: Float64Array): Quantiles {
  return { p50: quantile(values, 0.5), p95: quantile(values, 0.95), p99: quantile(values, 0.99), max: quantile(values, 1) };
}

function labelCounts({ train, test }: Task): LabelCount[] {
  const counted = new Map(train.labels.map((label) => [label, { train: 0, test: 0 }]));
  for (const split of ["train", "test"] as const) {
    for (const { labels } of (split === "train" ? train : test).examples)
      for (const label of labels) counted.get(label)![split]++;
  }
  return [...counted].map(([label, counts]) => ({ label, ...counts })).sort((a, b) => b.train - a.train);
}

function suspectsOf(train: Dataset, outOfFold: AuditOptions["outOfFold"]): AuditFacts["suspects"] {
  if (outOfFold === undefined || train.isMultiLabel) return null;
  const judged = train.examples.filter(({ id }) => outOfFold.has(id));
  const probabilities = judged.map(({ id }) => train.labels.map((label) => outOfFold.get(id)![label] ?? 0));
  const suspects = suspectLabels(
    train.labels,
    judged.map(({ labels }) => labels[0]!),
    probabilities,
  );
  return {
    count: suspects.length,
    examples: suspects.slice(0, suspectsShown).map(({ row, suggested, margin }) => {
      const { id, place, labels, text } = judged[row]!;
      return { id, split: "train", place: place ?? null, labels, excerpt: excerptOf(text), suggested, margin };
    }),
  };
}
