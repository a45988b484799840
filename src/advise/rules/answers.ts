import type { Comparison } from "../../types.js";
import type { Finding } from "../findings.js";

/** Share of rows without an answer from which on it is worth a word, though each counts as wrong already. */
const tolerableShare = 0.01;

/** The approaches that left rows unanswered, the most first. */
export function unanswered(comparison: Comparison): Finding[] {
  const found = comparison.summaries.flatMap(({ approach, failures, testRows, answeredAccuracy }) => {
    const rows = Object.values(failures).reduce((sum, count) => sum + count, 0);
    return rows > tolerableShare * testRows
      ? [{ kind: "unanswered" as const, approach, rows, testRows, failures, answeredAccuracy }]
      : [];
  });
  return found.sort((a, b) => b.rows / b.testRows - a.rows / a.testRows);
}
