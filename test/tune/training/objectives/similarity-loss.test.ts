import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { gradients } from "../../../../src/autodiff/gradients.js";
import { interpret } from "../../../../src/autodiff/interpret.js";
import { input } from "../../../../src/autodiff/ops.js";
import { createSession } from "../../../../src/autodiff/session.js";
import { float32, float32Of, float64 } from "../../../../src/autodiff/values.js";
import { pooledStates } from "../../../../src/tune/pretrained/pooling.js";
import { readPretrained, weightsOf } from "../../../../src/tune/pretrained/pretrained.js";
import { tokenBatch } from "../../../../src/tune/pretrained/token-batch.js";
import { apart, pairInputs, similarityLoss } from "../../../../src/tune/training/objectives/similarity-loss.js";
import { tinyFolder } from "../../pretrained/golden-encoder.js";

const golden = JSON.parse(readFileSync(new URL("../../../../golden/setfit.json", import.meta.url), "utf8")) as {
  readonly pairs: readonly (readonly [string, string])[];
  readonly loss: number;
  readonly gradients: Readonly<Record<string, readonly number[]>>;
};

describe("similarityLoss", () => {
  it("has the value and the gradients of sentence-transformers' MultipleNegativesRankingLoss", async () => {
    const pretrained = await readPretrained(tinyFolder);
    const graph = pretrained.build();
    const loss = similarityLoss(pooledStates(graph, "mean"));
    const fed = Object.values<string>(pairInputs);
    const wanted = weightsOf([loss], [graph.inputIds, graph.attentionMask]).filter(({ params }) => !fed.includes(params.name));
    const weights = await pretrained.stored.read(wanted);
    // The first text of each pair is told from the other pairs' by its second: the others are told by none, and firsts do not meet.
    const texts = [0, 1].flatMap((side) => golden.pairs.map((pair) => pair[side]!));
    const [count, half] = [texts.length, golden.pairs.length];
    const targets = new Float32Array(count * count);
    const masks = new Float32Array(count * count);
    for (let i = 0; i < half; i++) {
      targets[i * count + half + i] = 1 / half;
      masks.fill(apart, i * count, i * count + half);
    }
    const tokens = tokenBatch(
      texts.map((text) => pretrained.tokenizer.encode(text, pretrained.maxTokens)),
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
      [pairInputs.masks]: float32(masks, [count, count]),
    });
    expect(float32Of(results["loss"]!)[0]).toBeCloseTo(golden.loss, 5);
    // Together, since the keys' biases have no gradient: a shift of all scores changes no softmax.
    const expected = names.flatMap((name) => golden.gradients[name]!);
    const ours = names.flatMap((name) => [...float32Of(results[`gradient/${name}`]!)]);
    expect(ours).toHaveLength(expected.length);
    const difference = Math.hypot(...expected.map((value, i) => value - ours[i]!));
    expect(difference / Math.hypot(...expected)).toBeLessThan(1e-5);
  });

  it("is the supervised contrastive loss where no text meets itself, whatever the lengths of the vectors", () => {
    const loss = similarityLoss(input("vectors", ["batch", 2], "float64"));
    expect(loss.shape).toEqual([]);
    const feeds = {
      vectors: float64([2, 0, 0.3, 0.4, 0, 3], [3, 2]),
      [pairInputs.targets]: float64([0, 0.5, 0, 0.5, 0, 0, 0, 0, 0], [3, 3]),
      [pairInputs.masks]: float64([apart, 0, 0, 0, apart, 0, 0, 0, apart], [3, 3]),
    };
    // Cosines .6 of the first two, 0 and .8 of each to the third.
    const expected = 0.5 * Math.log1p(Math.exp(20 * (0 - 0.6))) + 0.5 * Math.log1p(Math.exp(20 * (0.8 - 0.6)));
    expect(interpret({ loss }, feeds).loss.data[0]).toBeCloseTo(expected, 12);
  });
});
