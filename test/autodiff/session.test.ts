import { describe, expect, it } from "vitest";
import { product } from "../../src/autodiff/dims.js";
import { gradients } from "../../src/autodiff/gradients.js";
import { inOrder, type Tensor } from "../../src/autodiff/graph.js";
import { crossEntropy, linear, mean, square } from "../../src/autodiff/math.js";
import { emitModel } from "../../src/autodiff/onnx.js";
import { add, exp, input, matmul, multiply, reshape, slice, sum, tanh } from "../../src/autodiff/ops.js";
import { createSession } from "../../src/autodiff/session.js";
import { float32, float64, float64Of } from "../../src/autodiff/values.js";

const x = input("x", ["rows", 2], "float64");
const w = input("w", [2, 2], "float64");
const rows = float64([1, 2, 3, 4], [2, 2]);
const identity = float64([1, 0, 0, 1], [2, 2]);

describe("a session", () => {
  it("computes with weights that are part of it, and with ones that are fed, for any number of rows", async () => {
    const y = matmul(x, w);
    await using baked = await createSession({ y }, { weights: { w: float64([1, 2, 3, 4], [2, 2]) } });
    await using fed = await createSession({ y });
    for (const [data, shape] of [
      [
        [1, 0],
        [1, 2],
      ],
      [
        [1, 0, 0, 1, 1, 1],
        [3, 2],
      ],
    ] as const) {
      const a = await baked.run({ x: float64(data, shape) });
      const b = await fed.run({ x: float64(data, shape), w: float64([1, 2, 3, 4], [2, 2]) });
      expect(a.y).toEqual(b.y);
    }
    const { y: one } = await baked.run({ x: float64([1, 0], [1, 2]) });
    expect(one).toEqual({ data: Float64Array.of(1, 2), shape: [1, 2] });
  });

  it("gives a result under several names, and an input as it is", async () => {
    const y = exp(x);
    await using session = await createSession({ y, again: y, same: x, doubled: multiply(y, 2) });
    const { y: first, again, same, doubled } = await session.run({ x: rows });
    expect(again).toEqual(first);
    expect(same.data).toEqual(rows.data);
    expect(float64Of(doubled)).toEqual(float64Of(first).map((v) => 2 * v));
  });

  it.each([
    ["an input that is missing", {}, 'input "x" was not fed'],
    ["another type", { x: float32([1, 2], [1, 2]) }, 'input "x" is float32; expected float64'],
    ["another shape", { x: float64([1, 2, 3], [1, 3]) }, '"x" is [1, 3]; expected [rows, 2]'],
    ["too few numbers", { x: float64([1, 2, 3], [2, 2]) }, "3 numbers do not make [2, 2]"],
  ])("refuses %s", async (_, feeds, message) => {
    await using session = await createSession({ y: matmul(x, w) }, { weights: { w: identity } });
    await expect(session.run(feeds)).rejects.toThrow(message);
  });

  it("refuses two inputs that disagree about an axis", async () => {
    await using session = await createSession({ y: add(x, input("z", ["rows", 2], "float64")) });
    const run = session.run({ x: rows, z: float64([1, 2], [1, 2]) });
    await expect(run).rejects.toThrow('"z" is [1, 2]; expected [rows, 2]');
  });
});

describe("a model", () => {
  it("has nothing in it that no output needs", () => {
    const unused = float64(new Array(4096).fill(1), [4096]);
    const { bytes, inputs } = emitModel({ y: matmul(x, w) }, { w: identity, unused });
    expect(bytes.length).toBeLessThan(1000);
    expect(inputs.map(({ params }) => params.name)).toEqual(["x"]);
  });

  it("refuses a weight that is not what the graph declares", () => {
    expect(() => emitModel({ y: matmul(x, w) }, { w: float64([1, 2], [1, 2]) })).toThrow('"w" is [1, 2]; expected [2, 2]');
    expect(() => emitModel({ y: matmul(x, w) }, { w: float32([1, 2, 3, 4], [2, 2]) })).toThrow(
      '"w" is float32; expected float64',
    );
  });

  it("refuses an output with the name of an input", () => {
    expect(() => emitModel({ x: exp(x) })).toThrow('output "x" has the name of an input');
  });

  it("refuses two inputs of one name", () => {
    expect(() => emitModel({ y: add(x, input("x", ["rows", 2], "float64")) })).toThrow('two inputs are called "x"');
  });
});

describe("a graph that does not fit together", () => {
  it.each<[string, () => Tensor, string]>([
    ["broadcast", () => add(input("a", [2, 3]), input("b", [2])), "add: shapes [2, 3] and [2] do not broadcast"],
    ["types", () => add(input("a", [2]), input("b", [2], "float64")), "add: types float32 and float64 do not mix"],
    [
      "products",
      () => matmul(input("a", [2, 3]), input("b", [2, 3])),
      "matmul: inner lengths 3 and 2 of [2, 3] and [2, 3] differ",
    ],
    ["symbols", () => add(input("a", ["n"]), input("b", ["m"])), "add: shapes [n] and [m] do not broadcast"],
    ["shapes", () => reshape(input("a", ["n", 4]), ["n", 3]), "reshape: [n, 4] does not hold as many numbers as [n, 3]"],
    ["places", () => slice(input("a", [3]), 0, 2, 2), "slice: 2 + 2 is past the end of [3]"],
    ["integers", () => tanh(input("a", [3], "int64")), "tanh: needs floats, got int64"],
  ])("is refused where it is built: %s", (_, build, message) => {
    expect(build).toThrow(message);
  });

  it("is not differentiated from more than one number", () => {
    expect(() => gradients(x, [x])).toThrow("the loss has shape [rows, 2]; sum it to one number");
  });
});

describe("gradients", () => {
  it("fit a logistic regression by plain descent", async () => {
    const features = input("features", ["n", 2], "float64");
    const targets = input("targets", ["n", 2], "float64");
    const bias = input("bias", [2], "float64");
    const loss = add(mean(crossEntropy(linear(features, w, bias), targets)), multiply(sum(square(w)), 0.005));
    const [dw, db] = gradients(loss, [w, bias]);
    const weights = { features: float64([0, 1, 1, 0, 1, 1, 2, 1], [4, 2]), targets: float64([1, 0, 1, 0, 0, 1, 0, 1], [4, 2]) };
    await using session = await createSession({ loss, dw: dw!, db: db! }, { weights, threads: 1 });
    let [wNow, bNow] = [new Float64Array(4), new Float64Array(2)];
    let last = 0;
    for (let step = 0; step < 800; step++) {
      const result = await session.run({ w: float64(wNow, [2, 2]), bias: float64(bNow, [2]) });
      last = float64Of(result.loss)[0]!;
      if (step === 0) expect(last).toBeCloseTo(Math.log(2), 12);
      wNow = wNow.map((v, i) => v - float64Of(result.dw)[i]!);
      bNow = bNow.map((v, i) => v - float64Of(result.db)[i]!);
      if (step === 799)
        for (const g of [...float64Of(result.dw), ...float64Of(result.db)]) expect(Math.abs(g)).toBeLessThan(1e-3);
    }
    expect(last).toBeLessThan(0.4);
  });

  it("are zeros where the loss does not depend", async () => {
    const [g] = gradients(sum(square(x)), [w]);
    expect(g!.shape).toEqual([2, 2]);
    await using session = await createSession({ g: g! });
    expect(float64Of((await session.run()).g)).toEqual(new Float64Array(4));
  });

  it("leave out all that only frozen weights would need", () => {
    const frozen = input("frozen", [2, 2], "float64");
    const [g] = gradients(sum(matmul(exp(matmul(x, frozen)), w)), [w]);
    // d w = exp(x frozen)ᵀ · 1: one product besides the forward one; none goes back through the exponential.
    expect(inOrder([g!]).filter(({ op }) => op === "matmul")).toHaveLength(2);
  });
});

describe("products of lengths", () => {
  it("are written in one way only", () => {
    expect(product(["n", 2, "m", 3])).toBe("6*m*n");
    expect(product(["6*m", "n"])).toBe("6*m*n");
    expect(product([2, 3])).toBe(6);
    expect(product(["n", 1])).toBe("n");
    expect(product([])).toBe(1);
  });
});
