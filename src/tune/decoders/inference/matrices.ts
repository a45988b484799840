/** @file Matrices of a graph that are kept in 8 bits where they can be, and multiplied and looked up either way. */
import type { Dim, Tensor } from "../../../autodiff/graph.js";
import { cast, gather, input, matmul, matmulBlocks, multiply, reshape } from "../../../autodiff/ops.js";
import { blockSize, fitsBlocks, scalesSuffix } from "./block-weights.js";

/** How matrices are kept: rounded to 8 bits in blocks where their rows can be cut so, or as they are. */
export type Precision = "int8" | "float32";

/** The matrices of one graph: one of a name, however often it is used. */
export interface Matrices {
  /** x [..., columns] times the transposed matrix: [..., rows]. */
  product(x: Tensor, name: string, rows: number, columns: number): Tensor;
  /** Rows by number, int64 [count]: [count, columns]. */
  lookup(ids: Tensor, name: string, rows: number, columns: number): Tensor;
}

interface Blocks {
  readonly codes: Tensor;
  readonly scales: Tensor;
}

/** Makes the inputs when they are first used. */
export function matrices(precision: Precision): Matrices {
  const made = new Map<string, Tensor>();
  const once = (name: string, make: () => Tensor): Tensor => {
    const tensor = made.get(name) ?? make();
    made.set(name, tensor);
    return tensor;
  };
  const plain = (name: string, rows: number, columns: number): Tensor => once(name, () => input(name, [rows, columns]));
  const blocks = (name: string, rows: number, columns: number): Blocks | null => {
    if (precision !== "int8" || !fitsBlocks(columns)) return null;
    const scales = name + scalesSuffix;
    return {
      codes: once(name, () => input(name, [rows, columns], "int8")),
      scales: once(scales, () => input(scales, [rows, columns / blockSize])),
    };
  };
  return {
    product(x, name, rows, columns) {
      const found = blocks(name, rows, columns);
      return found === null
        ? matmul(x, plain(name, rows, columns), { transposeB: true })
        : matmulBlocks(x, found.codes, found.scales);
    },
    lookup(ids, name, rows, columns) {
      const found = blocks(name, rows, columns);
      if (found === null) return gather(plain(name, rows, columns), ids);
      const count: Dim = ids.shape[0]!;
      const codes = reshape(cast(gather(found.codes, ids), "float32"), [count, columns / blockSize, blockSize]);
      const scales = reshape(gather(found.scales, ids), [count, columns / blockSize, 1]);
      return reshape(multiply(codes, scales), [count, columns]);
    },
  };
}
