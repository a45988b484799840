import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { numpyPermutation } from "../../src/lib/numpy-permutation.js";
import { golden } from "../data/files.js";

describe("numpyPermutation", () => {
  it.each(golden.permutations)(
    "of $length with seed $seed is NumPy's and that of datasets.shuffle",
    ({ length, seed, first, last, sha256 }) => {
      const order = Array.from(numpyPermutation(length, seed));
      expect(order.slice(0, 10)).toEqual(first);
      expect(order.slice(-10)).toEqual(last);
      expect(createHash("sha256").update(order.join(",")).digest("hex")).toBe(sha256);
    },
  );

  it("of nothing is nothing", () => {
    expect(numpyPermutation(0, 42)).toEqual(new Uint32Array(0));
  });
});
