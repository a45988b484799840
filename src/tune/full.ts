import { countOf, float32 } from "../autodiff/values.js";
import { throwIfAborted, UserError } from "../lib/errors.js";
import { random } from "../lib/random.js";
import type { Approach, Context, Dataset } from "../types.js";
import { type ClassWeight, labelWeights } from "./class-weights.js";
import { type Pretrained, readPretrained, weightsOf } from "./pretrained.js";
import type { ScheduleKind } from "./schedule.js";
import { classifierPredictor, headPooling, readBodyWeights, textClassifierGraph } from "./text-classifier.js";
import { tokenizeTexts } from "./token-batch.js";
import { stepsOf, type TrainingRow, train, type Weights } from "./train.js";

export interface FullOptions {
  /** `minilm-l6`, or a local Hugging Face folder. */
  readonly model: string;
  /** Times that each training row is seen; 3 unless told. */
  readonly epochs?: number;
  /** At least so many updates, however few the rows; 200 unless told. */
  readonly minSteps?: number;
  /** Rows of one update; 16 unless told. */
  readonly batchSize?: number;
  /** 5e-5 for models of fewer than 80 million weights, 2e-5 for larger ones, unless told. */
  readonly learningRate?: number;
  /** `linear` unless told. */
  readonly schedule?: ScheduleKind;
  /** Share of the updates in which the learning rate rises; 0.1 unless told. */
  readonly warmupRatio?: number;
  /** 0.01 unless told. */
  readonly weightDecay?: number;
  /** 1 unless told. */
  readonly maxGradNorm?: number;
  /** 0.1 unless told. */
  readonly dropout?: number;
  /** 0 unless told. */
  readonly labelSmoothing?: number;
  /** `none` unless told. No part in multi-label tasks. */
  readonly classWeight?: ClassWeight;
  /** So many layers from below, and the embeddings with them, stay as they are; 0 unless told. */
  readonly frozenLayers?: number;
  /** Threads; as many as there are cores, at most eight, unless told. */
  readonly threads?: number;
}

/**
 * Of Mosbach et al. 2021 (arXiv 2006.04884) and Zhang et al. 2021 (arXiv 2006.05987): with few rows what matters is the number of updates,
 * a warm-up, and AdamW's bias correction.
 */
const defaults = {
  epochs: 3,
  minSteps: 200,
  batchSize: 16,
  schedule: "linear",
  warmupRatio: 0.1,
  weightDecay: 0.01,
  maxGradNorm: 1,
  dropout: 0.1,
  labelSmoothing: 0,
} as const satisfies Partial<FullOptions>;

type Numbers =
  | "epochs"
  | "minSteps"
  | "batchSize"
  | "warmupRatio"
  | "weightDecay"
  | "maxGradNorm"
  | "dropout"
  | "labelSmoothing"
  | "learningRate";

/** What each number may be. */
const ranges: Readonly<Record<Numbers, { readonly holds: (value: number) => boolean; readonly text: string }>> = {
  epochs: { holds: (value) => value > 0, text: "a number above 0" },
  minSteps: { holds: (value) => Number.isInteger(value) && value >= 0, text: "a whole number from 0" },
  batchSize: { holds: (value) => Number.isInteger(value) && value > 0, text: "a whole number above 0" },
  learningRate: { holds: (value) => value > 0, text: "a number above 0, such as 5e-5" },
  warmupRatio: { holds: (value) => value >= 0 && value <= 1, text: "a share from 0 to 1" },
  weightDecay: { holds: (value) => value >= 0, text: "a number from 0" },
  maxGradNorm: { holds: (value) => value > 0, text: "a number above 0" },
  dropout: { holds: (value) => value >= 0 && value < 1, text: "a share from 0, below 1" },
  labelSmoothing: { holds: (value) => value >= 0 && value < 1, text: "a share from 0, below 1" },
};

function checkNumbers(options: Readonly<Partial<Record<Numbers, number>>>): void {
  for (const [name, { holds, text }] of Object.entries(ranges)) {
    const value = options[name as Numbers];
    if (value !== undefined && !(Number.isFinite(value) && holds(value)))
      throw new UserError(`${name} is ${value}. Give ${text}.`);
  }
}

/** From so many weights on a model is trained with the smaller learning rate: DistilBERT has 66 million, BERT-base 110. */
const largeModel = 8e7;
const learningRates = { small: 5e-5, large: 2e-5 } as const;
/** BERT's `initializer_range`. */
const initialDeviation = 0.02;
/** 16 texts of 256 tokens: what bounds the memory of a step. */
const tokensPerPass = 4096;

/**
 * `tune:full`: all weights of a pre-trained encoder, and of a new linear classifier on it, are trained on the examples.
 *
 * Equal seeds, examples and numbers of threads give equal weights. Throws a `UserError` where an option is out of its range.
 */
export function tuneFull({ model, classWeight = "none", frozenLayers = 0, ...options }: FullOptions): Approach {
  checkNumbers(options);
  const settings = { ...defaults, ...options };
  const threads = options.threads === undefined ? {} : { threads: options.threads };
  return {
    name: "tune:full",
    arm: "tune",
    summary: `All weights of ${model} and a linear classifier on it, trained on the examples.`,
    async estimate(train, queries) {
      const pretrained = await readPretrained(model);
      const tokensOf = (texts: readonly string[]): number => estimateTokens(pretrained, texts);
      const { multiplied } = sizeOf(pretrained);
      const rows = train.examples.length;
      const share = rows === 0 ? 0 : (stepsOf(rows, settings) * Math.min(rows, settings.batchSize)) / rows;
      const trainTokens = tokensOf(train.examples.map(({ text }) => text)) * share;
      const queryTokens = tokensOf(queries.map(({ text }) => text));
      // Two operations a weight and token forward, twice as many backward.
      const operations = 2 * multiplied * (3 * trainTokens + queryTokens);
      return { calls: 0, inputTokens: 0, outputTokens: 0, usd: 0, seconds: operations / operationsPerSecond };
    },
    async fit(dataset, context) {
      throwIfAborted(context.signal);
      const { labels, isMultiLabel } = dataset;
      const indices = labelIndices(dataset);
      const pretrained = await readPretrained(model);
      const head = { labelCount: labels.length, pooling: await headPooling(pretrained) };
      const body = await readBodyWeights(pretrained, head);
      const isTrained = trainedAbove(frozenLayers, pretrained);
      const rows = await readRows(dataset, indices, pretrained, context);
      const { parameters } = sizeOf(pretrained);
      const weights = await train(
        {
          build: (dropout) => textClassifierGraph(pretrained, head, dropout),
          weights: { ...body, ...newClassifier(labels.length, pretrained.hiddenSize, context.seed) },
          padId: pretrained.tokenizer.padId,
        },
        rows,
        {
          learningRate: parameters < largeModel ? learningRates.small : learningRates.large,
          ...settings,
          labelCount: labels.length,
          isMultiLabel,
          ...(classWeight === "balanced" && !isMultiLabel && { classWeights: labelWeights(indices, labels.length) }),
          isTrained,
          tokensPerPass,
          seed: context.seed,
        },
        {
          signal: context.signal,
          onStep: ({ step, steps, loss }) =>
            context.log({ kind: "progress", stage: "training", done: step, total: steps, detail: `loss ${loss.toFixed(3)}` }),
        },
      );
      context.spend({ labels: rows.length });
      const trained = Object.entries(weights).reduce(
        (total, [name, { shape }]) => total + (isTrained(name) ? countOf(shape) : 0),
        0,
      );
      const mayBeEmpty = isMultiLabel && dataset.examples.some((example) => example.labels.length === 0);
      return classifierPredictor({ pretrained, head, labels, isMultiLabel, mayBeEmpty, weights }, { trained, ...threads });
    },
  };
}

/** A step of 32 texts of 64 tokens through MiniLM-L6 has 1.3e11, and takes 1.9 to 2.1 seconds of one core (EPYC, AVX-512): here are two. */
const operationsPerSecond = 1.3e11;
const sampledTexts = 200;

/** About how many tokens the texts have, by a sample of them at evenly spaced ranks of length. */
function estimateTokens({ tokenizer, maxTokens }: Pretrained, texts: readonly string[]): number {
  const byLength = [...texts].sort((a, b) => a.length - b.length);
  const size = Math.min(sampledTexts, byLength.length);
  const sample = Array.from({ length: size }, (_, i) => byLength[Math.floor(((i + 0.5) * byLength.length) / size)]!);
  const tokens = sample.reduce((total, text) => total + tokenizer.encode(text, maxTokens).length, 0);
  return size === 0 ? 0 : (tokens / size) * byLength.length;
}

/** Weights of the encoder, and those of them that each token is multiplied by: all but the tables. */
function sizeOf(pretrained: Pretrained): { readonly parameters: number; readonly multiplied: number } {
  const { hidden, inputIds, attentionMask } = pretrained.build();
  const sizes = weightsOf([hidden], [inputIds, attentionMask]).map(({ params: { name, shape } }) => ({
    isTable: name.startsWith("embeddings."),
    count: shape.reduce<number>((total, length) => total * Number(length), 1),
  }));
  const total = (of: typeof sizes): number => of.reduce((sum, { count }) => sum + count, 0);
  return { parameters: total(sizes), multiplied: total(sizes.filter(({ isTable }) => !isTable)) };
}

/** The indices of each example's labels. Refuses what has nothing to tell apart. */
function labelIndices({ name, labels, isMultiLabel, examples }: Dataset): number[][] {
  if (examples.length === 0) throw new UserError(`${name} has no training rows. Give at least two labelled rows.`);
  const index = new Map(labels.map((label, k) => [label, k]));
  const indices = examples.map((example) => example.labels.map((label) => index.get(label)!));
  const distinct = new Set(indices.flat());
  if (!isMultiLabel && distinct.size < 2) {
    const [only] = examples[0]!.labels;
    throw new UserError(
      `All ${examples.length} training rows of ${name} have the label "${only}": there is nothing to tell apart. ` +
        "Add rows with another label, or take more rows.",
    );
  }
  return indices;
}

async function readRows(
  { examples }: Dataset,
  labels: readonly (readonly number[])[],
  pretrained: Pretrained,
  { signal, log }: Context,
): Promise<TrainingRow[]> {
  const { maxTokens } = pretrained;
  const ids = await tokenizeTexts(
    examples.map(({ text }) => text),
    pretrained,
    signal,
  );
  const full = ids.filter(({ length }) => length === maxTokens).length;
  if (full > 0)
    log({
      kind: "note",
      text: `${full} of ${ids.length} training texts fill the model's ${maxTokens} tokens; what is beyond was cut.`,
    });
  return ids.map((own, i) => ({ ids: own, labels: labels[i]! }));
}

/** A new last layer: small random weights, no bias. */
function newClassifier(labelCount: number, width: number, seed: number): Weights {
  const { normal } = random(seed, "classifier");
  return {
    "classifier.weight": float32(
      Float32Array.from({ length: labelCount * width }, () => initialDeviation * normal()),
      [labelCount, width],
    ),
    "classifier.bias": float32(new Float32Array(labelCount), [labelCount]),
  };
}

/** The number of a layer in the name of one of its weights, in every family. */
const layerOf = (name: string): number | undefined => {
  const number = /(?:^|\.)layers?\.(\d+)\./.exec(name)?.[1];
  return number === undefined ? undefined : Number(number);
};

/** Which weights are trained where the lowest layers are not. */
function trainedAbove(frozenLayers: number, pretrained: Pretrained): (name: string) => boolean {
  if (frozenLayers === 0) return () => true;
  const { hidden, inputIds, attentionMask } = pretrained.build();
  const names = weightsOf([hidden], [inputIds, attentionMask]).map(({ params }) => params.name);
  const layers = new Set(names.flatMap((name) => layerOf(name) ?? [])).size;
  if (!Number.isInteger(frozenLayers) || frozenLayers < 0 || frozenLayers > layers)
    throw new UserError(`${frozenLayers} layers can't be frozen: ${pretrained.folder.name} has ${layers}. Give 0 to ${layers}.`);
  return (name) => !name.startsWith("embeddings.") && (layerOf(name) ?? frozenLayers) >= frozenLayers;
}
