/** @file Soft labels as numbers. */
import { ownValue } from "../../lib/json-value.js";
import type { Example } from "../../types/data.js";

/**
 * How likely each of these labels is, in their order: what soft labels say of them. Unless a row may have several labels they sum to 1, whatever
 * the soft labels say of others; where they say nothing of any of these, all are as likely.
 */
export function softTargets(
  soft: NonNullable<Example["softLabels"]>,
  labels: readonly string[],
  isMultiLabel: boolean,
): Float64Array {
  const shares = Float64Array.from(labels, (label) => ownValue(soft, label) ?? 0);
  if (isMultiLabel) return shares;
  const total = shares.reduce((sum, share) => sum + share, 0);
  return shares.map((share) => (total > 0 ? share / total : 1 / labels.length));
}
