/**
 * @file What the rules can find, as data. A finding carries names and numbers, never prose: `words/` says each kind in words,
 * once for every renderer, and does not compile while a kind is missing.
 */
import type { AnswerFinding } from "./answers.js";
import type { BaselineFinding } from "./baselines.js";
import type { BothTogetherFinding } from "./both-together.js";
import type { ChangeFinding } from "./changes.js";
import type { DistillationFinding } from "./distillation.js";
import type { LearningFinding } from "./learning.js";
import type { NoiseFinding } from "./noise.js";
import type { RunningFinding } from "./running.js";
import type { SelectionFinding } from "./selection.js";
import type { TestRowsFinding } from "./test-rows.js";
import type { UnmeasuredFinding } from "./unmeasured.js";
import type { VerdictFinding } from "./verdict.js";

/** Everything that a rule can find, told apart by `kind`. Every number in it was measured or follows from what was. */
export type Finding =
  | AnswerFinding
  | BaselineFinding
  | BothTogetherFinding
  | ChangeFinding
  | DistillationFinding
  | LearningFinding
  | NoiseFinding
  | RunningFinding
  | SelectionFinding
  | TestRowsFinding
  | UnmeasuredFinding
  | VerdictFinding;

/** One kind of finding. */
export type FindingOf<Kind extends Finding["kind"]> = Extract<Finding, { readonly kind: Kind }>;
