import { outcomesOf } from "../../compare/details/disagreements.js";
import type { Comparison } from "../../types/comparison.js";
import type { Failure } from "../../types/prediction.js";
import type { Summary } from "../../types/scores.js";
import { type Decision, decide } from "../decision.js";
import type { Finding } from "../findings/findings.js";
import { comparedRows } from "../lookup.js";
import { disagreeingReadings } from "../other-readings.js";

/** Share of rows without an answer from which on it is worth a word, though each counts as wrong already. */
const tolerableShare = 0.01;

/** The approaches that left rows unanswered by themselves, the most first: such rows count as wrong. */
export function unanswered(comparison: Comparison): Finding[] {
  const found = comparison.summaries.flatMap((summary) => {
    const { approach, testRows, answeredAccuracy } = summary;
    const failures = ownFailures(summary);
    const rows = Object.values(failures).reduce((sum, count) => sum + count, 0);
    return rows > tolerableShare * testRows
      ? [{ kind: "unanswered" as const, approach, rows, testRows, failures, answeredAccuracy, ...exactMatch(summary) }]
      : [];
  });
  return found.sort((a, b) => b.rows / b.testRows - a.rows / a.testRows);
}

function exactMatch({ multiLabel }: Summary): { isExactMatch?: true } {
  return multiLabel === undefined ? {} : { isExactMatch: true };
}

/** Failures that are the approach's own: all but the missing rows. */
function ownFailures({ failures, missing }: Summary): Partial<Record<Failure, number>> {
  const own = (Object.entries(failures) as [Failure, number][]).map(([failure, count]) => {
    return [failure, count - (missing?.reasons[failure] ?? 0)] as const;
  });
  return Object.fromEntries(own.filter(([, count]) => count > 0));
}

/** The approaches that have no outcome of some rows, the most first: such rows are left out, however few they are. */
export function missingRows({ summaries }: Comparison): Finding[] {
  const found = summaries.flatMap((summary) => {
    const { approach, testRows, missing, accuracy, facts } = summary;
    if (missing === undefined) return [];
    const { rows, reasons, example, worstCase } = missing;
    return {
      kind: "missing-rows" as const,
      approach,
      isRecording: facts.recording !== undefined,
      rows,
      testRows,
      reasons,
      ...(example !== undefined && { example }),
      accuracy: accuracy.value,
      worstAccuracy: worstCase.accuracy.value,
      ...exactMatch(summary),
    };
  });
  return found.sort((a, b) => b.rows - a.rows);
}

/** Recordings with answers that differ to more rows than the margin bears: which of them is counted may decide. */
export function answersDiffer(comparison: Comparison): Finding[] {
  return comparison.summaries.flatMap(({ approach, testRows }): Finding[] => {
    const rows = (outcomesOf(comparison, approach) ?? []).filter(({ isDisputed }) => isDisputed === true).length;
    return rows > comparison.assumptions.margin * testRows ? [{ kind: "answers-differ", approach, rows, testRows }] : [];
  });
}

/** Labels that an LLM never answered, with the difference on the rows of the others: those may not have been offered to it. */
export function labelsNeverAnswered(comparison: Comparison): Finding[] {
  const { metrics, assumptions, task } = comparison;
  return comparison.contrasts.flatMap(({ a, b, metric, difference, offered }) => {
    if (offered === undefined || metric !== metrics.primary) return [];
    return {
      kind: "labels-never-answered" as const,
      approach: b,
      other: a,
      metric,
      difference,
      margin: assumptions.margin,
      labels: offered.neverAnswered,
      ofLabels: task.labels.length,
      offeredRows: offered.rows,
      offeredDifference: offered.difference,
      offeredVerdict: offered.verdict,
    };
  });
}

/** Where other rows than those that decide would decide otherwise: both numbers. */
export function readingsDisagree(comparison: Comparison, decision: Decision = decide(comparison)): Finding[] {
  if (!("contrast" in decision)) return [];
  const { a, b, metric, difference } = decision.contrast;
  // Labels that were never answered have a caution of their own, with both numbers.
  const readings = disagreeingReadings(comparison, decision).filter(({ by }) => by !== "offered-labels");
  return readings.map(({ by, reading }) => ({
    kind: "readings-disagree" as const,
    by,
    a,
    b,
    metric,
    difference,
    margin: comparison.assumptions.margin,
    rows: comparedRows(decision.contrast, comparison),
    otherRows: reading.rows,
    otherDifference: reading.difference,
    otherVerdict: reading.verdict,
  }));
}
