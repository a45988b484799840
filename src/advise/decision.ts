/**
 * @file Which approach to use, and on what ground. "Not enough evidence" is an answer: where the measurements don't carry a choice
 * there is none.
 */
import { brokenLimits, type Limit } from "../compare/limits.js";
import { scoreOf } from "../compare/metrics/metric-choice.js";
import type { Comparison } from "../types/comparison.js";
import type { Contrast } from "../types/contrast.js";
import type { Assumptions, UntoldPrice } from "../types/prices.js";
import type { Estimate, Metric, Summary, UnansweredApproach } from "../types/scores.js";
import type { TieBreak } from "./findings/parts.js";
import {
  certainGainOver,
  contendersOf,
  contrastBetween,
  hasPromptedLlm,
  leadingBaseline,
  majorityBaseline,
  reversed,
  summaryOf,
} from "./lookup.js";
import { type Vote, type Weighing, weigh } from "./weighing.js";

/** What follows from the primary contrast, the baselines, and what the user needs. */
export type Decision =
  /** The choice is better than the best of the other arm by more than the margin. */
  | { readonly ground: "better"; readonly choice: Summary; readonly other: Summary; readonly contrast: Contrast }
  /** Not worse by more than the margin, and ahead in something else. */
  | {
      readonly ground: "not-worse";
      readonly choice: Summary;
      readonly other: Summary;
      readonly contrast: Contrast;
      readonly tieBreak: TieBreak;
    }
  /** The two differ by less than the margin. Without a tie-break nothing measured sets them apart, or what does depends on what nobody told. */
  | {
      readonly ground: "equivalent";
      readonly choice: Summary | null;
      readonly other: Summary;
      readonly contrast: Contrast;
      readonly tieBreak: TieBreak | null;
      readonly untold: readonly UntoldPrice[];
    }
  /** The measurements fit both orders, or the lead may not matter. `contrast` starts with the one that is ahead. */
  | {
      readonly ground: "undecided";
      readonly choice: null;
      readonly leader: Summary;
      readonly other: Summary;
      readonly contrast: Contrast;
      /** Prices that would decide, and were not told. */
      readonly untold: readonly UntoldPrice[];
    }
  /** By the user's weights something else counts for more than what accuracy says, or may yet say. */
  | {
      readonly ground: "outweighed";
      readonly choice: Summary;
      readonly other: Summary;
      readonly contrast: Contrast;
      /** What speaks for the choice, the weightiest first. */
      readonly votes: readonly Vote[];
    }
  /** The other one breaks a limit. */
  | {
      readonly ground: "limits";
      readonly choice: Summary;
      readonly other: Summary;
      readonly contrast: Contrast;
      readonly broken: readonly Limit[];
    }
  /** Validation rows could not rank an arm, and what holds against one of its candidates does not hold against another. */
  | { readonly ground: "unranked"; readonly choice: null; readonly pairs: readonly PairDecision[] }
  /** Most answers of an arm's best could not be had, for one reason: what is left says nothing of it. */
  | { readonly ground: "unanswered"; readonly choice: null; readonly unanswered: UnansweredApproach }
  /** Nothing is shown to beat always giving the most frequent label, or that is ahead in another metric that counts. */
  | {
      readonly ground: "no-signal";
      readonly choice: null;
      readonly best: Summary;
      readonly baseline: Summary;
      /** Present where the baseline leads in this metric, though not in the one that decides. */
      readonly ahead?: Metric;
    }
  /** Everything that might be chosen scores less than is needed. */
  | {
      readonly ground: "not-good-enough";
      readonly choice: null;
      readonly best: Summary;
      readonly metric: Metric;
      readonly score: Estimate;
      readonly needed: number;
    }
  /** Everything that might be chosen breaks a limit. */
  | { readonly ground: "none-within-limits"; readonly choice: null; readonly best: Summary; readonly broken: readonly Limit[] }
  /** No language model was measured: what was is the bar that one must pass. */
  | { readonly ground: "no-llm"; readonly choice: null; readonly best: Summary }
  /** One arm has nothing that ran. */
  | { readonly ground: "one-arm"; readonly choice: null; readonly best: Summary }
  | { readonly ground: "nothing"; readonly choice: null };

/** What is decided of one tuned and one prompted approach. */
export type PairDecision = Extract<Decision, { readonly contrast: Contrast }>;

/** The approach that would be used: the choice, or, where there is nothing to choose from, the best of what was measured. */
export function subjectOf(decision: Decision): Summary | null {
  return decision.choice ?? (decision.ground === "one-arm" || decision.ground === "no-llm" ? decision.best : null);
}

/** Decides by rule: answers at all, signal at all, good enough, a language model at all, limits; then all criteria by their weights. */
export function decide(comparison: Comparison): Decision {
  const unanswered = unansweredArm(comparison);
  if (unanswered !== undefined) return { ground: "unanswered", choice: null, unanswered };
  const tuned = summaryOf(comparison, comparison.best.tune?.approach);
  const prompted = summaryOf(comparison, comparison.best.prompt?.approach);
  const best = [tuned, prompted].filter((summary) => summary !== undefined);
  if (best.length === 0) return { ground: "nothing", choice: null };
  const none = noSignal(comparison, best) ?? notGoodEnough(comparison, best) ?? outOfLimits(comparison.assumptions, best);
  if (none !== null) return none;
  if (tuned !== undefined && prompted === undefined && !hasPromptedLlm(comparison)) {
    return { ground: "no-llm", choice: null, best: tuned };
  }

  const pairs = contendersOf(comparison, "tune").flatMap((a) =>
    contendersOf(comparison, "prompt").flatMap((b) => {
      const contrast = contrastBetween(comparison, a.approach, b.approach);
      return contrast === undefined ? [] : [decideBetween(a, b, contrast, comparison.assumptions)];
    }),
  );
  const [primary] = pairs;
  if (tuned === undefined || prompted === undefined || primary === undefined) {
    return { ground: "one-arm", choice: null, best: best[0]! };
  }
  return pairs.length === 1 ? primary : decideAgainstEach(pairs, [tuned, prompted]);
}

/** The one of several with the highest score in the metric that decides. */
function highest({ metrics: { primary } }: Comparison, summaries: readonly Summary[]): Summary {
  return summaries.reduce((a, b) => (scoreOf(b, primary).value > scoreOf(a, primary).value ? b : a));
}

function noSignal(comparison: Comparison, best: readonly Summary[]): Decision | null {
  const baseline = majorityBaseline(comparison);
  if (baseline === undefined) return null;
  const leader = highest(comparison, best);
  if (best.every((summary) => certainGainOver(comparison, summary, baseline) <= 0)) {
    return { ground: "no-signal", choice: null, best: leader, baseline };
  }
  const ahead = best.map((summary) => leadingBaseline(comparison, summary, baseline));
  const [first] = ahead;
  if (first === undefined || first === null || ahead.includes(null)) return null;
  return { ground: "no-signal", choice: null, best: leader, baseline, ahead: first };
}

/** The whole interval must lie below what is needed: that it may be enough is no reason to say that it is not. */
function notGoodEnough(comparison: Comparison, best: readonly Summary[]): Decision | null {
  const { needed } = comparison.assumptions;
  const metric = comparison.metrics.primary;
  const rivals = (["tune", "prompt"] as const).flatMap((arm) => contendersOf(comparison, arm));
  if (needed === undefined || rivals.some((summary) => scoreOf(summary, metric).high >= needed)) return null;
  const leader = highest(comparison, best);
  return { ground: "not-good-enough", choice: null, best: leader, metric, score: scoreOf(leader, metric), needed };
}

function outOfLimits(assumptions: Assumptions, best: readonly Summary[]): Decision | null {
  const broken = best.map((summary) => brokenLimits(summary, assumptions));
  if (broken.some((limits) => limits.length === 0)) return null;
  return { ground: "none-within-limits", choice: null, best: best[0]!, broken: [...new Set(broken.flat())] };
}

/** What stands between an arm and a verdict: its best, or all that it had, gave most rows no usable answer. */
function unansweredArm({ best, unanswered = [] }: Comparison): UnansweredApproach | undefined {
  return unanswered.find(({ arm, approach }) => {
    if (arm !== "tune" && arm !== "prompt") return false;
    return best[arm] === null || best[arm].approach === approach;
  });
}

function decideBetween(tuned: Summary, prompted: Summary, primary: Contrast, assumptions: Assumptions): PairDecision {
  const forward = { choice: tuned, other: prompted, contrast: primary };
  const backward = { choice: prompted, other: tuned, contrast: reversed(primary) };
  const [brokenByTuned, brokenByPrompted] = [brokenLimits(tuned, assumptions), brokenLimits(prompted, assumptions)];
  if (brokenByPrompted.length > 0 && brokenByTuned.length === 0)
    return { ground: "limits", ...forward, broken: brokenByPrompted };
  if (brokenByTuned.length > 0 && brokenByPrompted.length === 0) return { ground: "limits", ...backward, broken: brokenByTuned };

  const weighing = weigh(tuned, prompted, primary, assumptions);
  const untold = weighing.votes.flatMap((vote) => vote.untold ?? []);
  const favored = weighing.for === null ? null : weighing.for === "first" ? forward : backward;
  if (favored === null) {
    if (primary.verdict === "equivalent") {
      return { ground: "equivalent", choice: null, other: prompted, contrast: primary, tieBreak: null, untold };
    }
    const { choice: leader, other, contrast } = primary.difference.value >= 0 ? forward : backward;
    return { ground: "undecided", choice: null, leader, other, contrast, untold };
  }
  const speaking = weighing.votes.filter((vote) => vote.for === weighing.for);
  const accuracy = weighing.votes.find(({ criterion }) => criterion === "accuracy");
  if (accuracy?.for === weighing.for) return { ground: "better", ...favored };
  const isSettled = primary.verdict === "equivalent";
  // Without a vote of its own, accuracy was given no weight.
  const isNotWorse = isSettled || (accuracy !== undefined && accuracy.for === null && isOpenOnlyTo(accuracy, weighing));
  if (!isNotWorse) return { ground: "outweighed", ...favored, votes: speaking };
  const tieBreak = tieBreakBy(speaking[0], favored.choice);
  return isSettled ? { ground: "equivalent", ...favored, tieBreak, untold: [] } : { ground: "not-worse", ...favored, tieBreak };
}

const isOpenOnlyTo = ({ open }: Vote, { for: side }: Weighing): boolean => open.every((each) => each === side);

const tieBreaks = { cost: "price", independence: "needs", latency: "latency" } as const;

function tieBreakBy(vote: Vote | undefined, { approach }: Summary): TieBreak {
  const criterion = vote?.criterion ?? "accuracy";
  return { by: criterion === "accuracy" ? "lead" : tieBreaks[criterion], approach };
}

/** How much each ground says, the least first. */
const strength: Readonly<Record<PairDecision["ground"], number>> = {
  undecided: 0,
  outweighed: 1,
  "not-worse": 2,
  equivalent: 3,
  better: 4,
  limits: 5,
};

/**
 * Where several candidates may be the best of an arm: a choice has to hold against each of the other arm's, and what is said of it is said
 * of the one that it holds against by the least.
 *
 * @param pairs every candidate of one arm with every one of the other, the two arms' first ones first
 */
function decideAgainstEach(pairs: readonly PairDecision[], best: readonly Summary[]): Decision {
  const byStrength = (a: PairDecision, b: PairDecision): number =>
    strength[a.ground] - strength[b.ground] || a.contrast.difference.value - b.contrast.difference.value;
  for (const { approach } of best) {
    const own = pairs.filter(({ contrast }) => contrast.a === approach || contrast.b === approach);
    if (own.every(({ choice }) => choice?.approach === approach)) return own.toSorted(byStrength)[0]!;
  }
  const [first] = pairs;
  const isAlike = pairs.every(({ ground, choice }) => ground === first!.ground && choice === null);
  return isAlike ? first! : { ground: "unranked", choice: null, pairs };
}
