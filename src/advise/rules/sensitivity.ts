/** @file What would have to be different for the answer to be different, computed from the intervals and prices. */
import type { Comparison } from "../../types/comparison.js";
import { type Decision, decide, noticeablyLess, tieBreak } from "../decision.js";
import type { Finding } from "../findings.js";

/** From which margin on a clear difference would no longer matter, and what would be chosen then. */
export function widerMargin(comparison: Comparison, decision: Decision = decide(comparison)): Finding[] {
  if (decision.ground !== "better") return [];
  const { choice, other, contrast } = decision;
  const successor = tieBreak(choice, other);
  return [
    {
      kind: "wider-margin",
      a: choice.approach,
      b: other.approach,
      margin: comparison.assumptions.margin,
      undecidedFrom: contrast.difference.low,
      equivalentFrom: contrast.difference.high,
      ...(successor === null ? {} : { successor }),
    },
  ];
}

/** How far the price of the dearer approach would have to fall, where the price decided, or would have spoken for the other. */
export function priceFall(comparison: Comparison, decision: Decision = decide(comparison)): Finding[] {
  if (decision.choice === null) return [];
  const { choice, other } = decision;
  const decidedByPrice = "tieBreak" in decision && decision.tieBreak?.by === "price";
  const [dearer, cheaper] = decidedByPrice ? [other, choice] : [choice, other];
  const [usd, otherUsd] = [dearer.usdPerThousand?.value, cheaper.usdPerThousand?.value];
  if (usd === undefined || otherUsd === undefined || noticeablyLess(otherUsd, usd) !== "first") return [];
  return [{ kind: "price-fall", approach: dearer.approach, other: cheaper.approach, fall: 1 - otherUsd / usd, usd, otherUsd }];
}

/** How many more test rows would decide what is open. */
export function moreRows(comparison: Comparison, decision: Decision = decide(comparison)): Finding[] {
  if (decision.ground !== "undecided" && decision.ground !== "not-worse") return [];
  const { a, b, moreRows: needed } = decision.contrast;
  return needed === null ? [] : [{ kind: "more-rows", needed, a, b }];
}
