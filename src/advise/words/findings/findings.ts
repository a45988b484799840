/** @file Every kind of finding in words, once for all renderers: a complete table, so that no renderer writes prose of its own. */
import type { Finding, FindingOf } from "../../findings/findings.js";
import type { NextStep, Role, Wording, WordingsOf } from "../wording.js";
import { answerWordings } from "./answers.js";
import { baselineWordings } from "./baselines.js";
import { bothTogetherWordings } from "./both-together.js";
import { changeWordings } from "./changes.js";
import { distillationWordings } from "./distillation.js";
import { learningWordings } from "./learning.js";
import { noiseWordings } from "./noise.js";
import { runningWordings } from "./running.js";
import { selectionWordings } from "./selection.js";
import { testRowsWordings } from "./test-rows.js";
import { unmeasuredWordings } from "./unmeasured.js";
import { verdictWordings } from "./verdict.js";

const wordings: WordingsOf<Finding["kind"]> = {
  ...verdictWordings,
  ...learningWordings,
  ...distillationWordings,
  ...runningWordings,
  ...bothTogetherWordings,
  ...baselineWordings,
  ...answerWordings,
  ...selectionWordings,
  ...testRowsWordings,
  ...noiseWordings,
  ...unmeasuredWordings,
  ...changeWordings,
};

/** What a finding is called, in a few words. */
export function titleOf<Kind extends Finding["kind"]>(finding: FindingOf<Kind>): string {
  return wordingOf(finding).title(finding);
}

/** A finding in a sentence or two. Names of labels and approaches stand in it as they are: the renderer escapes. */
export function sentenceOf<Kind extends Finding["kind"]>(finding: FindingOf<Kind>): string {
  return wordingOf(finding).sentence(finding);
}

/** Where a finding stands in the advice. */
export function roleOf(finding: Finding): Role {
  return wordings[finding.kind].role;
}

/** What to do about a finding. */
export function stepsOf<Kind extends Finding["kind"]>(finding: FindingOf<Kind>): readonly NextStep[] {
  return wordingOf(finding).steps?.(finding) ?? [];
}

/** Every kind of finding there is. */
export const findingKinds: readonly string[] = Object.keys(wordings);

function wordingOf<Kind extends Finding["kind"]>(finding: FindingOf<Kind>): Wording<Kind> {
  return wordings[finding.kind as Kind];
}
