import type { Comparison } from "../../types/comparison.js";
import { type Decision, decide } from "../decision.js";
import type { Finding } from "../findings.js";

/** A confidence that is off by this much on average misleads a threshold: of "95% sure" answers only 90% are right. */
const tolerableError = 0.05;

/** Bins of the calibration error, as `compare/` computes it. */
const bins = 15;

/** Whether the choice's probabilities are too far off to set thresholds on. */
export function calibration(comparison: Comparison, decision: Decision = decide(comparison)): Finding[] {
  const subject = decision.choice ?? (decision.ground === "one-arm" ? decision.best : null);
  if (subject?.calibration == null) return [];
  const { approach, testRows, accuracy } = subject;
  const { ece } = subject.calibration;
  const expectedByChance = chanceError(accuracy.value, testRows);
  return ece > tolerableError + expectedByChance ? [{ kind: "badly-calibrated", approach, ece, expectedByChance }] : [];
}

/**
 * The expected calibration error that a perfectly calibrated approach shows at most by chance: each bin's share of right answers is off
 * by a half-normal deviation of mean √(2/π)·√(a(1−a)·bins/rows), and a(1−a) is concave, so the overall accuracy bounds the bins' mean.
 */
export function chanceError(accuracy: number, rows: number): number {
  return Math.sqrt(((2 / Math.PI) * accuracy * (1 - accuracy) * bins) / rows);
}
