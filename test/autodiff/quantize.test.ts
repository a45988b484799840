import { describe, expect, it } from "vitest";
import type { Tensor } from "../../src/autodiff/graph.js";
import { linear } from "../../src/autodiff/math.js";
import { emitModel } from "../../src/autodiff/onnx.js";
import { add, gather, input, matmul, tanh } from "../../src/autodiff/ops.js";
import { quantizeGraph, quantizeRows } from "../../src/autodiff/quantize.js";
import { openModel } from "../../src/autodiff/session.js";
import { float32, float32Of, int64, type Values } from "../../src/autodiff/values.js";
import { random } from "../../src/lib/random.js";

const { normal } = random(5, "quantize");
const draw = (count: number): Float32Array => Float32Array.from({ length: count }, () => normal());

async function run(y: Tensor, weights: Values, feeds: Values): Promise<Float32Array> {
  await using session = await openModel(emitModel({ y }, weights, quantizeGraph), ["y"] as const, { threads: 1 });
  return float32Of((await session.run(feeds)).y);
}

/** Python's and ONNX's rounding: halves to the even neighbor. */
function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** x to the nearest of 256 steps of its own range, 0 among them, as ONNX defines DynamicQuantizeLinear. */
function rounded(x: Float32Array): number[] {
  const [low, high] = [Math.min(0, ...x), Math.max(0, ...x)];
  const scale = Math.fround((high - low) / 255);
  const zero = Math.max(0, Math.min(255, roundHalfEven(-low / scale)));
  return [...x].map((value) => scale * (Math.max(0, Math.min(255, roundHalfEven(value / scale) + zero)) - zero));
}

describe("rows of 8 bits", () => {
  it("are the nearest multiples of a scale for each row, which its largest number fills", () => {
    const { values, scales } = quantizeRows(Float32Array.of(1, -2, 0.5, 0, 0, 0, 3, 6.4, -12.7), 3, 127);
    expect([...values]).toEqual([64, -127, 32, 0, 0, 0, 30, 64, -127]);
    expect([...scales]).toEqual([2 / 127, 1, 12.7 / 127].map(Math.fround));
  });

  it.each([1e-45, 3e-44, 1e-38, 1, 3e38])("are rounded halves up, and keep to the bound, with numbers about %f", (size) => {
    const halves = Array.from({ length: 255 }, (_, i) => Math.fround((size / 127) * (i - 127 + 0.5)));
    const data = Float32Array.from([size, -size, ...halves, ...draw(743)], (value, i) =>
      i < 257 ? value : Math.tanh(value) * size,
    );
    const { values, scales } = quantizeRows(data, 1, 127);
    const scale = scales[0]!;
    expect(scale).toBe(Math.fround(data.reduce((peak, value) => Math.max(peak, Math.abs(value)), 0) / 127) || 1);
    const expected = [...data].map((value) => Math.max(-127, Math.min(127, Math.round(value / scale))));
    // Eight bits have no negative zero.
    expect([...values]).toEqual(expected.map((value) => value + 0));
  });
});

describe("a quantized model", () => {
  const [rows, inputs, outputs] = [6, 40, 24];
  const x = input("x", [1, "rows", inputs]);
  const w = input("w", [outputs, inputs]);
  const b = input("b", [outputs]);

  it("multiplies the rounded activations by the rounded weights, exactly", async () => {
    const weight = draw(outputs * inputs);
    const data = draw(rows * inputs);
    const bias = draw(outputs);
    const found = await run(
      linear(x, w, b),
      { w: float32(weight, [outputs, inputs]), b: float32(bias, [outputs]) },
      { x: float32(data, [1, rows, inputs]) },
    );
    const [a, { values, scales }] = [rounded(data), quantizeRows(weight, outputs, 63)];
    const expected = Array.from({ length: rows * outputs }, (_, i) => {
      const [row, column] = [Math.floor(i / outputs), i % outputs];
      const products = Array.from({ length: inputs }, (_item, k) => a[row * inputs + k]! * values[column * inputs + k]!);
      return products.reduce((total, product) => total + product, 0) * scales[column]! + bias[column]!;
    });
    const errors = expected.map((value, i) => Math.abs(value - found[i]!));
    expect(Math.max(...errors)).toBeLessThan(1e-5);
  });

  it("does not overflow where all factors are as large as they get", async () => {
    const found = await run(
      linear(x, w, b),
      {
        w: float32(new Float32Array(outputs * inputs).fill(2), [outputs, inputs]),
        b: float32(new Float32Array(outputs), [outputs]),
      },
      { x: float32(new Float32Array(rows * inputs).fill(3), [1, rows, inputs]) },
    );
    for (const value of found) expect(value).toBeCloseTo(6 * inputs, 3);
  });

  it("looks up rows of tables, and shares a weight that is used twice", async () => {
    const table = draw(50 * inputs);
    const weight = draw(inputs * inputs);
    const ids = input("ids", [1, "rows"], "int64");
    const shared = input("shared", [inputs, inputs]);
    const looked = gather(input("table", [50, inputs]), ids);
    const twice = (x0: Tensor): Tensor => matmul(tanh(matmul(x0, shared, { transposeB: true })), shared, { transposeB: true });
    const weights = { table: float32(table, [50, inputs]), shared: float32(weight, [inputs, inputs]) };
    const feeds = { ids: int64([3, 49, 3], [1, 3]) };
    const { values, scales } = quantizeRows(table, 50, 127);
    expect([...(await run(looked, weights, feeds))]).toEqual(
      [3, 49, 3].flatMap((row) =>
        Array.from({ length: inputs }, (_, k) => Math.fround(values[row * inputs + k]! * scales[row]!)),
      ),
    );

    const { bytes } = emitModel({ y: add(looked, twice(looked)) }, weights, quantizeGraph);
    // A quarter of the numbers' size, once each: the table and one weight, with a scale a row.
    const numbers = 50 * inputs + inputs * inputs + 4 * (50 + inputs);
    expect(bytes.length).toBeGreaterThan(numbers);
    expect(bytes.length).toBeLessThan(numbers + 4000);
  });
});
