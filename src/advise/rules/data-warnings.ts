import type { Comparison } from "../../types/comparison.js";
import type { Finding } from "../findings/findings.js";

/** The reader's warnings that put the verdict itself in doubt: those that hold the test rows against the training rows. */
export function dataWarnings(comparison: Comparison): Finding[] {
  return comparison.task.warnings
    .filter((text) => /\btest rows?\b/i.test(text) && /\btraining rows?\b/i.test(text))
    .map((text) => ({ kind: "data-warning", text }));
}
