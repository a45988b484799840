/**
 * @file Which approach to use, and on what ground. "Not enough evidence" is an answer: where the measurements don't carry a choice
 * there is none.
 */
import { runsAnywhere } from "../compare/known-facts.js";
import { scoreOf } from "../compare/metrics/metric-choice.js";
import type { Comparison } from "../types/comparison.js";
import type { Contrast } from "../types/contrast.js";
import type { Summary, UnansweredApproach } from "../types/scores.js";
import type { TieBreak } from "./findings.js";
import { certainGainOver, contendersOf, contrastBetween, majorityBaseline, reversed, summaryOf } from "./lookup.js";

/** What follows from the primary contrast and the baselines. */
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
  /** The two differ by less than the margin. Without a tie-break nothing measured sets them apart. */
  | {
      readonly ground: "equivalent";
      readonly choice: Summary | null;
      readonly other: Summary;
      readonly contrast: Contrast;
      readonly tieBreak: TieBreak | null;
    }
  /** The measurements fit both orders. `contrast` starts with the one that is ahead. */
  | {
      readonly ground: "undecided";
      readonly choice: null;
      readonly leader: Summary;
      readonly other: Summary;
      readonly contrast: Contrast;
    }
  /** Validation rows could not rank an arm, and what holds against one of its candidates does not hold against another. */
  | { readonly ground: "unranked"; readonly choice: null; readonly pairs: readonly PairDecision[] }
  /** Most answers of an arm's best could not be had, for one reason: what is left says nothing of it. */
  | { readonly ground: "unanswered"; readonly choice: null; readonly unanswered: UnansweredApproach }
  /** Nothing is shown to beat always giving the most frequent label. */
  | { readonly ground: "no-signal"; readonly choice: null; readonly best: Summary; readonly baseline: Summary }
  /** One arm has nothing that ran. */
  | { readonly ground: "one-arm"; readonly choice: null; readonly best: Summary }
  | { readonly ground: "nothing"; readonly choice: null };

/** What is decided of one tuned and one prompted approach. */
export type PairDecision = Extract<Decision, { readonly contrast: Contrast }>;

/**
 * Prices or latencies count as different from this ratio on. Both are measured on a shared machine, where a third more or less is
 * the weather.
 */
const noticeableRatio = 1.5;

/** Decides by rule: answers at all, then signal at all, then quality beyond the margin, then price, independence and latency. */
export function decide(comparison: Comparison): Decision {
  const unanswered = unansweredArm(comparison);
  if (unanswered !== undefined) return { ground: "unanswered", choice: null, unanswered };
  const tuned = summaryOf(comparison, comparison.best.tune?.approach);
  const prompted = summaryOf(comparison, comparison.best.prompt?.approach);
  const best = [tuned, prompted].filter((summary) => summary !== undefined);
  if (best.length === 0) return { ground: "nothing", choice: null };

  const majority = majorityBaseline(comparison);
  if (majority !== undefined && best.every((summary) => certainGainOver(comparison, summary, majority) <= 0)) {
    const metric = comparison.metrics.primary;
    const leader = best.reduce((a, b) => (scoreOf(b, metric).value > scoreOf(a, metric).value ? b : a));
    return { ground: "no-signal", choice: null, best: leader, baseline: majority };
  }

  const { margin } = comparison.assumptions;
  const pairs = contendersOf(comparison, "tune").flatMap((a) =>
    contendersOf(comparison, "prompt").flatMap((b) => {
      const contrast = contrastBetween(comparison, a.approach, b.approach);
      return contrast === undefined ? [] : [decideBetween(a, b, contrast, margin)];
    }),
  );
  const [primary] = pairs;
  if (tuned === undefined || prompted === undefined || primary === undefined) {
    return { ground: "one-arm", choice: null, best: best[0]! };
  }
  return pairs.length === 1 ? primary : decideAgainstEach(pairs, [tuned, prompted]);
}

/** What stands between an arm and a verdict: its best, or all that it had, gave most rows no usable answer. */
function unansweredArm({ best, unanswered = [] }: Comparison): UnansweredApproach | undefined {
  return unanswered.find(({ arm, approach }) => {
    if (arm !== "tune" && arm !== "prompt") return false;
    return best[arm] === null || best[arm].approach === approach;
  });
}

function decideBetween(tuned: Summary, prompted: Summary, primary: Contrast, margin: number): PairDecision {
  const forward = { choice: tuned, other: prompted, contrast: primary };
  const backward = { choice: prompted, other: tuned, contrast: reversed(primary) };
  if (primary.verdict === "a-better") return { ground: "better", ...forward };
  if (primary.verdict === "b-better") return { ground: "better", ...backward };

  const winner = tieBreak(tuned, prompted);
  const favored = winner === null ? null : winner.approach === tuned.approach ? forward : backward;
  if (primary.verdict === "equivalent") {
    return favored === null
      ? { ground: "equivalent", choice: null, other: prompted, contrast: primary, tieBreak: null }
      : { ground: "equivalent", ...favored, tieBreak: winner };
  }
  // An interval beyond the margin whose verdict is still open is one that the test contradicts: nothing is built on it.
  const { low } = favored?.contrast.difference ?? { low: Number.NEGATIVE_INFINITY };
  if (favored !== null && winner !== null && low >= -margin && low <= margin) {
    return { ground: "not-worse", ...favored, tieBreak: winner };
  }
  const { choice: leader, other, contrast } = primary.difference.value >= 0 ? forward : backward;
  return { ground: "undecided", choice: null, leader, other, contrast };
}

/** How much each ground says, the least first. */
const strength: Readonly<Record<PairDecision["ground"], number>> = { undecided: 0, "not-worse": 1, equivalent: 2, better: 3 };

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

/** What sets two approaches of equal quality apart: running price, then whether it runs without a service, then latency. `null`: nothing measured does. */
export function tieBreak(a: Summary, b: Summary): TieBreak | null {
  const byPrice = noticeablyLess(a.usdPerThousand?.value, b.usdPerThousand?.value);
  if (byPrice !== null) return { by: "price", approach: (byPrice === "first" ? a : b).approach };
  const [isFreeA, isFreeB] = [runsAnywhere(a), runsAnywhere(b)];
  // Of a recording nobody knows where its model runs: it neither wins nor loses by that.
  if (isFreeA !== null && isFreeB !== null && isFreeA !== isFreeB) return { by: "needs", approach: (isFreeA ? a : b).approach };
  const byLatency = noticeablyLess(a.latency?.p50, b.latency?.p50);
  if (byLatency !== null) return { by: "latency", approach: (byLatency === "first" ? a : b).approach };
  return null;
}

/** Which of two measured amounts is noticeably less; `null` where neither is, or one was not measured. */
export function noticeablyLess(first: number | undefined, second: number | undefined): "first" | "second" | null {
  if (first === undefined || second === undefined) return null;
  if (second > first * noticeableRatio) return "first";
  if (first > second * noticeableRatio) return "second";
  return null;
}
