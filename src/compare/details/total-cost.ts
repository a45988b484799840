import type { Assumptions } from "../../types/prices.js";
import type { Summary } from "../../types/scores.js";
import { setupCost } from "../cost.js";

/** USD for labels, fitting and this many requests together; `null` where the price of a request or of setting up is unknown. */
export function totalCost(summary: Summary, assumptions: Assumptions, requests: number): number | null {
  if (summary.usdPerThousand === null) return null;
  const setup = setupCost(summary, assumptions);
  if (setup === null) return null;
  const { labels, fitting } = setup;
  return labels + fitting + (requests * summary.usdPerThousand.value) / 1000;
}
