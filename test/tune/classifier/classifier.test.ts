import { describe, expect, it } from "vitest";
import { interpret, type NumberArray } from "../../../src/autodiff/interpret.js";
import { createSession } from "../../../src/autodiff/session.js";
import { float64, int64, type TensorValue, type Values } from "../../../src/autodiff/values.js";
import {
  type ClassifierHead,
  classifierGraph,
  classifierLoss,
  maskedDropout,
  type TrainingGraph,
  trainingGraph,
} from "../../../src/tune/classifier/classifier.js";
import { bertGraph } from "../../../src/tune/encoders/bert.js";
import { bertHead } from "../../../src/tune/encoders/classifier-heads.js";
import { noDropout } from "../../../src/tune/encoders/encoder-graph.js";
import { type TargetOptions, targetsOf } from "../../../src/tune/training/objectives/target-weights.js";
import { bareName, type GoldenCase, goldenTraining as golden, goldenConfig, goldenWeights } from "../training/golden-training.js";

const shape = [golden.ids.length, golden.ids[0]!.length];
const tokens = { input_ids: int64(golden.ids.flat(), shape), attention_mask: int64(golden.mask.flat(), shape) };
const oneLabel = golden.labels.map((label) => ({ labels: [label] }));
const severalLabels = golden.several.map((row) => ({ labels: row.flatMap((has, label) => (has === 1 ? [label] : [])) }));

type Head = ClassifierHead & TargetOptions;

interface Setting {
  readonly head: Head;
  readonly targets: TensorValue<"float32">;
  readonly hasDropout?: boolean;
}

const single: Head = { labelCount: 3, isMultiLabel: false, pooling: bertHead };
const several: Head = { labelCount: 3, isMultiLabel: true, pooling: "mean" };
const classWeights = Float64Array.from(golden.classWeights);
const settings: Readonly<Record<string, Setting>> = {
  plain: { head: single, targets: targetsOf(oneLabel, single) },
  "weighted and smoothed": { head: single, targets: targetsOf(oneLabel, { ...single, classWeights, labelSmoothing: 0.1 }) },
  "several labels, mean": { head: several, targets: targetsOf(severalLabels, several) },
  dropout: { head: single, targets: targetsOf(oneLabel, single), hasDropout: true },
};

function build({ head, hasDropout = false }: Setting, isTrained?: (name: string) => boolean): TrainingGraph {
  const dropout = hasDropout ? maskedDropout(1 - golden.keep) : noDropout;
  const graph = classifierGraph(bertGraph(goldenConfig, { dropout }), head, dropout);
  const training = trainingGraph(graph, classifierLoss(graph, head.isMultiLabel), isTrained);
  return { ...training, outputs: { ...training.outputs, logits: graph.logits } };
}

/** The places of dropout in the order in which PyTorch draws them. */
const layerPlaces = [...Array(goldenConfig.num_hidden_layers).keys()].flatMap((layer) => {
  const name = `encoder.layer.${layer}`;
  return [`${name}.attention.output.dense.probabilities`, `${name}.attention.output.dense`, `${name}.output.dense`];
});
const places = ["embeddings", ...layerPlaces, "classifier"].map((place) => `dropout/${place}`);

function feedsOf(training: TrainingGraph, { targets }: Setting): Values {
  const masks = training.masks.map(({ params }) => {
    const { shape: own, kept } = golden.dropped[places.indexOf(params.name)]!;
    return [params.name, { data: Uint8Array.from(kept, Number), shape: own }] as const;
  });
  const own = training.weights.map(({ params }) => [params.name, goldenWeights[params.name]!] as const);
  return { ...Object.fromEntries([...own, ...masks]), ...tokens, targets };
}

/** The gradient of a weight; that of a table from those of the rows taken. */
function gradientOf(
  training: TrainingGraph,
  name: string,
  results: Readonly<Record<string, { readonly data: ArrayLike<number | bigint> }>>,
): number[] {
  const { weight, output, isByToken } = training.gradients.find((gradient) => gradient.weight.params.name === name)!;
  const data = Array.from(results[output]!.data, Number);
  if (!isByToken) return data;
  const width = weight.shape[1] as number;
  const table = new Array<number>((weight.shape[0] as number) * width).fill(0);
  for (const [i, id] of golden.ids.flat().entries())
    for (let k = 0; k < width; k++) table[id * width + k]! += data[i * width + k]!;
  return table;
}

const norm = (x: readonly number[]): number => Math.sqrt(x.reduce((total, value) => total + value * value, 0));
const apart = (a: readonly number[], b: readonly number[]): number => norm(a.map((value, i) => value - b[i]!));

/** How far each gradient is off, relative to its length; one that is nothing but rounding, to 1. */
function gradientErrors(
  training: TrainingGraph,
  expected: GoldenCase,
  results: Readonly<Record<string, { readonly data: ArrayLike<number | bigint> }>>,
): Record<string, number> {
  const entries = Object.entries(expected.gradients).map(([stored, g]) => {
    const length = norm(g);
    return [stored, apart(gradientOf(training, bareName(stored), results), g) / (length < 1e-9 ? 1 : length)] as const;
  });
  return Object.fromEntries(entries);
}

const worst = (errors: Readonly<Record<string, number>>): number => Math.max(...Object.values(errors));

describe.each(Object.entries(settings))("the classifier, %s,", (name, setting) => {
  const expected = golden.cases[name]!;
  const training = build(setting);

  it("has PyTorch's logits, loss and gradients in float64", () => {
    const feeds = Object.fromEntries(
      Object.entries(feedsOf(training, setting)).map(([input, { data, shape: own }]): [string, NumberArray] => [
        input,
        float64(Array.from(data, Number), own),
      ]),
    );
    const results = interpret(training.outputs, feeds);
    expect(Object.keys(expected.gradients).map(bareName).sort()).toEqual(
      training.gradients.map(({ weight }) => weight.params.name).sort(),
    );
    expect(apart([...results["logits"]!.data], expected.logits.flat())).toBeLessThan(1e-6);
    expect(Math.abs(results["loss"]!.data[0]! - expected.loss)).toBeLessThan(1e-7);
    expect(worst(gradientErrors(training, expected, results))).toBeLessThan(1e-6);
  });

  it("has them in ONNX Runtime", async () => {
    await using session = await createSession(training.outputs, { threads: 1 });
    const results = await session.run(feedsOf(training, setting));
    expect(Math.abs(Number(results["loss"]!.data[0]) - expected.loss)).toBeLessThan(1e-6);
    expect(worst(gradientErrors(training, expected, results))).toBeLessThan(1e-5);
  });
});
