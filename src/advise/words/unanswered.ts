/** @file Rows without an answer, in words. */

import { formatCount, formatPlural } from "../../lib/text/format.js";
import { metricInWords } from "../../lib/text/metric-names.js";
import type { FailedReason } from "../../types/measurement.js";
import type { Failure } from "../../types/prediction.js";
import type { UnansweredApproach, UnansweredReason } from "../../types/scores.js";
import { closed, quoted, sequence } from "./lists.js";
import { failureNames } from "./names.js";

/** `no answer could be had from prompt:x: 18 of 18 test rows unparseable, e.g. “<thinking>…”.` */
export function unansweredText({ approach, rows, testRows, reason, reasons, example }: Omit<UnansweredApproach, "arm">): string {
  const kinds = Object.entries(reasons ?? {}) as [UnansweredReason, number][];
  const why =
    kinds.length === 0
      ? unansweredNames[reason]
      : `without a usable answer: ${sequence(kinds.map(([kind, count]) => `${formatCount(count)} ${unansweredNames[kind]}`))}`;
  const had = rows === testRows ? "no answer" : "too few answers";
  return closed(
    `${had} could be had from ${approach}: ${formatCount(rows)} of ${formatPlural(testRows, "test row")} ${why}${quoted(example)}`,
  );
}

/** Why an approach could not be measured. */
export function failedText(reason: FailedReason): string {
  if (typeof reason === "string") return reason;
  const { testRows, example } = reason;
  const words = example === undefined ? "" : `, e.g. "${example.slice(0, 200)}"`;
  return `none of ${formatPlural(testRows, "test row")} has an answer: the recording lacks them, or the service failed${words}`;
}

/** What the reasons are called of which one keeps answers away. */
const unansweredNames: Readonly<Record<UnansweredReason, string>> = {
  missing: "missing (not in the recording, or the service failed)",
  unparseable: "unparseable",
  refused: "refused",
  truncated: "cut off",
};

/** How many failed by which reason: `2 refused and 1 cut off`. */
export function failureList(failures: Readonly<Partial<Record<Failure, number>>>, names = failureNames): string {
  const named = Object.entries(failures) as [Failure, number][];
  return sequence(named.filter(([, count]) => count > 0).map(([failure, count]) => `${formatCount(count)} ${names[failure]}`));
}

/** What the share of right rows is called, of one approach. */
export function shareRight(isExactMatch = false): string {
  return isExactMatch ? `its share of ${metricInWords("exactMatch")}` : "its accuracy";
}
