/** @file A tiny classifier to be trained, and rows for it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { float32 } from "../../../src/autodiff/values.js";
import { random } from "../../../src/lib/random.js";
import { classifierGraph, classifierLossGraph } from "../../../src/tune/classifier/classifier.js";
import { bertConfig, bertGraph } from "../../../src/tune/encoders/bert.js";
import type { Trainable, TrainingRow, TrainingSettings, Weights } from "../../../src/tune/training/train.js";

/** The tiny random BERT of `golden/training.json`, with a classifier of three labels on the mean of its states. */
export function tinyTrainable(repository: string): Trainable {
  const golden = JSON.parse(readFileSync(join(repository, "golden", "training.json"), "utf8")) as {
    readonly config: object;
    readonly weights: Readonly<Record<string, { readonly shape: readonly number[]; readonly data: readonly number[] }>>;
  };
  const config = bertConfig.parse(golden.config);
  const head = { labelCount: 3, pooling: "mean" } as const;
  return {
    build: (dropout) => classifierLossGraph(classifierGraph(bertGraph(config, { dropout }), head, dropout), false),
    weights: Object.fromEntries(
      Object.entries(golden.weights).map(([name, { shape, data }]) => [name.replace(/^bert\./, ""), float32(data, shape)]),
    ),
    padId: 0,
    objective: { kind: "labels", labelCount: 3, isMultiLabel: false },
  };
}

/** Random tokens after a first one that is the same for all; among them is one token that belongs to the label. */
export function trainingRows(count: number, seed = 5): TrainingRow[] {
  const { integer } = random(seed, "rows");
  return Array.from({ length: count }, (_, i) => {
    const words = Array.from({ length: 1 + integer(5) }, () => 8 + integer(16));
    words[integer(words.length)] = 5 + (i % 3);
    return { ids: [2, ...words, 3], labels: [i % 3] };
  });
}

export const tinySettings: TrainingSettings = {
  epochs: 2,
  minSteps: 0,
  batchSize: 8,
  tokensPerPass: 1024,
  learningRate: 3e-3,
  schedule: "linear",
  warmupRatio: 0.1,
  weightDecay: 0.01,
  maxGradNorm: 1,
  dropout: 0.1,
  seed: 1,
  threads: 1,
};

/** All weights in the order of their names. */
export function weightBytes(weights: Weights): Buffer {
  const names = Object.keys(weights).sort();
  return Buffer.concat(
    names.map((name) => {
      const { data } = weights[name]!;
      return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    }),
  );
}
