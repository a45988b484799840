/** @file The training sizes at which a learning curve is measured. */

/** Rows of the smallest training set where labels are few, and rows of a label where they are many. */
const fewestRows = 16;
const rowsOfLabel = 8;
/** The smallest training set is at most this share of all rows: with fewer than four sizes a curve says little. */
const largestStart = 1 / 8;
/** A size this near to all rows says nothing that all rows do not say. */
const nearestToAll = 1 / Math.SQRT2;

/**
 * Sizes from 8 rows a label (16 in all at least) upward, each `factor` times the one before. All rows are not among them: those the comparison itself
 * measures. Empty where the rows are too few for two sizes.
 *
 * @param trainRows all training rows
 * @param labelCount labels that occur in them
 * @param factor above 1. @default 2
 */
export function curveSizes(trainRows: number, labelCount: number, factor = 2): number[] {
  const start = Math.max(fewestRows, labelCount, Math.min(rowsOfLabel * labelCount, Math.floor(largestStart * trainRows)));
  const sizes: number[] = [];
  for (let step = 0; ; step++) {
    const size = Math.round(start * factor ** step);
    if (size > nearestToAll * trainRows) return sizes;
    sizes.push(size);
  }
}
