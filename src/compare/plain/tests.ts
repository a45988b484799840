/** @file Tests of two approaches on the same rows, on plain arrays. All throw a `UserError` where lengths differ or there are no rows. */
import { UserError } from "../../lib/errors.js";
import { random } from "../../lib/random.js";
import { holm as holmAdjusted } from "../statistics/holm.js";
import * as counts from "../statistics/mcnemar.js";
import * as units from "../statistics/permutation.js";
import { unitsOf } from "../statistics/resampling-units.js";
import { checkNumber, checkNumbers, type Groups, groupNames, rowCount } from "./rows.js";

/** What McNemar's test found. */
export interface McNemarResult {
  /** Rows where only the first is right. */
  readonly onlyA: number;
  /** Rows where only the second is right. */
  readonly onlyB: number;
  /** Mid-p value, two-sided. With groups, of the sign-flip test over groups, which it is a case of. */
  readonly pValue: number;
}

/**
 * McNemar's mid-p test: are two approaches equally often right on the same rows? Looks only at the rows where one of them is wrong
 * (Fagerland, Lydersen & Laake 2013). `mcnemarMidP` is the same from the two counts.
 *
 * @param rightA whether the first approach is right, one a row
 * @param rightB the same of the second, in the same order
 * @param options `groups`: rows of one group count as one, by the difference of their right answers, whose sign might as well be the other
 */
export function mcnemar(
  rightA: readonly boolean[],
  rightB: readonly boolean[],
  { groups }: { readonly groups?: Groups } = {},
): McNemarResult {
  const rows = rowCount({ rightA, rightB, groups });
  let [onlyA, onlyB] = [0, 0];
  const differences = new Map<string, number>();
  for (const [row, group] of groupNames(groups, rows).entries()) {
    const difference = Number(rightA[row]!) - Number(rightB[row]!);
    if (difference > 0) onlyA++;
    if (difference < 0) onlyB++;
    const key = group === undefined ? `row ${row}` : `group ${group}`;
    differences.set(key, (differences.get(key) ?? 0) + difference);
  }
  return { onlyA, onlyB, pValue: counts.signFlipMidP([...differences.values()]) };
}

/**
 * McNemar's mid-p value from counts: the exact test, counting only half the probability of the split that was seen. 1 where no row tells the
 * two apart.
 *
 * ```ts
 * mcnemarMidP(6, 1); // 0.0703
 * ```
 *
 * @param onlyA rows where only the first approach is right
 * @param onlyB rows where only the second is
 */
export function mcnemarMidP(onlyA: number, onlyB: number): number {
  checkCounts({ onlyA, onlyB });
  return counts.mcnemarMidP(onlyA, onlyB);
}

/** McNemar's exact p-value from counts; rejects too seldom. In R: `binom.test(onlyA, onlyA + onlyB)$p.value`. */
export function mcnemarExact(onlyA: number, onlyB: number): number {
  checkCounts({ onlyA, onlyB });
  return counts.mcnemarExact(onlyA, onlyB);
}

function checkCounts(given: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(given)) {
    checkNumber(name, value, Number.isSafeInteger(value) && value >= 0, "a number of rows: whole, and not negative");
  }
}

export interface PermutationOptions {
  /** Rows of one group change places together. */
  readonly groups?: Groups;
  /** @default 9999 */
  readonly permutations?: number;
  /** Equal seeds give equal p-values. @default 42 */
  readonly seed?: number;
}

/**
 * Paired permutation test: the probability of a difference at least this large, in either direction, if on each row the two approaches'
 * values might as well have been the other's. Monte Carlo, the observed arrangement counted among the permutations (Phipson & Smyth 2010).
 *
 * ```ts
 * permutationTest(answersA, answersB, (a, b) => macroF1(truth, a) - macroF1(truth, b));
 * ```
 *
 * @param a a value a row: an answer, a score, whatever `difference` understands
 * @param b the same of the second approach, in the same order
 * @param difference must change its sign when `a` and `b` change places
 */
export function permutationTest<Value>(
  a: readonly Value[],
  b: readonly Value[],
  difference: (a: readonly Value[], b: readonly Value[]) => number,
  { groups, permutations = 9999, seed = 42 }: PermutationOptions = {},
): number {
  const rows = rowCount({ a, b, groups });
  checkNumber("permutations", permutations, Number.isInteger(permutations) && permutations >= 1, "a whole number of at least 1");
  const [forth, back] = [difference(a, b), difference(b, a)];
  if (!(Math.abs(forth + back) <= 1e-9 * Math.max(1, Math.abs(forth)))) {
    throw new UserError(
      `difference is ${forth}, and ${back} with the two in each other's place; expected the same number with the other sign, as a score of the first less that of the second has it.`,
    );
  }
  // Slot i counts row i as it is, slot rows + i the same with the two in each other's place.
  const asGiven = Array.from({ length: rows }, (_, row) => [row]);
  const arranged = unitsOf(2 * rows, asGiven, groupNames(groups, rows));
  const statistic = (slots: Float64Array): number =>
    difference(
      a.map((value, row) => (slots[row] === 1 ? value : b[row]!)),
      b.map((value, row) => (slots[row] === 1 ? value : a[row]!)),
    );
  return units.permutationTest(arranged, statistic, { first: 0, width: rows }, random(seed, "permutation"), permutations);
}

/**
 * p-values adjusted so that, over all of them together, the probability of one false rejection stays at its level (Holm 1979). In the order
 * given. In R: `p.adjust(p, "holm")`.
 */
export function holm(pValues: readonly number[]): number[] {
  rowCount({ pValues });
  checkNumbers("pValues", pValues, (value) => value >= 0 && value <= 1, "a p-value from 0 to 1");
  return holmAdjusted(pValues);
}
