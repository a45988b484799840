/**
 * @file Whether a prompt that won a search is better than the one the search began with.
 *
 * The winner of k candidates on the selection rows looks better there than it is. So the two are compared on rows that no part of the search
 * has seen: whatever was chosen by whatever way, on fresh rows an exact paired test errs as often as it says. A correction over k candidates on
 * the selection rows themselves (the maximum's distribution) would keep more rows, but holds only where the candidates were fixed
 * beforehand; GEPA and MIPROv2 make new ones from the scores of the old.
 */
import { binomialCdf } from "../../lib/binomial.js";
import type { Example } from "../../types.js";
import type { RowResult } from "./optimizer.js";

/** One prompt against another on the same rows. */
export interface Gain {
  /** Difference of the shares of right answers. */
  readonly gain: number;
  /** Lower end of the one-sided 95 % interval of the difference, given how many rows differ. */
  readonly lowerBound: number;
  /** Whether the lower bound is above 0. */
  readonly isReal: boolean;
}

const level = 0.05;

/**
 * Compares `after` with `before`, paired. Of the units in which just one of them is better, the share won by `after` has the one-sided exact
 * bound of Clopper and Pearson (1934); it is above one half exactly where the sign test (McNemar's exact test, one-sided) rejects at 5 %. A
 * unit is a row, or all rows of a group together: they are not independent, and count once, by the sign of their sum.
 */
export function pairedGain(rows: readonly Example[], before: readonly RowResult[], after: readonly RowResult[]): Gain {
  const units = new Map<string, number>();
  for (const [i, { id, group }] of rows.entries()) {
    const unit = group === undefined ? `row ${id}` : `group ${group}`;
    units.set(unit, (units.get(unit) ?? 0) + Number(after[i]!.isRight) - Number(before[i]!.isRight));
  }
  const differences = [...units.values()].map(Math.sign);
  const won = differences.filter((sign) => sign > 0).length;
  const lost = differences.filter((sign) => sign < 0).length;
  const right = (results: readonly RowResult[]): number => results.filter(({ isRight }) => isRight).length;
  return {
    gain: rows.length === 0 ? 0 : (right(after) - right(before)) / rows.length,
    lowerBound: units.size === 0 ? 0 : ((2 * shareLowerBound(won, won + lost) - 1) * (won + lost)) / units.size,
    isReal: won + lost > 0 && 1 - binomialCdf(won - 1, won + lost, 0.5) <= level,
  };
}

/** Rows below which no outcome whatever could prove a gain: with fewer than five differences even all in one direction are chance. */
export const leastDecidingRows = 5;

/** The share of successes of which at least so many of `n` have a chance of 5 % (Clopper and Pearson). 0 where there is no success. */
function shareLowerBound(successes: number, n: number): number {
  if (successes === 0) return 0;
  let [low, high] = [0, 1];
  for (let i = 0; i < 60; i++) {
    const share = (low + high) / 2;
    if (1 - binomialCdf(successes - 1, n, share) < level) low = share;
    else high = share;
  }
  return low;
}

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
