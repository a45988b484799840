/** @file Columns of sparse features that say the same, as one: the same model, with far fewer numbers to find. */
import type { SparseMatrix } from "./sparse-matrix.js";

/**
 * Features with each set of proportional columns as one column, and the way back.
 *
 * A penalty on the squares gives proportional columns proportional weights. So columns v·s₁, v·s₂ … are one column v·‖s‖, with the same products, the same
 * penalty and the same minimum: a rotation after which all but one of them are 0. Words and the letters within them mostly come that way: of 27,064 parts of 534
 * support tickets 15,931 are in one text only, and 6,988 differ.
 */
export interface MergedColumns {
  readonly features: SparseMatrix;
  /** The merged column of each column; -1 for one that is 0 in every row. */
  readonly groupOf: Int32Array;
  /** What each column has of its merged one: of each merged column the squares sum to 1. */
  readonly shares: Float64Array;
  /** The largest share of each merged column, without its sign. */
  readonly largestShares: Float64Array;
}

/** Ratios of numbers that took a few roundings each differ by no more where nothing else is different. */
const rounding = 16 * Number.EPSILON;

/** Merges the columns that are proportional to each other, in a time that goes with the numbers that are not 0. */
export function mergeColumns(features: SparseMatrix): MergedColumns {
  const { rows, columns, starts, indices, values } = features;
  const { groupOf, count, first } = proportionalColumns(features);
  const squares = new Float64Array(count);
  for (let j = 0; j < columns; j++) if (groupOf[j]! >= 0) squares[groupOf[j]!]! += first[j]! ** 2;
  const shares = new Float64Array(columns);
  const largestShares = new Float64Array(count);
  for (let j = 0; j < columns; j++) {
    const group = groupOf[j]!;
    if (group < 0) continue;
    // A column that begins with a 0 is proportional to no other, and alone.
    shares[j] = squares[group] === 0 ? 1 : first[j]! / Math.sqrt(squares[group]!);
    largestShares[group] = Math.max(largestShares[group]!, Math.abs(shares[j]!));
  }

  const mergedStarts = new Int32Array(rows + 1);
  const mergedIndices = new Int32Array(indices.length);
  const mergedValues = new Float64Array(values.length);
  const placeOf = new Int32Array(count).fill(-1);
  let end = 0;
  for (let i = 0; i < rows; i++) {
    const from = end;
    for (let p = starts[i]!; p < starts[i + 1]!; p++) {
      const group = groupOf[indices[p]!]!;
      if (placeOf[group]! < from) {
        placeOf[group] = end;
        mergedIndices[end++] = group;
      }
      mergedValues[placeOf[group]!]! += shares[indices[p]!]! * values[p]!;
    }
    mergedStarts[i + 1] = end;
  }
  return {
    features: {
      rows,
      columns: count,
      starts: mergedStarts,
      indices: mergedIndices.slice(0, end),
      values: mergedValues.slice(0, end),
    },
    groupOf,
    shares,
    largestShares,
  };
}

/** The columns of each set, numbered in the order in which they occur, and each column's first number. */
function proportionalColumns({ rows, columns, starts, indices, values }: SparseMatrix): {
  readonly groupOf: Int32Array;
  readonly count: number;
  readonly first: Float64Array;
} {
  // A set begins as all columns that have had nothing yet; each row parts those that it has from the others, and by the ratio to their first number.
  const setOf = new Int32Array(columns);
  const first = new Float64Array(columns);
  let sets = 1;
  for (let i = 0; i < rows; i++) {
    const parts = new Map<number, { readonly ratio: number; readonly set: number }[]>();
    for (let p = starts[i]!; p < starts[i + 1]!; p++) {
      const column = indices[p]!;
      const old = setOf[column]!;
      if (old === 0) first[column] = values[p]!;
      const ratio = old === 0 ? 1 : values[p]! / first[column]!;
      const ofOld = parts.get(old) ?? [];
      let part = ofOld.find((one) => Math.abs(one.ratio - ratio) <= rounding * Math.abs(ratio));
      if (part === undefined) {
        part = { ratio, set: sets++ };
        ofOld.push(part);
        parts.set(old, ofOld);
      }
      setOf[column] = part.set;
    }
  }
  const numbers = new Map<number, number>();
  const groupOf = setOf.map((set) => {
    if (set === 0) return -1;
    const number = numbers.get(set) ?? numbers.size;
    numbers.set(set, number);
    return number;
  });
  return { groupOf, count: numbers.size, first };
}
