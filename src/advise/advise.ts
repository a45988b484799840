/** @file From a comparison to advice, by rules: each looks at the numbers and reports what it finds; no weights are hidden. */
import type { Comparison } from "../types/comparison.js";
import { confidenceIn } from "./confidence.js";
import { type Decision, decide } from "./decision.js";
import type { Finding } from "./findings/findings.js";
import { guessingRival } from "./guessing-rival.js";
import { headlineOf } from "./headline.js";
import { isPerhapsChance, leadIsShown } from "./lookup.js";
import { disagreeingReadings } from "./other-readings.js";
import { answersDiffer, labelsNeverAnswered, missingRows, readingsDisagree, unanswered } from "./rules/answers.js";
import { aboveBaseline, baselineLeads } from "./rules/baselines.js";
import { breakEven, freeLabels, untoldPrices } from "./rules/break-even.js";
import { calibration } from "./rules/calibration.js";
import { bothTogether } from "./rules/cascade.js";
import { crossover } from "./rules/crossover.js";
import { dataWarnings } from "./rules/data-warnings.js";
import { undescribedLabels } from "./rules/descriptions.js";
import { distillation } from "./rules/distillation.js";
import { noBetterThanGuessing } from "./rules/guessing.js";
import { fewRowsOfLabels, notEstimable, rareLabelsMissed } from "./rules/labels.js";
import { missingArm } from "./rules/language-model.js";
import { latencyGap, latencyNotMeasured } from "./rules/latency.js";
import { moreLabels } from "./rules/more-labels.js";
import { limitsUnmeasured, neededOpen } from "./rules/needed.js";
import { needs } from "./rules/needs.js";
import { monthlyBill, price } from "./rules/price.js";
import { chanceNotExcluded, chosenByTest, metricsDisagree, notTopOnTest } from "./rules/selection.js";
import { flips, moreRows } from "./rules/sensitivity.js";
import { losesInSlices } from "./rules/slices.js";
import { fewGroups, sampledRows, smallTestSet } from "./rules/test-size.js";
import { failedApproaches, priceUnknown } from "./rules/unmeasured.js";
import { verdict } from "./rules/verdict.js";
import { verdictDependsOnLabels, wrongLabels } from "./rules/wrong-labels.js";
import { roleOf, stepsOf } from "./words/findings/findings.js";
import type { NextStep } from "./words/wording.js";

/** What to do, why, and what would change it. A plain value: every renderer is a function of it. */
export interface Advice {
  /** The approach to use; `null` if the evidence does not suffice for a choice. */
  readonly choice: string | null;
  /**
   * `shown`: by the whole interval. `not-worse`: by more than the margin, and ahead in price or use. `asked-for`: by the user's limits or weights, whatever the
   * scores say. `no-llm`: no language model was measured, so the question is open. `none`: nothing that was measured is good enough. `untold`: cost decides, and depends on what nobody told. `perhaps-too-low`: chosen, but
   * whether it scores as much as is needed is open. `disputed`: by the rows that both have, but not where the missing ones count as wrong, or not without
   * labels that the LLM never answered. `guessing`: shown, but against one that answers no better than guessing. `chance`: by its own test, but not
   * by the one corrected for the number of contrasts. `open`: not enough evidence.
   */
  readonly evidence:
    | "shown"
    | "not-worse"
    | "asked-for"
    | "perhaps-too-low"
    | "guessing"
    | "chance"
    | "disputed"
    | "no-llm"
    | "none"
    | "untold"
    | "open";
  /** How certain the choice is, in words. */
  readonly confidence: string;
  /** The answer in one or two sentences. */
  readonly headline: string;
  /** What supports it, strongest first. */
  readonly reasons: readonly Finding[];
  /** What to be careful about, most serious first. */
  readonly cautions: readonly Finding[];
  readonly whatWouldChange: readonly Finding[];
  readonly nextSteps: readonly NextStep[];
}

/** A rule: what it finds in a comparison about which this was decided, or nothing. */
export type AdviceRule = (comparison: Comparison, decision: Decision) => Finding[];

/** All rules, in the order in which their findings are shown. */
export const rules: readonly AdviceRule[] = [
  verdict,
  missingArm,
  crossover,
  neededOpen,
  untoldPrices,
  readingsDisagree,
  labelsNeverAnswered,
  answersDiffer,
  noBetterThanGuessing,
  aboveBaseline,
  baselineLeads,
  monthlyBill,
  price,
  latencyGap,
  needs,
  dataWarnings,
  failedApproaches,
  missingRows,
  unanswered,
  chanceNotExcluded,
  metricsDisagree,
  sampledRows,
  smallTestSet,
  fewGroups,
  fewRowsOfLabels,
  chosenByTest,
  notTopOnTest,
  rareLabelsMissed,
  notEstimable,
  wrongLabels,
  verdictDependsOnLabels,
  losesInSlices,
  calibration,
  priceUnknown,
  limitsUnmeasured,
  latencyNotMeasured,
  freeLabels,
  undescribedLabels,
  distillation,
  moreLabels,
  moreRows,
  breakEven,
  flips,
  bothTogether,
];

/** Derives advice from a comparison. It claims nothing that was not measured; a choice of `null` means "not enough evidence". */
export function advise(comparison: Comparison): Advice {
  const decision = decide(comparison);
  const findings = rules.flatMap((rule) => rule(comparison, decision));
  const withRole = (role: ReturnType<typeof roleOf>): Finding[] => findings.filter((finding) => roleOf(finding) === role);
  const steps = findings.flatMap((finding) => stepsOf(finding));
  const disputes = disagreeingReadings(comparison, decision);
  return {
    choice: decision.choice?.approach ?? null,
    evidence: evidenceOf(comparison, decision, disputes.length > 0),
    confidence: confidenceIn(decision, comparison, disputes),
    headline: headlineOf(decision, comparison, disputes),
    reasons: withRole("reason"),
    cautions: withRole("caution"),
    whatWouldChange: withRole("change"),
    nextSteps: steps.filter((step, i) => steps.findIndex(({ text }) => text === step.text) === i),
  };
}

/** Whether nothing but what nobody told stands between the two. */
function isSettledButForCost(comparison: Comparison, decision: Decision): boolean {
  return decision.ground === "equivalent" || (decision.ground === "undecided" && leadIsShown(comparison, decision.contrast));
}

const withoutChoice: Readonly<Partial<Record<Decision["ground"], Advice["evidence"]>>> = {
  "no-llm": "no-llm",
  "no-signal": "none",
  "not-good-enough": "none",
  "none-within-limits": "none",
};

function evidenceOf(comparison: Comparison, decision: Decision, isDisputed: boolean): Advice["evidence"] {
  const { choice, ground } = decision;
  if (untoldPrices(comparison, decision).length > 0 && isSettledButForCost(comparison, decision)) return "untold";
  if (choice === null && ground !== "equivalent") return withoutChoice[ground] ?? "open";
  if (isDisputed) return "disputed";
  if (guessingRival(comparison, decision) !== undefined) return "guessing";
  if (ground === "better" && isPerhapsChance(decision.contrast)) return "chance";
  if (neededOpen(comparison, decision).length > 0) return "perhaps-too-low";
  if (ground === "limits" || ground === "outweighed") return "asked-for";
  return ground === "not-worse" ? "not-worse" : "shown";
}
