/** @file What the checks of a task's data count. */

import type { PersonalDataKind } from "./personal-data.js";

/** A row, for people to find it. */
export interface AuditRow {
  readonly id: string;
  readonly split: "train" | "test";
  /** `tickets.csv:41`; `null` where it is not known. */
  readonly place: string | null;
  readonly labels: readonly string[];
  /** The first 100 characters. Untrusted; absent where the check is about secrets. */
  readonly excerpt?: string;
}

/** Groups of rows with (nearly) the same text. */
export interface DuplicateSummary {
  readonly groups: number;
  /** Rows in all groups. */
  readonly rows: number;
  /** Groups with rows both of train and test. */
  readonly acrossSplits: number;
  /** Test rows in those groups. */
  readonly leakedTestRows: number;
  /** The first ten groups across splits, then the first ten others. */
  readonly examples: readonly (readonly AuditRow[])[];
}

export interface Quantiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

export interface LabelCount {
  readonly label: string;
  readonly train: number;
  readonly test: number;
}

export interface AuditSuspect extends AuditRow {
  readonly suggested: string;
  /** Probability of the given label minus that of the suggested one. */
  readonly margin: number;
}

/** What was counted. */
export interface AuditFacts {
  readonly name: string;
  readonly rows: { readonly train: number; readonly test: number };
  readonly isMultiLabel: boolean;
  readonly splitNote: string;
  /** Most frequent in train first. */
  readonly labels: readonly LabelCount[];
  /** Labels that most likely are one in several spellings: see `lookalikeLabels`. */
  readonly lookalikes: readonly (readonly string[])[];
  readonly exact: DuplicateSummary;
  /** Exact duplicates included. */
  readonly near: DuplicateSummary;
  /** Groups of (near) duplicates whose labels differ. */
  readonly conflicts: { readonly groups: number; readonly rows: number; readonly examples: readonly (readonly AuditRow[])[] };
  readonly characters: Quantiles;
  /** `null` without a tokenizer. */
  readonly tokens: (Quantiles & { readonly maxTokens: number | null; readonly truncated: number }) | null;
  readonly personalData: readonly {
    readonly kind: PersonalDataKind;
    readonly rows: number;
    readonly examples: readonly AuditRow[];
  }[];
  /** Most frequent first. */
  readonly languages: readonly { readonly language: string; readonly rows: number }[];
  /** What the model was trained on, and how many of the texts long enough to tell are plainly in such a language; `null` where that is not known. */
  readonly modelLanguages: { readonly names: readonly string[]; readonly texts: number; readonly plain: number } | null;
  /** Suspected label errors in train, the surest first; `null` without out-of-fold probabilities, or where rows have several labels. */
  readonly suspects: { readonly count: number; readonly examples: readonly AuditSuspect[] } | null;
  /** What the reader noticed. */
  readonly warnings: readonly string[];
}
