/** Numbers in rows, row after row in one array. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  /** `rows` × `columns` numbers. */
  readonly data: Float64Array;
}

/** Vectors of one length as the rows of a matrix, widened to float64. */
export function matrixOf(vectors: readonly ArrayLike<number>[], columns: number): Matrix {
  const data = new Float64Array(vectors.length * columns);
  for (const [i, vector] of vectors.entries()) {
    if (vector.length !== columns) throw new RangeError(`Row ${i} has ${vector.length} numbers, expected ${columns}.`);
    data.set(vector, i * columns);
  }
  return { rows: vectors.length, columns, data };
}

/** The rows with these indices, in this order. */
export function selectRows(matrix: Matrix, indices: readonly number[]): Matrix {
  const { columns, data } = matrix;
  const selected = new Float64Array(indices.length * columns);
  for (const [i, row] of indices.entries()) selected.set(data.subarray(row * columns, (row + 1) * columns), i * columns);
  return { rows: indices.length, columns, data: selected };
}

/**
 * `a` (n × d) times the transpose of `b` (k × d): n × k. Four rows of `b` at a time, so that each number of `a` is read once
 * for four products: about 2 GFLOP/s where the plain triple loop has 1.
 */
export function timesTransposed(a: Matrix, b: Matrix): Matrix {
  const columns = b.rows;
  const depth = a.columns;
  const out = new Float64Array(a.rows * columns);
  const x = a.data;
  const w = b.data;
  for (let i = 0; i < a.rows; i++) {
    const at = i * depth;
    let k = 0;
    for (; k + 4 <= columns; k += 4) {
      let [s0, s1, s2, s3] = [0, 0, 0, 0];
      let [p0, p1, p2, p3] = [k * depth, (k + 1) * depth, (k + 2) * depth, (k + 3) * depth];
      for (let j = at; j < at + depth; j++) {
        const value = x[j]!;
        s0 += value * w[p0++]!;
        s1 += value * w[p1++]!;
        s2 += value * w[p2++]!;
        s3 += value * w[p3++]!;
      }
      out[i * columns + k] = s0;
      out[i * columns + k + 1] = s1;
      out[i * columns + k + 2] = s2;
      out[i * columns + k + 3] = s3;
    }
    for (; k < columns; k++) {
      let sum = 0;
      for (let j = 0, p = k * depth; j < depth; j++) sum += x[at + j]! * w[p++]!;
      out[i * columns + k] = sum;
    }
  }
  return { rows: a.rows, columns, data: out };
}
