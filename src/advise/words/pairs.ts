/** @file Two approaches beside each other: a difference with its verdict, and what other rows say of it. */

import { formatPlural } from "../../lib/text/format.js";
import type { Comparison } from "../../types/comparison.js";
import type { Contrast } from "../../types/contrast.js";
import type { Decision } from "../decision.js";
import type { OtherReading } from "../other-readings.js";
import { pairVerdicts, readingNames } from "./names.js";
import { range, signed } from "./points.js";

/** One pair with its difference and its verdict: `a against b +2.0 points (95% interval +1.1 to +2.9), the first is better`. */
export function pairText({ a, b, difference, verdict }: Pick<Contrast, "a" | "b" | "difference" | "verdict">): string {
  return `${a} against ${b} ${signed(difference.value)} points (95% interval ${range(difference)}), ${pairVerdicts[verdict]}`;
}

/** ` on the 3,030 rows that both have an answer to`; nothing where that is every test row. */
export function rowsOfBoth(decision: Decision, { task }: Comparison): string {
  if (!("contrast" in decision) || decision.contrast.missing === undefined) return "";
  return ` on the ${formatPlural(task.testRows - decision.contrast.missing.rows, "row")} that both have an answer to`;
}

/** What another choice of rows says of the decision's two approaches, in a sentence. */
export function otherReadingText({ by, reading, isSameChoice }: OtherReading): string {
  const said = `the difference is ${signed(reading.difference.value)} points (95% interval ${range(reading.difference)})`;
  return `But ${readingNames[by]} ${said}: ${isSameChoice ? "the same choice, on another ground" : "another verdict"}.`;
}

/** What a contrast says with its missing rows counted as wrong: `66 rows missing; as wrong +1.9 (+1.2 to +2.7), first is better`. */
export function asWrongText({ rows, asWrong: { difference, verdict } }: NonNullable<Contrast["missing"]>): string {
  return `${formatPlural(rows, "row")} missing; counted as wrong ${signed(difference.value)} (${range(difference)}), ${pairVerdicts[verdict].replace(/^the (?=first|second)/, "")}`;
}
