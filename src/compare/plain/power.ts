/** @file Power and sample size of a comparison, on plain numbers. */
import { UserError } from "../../lib/errors.js";
import type { MoreRows } from "../../types/contrast.js";
import type { Estimate } from "../../types/scores.js";
import * as power from "../statistics/power.js";
import { checkNumber } from "./rows.js";

export type { PairedTruth, PowerOptions } from "../statistics/power.js";

/** The desired power. */
export interface WantedPower extends power.PowerOptions {
  /** The probability of detecting the difference. @default 0.8 */
  readonly power?: number;
}

/** Nobody labels more rows to settle one question. */
const mostRows = 10_000_000;

/**
 * The power of McNemar's test on `rows` test rows, summed over all 2×2 tables.
 *
 * @param truth the shares of all texts on which only the first, and only the second approach is right, from 0 to 1
 */
export function mcnemarPower(truth: power.PairedTruth, rows: number, options: power.PowerOptions = {}): number {
  checkTruth(truth);
  checkRows(rows);
  checkShare("alpha", options.alpha);
  return power.mcnemarPower(truth, rows, options);
}

/**
 * The smallest number of test rows on which McNemar's test has the desired power. With more rows the power rarely falls, and recovers a few rows
 * later. `null` if there is no difference, or it takes more than ten million rows.
 *
 * ```ts
 * rowsNeeded({ onlyA: 0.06, onlyB: 0.04 }); // a difference of two points between approaches that disagree on a tenth of the rows
 * ```
 */
export function rowsNeeded(truth: power.PairedTruth, { power: wanted = 0.8, ...options }: WantedPower = {}): number | null {
  checkTruth(truth);
  checkShare("power", wanted);
  checkShare("alpha", options.alpha);
  if (truth.onlyA === truth.onlyB) return null;
  const isEnough = (rows: number): boolean => power.mcnemarPower(truth, rows, options) >= wanted;
  let high = 1;
  while (!isEnough(high)) {
    if (high >= mostRows) return null;
    high = Math.min(mostRows, high * 2);
  }
  let low = Math.floor(high / 2);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (isEnough(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/**
 * The smallest true difference in accuracy that McNemar's test detects with the desired power, if exactly one of the two approaches is right on
 * the share `disagreement` of `rows` test rows. `null` if not even the largest possible difference is detected.
 */
export function minimumDetectableEffect(disagreement: number, rows: number, options: WantedPower = {}): number | null {
  checkNumber("disagreement", disagreement, disagreement >= 0 && disagreement <= 1, "a share of rows from 0 to 1");
  checkRows(rows);
  checkShare("power", options.power);
  checkShare("alpha", options.alpha);
  return power.minimumDetectableEffect(disagreement, rows, options);
}

/**
 * How many more test rows, from least to most, would decide whether a difference is larger than the margin or within it. It follows from the
 * interval's width, so it holds for any score, and for groups in place of rows. `null` below 20 rows, and if the interval already lies beyond
 * the margin.
 *
 * @param difference with its 95 % interval, from `differenceInterval`
 * @param rows the test rows, or groups, behind it
 * @param margin differences within this do not matter
 */
export function moreRowsNeeded(
  difference: Estimate,
  rows: number,
  margin: number,
): Pick<MoreRows, "low" | "high" | "aim"> | null {
  checkRows(rows);
  checkNumber("margin", margin, margin >= 0 && Number.isFinite(margin), "a difference of at least 0");
  const { value, low, high } = difference;
  if (!(low <= value && value <= high))
    throw new UserError(`difference is ${value} between ${low} and ${high}; expected low ≤ value ≤ high.`);
  return power.moreNeeded({ difference, units: rows, margin });
}

function checkTruth({ onlyA, onlyB }: power.PairedTruth): void {
  const expected = "a share of all texts from 0 to 1, and no more than 1 together";
  checkNumber("onlyA", onlyA, onlyA >= 0 && onlyA + onlyB <= 1, expected);
  checkNumber("onlyB", onlyB, onlyB >= 0 && onlyA + onlyB <= 1, expected);
}

function checkRows(rows: number): void {
  checkNumber("rows", rows, Number.isSafeInteger(rows) && rows >= 1, "a whole number of at least 1");
}

function checkShare(name: string, value: number | undefined): void {
  if (value !== undefined) checkNumber(name, value, value > 0 && value < 1, "a number between 0 and 1");
}
