import { describe, expect, it } from "vitest";
import { interpret, type NumberArray } from "../../src/autodiff/interpret.js";
import { input, matmulBlocks } from "../../src/autodiff/ops.js";
import { createSession } from "../../src/autodiff/session.js";
import { float32, float32Of } from "../../src/autodiff/values.js";
import { random } from "../../src/lib/random.js";

const [rows, columns, block, texts] = [5, 64, 32, 3];
const stream = random(1);
const x = Float32Array.from({ length: texts * columns }, () => stream.normal());
const codes = Int8Array.from({ length: rows * columns }, () => stream.integer(255) - 127);
const scales = Float32Array.from({ length: (rows * columns) / block }, () => 0.01 + stream.uniform());

/** By the definition, number by number. */
function expected(text: number, row: number): number {
  let total = 0;
  for (let k = 0; k < columns; k++) {
    const place = row * columns + k;
    total += x[text * columns + k]! * codes[place]! * scales[Math.floor(place / block)]!;
  }
  return total;
}

const graph = {
  y: matmulBlocks(input("x", ["n", columns]), input("codes", [rows, columns], "int8"), input("scales", [rows, columns / block])),
};
const numbers = (data: ArrayLike<number>, shape: readonly number[]): NumberArray => ({ data: Float64Array.from(data), shape });

describe("a product with 8-bit blocks", () => {
  it("is what its definition says", () => {
    const { y } = interpret(graph, {
      x: numbers(x, [texts, columns]),
      codes: numbers(codes, [rows, columns]),
      scales: numbers(scales, [rows, columns / block]),
    });
    expect(y.shape).toEqual([texts, rows]);
    for (let i = 0; i < y.data.length; i++) expect(y.data[i]).toBeCloseTo(expected(Math.floor(i / rows), i % rows), 9);
  });

  it("is that in a session, but for x being rounded to 8 bits, block by block", async () => {
    const weights = {
      codes: { data: codes, shape: [rows, columns] },
      scales: float32(scales, [rows, columns / block]),
    };
    await using session = await createSession(graph, { weights, threads: 1 });
    const found = float32Of((await session.run({ x: float32(x, [texts, columns]) })).y);
    for (let i = 0; i < found.length; i++) {
      const [text, row] = [Math.floor(i / rows), i % rows];
      // Each x is off by half a step at most: 1/254 of the largest of its block.
      let bound = 1e-4;
      for (let k = 0; k < columns; k++) {
        const start = text * columns + Math.floor(k / block) * block;
        const step = Math.max(...x.subarray(start, start + block).map(Math.abs)) / 127;
        bound += (step / 2) * Math.abs(codes[row * columns + k]! * scales[Math.floor((row * columns + k) / block)]!);
      }
      expect(Math.abs(found[i]! - expected(text, row))).toBeLessThan(bound);
    }
  });

  it("refuses scales of another number of blocks", () => {
    const wrong = (blocks: number) => () =>
      matmulBlocks(input("x", ["n", columns]), input("codes", [rows, columns], "int8"), input("scales", [rows, blocks]));
    expect(wrong(5)).toThrow(/blocks/);
    expect(() =>
      matmulBlocks(input("x", ["n", 32]), input("codes", [rows, columns], "int8"), input("scales", [rows, 2])),
    ).toThrow();
  });
});
