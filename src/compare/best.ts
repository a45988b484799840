/** @file The best candidate of an arm, chosen on validation rows. Test rows are looked at by nobody who chooses. */
import { formatCount, formatScore } from "../lib/format.js";
import type { Arm, Assumptions, BestChoice, Measurement, TaskFacts } from "../types.js";
import { codeOutcomes } from "./coding.js";
import { usdPerThousand } from "./cost.js";
import { labelCounts, macroAverage } from "./metrics.js";

/**
 * The arm's candidate with the best macro-F1 on the validation rows; of equals the one with the cheaper predictions, then the
 * first by name. `null` where the arm has no candidate.
 *
 * @param candidates approaches of the arm that were measured on the test rows, in any order
 */
export function bestOfArm(
  arm: Arm,
  candidates: readonly string[],
  measurements: readonly Measurement[],
  task: TaskFacts,
  assumptions: Assumptions,
): BestChoice | null {
  const others = measurements.some((measurement) => measurement.arm === arm && !candidates.includes(measurement.approach));
  if (candidates.length === 0) return null;
  if (candidates.length === 1) {
    return { approach: candidates[0]!, basis: others ? "only candidate that was fully measured" : "only candidate" };
  }
  const judged = [];
  for (const approach of candidates) {
    const validation = measurements.find(
      (measurement) => measurement.approach === approach && measurement.split === "validation",
    );
    const price = usdPerThousand(
      measurements.filter((measurement) => measurement.approach === approach),
      assumptions,
    );
    judged.push({
      approach,
      rows: validation?.outcomes.length ?? 0,
      // A candidate without validation rows stands behind all that have some.
      macroF1: validation === undefined ? -1 : macroAverage(labelCounts(codeOutcomes(validation.outcomes, task))).f1,
      usd: price?.value ?? Number.POSITIVE_INFINITY,
    });
  }
  judged.sort((a, b) => b.macroF1 - a.macroF1 || compareNumbers(a.usd, b.usd) || (a.approach < b.approach ? -1 : 1));
  const best = judged[0]!;
  if (best.rows === 0) return { approach: best.approach, basis: "the cheapest: too few rows to hold some back for validation" };
  return {
    approach: best.approach,
    basis: `validation macro-F1 ${formatScore(best.macroF1)} on ${formatCount(best.rows)} rows`,
  };
}

/** Ascending; two infinities are equal, which their difference (NaN) would not say. */
function compareNumbers(a: number, b: number): number {
  return a === b ? 0 : a - b;
}
