/** @file Trains an encoder and a classifier on it together: what all ways of fine-tuning share. */
import { join } from "node:path";
import { countOf } from "../autodiff/values.js";
import { contentHash } from "../data/content-hash.js";
import { throwIfAborted, UserError } from "../lib/errors.js";
import type { Approach, FitContext } from "../types/approach.js";
import type { Dataset } from "../types/data.js";
import type { PredictorFacts } from "../types/identity.js";
import { type ClassifierHead, classifierLossGraph } from "./classifier/classifier.js";
import { fittedPooling, headPooling, readBodyWeights, textClassifierGraph } from "./classifier/classifier-model.js";
import type { SavedDetails } from "./classifier/saved-details.js";
import { classifierPredictor } from "./classifier/text-classifier.js";
import { newHead } from "./encoders/classifier-heads.js";
import { noDropout } from "./encoders/encoder-graph.js";
import {
  checkFullNumbers,
  type FullNumbers,
  type FullOptions,
  type FullSettings,
  fullDefaults,
  stoppedDefaults,
} from "./full-options.js";
import { modelName } from "./pretrained/model-folder.js";
import { type Pretrained, readPretrained } from "./pretrained/pretrained.js";
import { labelWeights } from "./regression/class-weights.js";
import { commonThreshold } from "./regression/thresholds.js";
import { updatesPerEpoch } from "./training/batches.js";
import { withFreshLayers } from "./training/fresh-layers.js";
import { cutHeldOut, isCut } from "./training/held-out.js";
import { depthScale, type LayerDepths, layerDepths } from "./training/layer-depths.js";
import { stepsOf, type Trainable, type TrainingRow, train, type Weights } from "./training/train.js";
import { estimateSeconds, usualLearningRate } from "./training/training-estimate.js";
import { trainingProgress } from "./training/training-progress.js";
import { trainingArguments } from "./training/training-record.js";
import { labelIndices, readRows } from "./training/training-rows.js";

/** A classifier before training. */
export interface Untrained {
  readonly pretrained: Pretrained;
  readonly head: ClassifierHead;
  /** All weights, those of the new classifier small and random. */
  readonly weights: Weights;
}

/** What sets a way of fine-tuning apart from `tune:full`. */
export interface FineTuningWay {
  readonly method: string;
  /** One sentence for people. */
  readonly summary: (model: string) => string;
  /** Instead of the usual ones. */
  readonly defaults?: Partial<Pick<FullOptions, FullNumbers>>;
  /** What a step takes of one that trains all weights, for plans. @default 1 */
  readonly stepShare?: number;
  /** Times the usual learning rate, where none is given. */
  readonly learningRateScale?: (pretrained: Pretrained) => number;
  /** Weights that training starts with in place of the untrained ones, a fitted last layer among them, and settings chosen by measuring. Sees the rows that are learned. */
  start?(
    untrained: Untrained,
    train: Dataset,
    rows: readonly TrainingRow[],
    context: FitContext,
  ): Promise<{ readonly weights: Weights; readonly chosen: PredictorFacts["chosen"] }>;
  /** Trains other weights than the model's own. */
  adapt?(trainable: Trainable, model: Pick<Untrained, "pretrained" | "head">, seed: number): Adapted;
}

/** A model with other weights beside its own. */
export interface Adapted {
  readonly trainable: Trainable;
  isTrained(name: string): boolean;
  /** The model's own weights again, from all trained ones, and files that are kept beside them. */
  merge(weights: Weights): { readonly weights: Weights; readonly files: ReadonlyMap<string, Uint8Array> };
}

/** 16 texts of 256 tokens: what bounds the memory of a step. */
const tokensPerPass = 4096;
/** Share of the least number of steps that may go by without a lower loss on held-out rows; one epoch may in any case. */
const patientShare = 0.5;

/**
 * An approach that trains an encoder and a classifier on it together. Where there are rows enough a part of them is held out: training
 * stops by them, and with several labels a row they set the thresholds (`held-out.ts`); otherwise the number of steps is fixed.
 */
export function fineTuning(way: FineTuningWay, { model, classWeight = "none", ...options }: FullOptions): Approach {
  checkFullNumbers(options);
  const name = `tune:${way.method}`;
  const settingsFor = (dataset: Dataset): FullSettings => settledOptions(dataset, { ...way.defaults, ...options });
  const threads = options.threads === undefined ? {} : { threads: options.threads };
  return {
    name,
    arm: "tune",
    method: way.method,
    model: modelName(model),
    summary: way.summary(modelName(model)),
    async estimate(dataset, queries) {
      const pretrained = await readPretrained(model);
      const settings = settingsFor(dataset);
      const rows = dataset.examples.length;
      const updates = stepsOf(rows, settings);
      const planned = {
        trained: dataset.examples.map(({ text }) => text),
        updates,
        ...(way.stepShare !== undefined && { stepShare: way.stepShare }),
        times: rows === 0 ? 0 : (updates * Math.min(rows, settings.batchSize)) / rows,
        answered: queries.map(({ text }) => text),
      };
      const seconds = await estimateSeconds(pretrained, planned, options.threads);
      return { calls: 0, inputTokens: 0, outputTokens: 0, usd: 0, seconds };
    },
    async fit(dataset, context) {
      const { signal, seed, checkpointFolder } = context;
      throwIfAborted(signal);
      const { labels, isMultiLabel, examples } = dataset;
      const settings = settingsFor(dataset);
      const indices = labelIndices(dataset);
      const pretrained = await readPretrained(model);
      const pooling = way.start === undefined ? headPooling(pretrained) : fittedPooling(pretrained);
      const head = { labelCount: labels.length, pooling };
      const depths = layerDepths(textClassifierGraph(pretrained, head).logits);
      checkLayers(settings, depths, pretrained);
      const read = await readBodyWeights(pretrained, head);
      const body = withFreshLayers(read, depths, settings.reinitializedLayers, seed);
      const fresh = { ...newHead(head.pooling, labels.length, pretrained.hiddenSize, seed), ...body };

      const rows = await readRows(dataset, indices, pretrained, context);
      const { learned, heldOut } = cutHeldOut(dataset, indices, seed);
      const learnedRows = learned.map((row) => rows[row]!);
      const heldOutRows = heldOut.map((row) => rows[row]!);
      const learnedSet = { ...dataset, examples: learned.map((row) => examples[row]!) };
      const begun = await way.start?.({ pretrained, head, weights: fresh }, learnedSet, learnedRows, context);
      const whole: Trainable = {
        build: (dropout) => classifierLossGraph(textClassifierGraph(pretrained, head, dropout), isMultiLabel),
        weights: begun?.weights ?? fresh,
        padId: pretrained.tokenizer.padId,
        objective: {
          kind: "labels",
          labelCount: labels.length,
          isMultiLabel,
          labelSmoothing: settings.labelSmoothing,
          ...(classWeight === "balanced" &&
            !isMultiLabel && { classWeights: labelWeights(labelsOf(learnedRows), labels.length) }),
        },
      };
      const { trainable, isTrained, merge } = way.adapt?.(whole, { pretrained, head }, seed) ?? {
        trainable: whole,
        isTrained: (name: string) => settings.frozenLayers === 0 || depths.depthOf(name) > settings.frozenLayers,
        merge: (weights: Weights) => ({ weights, files: new Map<string, Uint8Array>() }),
      };
      const learningRate = usualLearningRate(pretrained) * (way.learningRateScale?.(pretrained) ?? 1);
      const patience = patienceOf(learnedRows.length, settings);
      const result = await train(
        trainable,
        learnedRows,
        {
          learningRate,
          ...settings,
          isTrained,
          ...(settings.layerwiseDecay !== 1 && {
            learningRateScale: depthScale(layerDepths(trainable.build(noDropout).loss), settings.layerwiseDecay),
          }),
          ...(heldOutRows.length > 0 && { evaluation: { rows: heldOutRows, every: "epoch", patience } }),
          tokensPerPass,
          seed,
        },
        {
          signal,
          ...trainingProgress(context),
          ...(checkpointFolder !== undefined && { checkpoint: { folder: join(checkpointFolder, "training") } }),
        },
      );
      context.spend({ labels: rows.length, seconds: result.resumedSeconds });

      const { weights, files } = merge(result.weights);
      const { heldOutLogits } = result;
      const thresholds =
        isMultiLabel && heldOutLogits ? thresholdsOf(heldOutLogits, labelsOf(heldOutRows), labels.length) : undefined;
      const trained = Object.entries(result.weights)
        .filter(([name]) => isTrained(name))
        .reduce((total, [, { shape }]) => total + countOf(shape), thresholds?.length ?? 0);
      const mayBeEmpty = isMultiLabel && examples.some((example) => example.labels.length === 0);
      const classifier = { pretrained, head, labels, isMultiLabel, mayBeEmpty, weights, ...(thresholds && { thresholds }) };
      const chosen = { ...begun?.chosen, ...(heldOutRows.length > 0 && { steps: result.bestStep }) };
      const details: SavedDetails = {
        approach: name,
        seed,
        data: { name: dataset.name, rows: rows.length, hash: contentHash(examples) },
        settings: trainingArguments({ learningRate, classWeight, ...settings }),
        training: { ...result, rows: learnedRows.length },
        sample: heldOutRows.length > 0 ? { of: "held-out", rows: heldOutRows } : { of: "training", rows: learnedRows },
      };
      const predictor = await classifierPredictor(classifier, { trained, chosen, details, ...threads });
      return { ...predictor, files: async () => new Map([...(await predictor.files()), ...files]) };
    },
  };
}

/** The options with their defaults, which depend on whether rows are held out. */
export function settledOptions(
  dataset: Pick<Dataset, "examples" | "isMultiLabel">,
  options: Partial<FullSettings>,
): FullSettings {
  return { ...fullDefaults, ...(isCut(dataset) && stoppedDefaults), ...options };
}

/** How many evaluations in a row without a lower loss on held-out rows end the training. */
export function patienceOf(learnedRows: number, settings: Pick<FullSettings, "minSteps" | "batchSize">): number {
  return Math.max(1, Math.ceil((patientShare * settings.minSteps) / updatesPerEpoch(learnedRows, settings)));
}

/** The threshold of each label: one for all, by logits of rows that were not learned, [rows, labels]. */
export function thresholdsOf(logits: Float32Array, truths: readonly (readonly number[])[], labelCount: number): number[] {
  const probabilities = Float64Array.from(logits, (logit) => 1 / (1 + Math.exp(-logit)));
  return new Array<number>(labelCount).fill(commonThreshold(probabilities, truths, labelCount));
}

const labelsOf = (rows: readonly TrainingRow[]): (readonly number[])[] => rows.map(({ labels }) => labels);

function checkLayers({ frozenLayers, reinitializedLayers }: FullSettings, { layers }: LayerDepths, { folder }: Pretrained): void {
  for (const [count, done] of [
    [frozenLayers, "frozen"],
    [reinitializedLayers, "reinitialized"],
  ] as const)
    if (count > layers)
      throw new UserError(`${count} layers can't be ${done}: ${folder.name} has ${layers}. Give 0 to ${layers}.`);
}
