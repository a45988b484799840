import { cheaperOf } from "../../compare/money/cheaper.js";
import type { Comparison } from "../../types/comparison.js";
import type { Summary } from "../../types/scores.js";
import { type Decision, decide, type PairDecision } from "../decision.js";
import type { Finding, FindingOf } from "../findings/findings.js";
import { noticeablyLess } from "../weighing.js";

/** What the two cost a month, where the number of requests was told and the difference matters. */
export function monthlyBill(comparison: Comparison, decision: Decision = decide(comparison)): Finding[] {
  if (decision.choice === null) return [];
  const { choice, other } = decision;
  const cheaper = cheaperOf(choice, other, comparison.assumptions);
  if (cheaper.kind !== "decided" || cheaper.month === undefined) return [];
  const { requests, usd: less, otherUsd: more } = cheaper.month;
  const [usd, otherUsd] = cheaper.approach === choice.approach ? [less, more] : [more, less];
  return [{ kind: "monthly-bill", approach: choice.approach, usd, other: other.approach, otherUsd, requests }];
}

/** Whether the choice is noticeably cheaper or dearer to run than the best of the other arm. */
export function price(comparison: Comparison, decision: Decision = decide(comparison)): Finding[] {
  if (decision.choice === null) return [];
  const { choice, other } = decision;
  const [usd, otherUsd] = [choice.usdPerThousand?.value, other.usdPerThousand?.value];
  const less = noticeablyLess(usd, otherUsd);
  if (usd === undefined || otherUsd === undefined || less === null) return [];
  const names = { approach: choice.approach, usd, other: other.approach, otherUsd };
  return less === "first"
    ? [{ kind: "cheaper", ...names }]
    : [{ kind: "dearer", ...names, ...extraRight(comparison, choice, decision) }];
}

function extraRight(
  { task }: Comparison,
  choice: Summary,
  { other, contrast }: PairDecision,
): Pick<FindingOf<"dearer">, "extraRightPerThousand" | "isExactMatch"> {
  // Two accuracies over different rows have no difference: how many more are right is not known then.
  const isSameRows = contrast.missing === undefined && contrast.askedRows === undefined;
  if (!isSameRows && contrast.metric !== "accuracy") return {};
  const extra = 1000 * (isSameRows ? choice.accuracy.value - other.accuracy.value : contrast.difference.value);
  return { extraRightPerThousand: Math.max(0, extra), ...(task.isMultiLabel && { isExactMatch: true }) };
}
