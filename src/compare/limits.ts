/** @file Limits that an answer must keep, whatever it scores. */
import type { Assumptions } from "../types/prices.js";
import type { Summary } from "../types/scores.js";

/** What a limit is about. */
export type Limit = "private" | "latency" | "price";

const rules: Readonly<Record<Limit, (summary: Summary, assumptions: Assumptions) => boolean>> = {
  // Of a recording nobody knows who saw the texts.
  private: ({ facts }, { isPrivate }) => isPrivate === true && (facts.recording !== undefined || facts.needs.includes("network")),
  latency: ({ latency }, { maxLatencySeconds }) =>
    maxLatencySeconds !== undefined && latency !== null && latency.p95 > maxLatencySeconds,
  price: ({ usdPerThousand }, { maxUsdPerThousand }) =>
    maxUsdPerThousand !== undefined && usdPerThousand !== null && usdPerThousand.value > maxUsdPerThousand,
};

/** The limits that an approach does not keep. What was not measured breaks none. */
export function brokenLimits(summary: Summary, assumptions: Assumptions): Limit[] {
  return (Object.keys(rules) as Limit[]).filter((limit) => rules[limit](summary, assumptions));
}
