import type { Matrix } from "./matrix.js";

/**
 * Vectors of an encoder as the last layer of a classifier reads them (`textVectors`), but for a factor: of each vector its own mean over the
 * numbers is taken away, and what is left is brought to length 1. So a head that is fitted on frozen vectors can be saved as a classifier.
 *
 * A vector whose numbers are all the same has nothing left, and becomes 0.
 */
export function centeredFeatures(vectors: readonly ArrayLike<number>[], columns: number): Matrix {
  const data = new Float64Array(vectors.length * columns);
  for (const [i, vector] of vectors.entries()) {
    if (vector.length !== columns) throw new RangeError(`Row ${i} has ${vector.length} numbers, expected ${columns}.`);
    const row = data.subarray(i * columns, (i + 1) * columns);
    let mean = 0;
    for (let j = 0; j < columns; j++) mean += vector[j]! / columns;
    let squares = 0;
    for (let j = 0; j < columns; j++) {
      row[j] = vector[j]! - mean;
      squares += row[j]! ** 2;
    }
    const length = Math.sqrt(squares) || 1;
    for (let j = 0; j < columns; j++) row[j]! /= length;
  }
  return { rows: vectors.length, columns, data };
}
