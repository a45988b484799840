import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { gradients } from "../../src/autodiff/gradients.js";
import { interpret } from "../../src/autodiff/interpret.js";
import { input } from "../../src/autodiff/ops.js";
import { createSession } from "../../src/autodiff/session.js";
import { float32, float32Of, float64 } from "../../src/autodiff/values.js";
import { pooledStates } from "../../src/tune/pooling.js";
import { readPretrained, weightsOf } from "../../src/tune/pretrained.js";
import { pairInputs, similarityLoss } from "../../src/tune/similarity-loss.js";
import { paddedTokens } from "../../src/tune/token-batch.js";
import { readWeights } from "../../src/tune/weights.js";
import { tinyFolder } from "./golden-encoder.js";

const golden = JSON.parse(readFileSync(new URL("../../golden/setfit.json", import.meta.url), "utf8")) as {
  readonly texts: readonly string[];
  readonly pairs: readonly (readonly [number, number, number])[];
  readonly loss: number;
  readonly gradients: Readonly<Record<string, readonly number[]>>;
};

describe("similarityLoss", () => {
  it("has the value and the gradients of sentence-transformers' CosineSimilarityLoss, encoding each text once", async () => {
    const pretrained = await readPretrained(tinyFolder);
    const graph = pretrained.build();
    const loss = similarityLoss(pooledStates(graph, "mean"));
    const fed = Object.values<string>(pairInputs);
    const wanted = weightsOf([loss], [graph.inputIds, graph.attentionMask]).filter(({ params }) => !fed.includes(params.name));
    const weights = await readWeights(pretrained.weightsPath, wanted, pretrained.prefix);
    const count = golden.texts.length;
    const targets = new Float32Array(count * count);
    const pairWeights = new Float32Array(count * count);
    for (const [a, b, target] of golden.pairs) {
      targets[a * count + b] = target;
      pairWeights[a * count + b]! += 1 / golden.pairs.length;
    }
    const tokens = paddedTokens(
      golden.texts.map((text) => pretrained.tokenizer.encode(text, pretrained.maxTokens)),
      pretrained.tokenizer.padId,
    );
    const names = wanted.map(({ params }) => params.name).filter((name) => golden.gradients[name] !== undefined);
    expect(names.toSorted()).toEqual(Object.keys(golden.gradients).sort());
    const found = gradients(
      loss,
      names.map((name) => wanted.find(({ params }) => params.name === name)!),
    );
    const outputs = { loss, ...Object.fromEntries(names.map((name, i) => [`gradient/${name}`, found[i]!])) };
    await using session = await createSession<string>(outputs, { threads: 1 });
    const results = await session.run({
      ...weights,
      ...tokens,
      [pairInputs.targets]: float32(targets, [count, count]),
      [pairInputs.weights]: float32(pairWeights, [count, count]),
    });
    expect(float32Of(results["loss"]!)[0]).toBeCloseTo(golden.loss, 6);
    // Together, since the keys' biases have no gradient: a shift of all scores changes no softmax.
    const expected = names.flatMap((name) => golden.gradients[name]!);
    const ours = names.flatMap((name) => [...float32Of(results[`gradient/${name}`]!)]);
    expect(ours).toHaveLength(expected.length);
    const difference = Math.hypot(...expected.map((value, i) => value - ours[i]!));
    expect(difference / Math.hypot(...expected)).toBeLessThan(1e-5);
  });

  it("is 0 for vectors that already lie as the targets say, whatever their lengths", () => {
    const loss = similarityLoss(input("vectors", ["batch", 2], "float64"));
    expect(loss.shape).toEqual([]);
    const ones = new Float64Array(9).fill(1);
    const feeds = {
      vectors: float64([2, 0, 0.5, 0, 0, 3], [3, 2]),
      [pairInputs.targets]: float64([1, 1, 0, 1, 1, 0, 0, 0, 1], [3, 3]),
      [pairInputs.weights]: float64(ones, [3, 3]),
    };
    expect(interpret({ loss }, feeds).loss.data[0]).toBeCloseTo(0, 12);
  });
});
