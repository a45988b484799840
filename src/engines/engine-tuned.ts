/**
 * @file `tune:full` and `tune:lora` on another machine: the same rows, settings and seed as here, by `python/train.py`. What comes back is checked, and where
 * the model is computed here too it answers here, so that it is measured, saved and served like any other.
 */

import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { contentHash } from "../data/content-hash.js";
import { owning } from "../lib/disposables.js";
import { throwIfAborted, UserError } from "../lib/errors.js";
import { patienceOf, settledOptions, thresholdsOf } from "../tune/fine-tuning.js";
import { checkFullNumbers, type FullOptions, type FullSettings } from "../tune/full-options.js";
import { loraDefaults } from "../tune/lora/lora.js";
import { modelName } from "../tune/pretrained/model-folder.js";
import { cutHeldOut } from "../tune/training/held-out.js";
import { trainingArguments } from "../tune/training/training-record.js";
import { labelIndices } from "../tune/training/training-rows.js";
import type { Approach } from "../types/approach.js";
import type { Dataset, Example, Query } from "../types/data.js";
import type { Engine } from "./engine.js";
import { runJob } from "./follow-job.js";
import { fetchedPredictor } from "./job/fetched-predictor.js";
import type { JobMethod, JobSettings } from "./job/job.js";
import { type ModelSource, modelSource } from "./job/model-source.js";
import { readTrainingOutputs, type TrainingOutputs } from "./job/outputs.js";
import { type StagedTraining, stageTraining } from "./job/stage.js";

/** Options of `engineTuned`. */
export interface EngineTunedOptions extends Omit<FullOptions, "threads"> {
  readonly engine: Engine;
  readonly method: JobMethod;
  /** The texts that the job answers beside training, without labels. A model that is not computed here answers these alone. */
  readonly queries: readonly Query[];
  /** Of `lora`. @default 8 and 16, as in `tune:lora` */
  readonly rank?: number;
  readonly alpha?: number;
  /** The least seconds between checkpoints. @default 120 */
  readonly checkpointSeconds?: number;
  /** The job needs a GPU. @default false */
  readonly wantsGpu?: boolean;
  /** Threads of the sessions here. */
  readonly threads?: number;
  /** Asked when a fit is aborted: whether its job is to be stopped. @default it runs on, and the next fit with the same checkpoint folder finds it */
  stopsOnAbort?(): Promise<boolean>;
}

/** An approach that trains through an engine. `UserError` where an option is out of its range, or has no part in a job. */
export function engineTuned(options: EngineTunedOptions): Approach {
  const { engine, method, model, queries, classWeight = "none", stopsOnAbort } = options;
  const { rank = loraDefaults.rank, alpha = loraDefaults.alpha } = options;
  const chosen = chosenSettings(options);
  const name = `tune:${method}`;
  const what = method === "full" ? "All weights" : `Adapters of rank ${rank} on all linear layers`;
  return {
    name,
    arm: "tune",
    method,
    model: modelName(model),
    summary: `${what} of ${modelName(model)} and a linear classifier on it, trained on the examples by ${engine.spec}.`,
    async estimate() {
      const basis = `How long it takes on ${engine.spec} is not known before it runs.`;
      return { calls: 0, inputTokens: 0, outputTokens: 0, usd: 0, seconds: 0, basis };
    },
    fit: (dataset, context) =>
      owning(async (held) => {
        const { signal, seed, checkpointFolder, log, spend } = context;
        throwIfAborted(signal);
        const indices = labelIndices(dataset);
        const settings = settledOptions(dataset, chosen);
        const { labels } = dataset;
        const source = await modelSource(model, { method, labelCount: labels.length, seed, lora: { rank, alpha } });
        const { learned, heldOut } = cutHeldOut(dataset, indices, seed);
        const rowsOf = (rows: readonly number[]): readonly Example[] => rows.map((row) => dataset.examples[row]!);
        const folder = checkpointFolder === undefined ? await temporaryFolder(held) : join(checkpointFolder, "job");
        const jobSettings: JobSettings = {
          ...namedSettings(settings, source),
          class_weight: classWeight,
          ...(method === "lora" && { rank, alpha }),
          ...(heldOut.length > 0 && { patience: patienceOf(learned.length, settings) }),
          ...(options.checkpointSeconds !== undefined && { checkpoint_seconds: options.checkpointSeconds }),
        };
        const pooling = source.known?.head.pooling;
        const staged = await stageTraining(folder, {
          spec: {
            method,
            task: { name: dataset.name, labels, is_multi_label: dataset.isMultiLabel },
            model: source.model,
            ...(typeof pooling === "string" && { pooling }),
            settings: jobSettings,
            seed,
          },
          learned: rowsOf(learned),
          validation: rowsOf(heldOut),
          queries,
          modelFiles: source.files,
          ...(source.known && { start: source.known.start }),
        });
        const began = performance.now();
        const job = { ...staged, ...(options.wantsGpu !== undefined && { wantsGpu: options.wantsGpu }) };
        const { outputs, seconds } = await done(engine, job, { signal, log, name, ...(stopsOnAbort && { stopsOnAbort }) });
        // What a job did before it was found again, the clock here did not see.
        const unseen = Math.max(0, seconds - (performance.now() - began) / 1000);
        spend({ labels: dataset.examples.length, seconds: unseen });
        const mayBeEmpty = dataset.isMultiLabel && dataset.examples.some((example) => example.labels.length === 0);
        const settled = trainingArguments({
          ...settings,
          learningRate: outputs.training.learningRate,
          classWeight,
          engine: engine.spec,
        });
        return held.use(
          await fetchedPredictor({
            outputs,
            source,
            labels,
            isMultiLabel: dataset.isMultiLabel,
            mayBeEmpty,
            queries,
            ...thresholds(dataset, outputs, heldOut, indices),
            chosen: heldOut.length > 0 ? { steps: outputs.training.bestStep } : {},
            details: {
              approach: name,
              seed,
              data: { name: dataset.name, rows: dataset.examples.length, hash: contentHash(dataset.examples) },
              settings: settled,
              training: outputs.training,
            },
            sample: { of: heldOut.length > 0 ? "held-out" : "training", rows: rowsOf(heldOut.length > 0 ? heldOut : learned) },
            dataset,
            context,
            ...(options.threads !== undefined && { threads: options.threads }),
          }),
        );
      }),
  };
}

/** The settings that were given, checked. Those that choose among layers are computed here alone. */
function chosenSettings(options: EngineTunedOptions): Partial<FullSettings> {
  const { engine: _e, method: _m, queries: _q, model: _model, classWeight: _c, rank, alpha, ...rest } = options;
  const { checkpointSeconds: _s, wantsGpu: _w, threads: _t, stopsOnAbort: _a, ...chosen } = rest;
  checkFullNumbers(chosen);
  for (const [name, usual] of [
    ["frozenLayers", 0],
    ["reinitializedLayers", 0],
    ["layerwiseDecay", 1],
  ] as const)
    if ((chosen[name] ?? usual) !== usual)
      throw new UserError(`${name} has no part in a job of an engine. Leave it out, or train with --engine local.`);
  if (rank !== undefined && !(Number.isInteger(rank) && rank > 0))
    throw new UserError(`rank is ${rank}. Give a whole number above 0.`);
  if (alpha !== undefined && !(alpha > 0 && Number.isFinite(alpha)))
    throw new UserError(`alpha is ${alpha}. Give a number above 0.`);
  return chosen;
}

async function temporaryFolder(held: { use(thing: AsyncDisposable): unknown }): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "crossover-job-"));
  held.use({ [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) });
  return join(folder, "job");
}

/** Settings by the names of `job.json`. */
function namedSettings(settings: FullSettings, { known }: ModelSource): Omit<JobSettings, "class_weight"> {
  const learningRate = settings.learningRate ?? known?.learningRate;
  return {
    batch_size: settings.batchSize,
    epochs: settings.epochs,
    min_steps: settings.minSteps,
    schedule: settings.schedule,
    warmup_ratio: settings.warmupRatio,
    weight_decay: settings.weightDecay,
    max_grad_norm: settings.maxGradNorm,
    dropout: settings.dropout,
    label_smoothing: settings.labelSmoothing,
    ...(learningRate !== undefined && { learning_rate: learningRate }),
    ...(known && { max_tokens: known.pretrained.maxTokens }),
  };
}

/** The results of the job, checked. Those of a job that had been fetched before are taken as they are. */
async function done(
  engine: Engine,
  job: StagedTraining,
  options: Parameters<typeof runJob>[2],
): Promise<{ readonly outputs: TrainingOutputs; readonly seconds: number }> {
  const manifest = join(job.folder, "out", "manifest.json");
  const read = async (): Promise<TrainingOutputs> => {
    try {
      return await readTrainingOutputs(job);
    } catch (error) {
      // Without it nobody takes what is damaged for results again.
      await rm(manifest, { force: true });
      throw error;
    }
  };
  if (existsSync(manifest)) {
    const outputs = await read().catch((error: unknown) => {
      if (error instanceof UserError) return undefined;
      throw error;
    });
    if (outputs !== undefined) return { outputs, seconds: outputs.training.seconds };
  }
  const { job: ended, seconds } = await runJob(engine, job, options);
  await ended.fetch(options.signal);
  try {
    return { outputs: await read(), seconds };
  } finally {
    // Also where they are damaged: the next fit hands the job over anew.
    await ended.forget();
  }
}

/** With several labels a row: thresholds by the rows that were held out. */
function thresholds(
  { isMultiLabel, examples, labels }: Dataset,
  { validation }: TrainingOutputs,
  heldOut: readonly number[],
  indices: readonly (readonly number[])[],
): { readonly thresholds?: readonly number[] } {
  if (!isMultiLabel || heldOut.length === 0) return {};
  const logits = Float32Array.from(heldOut.flatMap((row) => [...validation.get(examples[row]!.id)!]));
  return {
    thresholds: thresholdsOf(
      logits,
      heldOut.map((row) => indices[row]!),
      labels.length,
    ),
  };
}
