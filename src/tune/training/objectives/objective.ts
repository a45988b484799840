/**
 * @file What is learned from rows: which of them make an update, what a pass is fed besides tokens, how answers are scored. One row a
 * kind. An objective is plain data, since the loop may run in another thread; its rules are made there.
 */
import { labelRules } from "./label-objective.js";
import type { ObjectiveRules, RuleContext } from "./objective-rules.js";
import { type PairOptions, pairRules } from "./pairs-objective.js";
import { pairInputs } from "./similarity-loss.js";
import type { TargetOptions } from "./target-weights.js";

/** What each kind has to be told. */
interface ObjectiveOptions {
  /** Labels of single rows: cross-entropy, or binary cross-entropy where a row may have several. */
  readonly labels: TargetOptions;
  /** Which rows share a label: cross-entropy of finding those of a row's labels among all rows of its batch, by cosine. */
  readonly pairs: PairOptions;
}

type Kind = keyof ObjectiveOptions;

/** A kind, and what it has to be told. */
export type Objective<Of extends Kind = Kind> = { readonly [K in Of]: { readonly kind: K } & ObjectiveOptions[K] }[Of];

const rules: { readonly [K in Kind]: (objective: Objective<K>, context: RuleContext) => ObjectiveRules } = {
  labels: labelRules,
  pairs: pairRules,
};

/** Inputs of the loss that each kind feeds: neither weights nor tokens nor masks. */
export const targetInputs: { readonly [K in Kind]: readonly string[] } = {
  labels: ["targets"],
  pairs: Object.values(pairInputs),
};

/** The rules of an objective for some rows. */
export function rulesOf<K extends Kind>(objective: Objective<K>, context: RuleContext): ObjectiveRules {
  return rules[objective.kind](objective, context);
}
