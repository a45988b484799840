import type { Measurement } from "../types/measurement.js";

/** Whether fitting or answering is paid for, now or when it was recorded; also where the price is not known. */
export function isBilled({ fitCost, predictCost, outcomes }: Pick<Measurement, "fitCost" | "predictCost" | "outcomes">): boolean {
  return predictCost.usd > 0 || fitCost.usd > 0 || outcomes.some(({ costUsd }) => costUsd === null || (costUsd ?? 0) > 0);
}
