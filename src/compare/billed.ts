import type { Measurement } from "../types/measurement.js";

/** Whether fitting or answering is paid for, now or when it was recorded; also where the price is not known. */
export function isBilled({ fitCost, predictCost, outcomes }: Pick<Measurement, "fitCost" | "predictCost" | "outcomes">): boolean {
  return predictCost.usd > 0 || fitCost.usd > 0 || outcomes.some(({ costUsd }) => costUsd === null || (costUsd ?? 0) > 0);
}

/** Whether more of its answers are asked for only where that is wanted: they are paid for, or a language model on this machine takes its time for them. */
export function isCostly(own: Pick<Measurement, "fitCost" | "predictCost" | "outcomes" | "traits">): boolean {
  return isBilled(own) || own.traits.asksLlm;
}
