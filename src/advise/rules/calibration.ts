import { defaultBins } from "../../compare/metrics/reliability.js";
import type { Comparison } from "../../types/comparison.js";
import { type Decision, decide, subjectOf } from "../decision.js";
import type { Finding } from "../findings/findings.js";

/** A confidence that is off by this much on average misleads a threshold: of "95% sure" answers only 90% are right. */
const tolerableError = 0.05;

/** Whether the choice's probabilities are too far off to set thresholds on. */
export function calibration(comparison: Comparison, decision: Decision = decide(comparison)): Finding[] {
  const subject = subjectOf(decision);
  if (subject?.calibration == null) return [];
  const { approach, testRows, accuracy } = subject;
  const { ece } = subject.calibration;
  const expectedByChance = chanceError(accuracy.value, testRows);
  if (ece <= tolerableError + expectedByChance) return [];
  const claims = comparison.calibrations?.find((each) => each.approach === approach);
  const remedy = claims?.temperature.kind === "fitted" ? claims.temperature : undefined;
  const isMended = remedy !== undefined && remedy.reliability.ece - expectedByChance <= (ece - expectedByChance) / 2;
  return [
    {
      kind: "badly-calibrated",
      approach,
      ece,
      expectedByChance,
      ...(claims !== undefined && { excess: claims.reliability.excess }),
      ...(isMended && { temperature: { value: remedy.value.value, ece: remedy.reliability.ece } }),
    },
  ];
}

/**
 * The expected calibration error that a perfectly calibrated approach shows at most by chance: each bin's share of right answers is off
 * by a half-normal deviation of mean √(2/π)·√(a(1−a)·bins/rows), and a(1−a) is concave, so the overall accuracy bounds the bins' mean.
 */
export function chanceError(accuracy: number, rows: number): number {
  return Math.sqrt(((2 / Math.PI) * accuracy * (1 - accuracy) * defaultBins) / rows);
}
