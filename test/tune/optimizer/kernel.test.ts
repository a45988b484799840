import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { random } from "../../../src/lib/random.js";
import { createKernelMemory } from "../../../src/tune/optimizer/kernel/kernel.js";
import { type AdamwFactors, adamwReference } from "./kernel-reference.js";

/** Every tail: no length is favored by being a multiple of 4, 8 or 16. */
const lengths = fc.integer({ min: 0, max: 133 });

/** A memory with arrays in it, each followed by guards that nothing may overwrite. */
function arrays(count: number, length: number, seed: number) {
  const stride = Math.ceil((length + 8) / 16) * 16;
  const kernel = createKernelMemory(count * stride * 4);
  const numbers = random(seed);
  const all = Array.from({ length: count }, (_, i) => {
    const values = new Float32Array(kernel.buffer, i * stride * 4, length);
    for (let j = 0; j < length; j++) values[j] = numbers.normal();
    new Float32Array(kernel.buffer, (i * stride + length) * 4, stride - length).fill(7);
    return values;
  });
  const isIntact = (): boolean =>
    all.every((values) => new Float32Array(kernel.buffer, values.byteOffset + length * 4, stride - length).every((x) => x === 7));
  return { kernel, all, isIntact };
}

const factors: AdamwFactors = {
  scale: 0.7,
  beta1: 0.9,
  rest1: 1 - 0.9,
  beta2: 0.999,
  rest2: 1 - 0.999,
  stepSize: 2e-3,
  decay: 0.9998,
  correction: 1.3,
  epsilon: 1e-8,
};

describe("the kernel", () => {
  it("updates weights and moments as the scalar reference does, to the bit, whatever the length", () => {
    fc.assert(
      fc.property(lengths, fc.integer(), (length, seed) => {
        const { kernel, all, isIntact } = arrays(4, length, seed);
        const [w, g, m, v] = all as [Float32Array, Float32Array, Float32Array, Float32Array];
        v.forEach((value, i) => {
          v[i] = value * value;
        });
        const [w2, m2, v2] = [w.slice(), m.slice(), v.slice()];
        adamwReference(w2, g, m2, v2, factors);
        const { scale, beta1, rest1, beta2, rest2, stepSize, decay, correction, epsilon } = factors;
        kernel.adamw(
          w.byteOffset,
          g.byteOffset,
          m.byteOffset,
          v.byteOffset,
          length,
          scale,
          beta1,
          rest1,
          beta2,
          rest2,
          stepSize,
          decay,
          correction,
          epsilon,
        );
        expect([w, m, v]).toEqual([w2, m2, v2]);
        expect(isIntact()).toBe(true);
      }),
      { seed: 1 },
    );
  });

  it("sums squares in float64, where float32 would lose small ones", () => {
    fc.assert(
      fc.property(lengths, fc.integer(), (length, seed) => {
        const { kernel, all } = arrays(1, length, seed);
        const [x] = all as [Float32Array];
        if (length > 0) x[0] = 1e6;
        const expected = x.reduce((total, value) => total + value * value, 0);
        const sum = kernel.sumOfSquares(x.byteOffset, length);
        expect(Math.abs(sum - expected)).toBeLessThanOrEqual(1e-14 * expected);
      }),
      { seed: 2 },
    );
  });

  it("scales and adds", () => {
    fc.assert(
      fc.property(lengths, fc.integer(), (length, seed) => {
        const { kernel, all, isIntact } = arrays(2, length, seed);
        const [x, y] = all as [Float32Array, Float32Array];
        const expected = x.map((value, i) => Math.fround(value * Math.fround(0.3)) + y[i]!);
        kernel.scale(x.byteOffset, length, 0.3);
        kernel.add(x.byteOffset, y.byteOffset, length);
        expect(x).toEqual(expected);
        expect(isIntact()).toBe(true);
      }),
      { seed: 3 },
    );
  });

  it("adds rows one after another, so that equal rows add up in a fixed order", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 37 }), fc.array(fc.nat(5), { maxLength: 12 }), (width, ids) => {
        const { kernel, all } = arrays(2, Math.max(6, ids.length) * width, width);
        const [table, rows] = all as [Float32Array, Float32Array];
        const expected = table.slice();
        ids.forEach((id, i) => {
          for (let k = 0; k < width; k++) expected[id * width + k] = expected[id * width + k]! + rows[i * width + k]!;
        });
        // Growing the memory detaches views; offsets stay.
        const rowsAt = rows.byteOffset;
        const idsAt = kernel.buffer.byteLength;
        kernel.reserve(idsAt + ids.length * 4);
        new Int32Array(kernel.buffer, idsAt, ids.length).set(ids);
        kernel.addRows(0, idsAt, rowsAt, ids.length, width);
        expect(new Float32Array(kernel.buffer, 0, expected.length)).toEqual(expected);
      }),
      { seed: 4 },
    );
  });

  it("sets subnormal numbers to 0 and leaves the smallest normal ones, infinities and NaN", () => {
    const values = [1e-39, -1e-44, 1.17549435e-38, -1.2e-38, 0, 3, Number.NEGATIVE_INFINITY, Number.NaN, -1e-40, 2];
    const kernel = createKernelMemory(1);
    for (let length = 0; length <= values.length; length++) {
      const x = new Float32Array(kernel.buffer, 0, values.length);
      x.set(values);
      const expected = x.map((value, i) => (i < length && Math.abs(value) < 1.17549435e-38 ? 0 : value));
      kernel.flushSubnormals(0, length);
      expect(x).toEqual(expected);
    }
  });
});
