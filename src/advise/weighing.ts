/** @file What each criterion says of two approaches, and which of them that is for in all. */
import { runsAnywhere } from "../compare/known-facts.js";
import { cheaperOf } from "../compare/money/cheaper.js";
import type { Contrast } from "../types/contrast.js";
import type { Criterion, Weights } from "../types/criteria.js";
import type { Assumptions, UntoldPrice } from "../types/prices.js";
import type { Summary } from "../types/scores.js";
import { significance } from "./lookup.js";

/** Each counts more than all after it together, so that a later one decides only where those before it say nothing. */
export const usualWeights: Weights = { accuracy: 8, cost: 4, independence: 2, latency: 1 };

/** What one criterion says of two approaches. */
export interface Vote {
  readonly criterion: Criterion;
  readonly weight: number;
  /** The one that it is for; `null` where the two are alike to it, or it is open. */
  readonly for: "first" | "second" | null;
  /** Which of them it may be for, once more is measured or told; empty where nothing is open. */
  readonly open: readonly ("first" | "second")[];
  /** What nobody told that it depends on. */
  readonly untold?: readonly UntoldPrice[];
}

/** What all criteria say together. */
export interface Weighing {
  /** In the order of weight. */
  readonly votes: readonly Vote[];
  /** The one that is ahead whatever is still open; `null` where none is. */
  readonly for: "first" | "second" | null;
}

/**
 * Latencies, and prices of what runs on one machine, count as different from this ratio on: they are measured on a shared machine, where a third more or less is
 * the weather.
 */
const noticeableRatio = 1.5;

/**
 * Weighs two approaches. `contrast` is of the first minus the second. One is ahead where the weights of what speaks for it are more than those of what speaks, or
 * may come to speak, for the other.
 */
export function weigh(first: Summary, second: Summary, contrast: Contrast, assumptions: Assumptions): Weighing {
  const weights = assumptions.weights ?? usualWeights;
  const votes = [
    { ...accuracyVote(contrast, assumptions.margin), criterion: "accuracy" as const },
    { ...costVote(first, second, assumptions), criterion: "cost" as const },
    { ...settled(independent(first, second)), criterion: "independence" as const },
    { ...settled(noticeablyLess(first.latency?.p50, second.latency?.p50)), criterion: "latency" as const },
  ]
    .map((vote) => ({ ...vote, weight: weights[vote.criterion] }))
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight);
  const sure = (side: "first" | "second"): number => sum(votes.filter((vote) => vote.for === side));
  const possible = (side: "first" | "second"): number => sure(side) + sum(votes.filter(({ open }) => open.includes(side)));
  const leader = shownLeader(contrast);
  const isAhead = (side: "first" | "second", other: "first" | "second"): boolean =>
    sure(side) > possible(other) || (leader === side && possible(other) === 0);
  return { votes, for: isAhead("first", "second") ? "first" : isAhead("second", "first") ? "second" : null };
}

/** The one whose lead is real, though perhaps smaller than the margin: it is ahead where nothing speaks, or may speak, for the other. */
function shownLeader({ difference, pValue, verdict }: Contrast): "first" | "second" | null {
  if (verdict === "equivalent" || pValue >= significance) return null;
  if (difference.low > 0) return "first";
  return difference.high < 0 ? "second" : null;
}

const sum = (votes: readonly Vote[]): number => votes.reduce((total, { weight }) => total + weight, 0);

type Said = Omit<Vote, "criterion" | "weight">;

const settled = (side: Vote["for"]): Said => ({ for: side, open: [] });

function accuracyVote({ verdict, difference: { low, high } }: Contrast, margin: number): Said {
  if (verdict === "a-better") return settled("first");
  if (verdict === "b-better") return settled("second");
  if (verdict === "equivalent") return settled(null);
  // An interval beyond the margin whose verdict is still open is one that the test contradicts: nothing is built on it.
  const isFirstNotWorse = low >= -margin && low <= margin;
  const isSecondNotWorse = high <= margin && high >= -margin;
  if (isFirstNotWorse) return { for: null, open: ["first"] };
  return { for: null, open: isSecondNotWorse ? ["second"] : ["first", "second"] };
}

function costVote(first: Summary, second: Summary, assumptions: Assumptions): Said {
  const cheaper = cheaperOf(first, second, assumptions);
  const sideOf = (approach: string): "first" | "second" => (approach === first.approach ? "first" : "second");
  if (cheaper.kind === "decided") return settled(sideOf(cheaper.approach));
  if (cheaper.kind !== "unclear") return settled(null);
  return { for: null, open: cheaper.perhaps.map(sideOf), untold: cheaper.untold };
}

/** Of a recording nobody knows where its model runs: it neither wins nor loses by that. */
function independent(first: Summary, second: Summary): Vote["for"] {
  const [isFirst, isSecond] = [runsAnywhere(first), runsAnywhere(second)];
  if (isFirst === null || isSecond === null || isFirst === isSecond) return null;
  return isFirst ? "first" : "second";
}

/** Which of two measured amounts is noticeably less; `null` where neither is, or one was not measured. */
export function noticeablyLess(first: number | undefined, second: number | undefined): "first" | "second" | null {
  if (first === undefined || second === undefined) return null;
  if (second > first * noticeableRatio) return "first";
  if (first > second * noticeableRatio) return "second";
  return null;
}
