import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { gradients } from "../../src/autodiff/gradients.js";
import type { DType, Tensor } from "../../src/autodiff/graph.js";
import { interpret, type NumberArray } from "../../src/autodiff/interpret.js";
import { input, multiply, sum } from "../../src/autodiff/ops.js";
import { createSession } from "../../src/autodiff/session.js";
import { float32, float64, int64, type TensorValue } from "../../src/autodiff/values.js";
import { mathCases, type OpCase, opCases } from "./op-cases.js";

interface Plain {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}
interface Golden {
  readonly inputs: Readonly<Record<string, Plain>>;
  readonly output: Plain;
  readonly cotangent?: Plain;
  readonly gradients?: Readonly<Record<string, Plain>>;
}

const golden = JSON.parse(readFileSync(new URL("../../golden/ops.json", import.meta.url), "utf8")) as {
  readonly cases: Readonly<Record<string, Golden>>;
};
const cases: Readonly<Record<string, OpCase>> = Object.assign({}, ...Object.values(opCases), mathCases);

/** onnxruntime has no float64 kernel for these. */
const onlyFloat32 = new Set(["erf", "math: gelu"]);

const numbers = ({ shape, data }: Plain): NumberArray => ({ shape, data: Float64Array.from(data) });

/** The result, and the gradients of sum(result · cotangent) as `d name`, with all that has to be fed. */
function graphOf(
  name: string,
  dtype: DType,
): { readonly outputs: Record<string, Tensor>; readonly feeds: Record<string, NumberArray> } {
  const { inputs, cotangent, gradients: expected } = golden.cases[name]!;
  const { inputs: shapes, build } = cases[name]!;
  const tensors = Object.entries(shapes).map(([key, shape]) => input(key, shape, key === "index" ? "int64" : dtype));
  const result = build(...tensors);
  const outputs: Record<string, Tensor> = { result };
  const feeds = Object.fromEntries(Object.entries(inputs).map(([key, value]) => [key, numbers(value)]));
  if (cotangent !== undefined && expected !== undefined) {
    feeds["cotangent"] = numbers(cotangent);
    outputs["loss"] = sum(multiply(result, input("cotangent", result.shape, dtype)));
    const leaves = tensors.filter((tensor) => tensor.params.name in expected);
    for (const [i, g] of gradients(outputs["loss"], leaves).entries()) outputs[`d ${leaves[i]!.params.name}`] = g;
  }
  return { outputs, feeds };
}

/** The largest difference, relative to the larger of 1 and the expected number. */
function worstError(found: ArrayLike<number | bigint>, expected: ArrayLike<number | bigint>): number {
  if (found.length !== expected.length) return Number.POSITIVE_INFINITY;
  const errors = Array.from({ length: found.length }, (_, i) => {
    const error = Math.abs(Number(found[i]) - Number(expected[i])) / Math.max(1, Math.abs(Number(expected[i])));
    return Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
  });
  return Math.max(0, ...errors);
}

function toFeed(key: string, { data, shape }: NumberArray, dtype: DType): TensorValue {
  if (key === "index") return int64(data, shape);
  return dtype === "float32" ? float32(data, shape) : float64(data, shape);
}

describe("the table of cases", () => {
  it("and the golden file have the same names", () => {
    expect(Object.keys(cases).sort()).toEqual(Object.keys(golden.cases).sort());
  });

  it("has a case for each op that really uses the op", () => {
    const reached = (tensor: Tensor): string[] => [tensor.op, ...tensor.inputs.flatMap(reached)];
    for (const [op, ofOp] of Object.entries(opCases))
      for (const name of Object.keys(ofOp)) expect(reached(graphOf(name, "float64").outputs["result"]!), name).toContain(op);
  });
});

describe.each(Object.keys(golden.cases))("%s", (name) => {
  const { output, gradients: expected = {} } = golden.cases[name]!;

  it("computes what PyTorch computes, forward and backward", () => {
    const { outputs, feeds } = graphOf(name, "float64");
    const found = interpret(outputs, feeds);
    expect(found["result"]!.shape).toEqual(output.shape);
    expect(worstError(found["result"]!.data, output.data)).toBeLessThan(1e-12);
    for (const [key, gradient] of Object.entries(expected)) {
      expect(found[`d ${key}`]!.shape).toEqual(gradient.shape);
      expect(worstError(found[`d ${key}`]!.data, gradient.data)).toBeLessThan(1e-11);
    }
  });

  // Ops of integers and truth values have none.
  if (Object.keys(expected).length > 0) {
    it("has the gradient that central differences give", () => {
      const { outputs, feeds } = graphOf(name, "float64");
      const found = interpret(outputs, feeds);
      const lossAt = (key: string, i: number, step: number): number => {
        const data = Float64Array.from(feeds[key]!.data);
        data[i] = data[i]! + step;
        return interpret({ loss: outputs["loss"]! }, { ...feeds, [key]: { ...feeds[key]!, data } }).loss.data[0]!;
      };
      for (const key of Object.keys(expected)) {
        const step = 1e-5;
        const slopes = Array.from(feeds[key]!.data, (_, i) => (lossAt(key, i, step) - lossAt(key, i, -step)) / (2 * step));
        expect(worstError(found[`d ${key}`]!.data, slopes)).toBeLessThan(1e-8);
      }
    });
  }

  it.each(["float32", "float64"] as const)("gives the same numbers as ONNX in %s", async (dtype) => {
    const { outputs, feeds } = graphOf(name, dtype);
    if (dtype === "float64" && onlyFloat32.has(name)) {
      await expect(createSession(outputs)).rejects.toThrow("Could not find an implementation for Erf");
      return;
    }
    await using session = await createSession(outputs, { threads: 1 });
    const found = await session.run(
      Object.fromEntries(Object.entries(feeds).map(([key, value]) => [key, toFeed(key, value, dtype)])),
    );
    const reference = interpret(outputs, feeds);
    for (const key of Object.keys(outputs)) {
      expect(found[key]!.shape).toEqual(reference[key]!.shape);
      expect(worstError(found[key]!.data, reference[key]!.data), key).toBeLessThan(dtype === "float32" ? 1e-5 : 1e-12);
    }
  });
});
