/** @file Every threshold that makes a difference, with what it makes of the rows; and the one that suits an aim. */
import type { CascadeAim } from "../../types/cascade.js";
import type { Metric } from "../../types/scores.js";
import { type CodedRows, isRight } from "../metrics/label-indices.js";
import { f1 } from "../metrics/metrics.js";
import type { PairRows, RowsUsd } from "./pair-rows.js";

/**
 * What a row adds to a score 2·hits / (given + due). Micro-F1: true positives, labels given, true labels. The accuracy is the same of whether the
 * row is right, with 1 given and 1 due.
 */
export interface RowScore {
  readonly hits: number;
  readonly given: number;
  readonly due: number;
}

/** One row of what thresholds are chosen on. */
export interface LadderRow {
  /** −∞: it is handed on at any threshold. */
  readonly confidence: number;
  readonly kept: RowScore;
  readonly handedOn: RowScore;
  /** `null`: not known. */
  readonly usd: { readonly small: number; readonly llm: number } | null;
}

/** A threshold, and the rows at it. */
export interface Rung {
  /** Rows are kept from this confidence on; 0: all that have an answer; `null`: none. */
  readonly threshold: number | null;
  readonly escalated: number;
  readonly rows: number;
  readonly score: number;
  /** Of handing on as many rows at random. */
  readonly random: number;
  readonly usdPerThousand: number | null;
}

/** Whether a row is handed on at a threshold. */
export function isHandedOn(confidence: number, threshold: number | null): boolean {
  return threshold === null || confidence < threshold;
}

/** What the answer to each row adds to the score: `microF1` by labels, any other metric by whether the row is right. */
export function rowScores(coded: CodedRows, metric: Metric): RowScore[] {
  return coded.truths.map((truth, row) => {
    if (metric !== "microF1") return { hits: isRight(coded, row) ? 1 : 0, given: 1, due: 1 };
    const answer = coded.answers[row] ?? [];
    return { hits: answer.filter((label) => truth.includes(label)).length, given: answer.length, due: truth.length };
  });
}

/** Rows whose price nobody asks for. */
const unpriced: RowsUsd = { small: null, llm: null };

/** The rows of one seed. */
export function ladderRows({ seeds }: PairRows, seed: number, metric: Metric, usd: RowsUsd = unpriced): LadderRow[] {
  const { small, handedOn, confidence } = seeds[seed]!;
  const [kept, other] = [rowScores(small, metric), rowScores(handedOn, metric)];
  return kept.map((score, row) => ({
    confidence: confidence[row]!,
    kept: score,
    handedOn: other[row]!,
    usd: usd.small === null || usd.llm === null ? null : { small: usd.small[row]!, llm: usd.llm[row]! },
  }));
}

/** All rungs, by ascending threshold: equally sure rows are handed on together. */
export function ladder(rows: readonly LadderRow[]): Rung[] {
  const sorted = rows.toSorted((a, b) => (a.confidence === b.confidence ? 0 : a.confidence - b.confidence));
  const zero = { hits: 0, given: 0, due: 0 };
  const plus = (a: RowScore, b: RowScore, sign = 1): RowScore => {
    return { hits: a.hits + sign * b.hits, given: a.given + sign * b.given, due: a.due + sign * b.due };
  };
  const [keptAll, handedOnAll] = [
    rows.reduce((sum, row) => plus(sum, row.kept), zero),
    rows.reduce((sum, row) => plus(sum, row.handedOn), zero),
  ];
  const isPriced = rows.every(({ usd }) => usd !== null);
  let now = keptAll;
  let usd = rows.reduce((sum, row) => sum + (row.usd?.small ?? 0), 0);
  const rungs: Rung[] = [];
  const count = sorted.length;
  const add = (threshold: number | null, escalated: number): void => {
    const share = escalated / count;
    const mixed = (name: keyof RowScore): number => (1 - share) * keptAll[name] + share * handedOnAll[name];
    rungs.push({
      threshold,
      escalated,
      rows: count,
      score: f1(now.hits, now.given, now.due),
      random: f1(mixed("hits"), mixed("given"), mixed("due")),
      usdPerThousand: isPriced ? (1000 * usd) / count : null,
    });
  };
  for (let at = 0; at < count; ) {
    const { confidence } = sorted[at]!;
    if (Number.isFinite(confidence))
      add(at === 0 || rungs.length === 0 ? 0 : between(sorted[at - 1]!.confidence, confidence), at);
    for (; at < count && sorted[at]!.confidence === confidence; at++) {
      const row = sorted[at]!;
      now = plus(plus(now, row.kept, -1), row.handedOn);
      usd += row.usd?.llm ?? 0;
    }
  }
  add(null, count);
  return rungs;
}

/** Halfway, so that what is hardly less sure is treated alike; of neighbors in floating point the upper one. */
function between(low: number, high: number): number {
  const middle = (low + high) / 2;
  return middle > low ? middle : high;
}

/** Scores nearer than this are the same. */
const tolerance = 1e-12;

/** The rung that suits an aim, and whether it reaches it there; of equals the one that hands on the fewest rows. */
export function suitableRung(rungs: readonly Rung[], aim: CascadeAim): { readonly rung: Rung; readonly isReached: boolean } {
  const best = (candidates: readonly Rung[], worth: (rung: Rung) => number): Rung =>
    candidates.reduce((a, b) => (worth(b) > worth(a) + tolerance ? b : a));
  const [first] = rungs as [Rung, ...Rung[]];
  if (aim.kind === "score") {
    const reaching = rungs.find(({ score }) => score >= aim.least - tolerance);
    return { rung: reaching ?? best(rungs, ({ score }) => score), isReached: reaching !== undefined };
  }
  if (aim.kind === "cost") {
    const within = rungs.filter(({ usdPerThousand }) => usdPerThousand !== null && usdPerThousand <= aim.mostUsdPerThousand);
    return within.length === 0
      ? { rung: first, isReached: false }
      : { rung: best(within, ({ score }) => score), isReached: true };
  }
  // Where the other approach is no better on the whole, chance gains nothing by handing rows on, and the score alone counts.
  return { rung: best(rungs, ({ score, random }) => score - Math.max(0, random - first.random)), isReached: true };
}
