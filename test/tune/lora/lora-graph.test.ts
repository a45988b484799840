import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { gradients } from "../../../src/autodiff/gradients.js";
import { inOrder, isOp, type Tensor } from "../../../src/autodiff/graph.js";
import { crossEntropy, linear, mean, select } from "../../../src/autodiff/math.js";
import { input, matmul, tanh } from "../../../src/autodiff/ops.js";
import { createSession } from "../../../src/autodiff/session.js";
import { countOf, float32, float32Of, int64, type TensorValue } from "../../../src/autodiff/values.js";
import { bertConfig, bertGraph } from "../../../src/tune/encoders/bert.js";
import { mergeAdapters, newFactors, withAdapters } from "../../../src/tune/lora/lora-graph.js";

interface StoredTensor {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

const golden = JSON.parse(readFileSync(new URL("../../../golden/lora.json", import.meta.url), "utf8")) as {
  readonly config: object;
  readonly weights: Readonly<Record<string, StoredTensor>>;
  readonly r: number;
  readonly alpha: number;
  readonly ids: readonly (readonly number[])[];
  readonly mask: readonly (readonly number[])[];
  readonly labels: readonly number[];
  readonly trained: Readonly<Record<string, StoredTensor>>;
  readonly trainedParameters: number;
  readonly logits: readonly (readonly number[])[];
  readonly loss: number;
  readonly gradients: Readonly<Record<string, readonly number[]>>;
};

/** PEFT's name of a trained tensor as our graphs have it. */
const ourName = (name: string): string =>
  name
    .replace(/^base_model\.model\.(bert\.)?/, "")
    .replace(".default.", ".")
    .replace("modules_to_save.", "");

const valuesOf = (tensors: Readonly<Record<string, StoredTensor>>): Record<string, TensorValue<"float32">> =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, { shape, data }]) => [ourName(name).replace(/^bert\./, ""), float32(data, shape)]),
  );

const own = valuesOf(golden.weights);
const trained = valuesOf(golden.trained);
const shape = [golden.ids.length, golden.ids[0]!.length];
const tokens = { input_ids: int64(golden.ids.flat(), shape), attention_mask: int64(golden.mask.flat(), shape) };
const targets = float32(
  golden.labels.flatMap((label) => [0, 1, 2].map((k) => (k === label ? 1 : 0))),
  [golden.labels.length, 3],
);

const layer = (x: Tensor, name: string, outputs: number): Tensor =>
  linear(x, input(`${name}.weight`, [outputs, 8]), input(`${name}.bias`, [outputs]));
const settings = { rank: golden.r, alpha: golden.alpha };
const isAdapted = (module: string): boolean => module !== "classifier";

function build(): { readonly logits: Tensor; readonly loss: Tensor } {
  const { hidden } = bertGraph(bertConfig.parse(golden.config));
  const logits = layer(tanh(layer(select(hidden, 1, 0), "pooler.dense", 8)), "classifier", 3);
  return { logits, loss: mean(crossEntropy(logits, input("targets", ["batch", 3]))) };
}

const inputNames = (root: Tensor): string[] => inOrder([root]).flatMap((y) => (isOp(y, "input") ? [y.params.name] : []));

async function run(roots: Readonly<Record<string, Tensor>>, weights: Readonly<Record<string, TensorValue>>) {
  const wanted = new Set(Object.values(roots).flatMap(inputNames));
  const feeds = Object.entries({ ...weights, ...tokens, targets }).filter(([name]) => wanted.has(name));
  await using session = await createSession<string>(roots, { threads: 1 });
  return await session.run(Object.fromEntries(feeds));
}

describe("withAdapters", () => {
  it("computes the logits, the loss and the gradients of PEFT", async () => {
    const { roots } = withAdapters(build(), settings, isAdapted);
    const names = Object.keys(trained);
    const inputs = names.map(
      (name) => inOrder([roots.loss]).find((y) => isOp(y, "input") && y.params.name === name) ?? expect.fail(`no input ${name}`),
    );
    const found = gradients(roots.loss, inputs);
    const results = await run(
      { ...roots, ...Object.fromEntries(names.map((name, i) => [`gradient/${name}`, found[i]!])) },
      { ...own, ...trained },
    );
    expect(float32Of(results["loss"]!)[0]).toBeCloseTo(golden.loss, 5);
    for (const [i, logit] of golden.logits.flat().entries()) expect(float32Of(results["logits"]!)[i]).toBeCloseTo(logit, 5);
    expect(Object.keys(golden.gradients)).toHaveLength(names.length);
    for (const [name, expected] of Object.entries(golden.gradients)) {
      const gradient = float32Of(results[`gradient/${ourName(name)}`]!);
      const norm = Math.hypot(...expected);
      expect(norm).toBeGreaterThan(0);
      expect(Math.hypot(...expected.map((value, i) => value - gradient[i]!)) / norm).toBeLessThan(1e-5);
    }
  });

  it("has as many trained numbers as PEFT says", () => {
    const { adapters } = withAdapters(build(), settings, isAdapted);
    const factors = Object.values(newFactors(adapters, golden.r, 1));
    const classifier = 3 * 8 + 3;
    expect(factors.reduce((total, value) => total + countOf(value.shape), classifier)).toBe(golden.trainedParameters);
  });

  it("computes nothing of the size of a frozen matrix", () => {
    const { roots, adapters } = withAdapters(build(), settings, isAdapted);
    const names = new Set(Object.keys(newFactors(adapters, golden.r, 1)));
    const factors = inOrder([roots.loss]).filter((y) => isOp(y, "input") && names.has(y.params.name));
    const forward = new Set(inOrder([roots.loss]));
    const backward = inOrder(gradients(roots.loss, factors)).filter((y) => !forward.has(y));
    expect(backward.length).toBeGreaterThan(0);
    // The feed-forward layer's matrices are 12 x 8 and 8 x 12.
    const large = backward.filter((y) => y.shape.length === 2 && y.shape.every((length) => length === 8 || length === 12));
    expect(large).toEqual([]);
  });

  it("adds nothing before it is trained", async () => {
    const graph = build();
    const { roots, adapters } = withAdapters(graph, settings, isAdapted);
    const before = await run({ logits: graph.logits }, own);
    const after = await run({ logits: roots.logits }, { ...own, ...newFactors(adapters, golden.r, 1) });
    expect(after["logits"]).toEqual(before["logits"]);
  });

  it("gives a layer that is applied twice one adapter", () => {
    const [x, y, weight] = [input("x", ["batch", 4]), input("y", ["batch", 4]), input("shared.weight", [3, 4])];
    const twice = { x: matmul(x, weight, { transposeB: true }), y: matmul(y, weight, { transposeB: true }) };
    const { roots, adapters } = withAdapters(twice, settings, () => true);
    expect(adapters).toEqual([{ module: "shared", inputs: 4, outputs: 3 }]);
    for (const root of Object.values(roots)) expect(inputNames(root)).toContain("shared.lora_A.weight");
  });
});

describe("mergeAdapters", () => {
  it("gives the same logits without adapters", async () => {
    const { adapters } = withAdapters(build(), settings, isAdapted);
    const merged = mergeAdapters({ ...own, ...trained }, adapters, settings);
    expect(Object.keys(merged).sort()).toEqual(Object.keys(own).sort());
    const { logits } = await run({ logits: build().logits }, merged);
    for (const [i, logit] of golden.logits.flat().entries()) expect(float32Of(logits!)[i]).toBeCloseTo(logit, 5);
  });
});

describe("newFactors", () => {
  it("draws A as PyTorch draws a linear layer, within 1 / √inputs, and B as zeros", () => {
    const factors = newFactors([{ module: "m", inputs: 400, outputs: 3 }], 8, 5);
    const { data } = factors["m.lora_A.weight"]!;
    expect(Math.max(...data)).toBeGreaterThan(0.049);
    expect(Math.max(...data.map(Math.abs))).toBeLessThanOrEqual(0.05);
    const deviation = Math.sqrt(data.reduce((total, value) => total + value * value, 0) / data.length);
    expect(deviation).toBeCloseTo(0.05 / Math.sqrt(3), 3);
    expect(factors["m.lora_B.weight"]!.data).toEqual(new Float32Array(24));
    expect(newFactors([{ module: "m", inputs: 400, outputs: 3 }], 8, 5)).toEqual(factors);
    expect(newFactors([{ module: "m", inputs: 400, outputs: 3 }], 8, 6)).not.toEqual(factors);
  });
});
