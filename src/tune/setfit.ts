import { join } from "node:path";
import { countOf } from "../autodiff/values.js";
import { contentHash } from "../data/content-hash.js";
import { throwIfAborted, UserError } from "../lib/errors.js";
import type { Approach } from "../types/approach.js";
import { textVectors } from "./classifier/classifier.js";
import { featuresOf, fitOutput } from "./classifier/classifier-features.js";
import { encoderBelow, fittedPooling, readBodyWeights } from "./classifier/classifier-model.js";
import { classifierPredictor } from "./classifier/text-classifier.js";
import { newHead } from "./encoders/classifier-heads.js";
import { checkFullNumbers } from "./full-options.js";
import { modelName } from "./pretrained/model-folder.js";
import { readPretrained } from "./pretrained/pretrained.js";
import type { ClassWeight } from "./regression/class-weights.js";
import { similarityLoss } from "./training/objectives/similarity-loss.js";
import type { ScheduleKind } from "./training/schedule.js";
import { train } from "./training/train.js";
import { estimateSeconds } from "./training/training-estimate.js";
import { trainingProgress } from "./training/training-progress.js";
import { trainingArguments } from "./training/training-record.js";
import { labelIndices, readRows } from "./training/training-rows.js";

export interface SetFitOptions {
  /** `minilm-l6`, or a local Hugging Face folder. */
  readonly model: string;
  /** Updates of the encoder. @default five passes over the rows, at least 30 and at most 150 updates */
  readonly updates?: number;
  /** Texts per update, two per label; at least 4. @default 64 */
  readonly batchSize?: number;
  /** The encoder's peak learning rate. @default 5e-5 */
  readonly learningRate?: number;
  /** Dropout rate while the encoder is trained. @default 0.1 */
  readonly dropout?: number;
  /** How the classifier weights labels; ignored in multi-label tasks. @default "none" */
  readonly classWeight?: ClassWeight;
  /** Number of threads. @default the number of cores, at most eight */
  readonly threads?: number;
}

const defaults = { batchSize: 64, learningRate: 5e-5, dropout: 0.1 } as const satisfies Partial<SetFitOptions>;

/** As sentence-transformers trains. */
const schedule = { schedule: "linear", warmupRatio: 0.1, weightDecay: 0.01, maxGradNorm: 1 } as const;

/** So often is each row drawn, about; more often where that would be less than the fewest updates, less often where it would be more than the most. */
const passesOverRows = 5;
const updateLimits = { fewest: 30, most: 150 };

/** An update's texts are computed at once: what bounds its memory. With their padding. */
export const tokensPerPass = 4096;

/** How the encoder is trained: once through what is dealt to so many updates. */
export interface SetFitSettings extends Required<Pick<SetFitOptions, keyof typeof defaults>> {
  readonly schedule: ScheduleKind;
  readonly warmupRatio: number;
  readonly weightDecay: number;
  readonly maxGradNorm: number;
  readonly epochs: 1;
  readonly minSteps: 0;
}

/** Options with their defaults, and the updates that so many rows get. */
export interface SettledSetFit {
  readonly settings: SetFitSettings;
  updatesFor(rows: number): number;
}

/** The options with their defaults. Throws a `UserError` where one is out of its range. */
export function settledSetFit({ updates, ...options }: Omit<SetFitOptions, "model">): SettledSetFit {
  const { batchSize, learningRate, dropout } = { ...defaults, ...options };
  checkFullNumbers({ batchSize, learningRate, dropout });
  if (updates !== undefined && !(Number.isSafeInteger(updates) && updates > 0))
    throw new UserError(`updates is ${updates}. Give a whole number above 0.`);
  const usual = (rows: number): number =>
    Math.min(updateLimits.most, Math.max(updateLimits.fewest, Math.ceil((passesOverRows * rows) / batchSize)));
  return {
    settings: { ...schedule, epochs: 1, minSteps: 0, batchSize, learningRate, dropout },
    updatesFor: (rows) => updates ?? usual(rows),
  };
}

/**
 * `tune:setfit` (after Tunstall et al. 2022, arXiv 2209.11055): the encoder is trained to bring texts of one label together and others apart; then a
 * classifier is fitted to its vectors as the probe's is. With few rows: n of them make n² / 2 pairs. Their cosines are not driven to 1 and 0, as
 * by SetFit, but compared with each other, as in the encoder's own pre-training (`similarityLoss`): measured in `decisions/0006-setfit-pairs.md`.
 *
 * Equal seeds, examples and numbers of threads give equal weights. Throws a `UserError` where an option is out of its range.
 */
export function tuneSetFit({ model, classWeight = "none", ...options }: SetFitOptions): Approach {
  const { settings, updatesFor } = settledSetFit(options);
  const threads = options.threads === undefined ? {} : { threads: options.threads };
  return {
    name: "tune:setfit",
    arm: "tune",
    method: "setfit",
    model: modelName(model),
    summary: `${modelName(model)} trained to tell texts of a label from others, and logistic regression on its vectors.`,
    async estimate(dataset, queries) {
      const pretrained = await readPretrained(model);
      const rows = dataset.examples.length;
      const taken = updatesFor(rows);
      const planned = {
        trained: dataset.examples.map(({ text }) => text),
        updates: taken,
        times: rows === 0 ? 0 : (taken * Math.min(rows, settings.batchSize)) / rows,
        isMixed: true,
        answered: [...dataset.examples, ...queries].map(({ text }) => text),
      };
      const seconds = await estimateSeconds(pretrained, planned, options.threads);
      return { calls: 0, inputTokens: 0, outputTokens: 0, usd: 0, seconds };
    },
    async fit(dataset, context) {
      throwIfAborted(context.signal);
      const { labels, isMultiLabel } = dataset;
      const indices = labelIndices(dataset);
      const pretrained = await readPretrained(model);
      const head = { labelCount: labels.length, pooling: fittedPooling(pretrained) };
      const fresh = newHead(head.pooling, labels.length, pretrained.hiddenSize, context.seed);
      const body = { ...fresh, ...(await readBodyWeights(pretrained, head)) };
      const rows = await readRows(dataset, indices, pretrained, context);
      const result = await train(
        {
          build: (drop) => {
            const encoder = encoderBelow(pretrained, head, drop);
            return { ...encoder, loss: similarityLoss(textVectors(encoder, head.pooling, drop)) };
          },
          weights: body,
          padId: pretrained.tokenizer.padId,
          objective: { kind: "pairs", updates: updatesFor(rows.length) },
        },
        rows,
        { ...settings, tokensPerPass, seed: context.seed, ...threads },
        {
          signal: context.signal,
          ...trainingProgress(context),
          ...(context.checkpointFolder !== undefined && { checkpoint: { folder: join(context.checkpointFolder, "training") } }),
        },
      );
      const { weights: tuned, resumedSeconds } = result;
      const ids = rows.map((row) => row.ids);
      const features = await featuresOf({ pretrained, head, weights: tuned }, ids, context, options.threads);
      const output = await fitOutput(dataset, features, head, { seed: context.seed, classWeight }, context);
      context.spend({ labels: rows.length, seconds: resumedSeconds });
      const weights = { ...tuned, ...output.weights };
      const mayBeEmpty = isMultiLabel && dataset.examples.some((example) => example.labels.length === 0);
      const { thresholds } = output;
      return classifierPredictor(
        { pretrained, head, labels, isMultiLabel, mayBeEmpty, weights, ...(thresholds && { thresholds }) },
        {
          trained: Object.values(weights).reduce((total, { shape }) => total + countOf(shape), 0),
          chosen: output.C === undefined ? {} : { C: output.C },
          details: {
            approach: "tune:setfit",
            seed: context.seed,
            data: { name: dataset.name, rows: rows.length, hash: contentHash(dataset.examples) },
            settings: trainingArguments({ ...settings, classWeight }),
            training: { ...result, rows: rows.length },
            sample: { of: "training", rows },
          },
          ...threads,
        },
      );
    },
  };
}
