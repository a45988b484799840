/** @file What came before the first prediction. */
import type { Assumptions, Upfront } from "../../types/prices.js";
import type { Summary } from "../../types/scores.js";
import { labelsUsed } from "../known-facts.js";

/** Months over which what came before is written off. */
export const monthsOfUse = 12;

/** What came before the first prediction, in USD. Of a recording only its labels count, where they were told, and the work that was. */
export function upfrontCost(
  summary: Pick<Summary, "arm" | "facts" | "fitCost">,
  { usdPerLabel, usdPerMachineHour, usdPerPersonHour, personHours }: Assumptions,
): Upfront {
  const labels = labelsUsed(summary);
  const { usd, seconds } = summary.fitCost;
  const fitting = summary.facts.recording === undefined ? usd + (seconds / 3600) * usdPerMachineHour : 0;
  const { arm } = summary;
  const hours = arm === "tune" || arm === "prompt" ? (personHours?.[arm] ?? 0) : 0;
  return { labels: (labels ?? 0) * (usdPerLabel ?? 0), fitting, work: hours * (usdPerPersonHour ?? 0) };
}

/** All of it together. */
export const sumOf = ({ labels, fitting, work }: Upfront): number => labels + fitting + work;
