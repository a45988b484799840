import type { Comparison } from "../../types/comparison.js";
import type { Finding } from "../findings/findings.js";

/** The candidates whose running price is unknown, so that no cost of theirs can be compared. */
export function priceUnknown(comparison: Comparison): Finding[] {
  const { tune, prompt } = comparison.best;
  return comparison.summaries
    .filter(({ approach }) => approach === tune?.approach || approach === prompt?.approach)
    .filter(({ usdPerThousand }) => usdPerThousand === null)
    .map(({ approach }) => ({ kind: "price-unknown", approach }));
}

/** The approaches that were asked for and could not be measured. */
export function failedApproaches(comparison: Comparison): Finding[] {
  return comparison.failed.map(({ approach, reason }) => ({ kind: "failed", approach, reason }));
}
