/** @file What a wording of a finding is. */
import type { Finding, FindingOf } from "../findings/findings.js";

/** Where a finding stands in the advice. */
export type Role = "reason" | "caution" | "change";

/** Something to do, and the command that does it, where there is one. `FILE` stands for the user's data, `RUN` for the run's folder. */
export interface NextStep {
  readonly text: string;
  readonly command?: string;
}

/** How one kind of finding is said. */
export interface Wording<Kind extends Finding["kind"]> {
  readonly role: Role;
  /** A few words, for a list or a table. */
  readonly title: (finding: FindingOf<Kind>) => string;
  /** For people: a sentence or two that stand on their own. */
  readonly sentence: (finding: FindingOf<Kind>) => string;
  /** What to do about it. */
  readonly steps?: (finding: FindingOf<Kind>) => readonly NextStep[];
}

/** Wordings of some kinds of findings: all of one idea. */
export type WordingsOf<Kinds extends Finding["kind"]> = { readonly [Kind in Kinds]: Wording<Kind> };
