import type { Outcome } from "../types/prediction.js";
import { presentRows } from "./missing.js";

/** Share of rows that two approaches answer differently, of those that both have an outcome of. NaN where there is none. */
export function shareOfAnswersChanged(a: readonly Outcome[], b: readonly Outcome[]): number {
  const key = ({ answer }: Outcome): string => JSON.stringify(answer?.toSorted() ?? null);
  const rows = presentRows([a, b]);
  return rows.filter((row) => key(a[row]!) !== key(b[row]!)).length / rows.length;
}
