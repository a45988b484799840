import { describe, expect, it } from "vitest";
import { gradients } from "../../../src/autodiff/gradients.js";
import { inOrder, isOp, type Tensor } from "../../../src/autodiff/graph.js";
import { interpret, type NumberArray } from "../../../src/autodiff/interpret.js";
import { crossEntropy } from "../../../src/autodiff/math.js";
import { input, reshape, sum } from "../../../src/autodiff/ops.js";
import { createSession } from "../../../src/autodiff/session.js";
import { float32, float32Of, type TensorValue } from "../../../src/autodiff/values.js";
import { type DecoderConfig, decoderConfig } from "../../../src/tune/decoders/decoder-config.js";
import { decoderGraph } from "../../../src/tune/decoders/decoder-graph.js";
import { packTokens } from "../../../src/tune/encoders/packed-tokens.js";
import { tokenBatch } from "../../../src/tune/pretrained/token-batch.js";
import { gradientError } from "../golden-gradient.js";
import { drawnWeight, goldenDecoders } from "./golden-decoders.js";

const { texts, decoders } = goldenDecoders;
const maxTokens = 32;
const longest = Math.max(...texts.map(({ ids }) => ids.length));

type Form = "padded" | "packed";
type Values = Readonly<Record<string, TensorValue>>;

interface Built {
  /** Of all tokens. */
  readonly logits: Tensor;
  /** For each weight, as `d <name>`, the gradient of the golden loss. Its graph is another, of the last tokens alone. */
  readonly gradients: Record<string, Tensor>;
  readonly weights: Record<string, TensorValue<"float32">>;
  readonly feeds: Values;
}

function build(config: DecoderConfig, form: Form): Built {
  const all = decoderGraph(config, { maxTokens, states: "all" });
  const last = decoderGraph(config, { maxTokens, states: "last" });
  const words = config.vocabularySize;
  const lastLogits = reshape(last.logits, ["batch", words]);
  const loss = sum(crossEntropy(lastLogits, input("targets", ["batch", words])));
  const packedAll = form === "packed" ? packTokens({ logits: all.logits }, all).roots : { logits: all.logits };
  const packedLoss = form === "packed" ? packTokens({ loss }, last).roots : { loss };
  const inputs = inOrder([packedLoss.loss]).filter(
    (x): x is Tensor<"input"> => isOp(x, "input") && /^(model|lm_head)\./.test(x.params.name),
  );
  const targets = texts.flatMap(({ target }) => Array.from({ length: words }, (_, word) => (word === target ? 1 : 0)));
  return {
    logits: packedAll.logits,
    gradients: Object.fromEntries(gradients(packedLoss.loss, inputs).map((g, i) => [`d ${inputs[i]!.params.name}`, g])),
    weights: Object.fromEntries(inputs.map(({ params: { name }, shape }) => [name, drawnWeight(name, shape.map(Number))])),
    feeds: {
      ...tokenBatch(
        texts.map(({ ids }) => [...ids]),
        0,
      ),
      targets: float32(targets, [texts.length, words]),
    },
  };
}

const numbers = (values: Values): Record<string, NumberArray> =>
  Object.fromEntries(
    Object.entries(values).map(([name, { data, shape }]) => [name, { shape, data: Float64Array.from(data, Number) }]),
  );

/** The largest difference of logits where there are tokens, relative to the larger of 1 and the expected number. */
function logitsError(found: ArrayLike<number>, expected: readonly (readonly number[])[], words: number): number {
  const errors = expected.flatMap((row, text) => {
    expect(row.length).toBe(texts[text]!.ids.length * words);
    return row.map((value, i) => Math.abs(found[text * longest * words + i]! - value) / Math.max(1, Math.abs(value)));
  });
  return Math.max(...errors);
}

const cases = Object.entries(decoders).flatMap(([name, golden]) =>
  (["padded", "packed"] as const).map((form) => ({ name, golden, form })),
);

describe.each(cases)("$name, $form,", ({ golden, form }) => {
  const config = decoderConfig(golden.config, "config.json");
  const built = build(config, form);
  const { weights, feeds } = built;
  const largest = Math.max(...Object.values(golden.gradients).map(({ norm }) => norm));

  function expectGradients(found: Readonly<Record<string, ArrayLike<number>>>, tolerance: number, least: number): void {
    expect(Object.keys(found).sort()).toEqual(
      Object.keys(golden.gradients)
        .map((name) => `d ${name}`)
        .sort(),
    );
    for (const [name, expected] of Object.entries(golden.gradients))
      expect(gradientError(found[`d ${name}`]!, expected, least), name).toBeLessThan(tolerance);
  }

  it("has the logits and the gradients of transformers, in float64", () => {
    const values = numbers({ ...weights, ...feeds });
    const { logits } = interpret({ logits: built.logits }, values);
    // The reference has the angles in 32 bits.
    expect(logitsError(logits.data, golden.logits, config.vocabularySize)).toBeLessThan(1e-5);
    const found = interpret(built.gradients, values);
    for (const [name, { shape }] of Object.entries(weights)) expect(found[`d ${name}`]!.shape).toEqual(shape);
    // A shift of all scores changes nothing, so that a bias of keys has a small gradient.
    expectGradients(Object.fromEntries(Object.entries(found).map(([name, { data }]) => [name, data])), 1e-5, 1e-6 * largest);
  });

  it("has the same in ONNX, in float32", async () => {
    const { targets, ...tokens } = feeds;
    await using forward = await createSession({ logits: built.logits }, { weights, threads: 1 });
    const { logits } = await forward.run(tokens);
    expect(logitsError(float32Of(logits), golden.logits, config.vocabularySize)).toBeLessThan(1e-4);
    await using training = await createSession(built.gradients, { threads: 1 });
    const found = await training.run({ ...weights, ...tokens, targets: targets! });
    const data = Object.fromEntries(Object.entries(found).map(([name, value]) => [name, float32Of(value)]));
    expectGradients(data, 1e-4, 2e-3 * largest);
  });
});

it.each(Object.entries(decoders))("%s is read the same as transformers writes it", (_, { config, savedConfig }) => {
  const { rope, ...read } = decoderConfig(savedConfig, "config.json");
  const { rope: ownRope, ...own } = decoderConfig(config, "config.json");
  expect(read).toEqual(own);
  expect({ ...rope, rope_theta: read.ropeTheta }).toEqual({ ...ownRope, rope_theta: own.ropeTheta });
});
