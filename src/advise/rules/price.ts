import type { Comparison } from "../../types/comparison.js";
import type { Summary } from "../../types/scores.js";
import { type Decision, decide, noticeablyLess, type PairDecision } from "../decision.js";
import type { Finding } from "../findings.js";

/** Whether the choice is noticeably cheaper or dearer to run than the best of the other arm. */
export function price(comparison: Comparison, decision: Decision = decide(comparison)): Finding[] {
  if (decision.choice === null) return [];
  const { choice, other } = decision;
  const [usd, otherUsd] = [choice.usdPerThousand?.value, other.usdPerThousand?.value];
  const less = noticeablyLess(usd, otherUsd);
  if (usd === undefined || otherUsd === undefined || less === null) return [];
  const names = { approach: choice.approach, usd, other: other.approach, otherUsd };
  return less === "first" ? [{ kind: "cheaper", ...names }] : [{ kind: "dearer", ...names, ...extraRight(choice, decision) }];
}

function extraRight(
  choice: Summary,
  { other, contrast }: PairDecision,
): {
  extraRightPerThousand?: number;
} {
  // Two accuracies over different rows have no difference.
  const isSameRows = contrast.missing === undefined;
  if (!isSameRows && contrast.metric !== "accuracy") return {};
  const extra = 1000 * (isSameRows ? choice.accuracy.value - other.accuracy.value : contrast.difference.value);
  return extra > 0 ? { extraRightPerThousand: extra } : {};
}
