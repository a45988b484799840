/** @file What follows from an audit: one rule a finding. A rule looks at numbers that are already counted, and says what to do. */

import { formatCount, formatPercent, formatPlural } from "../../lib/text/format.js";
import type { AuditFacts, AuditRow } from "./audit-facts.js";
import { differInSpelling, withCodes } from "./lookalikes.js";
import type { PersonalDataKind } from "./personal-data.js";

/** `problem`: a measurement on this data would mislead. `warning`: worth a look before money is spent. `note`: good to know. */
export type Severity = "problem" | "warning" | "note";

export interface Finding {
  readonly about: FindingName;
  readonly severity: Severity;
  /** What is so, with its numbers. */
  readonly message: string;
  /** What to do about it; `null` where there is nothing to do. */
  readonly remedy: string | null;
  /** Where to look. Rows that belong together are a group of their own. */
  readonly examples: readonly (readonly AuditRow[])[];
}

/** Below these an approach cannot learn a label, and its F1 is not estimable (`methods.md`, section 9). */
const fewTrainRows = 8;
const fewTestRows = 20;

/** Fewer texts say nothing of the whole. */
const leastTextsToTell = 20;
/** English data sets had 64 % (spoken commands) to 92 % of their longer texts plainly in English, texts of other languages less than 1 %. */
const fewPlain = 0.4;

/** What a rule says; its name is added by the table. */
type Rule = (audit: AuditFacts) => Omit<Finding, "about"> | null;

const rules = {
  leaks: ({ exact, rows }) => {
    if (exact.leakedTestRows === 0) return null;
    const share = exact.leakedTestRows / rows.test;
    return {
      // Under one row in a hundred the score moves by less than the usual margin of a point.
      severity: share >= 0.01 ? "problem" : "warning",
      message: `${formatPlural(exact.leakedTestRows, "test row")} (${formatPercent(share)}) ${exact.leakedTestRows === 1 ? "has the text of a training row" : "have the texts of training rows"}.`,
      remedy: "Delete those training rows: scores on their texts are memory, not skill.",
      examples: exact.examples.filter(isAcross),
    };
  },
  nearLeaks: ({ exact, near, rows }) => {
    const leaked = near.leakedTestRows - exact.leakedTestRows;
    if (leaked <= 0) return null;
    return {
      severity: "warning",
      message: `${formatPlural(leaked, "test row")} (${formatPercent(leaked / rows.test)}) ${is(leaked)} nearly the same as training rows.`,
      remedy: "Scores may flatter what you will see on new texts. A split made here keeps such rows on one side.",
      examples: near.examples.filter(isAcross).filter((group) => !exact.examples.some((one) => one[0]!.id === group[0]!.id)),
    };
  },
  conflicts: ({ conflicts, isMultiLabel, rows }) => {
    if (conflicts.groups === 0) return null;
    const share = conflicts.rows / (rows.train + rows.test);
    return {
      severity: share >= 0.02 && !isMultiLabel ? "problem" : "warning",
      message: `${formatPlural(conflicts.groups, "group")} of (nearly) equal texts ${conflicts.groups === 1 ? "has" : "have"} different labels: ${formatPlural(conflicts.rows, "row")} (${formatPercent(share)}).`,
      remedy: "Decide which label is right, or what tells the labels apart: no approach can be right on both.",
      examples: conflicts.examples,
    };
  },
  lookalikes: ({ lookalikes }) => {
    if (lookalikes.length === 0) return null;
    const shown = lookalikes
      .slice(0, 5)
      .map((group) => group.map((label) => JSON.stringify(differInSpelling(group) ? label : withCodes(label))).join(" / "));
    return {
      severity: "problem",
      message: `Labels that ${lookalikes.every(differInSpelling) ? "differ only in case or spaces" : "look alike"}: ${shown.join("; ")}${lookalikes.length > 5 ? "; …" : ""}.`,
      remedy: "Write them alike if they mean the same; they are different labels until then.",
      examples: [],
    };
  },
  suspects: ({ suspects, rows }) => {
    if (suspects === null || suspects.count === 0) return null;
    return {
      severity: "warning",
      message: `${formatPlural(suspects.count, "training row")} (${formatPercent(suspects.count / rows.train)}) may have the wrong label.`,
      remedy: "Look through them, the surest first, and correct those that are wrong.",
      examples: suspects.examples.map((row) => [row]),
    };
  },
  untested: ({ labels, rows }) => {
    const none = labels.filter(({ test }) => test === 0);
    if (none.length === 0 || rows.test === 0) return null;
    return {
      severity: "warning",
      message: `${few(none.map(({ label }) => label))} ${none.length === 1 ? "has" : "have"} no test row: nothing will be known of ${none.length === 1 ? "it" : "them"}.`,
      remedy: "Add rows with these labels.",
      examples: [],
    };
  },
  smallTest: ({ labels }) => {
    const small = labels.filter(({ test }) => test > 0 && test < fewTestRows);
    if (small.length === 0) return null;
    return {
      severity: "warning",
      message: `${few(small.map(({ label, test }) => `${label} (${test})`))} ${small.length === 1 ? "has" : "have"} fewer than ${fewTestRows} test rows: ${small.length === 1 ? "its F1 is" : "their F1 are"} not estimable.`,
      remedy: "Read the scores of these labels as hints only, or add test rows.",
      examples: [],
    };
  },
  smallTrain: ({ labels }) => {
    const small = labels.filter(({ train }) => train < fewTrainRows);
    if (small.length === 0) return null;
    return {
      severity: "warning",
      message: `${few(small.map(({ label, train }) => `${label} (${train})`))} ${small.length === 1 ? "has" : "have"} fewer than ${fewTrainRows} training rows.`,
      remedy: "Add rows, or leave these labels to a prompt with good descriptions.",
      examples: [],
    };
  },
  personalData: ({ personalData }) => {
    const found = personalData.filter(({ rows }) => rows > 0);
    if (found.length === 0) return null;
    return {
      severity: "warning",
      message: `Personal data: ${found.map(({ kind, rows }) => `${kindNames[kind]} in ${formatPlural(rows, "row")}`).join(", ")}.`,
      remedy:
        "A prompted approach sends texts to a service: mask them first, or use a local model. Names and addresses were not looked for.",
      examples: found.map(({ examples }) => examples),
    };
  },
  truncation: ({ tokens, rows }) => {
    if (tokens === null || tokens.maxTokens === null || tokens.truncated === 0) return null;
    const share = tokens.truncated / (rows.train + rows.test);
    return {
      severity: share >= 0.05 ? "warning" : "note",
      message: `${formatPlural(tokens.truncated, "text")} (${formatPercent(share)}) ${is(tokens.truncated)} longer than the ${tokens.maxTokens} tokens that the model reads; the rest is cut off.`,
      remedy: "See that what decides the label comes first, or choose a model that reads more.",
      examples: [],
    };
  },
  duplicates: ({ near, exact }) => {
    if (near.groups === 0) return null;
    return {
      severity: "note",
      message: `${formatPlural(near.rows, "row")} ${is(near.rows)} near duplicates of others, in ${formatPlural(near.groups, "group")}; ${formatCount(exact.rows)} of them word for word.`,
      remedy: "They teach little and are counted more than once. A split made here keeps them on one side.",
      examples: near.examples.filter((group) => !isAcross(group)),
    };
  },
  modelLanguages: ({ modelLanguages, languages }) => {
    if (modelLanguages === null || modelLanguages.texts < leastTextsToTell) return null;
    const { names, texts, plain } = modelLanguages;
    if (plain >= texts * fewPlain) return null;
    const other = languages.find(({ language }) => language !== "unknown" && !names.includes(language));
    return {
      severity: "warning",
      message:
        `The model was trained on ${names.join(", ")}, and ${formatPercent(plain / texts)} of the longer texts are plainly in ${names.length === 1 ? "it" : "one of them"}` +
        `${other !== undefined && other.rows > plain ? ` (most that are plain: ${other.language})` : ""}.`,
      remedy: "Choose a multilingual encoder with --model, such as distilbert-base-multilingual-cased.",
      examples: [],
    };
  },
  languages: ({ languages, rows }) => {
    const known = languages.filter(({ language }) => language !== "unknown");
    const total = known.reduce((sum, { rows: one }) => sum + one, 0);
    const [first, ...others] = known.filter(({ rows: one }) => one >= total * 0.02);
    // Of short texts most stay unknown; a few recognized ones say nothing of the whole.
    if (first === undefined || others.length === 0 || total < (rows.train + rows.test) / 10) return null;
    return {
      severity: "note",
      message: `Several languages: ${[first, ...others].map(({ language, rows: one }) => `${language} ${formatPercent(one / total)}`).join(", ")} of the texts whose language is plain.`,
      remedy: "Choose a model that was trained on all of them.",
      examples: [],
    };
  },
} as const satisfies Readonly<Record<string, Rule>>;

/** What a finding is about. */
export type FindingName = keyof typeof rules;

const kindNames: Readonly<Record<PersonalDataKind, string>> = {
  email: "e-mail addresses",
  phone: "phone numbers",
  iban: "IBANs",
  card: "card numbers",
  ip: "IP addresses",
};

const gravity: Readonly<Record<Severity, number>> = { problem: 0, warning: 1, note: 2 };

/** Every finding that applies, the gravest first; equals in the order of the rules. */
export function auditFindings(audit: AuditFacts): Finding[] {
  const found = (Object.keys(rules) as FindingName[]).flatMap((about) => {
    const said = rules[about](audit);
    return said === null ? [] : [{ about, ...said }];
  });
  return found.sort((a, b) => gravity[a.severity] - gravity[b.severity]);
}

function isAcross(group: readonly AuditRow[]): boolean {
  return new Set(group.map(({ split }) => split)).size > 1;
}

function is(number: number): string {
  return number === 1 ? "is" : "are";
}

function few(names: readonly string[]): string {
  return `${names.slice(0, 8).join(", ")}${names.length > 8 ? ` and ${names.length - 8} more` : ""}`;
}
