/** @file Tests of two approaches on the same rows, on plain arrays. All throw a `UserError` if lengths differ or there are no rows. */
import { UserError } from "../../lib/errors.js";
import { random } from "../../lib/random.js";
import { holm as holmAdjusted } from "../statistics/holm.js";
import * as counts from "../statistics/mcnemar.js";
import * as units from "../statistics/permutation.js";
import { unitsOf } from "../statistics/resampling-units.js";
import { checkNumber, checkNumbers, type Groups, groupNames, rowCount } from "./rows.js";

/** The result of McNemar's test. */
export interface McNemarResult {
  /** Rows on which only the first approach is right. */
  readonly onlyA: number;
  /** Rows on which only the second approach is right. */
  readonly onlyB: number;
  /** The two-sided mid-p value; with groups, that of the sign-flip test over groups, of which McNemar's is a special case. */
  readonly pValue: number;
}

/**
 * McNemar's mid-p test of whether two approaches are equally often right on the same rows. It uses only the rows on which exactly one of them is
 * right (Fagerland, Lydersen & Laake 2013). `mcnemarMidP` takes the two counts instead.
 *
 * @param rightA for each row, whether the first approach is right
 * @param rightB the same for the second, in the same order
 * @param options `groups`: rows of one group count as one unit, by the difference of their right answers, whose sign is flipped at random
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
 * McNemar's mid-p value from counts: the exact test with only half the probability of the observed split. 1 if no row tells the two apart.
 *
 * ```ts
 * mcnemarMidP(6, 1); // 0.0703
 * ```
 *
 * @param onlyA rows on which only the first approach is right
 * @param onlyB rows on which only the second is
 */
export function mcnemarMidP(onlyA: number, onlyB: number): number {
  checkCounts({ onlyA, onlyB });
  return counts.mcnemarMidP(onlyA, onlyB);
}

/** McNemar's exact p-value from counts; it is conservative. In R: `binom.test(onlyA, onlyA + onlyB)$p.value`. */
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
  /** Rows of one group are swapped together. */
  readonly groups?: Groups;
  /** @default 9999 */
  readonly permutations?: number;
  /** Equal seeds give equal p-values. @default 42 */
  readonly seed?: number;
}

/**
 * The paired permutation test: the probability of a difference at least this large, in either direction, if the two approaches' values were
 * exchangeable on each row. Monte Carlo, with the observed arrangement counted among the permutations (Phipson & Smyth 2010).
 *
 * ```ts
 * permutationTest(answersA, answersB, (a, b) => macroF1(truth, a) - macroF1(truth, b));
 * ```
 *
 * @param a one value per row that `difference` understands: an answer, a score
 * @param b the same for the second approach, in the same order
 * @param difference must change its sign when `a` and `b` are swapped
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
 * Adjusts p-values to control the family-wise error rate (Holm 1979). Returns them in the order given. In R: `p.adjust(p, "holm")`.
 */
export function holm(pValues: readonly number[]): number[] {
  rowCount({ pValues });
  checkNumbers("pValues", pValues, (value) => value >= 0 && value <= 1, "a p-value from 0 to 1");
  return holmAdjusted(pValues);
}
