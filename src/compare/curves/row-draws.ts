/** @file Test rows drawn with replacement, once for all approaches, sizes and runs; and scores of the rows drawn. */
import type { Random } from "../../lib/random.js";
import { effectiveUnits } from "../statistics/jackknife.js";
import { studentScale } from "./student-scale.js";

/** Resamples of test rows. */
export interface RowDraws {
  /** Rows of the test set, those included that do not count. */
  readonly rowCount: number;
  readonly replicates: number;
  /** The unit that each row belongs to: itself, or its group; −1 where it does not count. */
  readonly unitOf: Int32Array;
  readonly unitCount: number;
  /** How often each unit was drawn, replicate by replicate: never 256 times, which of more units than that has no probability to speak of. */
  readonly times: Uint8Array;
  /** By how much each replicate's distance from what was measured is to be stretched, for there are few units. */
  readonly stretch: Float64Array;
}

/**
 * Draws units of the rows that count.
 *
 * @param rows indices of the rows that count; at least one
 * @param groups the group of every row of the test set
 */
export function drawRows(
  rows: readonly number[],
  rowCount: number,
  groups: readonly (string | undefined)[],
  replicates: number,
  random: Random,
): RowDraws {
  const unitOf = new Int32Array(rowCount).fill(-1);
  const unitOfGroup = new Map<string, number>();
  let unitCount = 0;
  for (const row of rows) {
    const group = groups[row];
    const known = group === undefined ? undefined : unitOfGroup.get(group);
    if (group !== undefined && known === undefined) unitOfGroup.set(group, unitCount);
    unitOf[row] = known ?? unitCount++;
  }
  const times = new Uint8Array(replicates * unitCount);
  for (let start = 0; start < times.length; start += unitCount) {
    for (let drawn = 0; drawn < unitCount; drawn++) times[start + random.integer(unitCount)]!++;
  }
  const degrees = effectiveUnits(rows.map((row) => groups[row])) - 1;
  // A resample varies less than the population by the unit that the mean has cost.
  const unbiased = unitCount > 1 ? Math.sqrt(unitCount / (unitCount - 1)) : 1;
  const stretch = Float64Array.from({ length: replicates }, () => unbiased * studentScale(Math.max(1, degrees), random));
  return { rowCount, replicates, unitOf, unitCount, times, stretch };
}

/** Columns summed in one pass over the draws. */
const blockSize = 4;

/**
 * For each column of row scores their mean, as they are (first) and in every replicate. Rows are gathered into units first, so that a
 * replicate costs a multiplication a unit and column.
 */
export function resampledMeans(
  draws: RowDraws,
  columns: readonly ArrayLike<number>[],
): { readonly value: number; readonly drawn: Float64Array }[] {
  const { unitOf, unitCount, replicates, times } = draws;
  const sizes = new Float64Array(unitCount);
  for (const unit of unitOf) if (unit >= 0) sizes[unit]!++;
  const rowsDrawn = new Float64Array(replicates);
  for (let replicate = 0; replicate < replicates; replicate++) {
    let sum = 0;
    for (let unit = 0, at = replicate * unitCount; unit < unitCount; unit++, at++) sum += times[at]! * sizes[unit]!;
    rowsDrawn[replicate] = sum;
  }
  const counted = sizes.reduce((sum, size) => sum + size, 0);
  const sums = columns.map((column) => {
    const units = new Float64Array(unitCount);
    for (let row = 0; row < unitOf.length; row++) if (unitOf[row]! >= 0) units[unitOf[row]!]! += column[row]!;
    return units;
  });
  const none = new Float64Array(unitCount);
  const drawn = sums.map(() => new Float64Array(replicates));
  for (let first = 0; first < sums.length; first += blockSize) {
    const block = Array.from({ length: blockSize }, (_, offset) => sums[first + offset] ?? none);
    const [a, b, c, d] = block as [Float64Array, Float64Array, Float64Array, Float64Array];
    for (let replicate = 0; replicate < replicates; replicate++) {
      let [sumA, sumB, sumC, sumD] = [0, 0, 0, 0];
      for (let unit = 0, at = replicate * unitCount; unit < unitCount; unit++, at++) {
        const weight = times[at]!;
        sumA += weight * a[unit]!;
        sumB += weight * b[unit]!;
        sumC += weight * c[unit]!;
        sumD += weight * d[unit]!;
      }
      for (const [offset, sum] of [sumA, sumB, sumC, sumD].entries()) {
        const column = drawn[first + offset];
        if (column !== undefined) column[replicate] = sum / rowsDrawn[replicate]!;
      }
    }
  }
  return sums.map((units, column) => ({
    value: units.reduce((sum, score) => sum + score, 0) / counted,
    drawn: drawn[column]!,
  }));
}

/** The same of a score that is a function of how often each row was drawn. */
export function resampledScore(
  draws: RowDraws,
  score: (weights: Float64Array) => number,
): { readonly value: number; readonly drawn: Float64Array } {
  const { rowCount, unitOf, unitCount, replicates, times } = draws;
  const weights = Float64Array.from(unitOf, (unit) => (unit >= 0 ? 1 : 0));
  const value = score(weights);
  const drawn = Float64Array.from({ length: replicates }, (_, replicate) => {
    for (let row = 0; row < rowCount; row++) weights[row] = unitOf[row]! >= 0 ? times[replicate * unitCount + unitOf[row]!]! : 0;
    return score(weights);
  });
  return { value, drawn };
}
