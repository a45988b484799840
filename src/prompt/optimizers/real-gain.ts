/**
 * @file Whether a prompt that won a search is better than the one the search began with.
 *
 * The winner of k candidates on the selection rows looks better there than it is. So the two are compared on rows that no part of the search
 * has seen: whatever was chosen by whatever way, on fresh rows an exact paired test errs as often as it says. A correction over k candidates on
 * the selection rows themselves (the maximum's distribution) would keep more rows, but holds only where the candidates were fixed
 * beforehand; GEPA and MIPROv2 make new ones from the scores of the old.
 */
import { binomialCdf } from "../../lib/binomial.js";
import type { Example } from "../../types/data.js";
import type { RowResult } from "./optimizer.js";

/** One prompt against another on the same rows. */
export interface Gain {
  /** Difference of the shares of right answers. */
  readonly gain: number;
  /** One-sided, exact: how likely a difference this large is where the second prompt is no better than the first. */
  readonly pValue: number;
  /** Whether the lower end of the one-sided 95 % interval of the gain is above 0. */
  readonly isReal: boolean;
}

const level = 0.05;

/**
 * Compares `after` with `before`, paired: McNemar's exact test, one-sided, of the units in which just one of them is better. It rejects at 5 %
 * exactly where Clopper and Pearson's (1934) one-sided 95 % bound of the share won by `after` is above one half, which is where the bound of the
 * gain is above 0. A unit is a row, or all rows of a group together: they are not independent, and count once, by the sign of their sum.
 * In R: `binom.test(won, won + lost, alternative = "greater")`.
 */
export function pairedGain(rows: readonly Example[], before: readonly RowResult[], after: readonly RowResult[]): Gain {
  const units = new Map<string, number>();
  for (const [i, { id, group }] of rows.entries()) {
    const unit = group === undefined ? `row ${id}` : `group ${group}`;
    units.set(unit, (units.get(unit) ?? 0) + Number(after[i]!.isRight) - Number(before[i]!.isRight));
  }
  const differences = [...units.values()];
  const won = differences.filter((difference) => difference > 0).length;
  const lost = differences.filter((difference) => difference < 0).length;
  const pValue = won === 0 ? 1 : binomialCdf(lost, won + lost, 0.5);
  const right = (results: readonly RowResult[]): number => results.filter(({ isRight }) => isRight).length;
  const gain = rows.length === 0 ? 0 : (right(after) - right(before)) / rows.length;
  // Where groups differ in size a few large ones may lose what many small ones win.
  return { gain, pValue, isReal: gain > 0 && pValue <= level };
}

/** With fewer differences than this even all in one direction may be chance: fewer rows prove nothing, whatever the outcome. */
export const leastDecidingRows = 5;

/**
 * How much better the best of `candidates` equally good ones looks than it is, about: SE·√(2 ln k), the expected maximum of k normal
 * errors for large k. An upper estimate, since candidates judged on the same rows err together. The standard error is taken at
 * (right + 1) / (rows + 2), so that a prompt without an error on a few rows is not taken to be without any.
 */
export function expectedOptimism(right: number, rows: number, candidates: number): number {
  if (candidates < 2 || rows === 0) return 0;
  const accuracy = (right + 1) / (rows + 2);
  return Math.sqrt((accuracy * (1 - accuracy)) / rows) * Math.sqrt(2 * Math.log(candidates));
}
