/** @file What kinds are called: arms, failures, choices of rows, grounds of a choice. */

import type { Limit } from "../../compare/limits.js";
import type { Contrast } from "../../types/contrast.js";
import type { Criterion } from "../../types/criteria.js";
import type { Arm } from "../../types/identity.js";
import type { Failure } from "../../types/prediction.js";
import type { RowChoice, TieBreak } from "../findings/parts.js";

/** What the arms are called in a sentence. */
export const armNames: Readonly<Record<Arm, string>> = {
  tune: "fine-tuning",
  prompt: "prompting",
  hybrid: "a hybrid of both",
  baseline: "a baseline",
};

/** What a missing answer is called, by its reason. */
export const failureNames: Readonly<Record<Failure, string>> = {
  unparseable: "unparseable",
  refused: "refused",
  truncated: "cut off",
  missing: "missing from the recording",
  error: "failed for good",
  unasked: "not asked",
};

/** Why a row is missing, by its reason. */
export const missingNames: Readonly<Record<Failure, string>> = {
  ...failureNames,
  missing: "not in the recording",
  refused: "refused by the host's filter",
};

/** What other choices of rows are called as the title of a caution. */
export const readingTitles: Readonly<Record<RowChoice, string>> = {
  "missing-as-wrong": "It depends on the missing rows",
  "offered-labels": "It depends on labels never answered",
  "readable-answers": "It depends on answers that could not be read",
  "undisputed-answers": "It depends on rows that were answered twice",
};
/** What they are called in a sentence. */
export const readingNames: Readonly<Record<RowChoice, string>> = {
  "missing-as-wrong": "with the missing rows counted as wrong",
  "offered-labels": "without the labels that the LLM never answered",
  "readable-answers": "without the answers that could not be read",
  "undisputed-answers": "without the rows to which the recording has answers that differ",
};

/** A verdict on a pair, the first of which is named first. */
export const pairVerdicts: Readonly<Record<Contrast["verdict"], string>> = {
  "a-better": "the first is better",
  "b-better": "the second is better",
  equivalent: "the two are equivalent",
  undecided: "the difference is not settled",
};

/** What sets two approaches of equal quality apart, after "by its". */
export const tieBreakNames: Readonly<Record<TieBreak["by"], string>> = {
  price: "lower price",
  needs: "independence of any service",
  latency: "shorter latency",
  lead: "lead, which is real",
};

/** What a choice is weighed by, in a sentence. */
export const criterionNames: Readonly<Record<Criterion, string>> = {
  accuracy: "accuracy",
  cost: "cost",
  independence: "independence of any service",
  latency: "latency",
};

/** What a limit is about, after "your limits on". */
export const limitNames: Readonly<Record<Limit, string>> = {
  private: "where texts may go",
  latency: "latency",
  price: "price",
};
