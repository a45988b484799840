/** @file Accuracy against the share of rows answered, the surest first: what it is worth to hand the unsure rows to somebody else. */
import { binomialCdf } from "../../lib/binomial.js";
import type { AccuracyTarget, AnsweredShare } from "../../types/calibration.js";
import type { Outcome } from "../../types/prediction.js";
import { tieRuns } from "../metrics/tie-runs.js";
import { designWeight } from "../statistics/design-weight.js";
import { effectiveUnits, jackknifeInterval } from "../statistics/jackknife.js";
import { type Statistic, unitsOf } from "../statistics/resampling-units.js";
import { isOutcomeRight } from "./claims.js";
import { surenessOf } from "./sureness.js";

/** Shares answered that are told apart: with more rows than that, some are answered together. */
const steps = 100;

/** Accuracies that are asked for, and how many of those above the one of all rows are told. */
const accuracies = [0.8, 0.9, 0.95, 0.98, 0.99, 0.995];
const targetsTold = 2;

/** Of each end of an interval. */
const tail = 0.025;

/**
 * The curve, its area and the shares that reach an accuracy; `null` where some answer has no confidence, or there is no answer.
 *
 * @param outcomes of one seed; missing rows left out
 */
export function answeredShare(outcomes: readonly Outcome[]): AnsweredShare | null {
  const sureness = outcomes.map(surenessOf);
  if (sureness.includes(null) || outcomes.every(({ answer }) => answer === null)) return null;
  const hits = outcomes.map(isOutcomeRight);
  const stepOf = stepsBySureness(sureness as number[]);
  const stepCount = 1 + stepOf.reduce((last, step) => Math.max(last, step), 0);
  const groups = outcomes.map(({ group }) => group);
  const rows = outcomes.map((_, row) => (hits[row] ? [stepOf[row]!] : [stepOf[row]!, stepCount + stepOf[row]!]));
  const units = unitsOf(2 * stepCount, rows, groups);
  const unitsThatCount = effectiveUnits(groups);
  const area = jackknifeInterval(units, areaUnderRisk(stepCount, outcomes.length), {
    effectiveUnits: unitsThatCount,
    range: [0, 1],
    effectiveRows: unitsThatCount,
  });
  const answered = cumulated(stepOf, hits, stepCount);
  const weight = designWeight(
    hits.map((hit) => !hit),
    groups,
  );
  const last = answered.at(-1)!;
  return {
    rows: outcomes.length,
    area,
    errorRate: last.errors / last.rows,
    curve: answered.map(({ rows, errors }) => ({ share: rows / last.rows, accuracy: 1 - errors / rows })),
    targets: accuracies
      .filter((accuracy) => accuracy > 1 - last.errors / last.rows)
      .slice(0, targetsTold)
      .map((accuracy) => ({ accuracy, share: shareAt(accuracy, answered, weight) })),
  };
}

/** The step in which each row is answered, the surest in step 0; equally sure ones together. */
function stepsBySureness(sureness: readonly number[]): number[] {
  const order = [...sureness.keys()].sort((a, b) => (sureness[a] === sureness[b] ? 0 : sureness[b]! - sureness[a]!));
  const stepOf = new Array<number>(sureness.length);
  let [step, slot] = [-1, -1];
  for (const [start, end] of tieRuns(order, sureness)) {
    const own = Math.floor((steps * (start + end)) / 2 / order.length);
    if (order.length <= steps || own !== slot) step++;
    slot = own;
    for (let rank = start; rank < end; rank++) stepOf[order[rank]!] = step;
  }
  return stepOf;
}

interface Answered {
  readonly rows: number;
  readonly errors: number;
}

/** Rows answered, and errors among them, up to each step. */
function cumulated(stepOf: readonly number[], hits: readonly boolean[], stepCount: number): Answered[] {
  const sums = Array.from({ length: stepCount }, () => ({ rows: 0, errors: 0 }));
  for (const [row, step] of stepOf.entries()) {
    sums[step]!.rows++;
    if (!hits[row]) sums[step]!.errors++;
  }
  let [rows, errors] = [0, 0];
  return sums.map((each) => {
    rows += each.rows;
    errors += each.errors;
    return { rows, errors };
  });
}

/**
 * The mean error rate over the first k rows, k from 1 to all: what is expected where the rows of a step come in random order. Of counts: rows of
 * step i in slot i, errors in slot stepCount + i.
 */
function areaUnderRisk(stepCount: number, rows: number): Statistic {
  const harmonic = new Float64Array(rows + 1);
  for (let k = 1; k <= rows; k++) harmonic[k] = harmonic[k - 1]! + 1 / k;
  return (counts) => {
    let [sum, before, errors] = [0, 0, 0];
    for (let step = 0; step < stepCount; step++) {
      const own = counts[step]!;
      if (own === 0) continue;
      const rate = counts[stepCount + step]! / own;
      // Σ over k of (errors + (k − before)·rate) / k.
      sum += own * rate + (errors - before * rate) * (harmonic[before + own]! - harmonic[before]!);
      before += own;
      errors += counts[stepCount + step]!;
    }
    return sum / before;
  };
}

/**
 * The largest share with so high an accuracy. Whether more or fewer may have it is told by the exact binomial test, one-sided, of the rows
 * that each share answers.
 *
 * @param weight how many independent rows a row is worth: below 1 where rows come in groups
 */
function shareAt(accuracy: number, answered: readonly Answered[], weight: number): AccuracyTarget["share"] {
  const all = answered.at(-1)!.rows;
  const largest = (isMet: (each: Answered) => boolean): number => (answered.findLast(isMet)?.rows ?? 0) / all;
  const counted = ({ rows, errors }: Answered): Answered => ({
    rows: Math.round(rows * weight),
    errors: Math.round(errors * weight),
  });
  const value = largest(({ rows, errors }) => 1 - errors / rows >= accuracy);
  const isSure = (each: Answered): boolean => {
    const { rows, errors } = counted(each);
    return binomialCdf(errors, rows, 1 - accuracy) <= tail;
  };
  const isPossible = (each: Answered): boolean => {
    const { rows, errors } = counted(each);
    return 1 - binomialCdf(errors - 1, rows, 1 - accuracy) >= tail;
  };
  return { value, low: Math.min(value, largest(isSure)), high: Math.max(value, largest(isPossible)) };
}
