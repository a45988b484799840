import { describe, expect, it } from "vitest";
import { inOrder, isOp } from "../../../src/autodiff/graph.js";
import { interpret } from "../../../src/autodiff/interpret.js";
import { openModel } from "../../../src/autodiff/session.js";
import { float32, float32Of, type TensorValue } from "../../../src/autodiff/values.js";
import { classifierLossGraph, type LossGraph, trainingGraph } from "../../../src/tune/classifier/classifier.js";
import {
  headPooling,
  readBodyWeights,
  readClassifier,
  textClassifierGraph,
} from "../../../src/tune/classifier/classifier-model.js";
import { packedInputs, packTokens } from "../../../src/tune/encoders/packed-tokens.js";
import { type Adapter, factorNames, mergeAdapters, withAdapters } from "../../../src/tune/lora/lora-graph.js";
import { loadEncoder } from "../../../src/tune/pretrained/encoder.js";
import { type Pretrained, readPretrained } from "../../../src/tune/pretrained/pretrained.js";
import { tokenBatch } from "../../../src/tune/pretrained/token-batch.js";
import { targetsOf } from "../../../src/tune/training/objectives/target-weights.js";
import { stepModel } from "../../../src/tune/training/step-model.js";
import { train, type Weights } from "../../../src/tune/training/train.js";
import { drawnWeight } from "../decoders/golden-decoders.js";
import { gradientError } from "../golden-gradient.js";
import { quietContext } from "../pretrained/golden-encoder.js";
import { classifierFolder } from "./golden-classifiers.js";
import { type GoldenTraining, goldenDecoderClassifiers } from "./golden-decoder-classifiers.js";
import { logitsOfTexts } from "./saved-folders.js";

const { texts, targets, labels, classifiers } = goldenDecoderClassifiers;
const adapterSettings = { rank: 2, alpha: 4 };
const options = { labelCount: labels.length, isMultiLabel: false };

/** What is trained, with where it starts. */
interface Trained {
  readonly pretrained: Pretrained;
  build(): LossGraph;
  readonly weights: Weights;
  readonly isTrained: (name: string) => boolean;
  readonly adapters: readonly Adapter[];
}

const head = (pretrained: Pretrained) => ({ labelCount: labels.length, pooling: headPooling(pretrained) });

async function whole(family: string): Promise<Trained> {
  const pretrained = await readPretrained(classifierFolder(family));
  const build = (): LossGraph => classifierLossGraph(textClassifierGraph(pretrained, head(pretrained)), false);
  const body = await readBodyWeights(pretrained, head(pretrained));
  const score = drawnWeight("score.weight", [labels.length, pretrained.hiddenSize]);
  return { pretrained, build, weights: { ...body, "score.weight": score }, isTrained: () => true, adapters: [] };
}

/** PEFT's name of a trained tensor as our graphs have it. */
const ourName = (name: string): string =>
  name
    .replace(/^base_model\.model\./, "")
    .replace(".default.", ".")
    .replace("modules_to_save.", "");

async function adapted(family: string): Promise<Trained> {
  const base = await whole(family);
  const isAdapted = (module: string): boolean => module !== "score";
  const { adapters } = withAdapters({ loss: base.build().loss }, adapterSettings, isAdapted);
  const factors = adapters.flatMap(({ module, inputs, outputs }) => {
    const { rank } = adapterSettings;
    const { a, b } = factorNames(module);
    const drawn = (name: string, shape: number[]): TensorValue<"float32"> => {
      const wrapped = `base_model.model.${name.replace(/(lora_[AB])\./, "$1.default.")}`;
      return float32(
        drawnWeight(wrapped, shape).data.map((value) => value / 2),
        shape,
      );
    };
    return [[a, drawn(a, [rank, inputs])] as const, [b, drawn(b, [outputs, rank])] as const];
  });
  const names = new Set(factors.map(([name]) => name));
  return {
    ...base,
    build: () => {
      const { inputIds, attentionMask, loss, logits } = base.build();
      const { roots } = withAdapters({ loss, logits: logits! }, adapterSettings, isAdapted);
      return { inputIds, attentionMask, ...roots };
    },
    weights: { ...base.weights, ...Object.fromEntries(factors) },
    isTrained: (name) => names.has(name) || name === "score.weight",
    adapters,
  };
}

async function expectLogits(family: string, weights: Weights, expected: readonly (readonly number[])[]): Promise<void> {
  const pretrained = await readPretrained(classifierFolder(family));
  const found = await logitsOfTexts(
    { pretrained, head: head(pretrained), labels, isMultiLabel: false, mayBeEmpty: false, weights },
    texts,
  );
  expect(worst(found.flat(), expected.flat())).toBeLessThan(1e-4);
}

const worst = (found: readonly number[], expected: readonly number[]): number => {
  expect(found.length).toBe(expected.length);
  return Math.max(...expected.map((value, i) => Math.abs(found[i]! - value) / Math.max(1, Math.abs(value))));
};

function expectGradients(
  golden: GoldenTraining,
  found: ReadonlyMap<string, ArrayLike<number>>,
  tolerance: number,
  leastShare: number,
): void {
  const names = Object.keys(golden.gradients);
  expect([...found.keys()].sort()).toEqual(names.map(ourName).sort());
  const largest = Math.max(...Object.values(golden.gradients).map(({ norm }) => norm));
  for (const name of names)
    expect(gradientError(found.get(ourName(name))!, golden.gradients[name]!, leastShare * largest), name).toBeLessThan(tolerance);
}

const ways = [
  ["full", whole],
  ["lora", adapted],
] as const;
const cases = Object.keys(classifiers).flatMap((family) => ways.map(([way, start]) => ({ family, way, start })));

describe.each(Object.entries(classifiers))("a classifier on %s", (family, golden) => {
  it("has the tokens and the logits of transformers", async () => {
    const { pretrained, weights } = await whole(family);
    expect(pretrained.tokenizer.padId).toBe(golden.padId);
    expect(pretrained.config).toMatchObject({ pad_token_id: golden.padId });
    // transformers passes over padding at the end of a text, also where the text itself had it.
    const ids = golden.ids.map((row) => row.slice(0, row.findLastIndex((id) => id !== golden.padId) + 1));
    expect(texts.map((text) => [...pretrained.tokenizer.encode(text, pretrained.maxTokens)])).toEqual(ids);
    await expectLogits(family, weights, golden.logits);
  });

  it("has vectors along the means of the states", async () => {
    await using encoder = await loadEncoder(classifierFolder(family), { threads: 1 });
    const vectors = await encoder.embed(texts.slice(0, 3), quietContext());
    const expected = golden.meanStates.flatMap((state) => state.map((value) => value / Math.hypot(...state)));
    expect(
      worst(
        vectors.flatMap((vector) => [...vector]),
        expected,
      ),
    ).toBeLessThan(1e-5);
  });
});

it.each(["llama", "mistral", "qwen2"])("a classifier of transformers' on %s is read as it is", async (family) => {
  const classifier = await readClassifier(classifierFolder(family));
  expect(classifier.labels).toEqual(labels);
  expect(worst((await logitsOfTexts(classifier, texts)).flat(), classifiers[family]!.logits.flat())).toBeLessThan(1e-4);
});

describe.each(cases)("$way on $family", ({ family, way, start }) => {
  const golden = classifiers[family]![way];

  it("has the gradients of PyTorch, in float64", async () => {
    const { pretrained, build, weights, isTrained } = await start(family);
    const graph = build();
    const { roots, ids } = packTokens({ loss: graph.loss }, graph);
    const { outputs, gradients } = trainingGraph({ inputIds: ids, attentionMask: graph.attentionMask }, roots.loss, isTrained, [
      "targets",
      ...Object.values(packedInputs),
    ]);
    const batch = tokenBatch(tokensOf(pretrained), pretrained.tokenizer.padId);
    const feeds = {
      ...weights,
      ...batch,
      targets: targetsOf(
        targets.map((label) => ({ labels: [label] })),
        options,
      ),
    };
    const used = new Set(inOrder(Object.values(outputs)).flatMap((x) => (isOp(x, "input") ? [x.params.name] : [])));
    const numbers = Object.entries(feeds)
      .filter(([name]) => used.has(name))
      .map(([name, { data, shape }]) => [name, { shape, data: Float64Array.from(data, Number) }] as const);
    const found = interpret(outputs, Object.fromEntries(numbers));
    expect(found["loss"]!.data[0]).toBeCloseTo(golden.losses[0]!, 5);
    const byName = gradients.map(({ weight, output, isByToken }) => {
      const { data } = found[output]!;
      return [weight.params.name, isByToken ? scattered(data, batch.token_ids.data, weight.shape, pretrained) : data] as const;
    });
    expectGradients(golden, new Map(byName), 1e-5, 1e-6);
  });

  it("takes the steps of PyTorch", async () => {
    const { pretrained, build, weights, isTrained, adapters } = await start(family);
    const { steps, learningRate, weightDecay, maxGradNorm } = golden;
    const rows = tokensOf(pretrained).map((ids, i) => ({ ids, labels: [targets[i]!] }));
    const result = await train(
      { build, weights, padId: pretrained.tokenizer.padId, objective: { kind: "labels", labelSmoothing: 0, ...options } },
      rows,
      {
        ...{ learningRate, weightDecay, maxGradNorm, isTrained, schedule: "constant", warmupRatio: 0, dropout: 0 },
        ...{ epochs: steps, minSteps: steps, batchSize: rows.length, tokensPerPass: 4096, order: "sequential", seed: 1 },
      },
      { signal: new AbortController().signal, thread: "calling" },
    );
    expect(
      worst(
        result.steps.map(({ loss }) => loss),
        golden.losses,
      ),
    ).toBeLessThan(1e-4);
    await expectLogits(family, mergeAdapters(result.weights, adapters, adapterSettings), golden.logits);
  });
});

it("computes the gradient of the table of tokens for the tokens of a batch alone", async () => {
  const { pretrained, build } = await whole("llama");
  const { padId } = pretrained.tokenizer;
  const model = stepModel(build(), { targets: ["targets"], padId, isTrained: () => true, learningRateScale: () => 1 });
  expect(model.weights.filter(({ table }) => table)).toMatchObject([{ name: "model.embed_tokens.weight", paddingRow: padId }]);
  await using session = await openModel(model.onnx, model.outputs, { threads: 1 });
  const { weights } = await whole("llama");
  const batch = tokenBatch(tokensOf(pretrained), padId);
  const found = await session.run({
    ...weights,
    ...batch,
    targets: targetsOf(
      targets.map((label) => ({ labels: [label] })),
      options,
    ),
  });
  const { shape } = found["gradient/model.embed_tokens.weight"]!;
  expect(shape).toEqual([batch.token_ids.data.length, pretrained.hiddenSize]);
  expect(float32Of(found["loss"]!)[0]).toBeCloseTo(classifiers["llama"]!.full.losses[0]!, 4);
});

const tokensOf = ({ tokenizer, maxTokens }: Pretrained): (readonly number[])[] =>
  texts.map((text) => tokenizer.encode(text, maxTokens));

/** The gradient of a table by that of the rows taken, as PyTorch has it: that of the row of padding is 0. */
function scattered(
  rows: ArrayLike<number>,
  ids: BigInt64Array,
  shape: readonly (number | string)[],
  { tokenizer }: Pretrained,
): Float64Array {
  const [count, width] = shape.map(Number) as [number, number];
  const table = new Float64Array(count * width);
  for (const [i, id] of ids.entries())
    if (Number(id) !== tokenizer.padId) for (let k = 0; k < width; k++) table[Number(id) * width + k]! += rows[i * width + k]!;
  return table;
}
