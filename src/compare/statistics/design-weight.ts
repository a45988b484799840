import { effectiveUnits, jackknifeError } from "./jackknife.js";
import { totalCounts, unitsOf } from "./resampling-units.js";

/**
 * How many independent rows a row is worth for the share of some of them: the variance of the share of independent rows over its variance by the
 * jackknife, which knows the groups (one over the design effect). At least what it would be, were the rows of a group all alike; 1 at most.
 *
 * @param isCounted whether each row is one of those
 */
export function designWeight(isCounted: readonly boolean[], groups: readonly (string | undefined)[]): number {
  const units = unitsOf(
    2,
    isCounted.map((counted) => (counted ? [0, 1] : [0])),
    groups,
  );
  const [rows = 0, counted = 0] = totalCounts(units);
  const alike = effectiveUnits(groups) / rows;
  const error = jackknifeError(units, (counts) => counts[1]! / counts[0]!);
  if (error === 0) return alike;
  const rate = counted / rows;
  return Math.min(1, Math.max(alike, (rate * (1 - rate)) / rows / error ** 2));
}
