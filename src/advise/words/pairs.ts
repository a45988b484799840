/** @file Two approaches beside each other: a difference with its verdict, and what other rows say of it. */

import { formatCount, formatPlural } from "../../lib/text/format.js";
import type { Comparison } from "../../types/comparison.js";
import type { Contrast } from "../../types/contrast.js";
import type { Decision } from "../decision.js";
import { comparedRows } from "../lookup.js";
import type { OtherReading } from "../other-readings.js";
import { pairVerdicts, readingNames } from "./names.js";
import { range, signed } from "./points.js";

/** One pair with its difference and its verdict: `a against b +2.0 points (95% interval +1.1 to +2.9), the first is better`. */
export function pairText({ a, b, difference, verdict }: Pick<Contrast, "a" | "b" | "difference" | "verdict">): string {
  return `${a} against ${b} ${signed(difference.value)} points (95% interval ${range(difference)}), ${pairVerdicts[verdict]}`;
}

/** ` on the 3,030 rows that both have an answer to`, ` on a random sample of 100 of 188 test rows`; nothing where that is every test row. */
export function rowsOfBoth(decision: Decision, comparison: Comparison): string {
  if (!("contrast" in decision)) return "";
  const { missing, askedRows } = decision.contrast;
  const both = `the ${formatPlural(comparedRows(decision.contrast, comparison), "row")} that both have an answer to`;
  if (askedRows === undefined) return missing === undefined ? "" : ` on ${both}`;
  const sample = sampleText(askedRows, comparison.task.testRows);
  return missing === undefined ? ` on ${sample}` : ` on ${both}, of ${sample}`;
}

/** `a random sample of 100 of 188 test rows`. */
export function sampleText(rows: number, testRows: number): string {
  return `a random sample of ${formatCount(rows)} of ${formatPlural(testRows, "test row")}`;
}

/** What stands beneath a difference that does not rest on every test row: on how many, and what it is with the missing ones counted as wrong. */
export function restsOnTexts({ askedRows, missing }: Contrast, { task }: Pick<Comparison, "task">): string[] {
  return [
    ...(askedRows === undefined ? [] : [`on ${sampleText(askedRows, task.testRows)}`]),
    ...(missing === undefined ? [] : [asWrongText(missing)]),
  ];
}

/** What another choice of rows says of the decision's two approaches, in a sentence. */
export function otherReadingText({ by, reading, isSameChoice }: OtherReading): string {
  const said = `the difference is ${signed(reading.difference.value)} points (95% interval ${range(reading.difference)})`;
  return `But ${readingNames[by]} ${said}: ${isSameChoice ? "the same choice, on another ground" : "another verdict"}.`;
}

/** What a contrast says with its missing rows counted as wrong: `66 rows missing; as wrong +1.9 (+1.2 to +2.7), first is better`. */
function asWrongText({ rows, asWrong: { difference, verdict } }: NonNullable<Contrast["missing"]>): string {
  return `${formatPlural(rows, "row")} missing; counted as wrong ${signed(difference.value)} (${range(difference)}), ${pairVerdicts[verdict].replace(/^the (?=first|second)/, "")}`;
}
