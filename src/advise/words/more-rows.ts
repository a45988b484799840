import { formatCount } from "../../lib/text/format.js";
import type { MoreRows } from "../../types/contrast.js";
import { about } from "./points.js";

/** From here on a range without a low end says so in words: "up to 210,000" alone sounds as if so many were needed. */
const few = 20;

/** `at least 300 more test rows`, `300 to 1,200 more test rows`, `a few to 40 more groups of test rows`: estimates, rounded. */
export function moreTestRows({ low, high, unit }: MoreRows): string {
  const noun = (count: number): string =>
    unit === "groups" ? `more ${count === 1 ? "group" : "groups"} of test rows` : `more test ${count === 1 ? "row" : "rows"}`;
  if (high === null) return `at least ${about(low)} ${noun(low)}`;
  if (low === 0) return high < few ? `up to ${about(high)} ${noun(high)}` : `a few to ${about(high)} ${noun(high)}`;
  return about(low) === about(high) ? `about ${about(high)} ${noun(high)}` : `${about(low)} to ${about(high)} ${noun(high)}`;
}

/** Of these, the rows that are there and were not asked about: `; 88 are there, and were not asked about`. Nothing where there are none. */
export function unaskedText(unasked: number): string {
  return unasked === 0
    ? ""
    : `; ${formatCount(unasked)} ${unasked === 1 ? "is there, and was" : "are there, and were"} not asked about`;
}

/** The same beside a verdict in a table: `300+ more rows`, `300–1,200 more groups`. */
export function moreRowsInShort({ low, high, unit }: MoreRows): string {
  if (high === null) return `${about(low)}+ more ${unit}`;
  if (low === 0) return `0–${about(high)} more ${unit}`;
  return about(low) === about(high) ? `~${about(high)} more ${unit}` : `${about(low)}–${about(high)} more ${unit}`;
}
