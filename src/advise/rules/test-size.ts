import type { Comparison } from "../../types.js";
import { decide } from "../decision.js";
import type { Finding } from "../findings.js";

/**
 * Whether the test set is too small for the margin: an interval wider than the margin on both sides can never lie inside it, so
 * "equivalent" is out of reach. Silent where the verdict stands all the same.
 */
export function smallTestSet(comparison: Comparison): Finding[] {
  const decision = decide(comparison);
  if (decision.ground !== "undecided" && decision.ground !== "one-arm") return [];
  const { metric, interval } =
    decision.ground === "undecided"
      ? { metric: decision.contrast.metric, interval: decision.contrast.difference }
      : { metric: "macroF1" as const, interval: decision.best.macroF1 };
  const halfWidth = (interval.high - interval.low) / 2;
  const { margin } = comparison.assumptions;
  return halfWidth > margin ? [{ kind: "small-test-set", testRows: comparison.task.testRows, halfWidth, metric, margin }] : [];
}
